"""The one SQLite file of a home: opened safely, migrated, and its failures in plain words.

WAL with synchronous=FULL: what a commit returned for survives a crash and a power cut.
"""

import contextlib
import zlib
from collections.abc import Callable, Generator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import quote

import apsw

from darkroom.errors import (
    DarkroomError,
    EngineLost,
    HomeDamaged,
    HomeError,
    HomeNewer,
    HomeUnwritable,
    InternalError,
    NotFound,
)
from darkroom.library.disk import FULL, PRIVATE_FILE, disk_full, refuse_special, sync_folder, writing

# Earlier versions can corrupt a WAL database when a reset races with a writer (fixed in 3.51.3).
OLDEST_SQLITE = 3_051_003
APPLICATION = int.from_bytes(b"DKRM", "big")
BUSY_MILLISECONDS = 10_000
LARGEST_NUMBER = 2**63 - 1

_MAGIC = b"SQLite format 3\0"
_VERSION_AT, _APPLICATION_AT = slice(60, 64), slice(68, 72)

Value = None | int | float | str | bytes


class Rows(Protocol):
    """What is used of apsw.Cursor; apsw's own types need Python 3.12 to be understood."""

    def __iter__(self) -> "Rows": ...
    def __next__(self) -> tuple[Any, ...]: ...
    def fetchall(self) -> list[tuple[Any, ...]]: ...


class Connection(Protocol):
    """What is used of apsw.Connection."""

    in_transaction: bool
    system_errno: int

    def execute(self, statements: str, bindings: tuple[Value, ...] = (), /) -> Rows: ...
    def changes(self) -> int: ...
    def last_insert_rowid(self) -> int: ...
    def create_scalar_function(
        self, name: str, callable: Callable[..., Value], *, deterministic: bool, flags: int
    ) -> None: ...
    def close(self) -> None: ...


