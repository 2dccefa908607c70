"""A library in a folder in which nothing can be written: a backup, a locked stick, a snapshot of a disk.

Nothing is locked, repaired or left behind. SQLite needs a file beside a log to say how far others have read in it;
where that file is missing and cannot be made, there are no others.
"""

import contextlib
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import apsw

from darkroom.errors import HomeUnwritable
from darkroom.library.database import (
    Connection,
    Database,
    connected,
    migrate,
    migrations,
    refuse_newer,
    refuse_version,
    storage_problem,
)

_WITHOUT_LOG = "mode=ro&immutable=1"
_WITH_LOG = "mode=ro"
_ALONE = "mode=ro&vfs=unix-none"


@contextlib.contextmanager
def library_to_read(file: Path) -> Generator[Database]:
    """The library in `file`, to ask for rows; an older Darkroom's is brought up to date in a copy in memory.

    Raises HomeUnwritable when there is none, HomeNewer or HomeDamaged.
    """
    refuse_newer(file)
    if not file.exists():
        raise HomeUnwritable(f"There is no library {file}; set DARKROOM_HOME to a home that has one.")
    with contextlib.ExitStack() as opening:
        try:
            connection = _connected(file)
        except apsw.Error as error:
            raise storage_problem(error, file) from error
        opening.callback(connection.close)
        database = Database(file, connection)
        version = int(database.value("PRAGMA user_version"))
        refuse_version(file, version)
        if version < len(migrations()):
            database = _migrated_copy(database, connection, version)
            opening.callback(database.close)
        yield database


def _connected(file: Path) -> Connection:
    log = Path(f"{file}-wal")
    if not log.exists() or not log.stat().st_size:
        return _opened(file, _WITHOUT_LOG)
    try:
        return _opened(file, _WITH_LOG)
    except apsw.CantOpenError:
        return _opened(file, _ALONE, "PRAGMA locking_mode=EXCLUSIVE")


def _opened(file: Path, how: str, *settings: str) -> Connection:
    """A connection that has read something. Raises apsw.Error."""
    connection = connected(file, how)
    try:
        for statement in (*settings, "PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON", "PRAGMA user_version"):
            connection.execute(statement).fetchall()
    except apsw.Error:
        connection.close()
        raise
    return connection


def _migrated_copy(old: Database, connection: Connection, version: int) -> Database:
    memory = connected(Path(":memory:"))
    copy = Database(old.file, memory)
    try:
        with cast("Any", memory).backup("main", connection, "main") as backup:
            backup.step()
        migrate(copy, version)
    except BaseException as error:
        copy.close()
        if isinstance(error, apsw.Error):
            raise storage_problem(error, old.file) from error
        raise
    return copy
