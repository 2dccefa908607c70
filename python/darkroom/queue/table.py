"""The rows of the jobs and every wish about them: add, cancel, skip, retry, remove, move, pause.

Each wish is one transaction that also holds the event telling of it, so any process on the home may carry it out.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from darkroom.errors import BadMessage, BadRequest, Code, DarkroomError, HomeDamaged, NotFound, QueueError
from darkroom.library.changes import record
from darkroom.library.database import Database, Value, newer_row
from darkroom.library.pictures import now
from darkroom.messages import Job, JobChanged, JobRemoved, JobState, Problem, QueuePaused, TextToImage
from darkroom.queue.order import Slot, in_front, moved
from darkroom.wire import from_wire, to_wire

WAITING = frozenset({JobState.QUEUED, JobState.INTERRUPTED})
ACTIVE = frozenset({JobState.RUNNING, JobState.SAVING})
ENDED_SHOWN = 200
LARGEST_PRIORITY = 1_000_000

_COLUMNS = (
    "id, state, request, position, priority, attempt, code, message, created,"
    " (SELECT count(*) FROM pictures WHERE pictures.job = jobs.id),"
    " (SELECT count(*) FROM skips WHERE skips.job = jobs.id"
    " AND place NOT IN (SELECT place FROM pictures WHERE pictures.job = jobs.id))"
)
_IN_ORDER = "WHERE state IN ('queued', 'interrupted') ORDER BY priority DESC, position, id"


class JobTable:
    """The queue as it is stored. One object per thread, like its database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, request: TextToImage, *, front: bool, priority: int) -> Job:
        """A new queued job; accepted when this returns. Raises BadRequest."""
        if priority not in range(-LARGEST_PRIORITY, LARGEST_PRIORITY + 1):
            raise BadRequest(
                f"Priority {priority} is out of range; use {-LARGEST_PRIORITY} to {LARGEST_PRIORITY}, whole numbers."
            )
        with self.database.transaction():
            last = float(self.database.value("SELECT coalesce(max(position), 0) FROM jobs")) + 1
            place = in_front(self._waiting(), priority, last) if front else (priority, last)
            job = self.database.insert(
                "INSERT INTO jobs (state, request, priority, position, created) VALUES (?, ?, ?, ?, ?)",
                (JobState.QUEUED, orjson.dumps(to_wire(request)).decode(), *place, now()),
            )
            return self.change(job, {})

    def change(self, job: int, columns: Mapping[str, Value], above: int = 0) -> Job:
        """Set columns and tell of it with a number higher than `above`. Inside a transaction."""
        assignments = "".join(f", {name} = ?" for name in columns)
        self.database.run(
            f"UPDATE jobs SET seq = max(seq, ?) + 1{assignments} WHERE id = ?", (above, *columns.values(), job)
        )
        row, seq = self.row_and_seq(job)
        record(self.database, JobChanged(job=job, seq=seq, row=row))
        return row

    def job(self, job: int) -> Job:
        """The job's row. Raises NotFound."""
        return self.row_and_seq(job)[0]

    def row_and_seq(self, job: int) -> tuple[Job, int]:
        """The job's row and the number of its last event. Raises NotFound."""
        row = self.database.row(f"SELECT seq, {_COLUMNS} FROM jobs WHERE id = ?", (job,))
        if row is None:
            raise NotFound(f"There is no job {job}; list the queue to see which there are.")
        return self._job(row[1:]), int(row[0])

    def shown(self) -> list[Job]:
        """The jobs to come and at work, in the order in which they run, and the last that ended."""
        waiting = self.database.rows(f"SELECT {_COLUMNS} FROM jobs {_IN_ORDER}")
        active = self.database.rows(f"SELECT {_COLUMNS} FROM jobs WHERE state IN ('running', 'saving') ORDER BY id")
        ended = self.database.rows(
            f"SELECT {_COLUMNS} FROM jobs WHERE state IN ('done', 'failed', 'cancelled') ORDER BY id DESC LIMIT ?",
            (ENDED_SHOWN,),
        )
        return [self._job(row) for row in (*reversed(ended), *active, *waiting)]

    def refuse_newer(self) -> None:
        """Raise HomeNewer when a job that is shown or waits is beyond this Darkroom. Touches nothing."""
        self.shown()

    def first_waiting(self) -> int | None:
        """The job that is next."""
        return self.database.value(f"SELECT id FROM jobs {_IN_ORDER} LIMIT 1")

    def cancel(self, job: int) -> None:
        """End a waiting job, or wish the end of a running one. Raises NotFound, or QueueError for a finished job."""
        with self.database.transaction():
            state = self.job(job).state
            if state in (JobState.DONE, JobState.FAILED):
                raise QueueError(f"Job {job} is already {state}; there is nothing left to cancel.")
            if state in WAITING:
                self.change(job, {"state": JobState.CANCELLED, "code": None, "message": None})
            elif state in ACTIVE:
                self.database.run("UPDATE jobs SET cancel = 1 WHERE id = ?", (job,))

    def cancel_wished(self, job: int) -> bool:
        """Whether somebody, here or in another process, wants the running job to stop."""
        return bool(self.database.value("SELECT cancel FROM jobs WHERE id = ?", (job,)))

    def skip(self, job: int, index: int) -> None:
        """Wish that a running job leaves picture `index` out. Raises NotFound, QueueError or BadRequest."""
        with self.database.transaction():
            row = self.job(job)
            if row.state not in ACTIVE:
                raise QueueError(f"Job {job} is {row.state}; only a picture of a running job can be skipped.")
            if not 0 <= index < row.request.count:
                raise BadRequest(f"Job {job} has no picture {index}; it counts from 0 to {row.request.count - 1}.")
            self.database.run("INSERT OR IGNORE INTO skips (job, place) VALUES (?, ?)", (job, index))

    def skips(self, job: int) -> frozenset[int]:
        """The pictures of a job that somebody, here or in another process, wants left out."""
        return frozenset(place for (place,) in self.database.rows("SELECT place FROM skips WHERE job = ?", (job,)))

    def retry(self, job: int) -> None:
        """Queue a failed or cancelled job again, last; pictures it has are kept. Raises NotFound or QueueError."""
        with self.database.transaction():
            state = self.job(job).state
            if state not in (JobState.FAILED, JobState.CANCELLED):
                raise QueueError(f"Job {job} is {state}; only a failed or cancelled job can be retried.")
            last = float(self.database.value("SELECT max(position) FROM jobs")) + 1
            self.database.run("DELETE FROM skips WHERE job = ?", (job,))
            fresh = {"deaths": 0, "cancel": 0, "code": None, "message": None}
            self.change(job, {"state": JobState.QUEUED, "position": last} | fresh)

    def remove(self, job: int) -> None:
        """Take a job off the list; its pictures stay. Raises NotFound, or QueueError while it runs."""
        with self.database.transaction():
            row, seq = self.row_and_seq(job)
            if row.state in ACTIVE:
                raise QueueError(f"Job {job} is {row.state}; cancel it before removing it.")
            self.database.run("DELETE FROM jobs WHERE id = ?", (job,))
            self.database.run("DELETE FROM skips WHERE job = ?", (job,))
            record(self.database, JobRemoved(job=job, seq=seq + 1))

    def move(self, job: int, before: int | None) -> None:
        """Put a waiting job before another waiting one, or last. Raises NotFound or QueueError."""
        with self.database.transaction():
            for number in (job,) if before is None else (job, before):
                state = self.job(number).state
                if state not in WAITING:
                    raise QueueError(f"Job {number} is {state}; only waiting jobs can be moved.")
            for slot in moved(self._waiting(), job, before):
                self.change(slot.job, {"priority": slot.priority, "position": slot.position})

    def pause(self, paused: bool) -> None:
        """Start no further job, or go on; the running job is not touched. Kept over restarts."""
        with self.database.transaction():
            if paused != self.paused():
                self.database.run("INSERT OR REPLACE INTO switches (name, value) VALUES ('paused', ?)", (int(paused),))
                record(self.database, QueuePaused(paused=paused))

    def paused(self) -> bool:
        return bool(self.database.value("SELECT value FROM switches WHERE name = 'paused'"))

    def _waiting(self) -> list[Slot]:
        rows = self.database.rows(f"SELECT id, priority, position FROM jobs {_IN_ORDER}")
        return [Slot(job, priority, position) for job, priority, position in rows]

    def _job(self, row: tuple[Any, ...]) -> Job:
        try:
            return _job(row)
        except (BadMessage, ValueError) as error:
            raise self._unread(int(row[0]), str(error)) from error

    def _unread(self, job: int, reason: str) -> DarkroomError:
        """A row that does not decode is a newer Darkroom's, unless its seal says that it is damaged."""
        sound = self.database.value("SELECT seal IS expected FROM jobs_sealed WHERE id = ?", (job,))
        if sound:
            return newer_row(self.database.file, f"Job {job}", reason)
        return HomeDamaged(f"Job {job} in {self.database.file} is damaged; close every Darkroom and start one again.")


def _job(row: tuple[Any, ...]) -> Job:
    number, state, request, position, priority, attempt, code, message, created, pictures, skipped = row
    return Job(
        id=number,
        state=JobState(state),
        request=from_wire(orjson.loads(request), TextToImage),
        position=position,
        priority=priority,
        attempt=attempt,
        pictures=pictures,
        skipped=skipped,
        problem=None if code is None else Problem(code=Code(code), message=message),
        created=created,
    )
