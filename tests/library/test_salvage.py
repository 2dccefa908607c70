"""A damaged library is kept, and a new one made from the pictures and what can still be read."""

import os
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import Code, HomeDamaged, HomeNewer
from darkroom.library.database import open_database
from darkroom.library.home import open_home
from darkroom.library.salvage import open_or_rebuild
from darkroom.messages import (
    EngineChanged,
    GetSnapshot,
    JobState,
    ListPictures,
    PauseQueue,
    PicturePage,
    ResumeQueue,
    Snapshot,
    TrashPictures,
)
from darkroom.queue.table import JobTable
from following import until
from standin import StandIn


async def used(home: Path, jobs: int = 3) -> None:
    """A home with done jobs, one picture in the trash and one job that waits."""
    async with Engine(home, perform=StandIn()) as engine:
        for number in range(jobs):
            await (await engine.submit(TextToImage(prompt=f"picture {number}", seed=number))).pictures()
        await engine.handle(TrashPictures(pictures=(jobs,)))
        await engine.handle(PauseQueue())
        await engine.submit(TextToImage(prompt="waits"))


def smash_header(file: Path) -> None:
    file.write_bytes(b"\0" * 100 + file.read_bytes()[100:])


def zero_everything(file: Path) -> None:
    file.write_bytes(b"\0" * file.stat().st_size)


def cut_in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def randomize(file: Path) -> None:
    file.write_bytes(random.Random(3).randbytes(file.stat().st_size))


def text_instead(file: Path) -> None:
    file.write_text("this is no database at all, just a note somebody saved under its name " * 20)


DAMAGES = [smash_header, zero_everything, cut_in_half, randomize, text_instead]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_the_gallery_comes_back_from_the_pictures(home: Path, damage: Callable[[Path], None]) -> None:
    await used(home)
    damaged = home / "library.db"
    damage(damaged)
    content = damaged.read_bytes()

    async with Engine(home, perform=StandIn()) as engine:
        page = await engine.handle(ListPictures())
        trashed = await engine.handle(ListPictures(trashed=True))
        job = await engine.submit(TextToImage(prompt="and on it goes"))
        await engine.handle(ResumeQueue())
        assert len(await job.pictures()) == 1

    assert isinstance(page, PicturePage)
    assert isinstance(trashed, PicturePage)
    assert [(picture.prompt, picture.seed) for picture in page.pictures] == [("picture 1", 1), ("picture 0", 0)]
    assert [picture.prompt for picture in trashed.pictures] == ["picture 2"]
    assert (home / "library.damaged.db").read_bytes() == content


def break_last_page(file: Path) -> None:
    """None of the jobs'."""
    data = bytearray(file.read_bytes())
    pages = len(data) // 4096
    data[(pages - 1) * 4096 :] = b"\xff" * 4096
    file.write_bytes(data)


async def test_a_damaged_library_that_a_newer_darkroom_wrote_is_left_to_it(home: Path) -> None:
    await used(home)
    database = open_database(home / "library.db")
    database.run("UPDATE jobs SET request = json_set(request, '$.denoise', 0.5) WHERE id = 4")
    database.close()
    break_last_page(home / "library.db")
    content = (home / "library.db").read_bytes()

    with pytest.raises(HomeNewer, match=r"Job 4 in .* was written by a newer Darkroom .*; update Darkroom or set"):
        async with Engine(home, perform=StandIn()):
            pass

    assert (home / "library.db").read_bytes() == content
    assert not [name for name in os.listdir(home) if "damaged" in name]
    assert not [name for name in os.listdir(home / "staging") if "salvage" in name]


