"""Two hundred engines killed with SIGKILL at random moments: nothing promised is lost, torn or doubled."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crash import Ledger, finish, named, wrong_with
from darkroom import Engine
from darkroom.library.database import open_database
from darkroom.library.pictures import saved_plan
from standin import StandIn


def crashed(home: Path, kills: int, *arguments: str, seed: int = 20) -> Ledger:
    """A home after `kills` engines on it were killed, and what they had acknowledged."""
    command = [
        sys.executable,
        str(Path(__file__).parents[1] / "crash.py"),
        str(home),
        str(seed),
        str(kills),
        *arguments,
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)
    return Ledger(
        accepted={int(job): count for job, count in said["accepted"].items()},
        cancelled=set(said["cancelled"]),
        retried=set(said["retried"]),
        rounds=said["rounds"],
        half_said=said["halfSaid"],
    )


async def hold_to_promises(home: Path, ledger: Ledger, perform: str | None) -> None:
    database = open_database(home / "library.db", check=True)
    interrupted = database.value("SELECT count(*) FROM jobs WHERE attempt > 1")
    made = database.value("SELECT count(*) FROM pictures")
    database.close()
    jobs = await finish(home, named(perform))
    database = open_database(home / "library.db", check=True)
    stored = [(job, place, file) for job, place, file in database.rows("SELECT job, place, file FROM pictures")]
    database.close()

    assert wrong_with(home, ledger, jobs, stored) == []
    assert not [name for name in os.listdir(home) if name.startswith("library.damaged")]
    assert interrupted > 0, "no kill hit a running job, so the test says nothing"
    assert made > 0, "no picture was saved between the kills, so the test says nothing"


@pytest.fixture
def quick_home(home: Path) -> Iterator[Path]:
    """A home in memory where there is such a place: a killed process takes nothing of the page cache with it."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield home
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder) / "home"


@pytest.mark.timeout(900)
async def test_nothing_promised_is_lost_in_two_hundred_kills(quick_home: Path) -> None:
    home = quick_home
    ledger = crashed(home, 200)

    assert ledger.rounds == 200
    assert len(ledger.accepted) >= 20
    await hold_to_promises(home, ledger, None)


@pytest.mark.timeout(600)
async def test_nothing_promised_is_lost_when_the_real_engine_is_killed(home: Path) -> None:
    ledger = crashed(home, 12, "real", "--lines", "300", seed=7)

    assert ledger.rounds == 12
    await hold_to_promises(home, ledger, "real")


def killed_at_each_step(homes: Path) -> int:
    """Homes 1, 2, … of engines that died at that step of saving; the first step that is not reached."""
    command = [sys.executable, str(Path(__file__).parents[1] / "deadly.py"), str(homes)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return int(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)


async def test_nothing_is_torn_lost_or_doubled_by_a_kill_at_any_step_of_saving(tmp_path: Path) -> None:
    steps = killed_at_each_step(tmp_path)

    # Before and after each of four commits; open, write, fsync, replace and the folder's fsync of the file.
    assert steps > 12
    for step in range(1, steps):
        home = tmp_path / str(step)
        for file in pictures_of(home):
            saved_plan(file)
        async with Engine(home, perform=StandIn()) as engine:
            (picture,) = await engine.job(1).pictures()
            assert pictures_of(home) == [engine.picture_file(picture.id)]
            assert saved_plan(engine.picture_file(picture.id))[0].seed == step
        assert os.listdir(home / "trash" / "set-aside") == []


def pictures_of(home: Path) -> list[Path]:
    return sorted((home / "pictures").rglob("*.*"))
