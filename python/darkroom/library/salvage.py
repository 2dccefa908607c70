"""A damaged library: kept beside the new one, which is made from the pictures and from what can still be read."""

import shutil
from pathlib import Path
from typing import Any

import apsw
import orjson

from darkroom.errors import BadMessage, Code, HomeDamaged
from darkroom.library.database import Database, connected, newer_row, open_database
from darkroom.library.disk import free_name, move_durably, writing
from darkroom.library.home import Home
from darkroom.messages import JobState, TextToImage
from darkroom.wire import from_wire

_COLUMNS = "id, state, request, position, priority, code, message, created"
_HALF_RUN = (JobState.RUNNING, JobState.SAVING)


def open_or_rebuild(home: Home) -> tuple[Database, str | None]:
    """The home's library, rebuilt if it is damaged; and then where the damaged file is kept.

    The caller holds the runner's and the opening lock. Pictures get their rows afterwards, as orphans do. Raises
    HomeNewer, with nothing touched, when a sound row in it is a newer Darkroom's: a rebuild would lose it.
    """
    try:
        return open_database(home.database, check=True), None
    except HomeDamaged:
        jobs = _readable_jobs(home)
        kept = _set_aside(home)
    database = open_database(home.database)
    _put_back(database, jobs)
    return database, kept.name


def _set_aside(home: Home) -> Path:
    """Move the log first: a log left behind would be replayed into the new library."""
    kept = free_name(home.root / "library.damaged.db")
    for suffix in ("-wal", "-shm", ""):
        file = Path(f"{home.database}{suffix}")
        if file.exists():
            move_durably(file, Path(f"{kept}{suffix}"))
    return kept


def _readable_jobs(home: Home) -> list[tuple[Any, ...]]:
    """The jobs before the first and after the last damaged page, read from a copy: reading may write."""
    copy = home.staging / "salvage.db"
    with writing(home.staging):
        for suffix in ("", "-wal"):
            if Path(f"{home.database}{suffix}").exists():
                shutil.copyfile(f"{home.database}{suffix}", f"{copy}{suffix}")
    try:
        rows = {row[0]: row for direction in ("ASC", "DESC") for row in _rows_until_damage(copy, direction)}
    finally:
        for leftover in home.staging.glob("salvage.db*"):
            leftover.unlink()
    for number, row in rows.items():
        _refuse_newer_job(home, number, row)
    return [rows[number] for number in sorted(rows)]


def _rows_until_damage(file: Path, direction: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    try:
        connection = connected(file)
    except apsw.Error:
        return rows
    try:
        intact = "(SELECT seal IS expected FROM jobs_sealed WHERE jobs_sealed.id = jobs.id)"
        for row in connection.execute(f"SELECT {_COLUMNS} FROM jobs WHERE {intact} ORDER BY id {direction}"):
            if _plausible(row):
                rows.append(row)
    except (apsw.Error, UnicodeDecodeError):
        pass
    finally:
        connection.close()
    return rows


def _plausible(row: tuple[Any, ...]) -> bool:
    number, state, request, position, priority, code, message, created = row
    texts = all(isinstance(text, str) for text in (request, created)) and (code is None) == (message is None)
    numbers = isinstance(number, int) and isinstance(position, float) and isinstance(priority, int) and number > 0
    return texts and numbers and state in set(JobState)


def _refuse_newer_job(home: Home, number: int, row: tuple[Any, ...]) -> None:
    """A row whose seal is whole says what somebody wrote."""
    _, _, request, _, _, code, _, _ = row
    try:
        from_wire(orjson.loads(request), TextToImage)
        _ = None if code is None else Code(code)
    except (BadMessage, ValueError) as error:
        raise newer_row(home.database, f"Job {number}", str(error)) from error


def _put_back(database: Database, rows: list[tuple[Any, ...]]) -> None:
    with database.transaction():
        for number, state, *rest in rows:
            resumed = JobState.INTERRUPTED if state in _HALF_RUN else state
            database.run(f"INSERT INTO jobs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, resumed, *rest))
