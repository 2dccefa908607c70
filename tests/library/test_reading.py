"""A library in a folder in which nothing can be written is read as it lies there, and left as it is."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from darkroom.errors import Code
from darkroom.library.database import Database, connected, migrations, open_database
from darkroom.library.lock import FileLock, is_held
from darkroom.library.reading import library_to_read
from readonly import contents, mounted_read_only, without_rights
from refusals import refused

LOCKED = pytest.mark.parametrize("locked", [without_rights, mounted_read_only])
Locked = Callable[[Path], AbstractContextManager[None]]


def pause(database: Database) -> None:
    with database.transaction():
        database.run("INSERT INTO switches (name, value) VALUES ('paused', 1)")


def closed(folder: Path) -> Path:
    """A library that was left in order."""
    file = folder / "library.db"
    database = open_database(file)
    pause(database)
    database.close()
    return file


def left(folder: Path, *suffixes: str) -> Path:
    """What lies on the disk of a library whose process was killed after a commit; of the log's files, `suffixes`."""
    file, alive = folder / "library.db", folder / "alive"
    alive.mkdir()
    database = open_database(alive / file.name)
    pause(database)
    for suffix in ("", *suffixes):
        shutil.copyfile(f"{database.file}{suffix}", f"{file}{suffix}")
    database.close()
    shutil.rmtree(alive)
    return file


def paused(file: Path) -> object:
    with library_to_read(file) as database:
        return database.value("SELECT value FROM switches WHERE name = 'paused'")


@LOCKED
@pytest.mark.parametrize("log", [(), ("-wal",), ("-wal", "-shm")])
def test_every_commit_is_read_whatever_is_left_of_the_log(
    reachable: Path, locked: Locked, log: tuple[str, ...]
) -> None:
    folder = reachable / "a home? 100% #1"
    folder.mkdir()
    file = left(folder, *log) if log else closed(folder)
    before = contents(folder)

    with locked(reachable):
        assert paused(file) == 1

    assert contents(folder) == before


@LOCKED
def test_nothing_can_be_written_to_it(reachable: Path, locked: Locked) -> None:
    file = closed(reachable)

    with (
        locked(reachable),
        library_to_read(file) as database,
        refused(Code.HOME_UNWRITABLE, file, "make its folder writable"),
    ):
        database.run("DELETE FROM switches")

    assert paused(file) == 1


def test_an_older_library_is_read_as_if_it_had_been_brought_up_to_date(reachable: Path) -> None:
    file = reachable / "library.db"
    connection = connected(file)
    connection.execute(f"{migrations()[0]}; PRAGMA user_version=1; INSERT INTO switches VALUES ('paused', 1)")
    connection.close()
    before = contents(reachable)

    with without_rights(reachable), library_to_read(file) as database:
        assert database.rows("SELECT job FROM skips") == []
        assert database.value("SELECT value FROM switches") == 1

    assert contents(reachable) == before


def test_a_newer_library_is_refused(home: Path) -> None:
    home.mkdir()
    file = closed(home)
    newer = connected(file)
    newer.execute(f"PRAGMA user_version={len(migrations()) + 1}")
    newer.close()

    with refused(Code.HOME_NEWER, home, f"format {len(migrations()) + 1}", "update Darkroom"):
        paused(file)


def test_a_damaged_library_is_refused(home: Path) -> None:
    home.mkdir()
    file = closed(home)
    file.write_bytes(b"SQLite format 3\0" + bytes(5000))

    with refused(Code.HOME_DAMAGED, file, "start one again to rebuild it"):
        paused(file)


def test_where_there_is_no_library_none_is_made(home: Path) -> None:
    with refused(Code.HOME_UNWRITABLE, home / "library.db", "set DARKROOM_HOME"):
        paused(home / "library.db")

    assert not home.exists()


def test_a_lock_is_asked_about_without_being_taken(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    assert not is_held(tmp_path / "lock")
    assert not (tmp_path / "lock").exists()

    lock.take()
    assert is_held(tmp_path / "lock")

    lock.release()
    assert not is_held(tmp_path / "lock")
    assert lock.take()
    lock.release()