async def test_waiting_jobs_are_read_back_as_far_as_pages_allow(home: Path) -> None:
    await used(home)
    break_last_page(home / "library.db")

    async with Engine(home, perform=StandIn()) as engine:
        answer = await engine.handle(GetSnapshot())

    assert isinstance(answer, Snapshot)
    states = {job.request.prompt: job.state for job in answer.jobs}
    assert states["picture 0"] == JobState.DONE
    assert "waits" in states


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.SAVING])
def test_a_job_that_was_at_work_when_the_library_broke_waits_with_the_others(home: Path, state: JobState) -> None:
    place = open_home(home)
    with closing(open_database(place.database)) as database:
        queue = JobTable(database)
        for prompt, priority in (("at work", 0), ("waits", 0), ("urgent", 5)):
            queue.add(TextToImage(prompt=prompt), front=False, priority=priority)
        database.run("UPDATE jobs SET state = ? WHERE id = 1", (state,))
        before = database.rows("SELECT id, request, position, priority, created FROM jobs")
    break_last_page(place.database)

    database, damaged = open_or_rebuild(place)

    with closing(database):
        assert damaged == "library.damaged.db"
        assert database.rows("SELECT id, request, position, priority, created FROM jobs") == before
        states = [JobState.INTERRUPTED, JobState.QUEUED, JobState.QUEUED]
        assert [state for (state,) in database.rows("SELECT state FROM jobs ORDER BY id")] == states


async def test_a_rebuilt_library_is_told_with_where_the_old_one_is(home: Path) -> None:
    await used(home)
    zero_everything(home / "library.db")

    async with Engine(home, perform=StandIn()) as engine:
        events = engine.events()
        seen = await until(events, lambda event: isinstance(event, EngineChanged) and event.problem is not None)

    last = seen[-1]
    assert isinstance(last, EngineChanged)
    problem = last.problem
    assert problem is not None
    assert problem.code == Code.HOME_DAMAGED
    assert "library.damaged.db" in problem.message


async def test_damage_twice_keeps_both_files(home: Path) -> None:
    for _ in range(2):
        async with Engine(home, perform=StandIn()):
            pass
        zero_everything(home / "library.db")
    async with Engine(home, perform=StandIn()):
        pass

    assert sorted(name for name in os.listdir(home) if name.startswith("library.damaged") and name.endswith("db")) == [
        "library.damaged-2.db",
        "library.damaged.db",
    ]


async def test_a_process_that_may_not_run_the_queue_repairs_nothing(home: Path) -> None:
    await used(home)
    text_instead(home / "library.db")
    content = (home / "library.db").read_bytes()

    with pytest.raises(HomeDamaged, match="start one again to rebuild"):
        async with Engine(home, run_queue=False):
            pass

    assert (home / "library.db").read_bytes() == content


def flipped(data: bytes, chance: random.Random) -> bytes:
    """The same with 1 to 400 random bytes in it, half of the time only one."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, chance.randint(1, 400)))):
        changed[chance.randrange(100, len(changed))] = chance.randrange(256)
    return bytes(changed)


def replace_library(home: Path, data: bytes) -> None:
    for leftover in home.glob("library.*"):
        leftover.unlink()
    (home / "library.db").write_bytes(data)


async def test_random_flips_never_stop_a_start_and_never_show_anything_wrong(home: Path) -> None:
    await used(home, jobs=2)
    good, chance = (home / "library.db").read_bytes(), random.Random(5)
    for _ in range(40):
        replace_library(home, flipped(good, chance))

        async with Engine(home, perform=StandIn()) as engine:
            kept = await engine.handle(ListPictures())
            trashed = await engine.handle(ListPictures(trashed=True))
            snapshot = await engine.handle(GetSnapshot())

        assert isinstance(kept, PicturePage)
        assert isinstance(trashed, PicturePage)
        assert isinstance(snapshot, Snapshot)
        assert [(picture.prompt, picture.seed) for picture in kept.pictures] == [("picture 0", 0)]
        assert [(picture.prompt, picture.seed) for picture in trashed.pictures] == [("picture 1", 1)]
        assert {job.request.prompt for job in snapshot.jobs} <= {"picture 0", "picture 1", "waits"}