class Database:
    """One connection. A thread that writes has its own."""

    def __init__(self, file: Path, connection: Connection) -> None:
        self.file = file
        self._connection = connection
        self._opened = _identity(file)

    def refuse_moved(self) -> None:
        """Raise HomeUnwritable if another file, or none, has our name: SQLite would go on where nobody looks."""
        try:
            moved = _identity(self.file) != self._opened
        except OSError:
            # It may be there; what is done next will tell.
            return
        if moved:
            raise HomeUnwritable(
                f"The library {self.file} was moved, replaced or deleted while Darkroom had it open; "
                "put it back and start Darkroom again."
            )

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """All of the body or nothing; durable when the block has ended. Not to be nested."""
        self.refuse_moved()
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            # SQLite may have rolled back by itself, as it does on a full disk.
            if self._connection.in_transaction:
                self.run("ROLLBACK")
            raise

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        with self._translated(values):
            return self._connection.execute(sql, tuple(values)).fetchall()

    def row(self, sql: str, values: Sequence[Value] = ()) -> tuple[Any, ...] | None:
        return next(iter(self.rows(sql, values)), None)

    def value(self, sql: str, values: Sequence[Value] = ()) -> Any:  # noqa: ANN401 - a column of any type
        row = self.row(sql, values)
        return None if row is None else row[0]

    def run(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Execute a statement; the number of rows it changed."""
        with self._translated(values):
            self._connection.execute(sql, tuple(values))
            return self._connection.changes()

    def insert(self, sql: str, values: Sequence[Value]) -> int:
        """Execute an insert; the new row's id."""
        self.run(sql, values)
        return self._connection.last_insert_rowid()

    def foreign_version(self) -> int:
        """A number that changes when somebody else has committed. Microseconds; no row is read."""
        return int(self.value("PRAGMA data_version"))

    def close(self) -> None:
        self._connection.close()

    @contextlib.contextmanager
    def _translated(self, values: Sequence[Value]) -> Generator[None]:
        try:
            yield
        except OverflowError as error:
            raise NotFound(_beyond(values)) from error
        except apsw.ConnectionClosedError as error:
            raise EngineLost(f"The library {self.file} is closed, with its engine; open an engine again.") from error
        except apsw.Error as error:
            raise storage_problem(error, self.file, self._connection.system_errno) from error
        except UnicodeDecodeError as error:
            # Text with a flipped byte, in a row or in SQLite's own complaint about its schema.
            raise HomeDamaged(_DAMAGED.format(file=self.file, error="text that is no UTF-8")) from error


def _identity(file: Path) -> tuple[int, int] | None:
    """Which file has this name; None if none has. Raises OSError where that cannot be told."""
    try:
        status = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino


def _beyond(values: Sequence[Value]) -> str:
    """Why SQLite does not take one of `values`."""
    number = next((value for value in values if isinstance(value, int) and abs(value) > LARGEST_NUMBER), "so large")
    return (
        f"There is nothing with the number {number}: Darkroom counts to {LARGEST_NUMBER}; "
        "list the queue or the pictures to see what there is."
    )


def newer_row(file: Path, row: str, reason: str) -> HomeNewer:
    """What a sound row that this Darkroom cannot read means; `reason` is a sentence of the one who read it."""
    why = reason.partition(";")[0]
    return HomeNewer(
        f"{row} in {file.parent} was written by a newer Darkroom ({why}); "
        "update Darkroom or set DARKROOM_HOME to another folder."
    )


def storage_problem(error: apsw.Error, file: Path, errno: int = 0) -> DarkroomError:
    """SQLite's failure as the user can act on it."""
    if isinstance(error, apsw.FullError) or (isinstance(error, apsw.IOError) and errno in FULL):
        return disk_full(file.parent)
    for kinds, problem, sentence in _PROBLEMS:
        if isinstance(error, kinds):
            return problem(sentence.format(file=file, error=error))
    return InternalError(f"The library {file} failed: {error}; please report this.")


_DAMAGED = (
    "The library {file} is damaged ({error}); close every Darkroom on this home and start one again to rebuild it."
)
_PROBLEMS: tuple[tuple[tuple[type[apsw.Error], ...], type[DarkroomError], str], ...] = (
    (
        (apsw.CorruptError, apsw.NotADBError, apsw.FormatError),
        HomeDamaged,
        _DAMAGED,
    ),
    (
        (apsw.BusyError, apsw.LockedError),
        HomeError,
        "The library {file} is held by another program for too long ({error}); close it and try again.",
    ),
    (
        (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError, apsw.IOError, apsw.AuthError),
        HomeUnwritable,
        "Cannot write the library {file}: {error}; make its folder writable or set DARKROOM_HOME to another one.",
    ),
)


def refuse_newer(file: Path) -> None:
    """Raise HomeNewer when a newer Darkroom wrote `file`. Reads 72 bytes and touches nothing."""
    refuse_special(file)
    try:
        with file.open("rb") as stream:
            header = stream.read(72)
    except FileNotFoundError:
        return
    except NotADirectoryError as error:
        raise HomeUnwritable(
            f"The home {file.parent} is no folder; name another one, or set DARKROOM_HOME to one."
        ) from error
    except OSError as error:
        raise HomeUnwritable(f"Cannot read {file}: {error.strerror}; make it readable for this user.") from error
    ours = header.startswith(_MAGIC) and int.from_bytes(header[_APPLICATION_AT], "big") == APPLICATION
    if ours:
        refuse_version(file, int.from_bytes(header[_VERSION_AT], "big"))


def refuse_version(file: Path, version: int) -> None:
    """Raise HomeNewer for a library that has seen more steps than there are here."""
    newest = len(migrations())
    if version > newest:
        raise HomeNewer(
            f"{file.parent} was written by a newer Darkroom (format {version}, this one knows {newest}); "
            "update Darkroom or set DARKROOM_HOME to another folder."
        )


def migrations() -> list[str]:
    """The SQL of every step, in order; a database's version is the number of steps it has seen."""
    folder = resources.files("darkroom.library") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [file.read_text(encoding="utf-8") for file in files]


def open_database(file: Path, *, check: bool = False) -> Database:
    """The library in `file`, made or migrated as needed; with `check`, every page is looked at.

    Raises HomeNewer (nothing touched), HomeDamaged, HomeUnwritable or DiskFull.
    """
    if apsw.SQLITE_VERSION_NUMBER < OLDEST_SQLITE:
        raise InternalError(f"SQLite {apsw.sqlite_lib_version()} is too old to be safe; reinstall the package apsw.")
    refuse_newer(file)
    if not file.exists():
        with writing(file):
            file.touch(mode=PRIVATE_FILE)
            sync_folder(file.parent)
    try:
        connection = connected(file)
    except apsw.Error as error:
        raise storage_problem(error, file) from error
    database = Database(file, connection)
    try:
        _prepare(database, check)
    except BaseException:
        database.close()
        raise
    return database


def connected(file: Path, reading: str = "") -> Connection:
    """A bare connection that knows our function `sealed`; `reading` is how SQLite is to read and never write.

    Raises apsw.Error.
    """
    if reading:
        name, flags = f"file:{quote(str(file))}?{reading}", apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    else:
        name, flags = str(file), apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    connection = cast("Connection", apsw.Connection(name, flags=flags))
    connection.create_scalar_function("sealed", _sealed, deterministic=True, flags=apsw.SQLITE_INNOCUOUS)
    return connection


def _sealed(*values: object) -> int:
    return zlib.crc32(repr(values).encode("utf-8", "surrogatepass"))


def another(database: Database) -> Database:
    """A second connection to the same file, for another thread."""
    return open_database(database.file)


def _prepare(database: Database, check: bool) -> None:
    database.run(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    version = int(database.value("PRAGMA user_version"))
    refuse_version(database.file, version)
    database.run("PRAGMA journal_mode=WAL")
    database.run("PRAGMA synchronous=FULL")
    database.run("PRAGMA trusted_schema=OFF")
    database.run("PRAGMA cell_size_check=ON")
    if check:
        _check_pages(database)
    migrate(database, version)
    if check:
        _check_rows(database)


def _check_pages(database: Database) -> None:
    verdict = database.value("PRAGMA quick_check(1)")
    if verdict != "ok":
        raise HomeDamaged(f"The library {database.file} is damaged ({verdict}); start Darkroom again to rebuild it.")


def _check_rows(database: Database) -> None:
    """Each row against its seal: most flipped bytes leave the pages in order."""
    for view in ("jobs_sealed", "pictures_sealed"):
        row = database.value(f"SELECT id FROM {view} WHERE seal IS NOT expected LIMIT 1")
        if row is not None:
            raise HomeDamaged(f"The library {database.file} is damaged (row {row} of {view}); start Darkroom again.")


def migrate(database: Database, version: int) -> None:
    """Take the steps from `version` on, all or none."""
    steps = migrations()
    if version == len(steps):
        return
    with database.transaction():
        for step in steps[version:]:
            database.run(step)
        database.run(f"PRAGMA application_id={APPLICATION}")
        database.run(f"PRAGMA user_version={len(steps)}")
    # The version has to stand in the file itself, where an older Darkroom reads it without touching anything.
    database.run("PRAGMA wal_checkpoint(TRUNCATE)")
