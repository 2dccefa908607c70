"""The home folder: where it is, what it is made of, and homes that must not be touched."""

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import Code, HomeError, HomeNewer, HomeUnwritable
from darkroom.library.database import OLDEST_SQLITE, connected, migrations, open_database, refuse_newer
from darkroom.library.home import home_folder, open_home
from darkroom.library.lock import FileLock
from refusals import refused
from standin import StandIn

HOMES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "homes.json").read_text())


def contents(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below `root`: time of its last change, and bytes."""
    return {
        str(file.relative_to(root)): (file.stat().st_mtime_ns, file.read_bytes())
        for file in root.rglob("*")
        if file.is_file()
    }


def every_path(root: Path) -> list[Path]:
    return sorted([root, *root.rglob("*")])


def make_newer(home: Path) -> None:
    open_database(open_home(home).database).close()
    connection = connected(home / "library.db")
    connection.execute(f"PRAGMA user_version={len(migrations()) + 1}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the table has the folders of Linux")
@pytest.mark.parametrize("case", HOMES, ids=lambda case: case["name"])
def test_the_home_is_the_one_that_the_window_finds(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def filled(text: str) -> str:
        return text.replace("$HOME", str(tmp_path / "user")).replace("$CWD", str(tmp_path / "here"))

    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name in ("DARKROOM_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", filled("$HOME"))
    for name, value in case["environment"].items():
        monkeypatch.setenv(name, filled(value))
    if case["choice"] is not None:
        choice = Path(os.environ.get("XDG_CONFIG_HOME", filled("$HOME/.config")), "darkroom", "home")
        choice.parent.mkdir(parents=True)
        choice.write_text(filled(case["choice"]))
    _, asked = case.get("arguments", ("--home", ""))

    assert str(home_folder(filled(asked))) == filled(case["home"])


def test_a_choice_that_is_no_text_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DARKROOM_HOME")
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: tmp_path)
    (tmp_path / "home").write_bytes(b"/caf\xe9")

    assert home_folder().is_absolute()
    assert home_folder().name.lower() == "darkroom"


def test_the_home_of_an_unknown_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARKROOM_HOME", "~nobody-of-this-name/x")

    with pytest.raises(HomeUnwritable, match="nobody knows here"):
        home_folder()


async def test_only_the_user_can_read_a_home(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(TextToImage(prompt="private"))
        await job.pictures()

        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in every_path(home)}

    assert {path for path, mode in modes.items() if path.is_dir() and mode != 0o700} == set()
    assert {path for path, mode in modes.items() if path.is_file() and mode != 0o600} == set()
    assert len(modes) > 10


async def test_nothing_is_written_outside_the_home(tmp_path: Path, home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(TextToImage(prompt="x"))
        await job.pictures()

    assert os.listdir(tmp_path) == [home.name]


async def test_a_home_of_a_newer_version_is_refused_and_left_as_it_is(home: Path) -> None:
    make_newer(home)
    before = contents(home)
    paths = every_path(home)

    with pytest.raises(HomeNewer, match="update Darkroom"):
        async with Engine(home, perform=StandIn()):
            pass

    assert contents(home) == before
    assert every_path(home) == paths


def test_a_newer_version_still_in_the_log_is_refused_too(home: Path) -> None:
    database = open_home(home).database
    open_database(database).close()
    writer = connected(database)
    writer.execute(f"PRAGMA user_version={len(migrations()) + 1}")

    with refused(Code.HOME_NEWER, f"format {len(migrations()) + 1}", "update Darkroom"):
        open_database(database)
    writer.close()


def test_a_database_carries_its_version_where_an_older_program_sees_it(home: Path) -> None:
    file = open_home(home).database
    database = open_database(file)

    header = file.read_bytes()[:72]

    assert int.from_bytes(header[60:64], "big") == len(migrations())
    assert header[68:72] == b"DKRM"
    refuse_newer(file)
    database.close()


def test_commits_survive_a_power_cut(home: Path) -> None:
    database = open_database(open_home(home).database)

    assert database.value("PRAGMA journal_mode") == "wal"
    assert database.value("PRAGMA synchronous") == 2
    assert OLDEST_SQLITE <= apsw.SQLITE_VERSION_NUMBER
    database.close()


def test_a_home_can_have_any_name(tmp_path: Path) -> None:
    for name in ("Größe 雪 🗼", "a'b\"c;d", "%2e%2e?x=y#z", "x" * 200):
        database = open_database(open_home(tmp_path / name).database)
        assert database.value("SELECT count(*) FROM jobs") == 0
        database.close()
        assert os.listdir(tmp_path / name)


def test_a_home_whose_name_is_no_text_is_named_and_not_made(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"caf\xe9")

    with pytest.raises(HomeUnwritable, match="holds bytes that are no text"):
        open_home(root)

    assert not root.exists()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
@pytest.mark.parametrize("name", ["library.db", "settings.toml", "runner.lock", "opening.lock", "live"])
def test_a_pipe_or_folder_in_place_of_a_file_is_refused_and_never_opened(
    make: Callable[[Path], None], name: str, home: Path
) -> None:
    open_home(home)
    make(home / name)

    with refused(Code.HOME_UNWRITABLE, home / name, "move it away"):
        open_home(home)


def test_a_pipe_in_place_of_a_library_that_is_only_read_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "library.db")

    with refused(Code.HOME_UNWRITABLE, tmp_path / "library.db", "move it away"):
        refuse_newer(tmp_path / "library.db")


def test_a_lock_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("darkroom.library.lock.PATIENCE_SECONDS", 0)
    with FileLock(tmp_path / "lock"), pytest.raises(HomeError, match="end it and try again"):
        FileLock(tmp_path / "lock").wait()

    with FileLock(tmp_path / "lock") as lock:
        assert lock.held
