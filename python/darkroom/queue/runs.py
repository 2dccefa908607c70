"""What only the process that runs the queue does to a job's row: claim it, keep its pictures, end it, recover it."""

import contextlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from darkroom.errors import Cancelled, InternalError, JobPoisoned
from darkroom.library.changes import forget_old, record
from darkroom.library.database import Value
from darkroom.library.disk import PRIVATE_FILE, writing
from darkroom.library.home import Home
from darkroom.library.lock import is_held
from darkroom.library.orphans import Found, bring_together, find_strays, sweep_staging
from darkroom.library.store import NewPicture, PictureTable
from darkroom.messages import ENDED, Job, JobState, Picture, PictureSaved, Problem, problem_of
from darkroom.queue.table import ACTIVE, JobTable

# A job that ended the engine this often in a row without a new picture is not tried again by itself.
DEADLY = 3
# Says that an attempt was let go of in order, by its name alone: a full disk has room for that.
_LET_GO = "{job}-{attempt}.let-go"
# A dead attempt told its progress with numbers that were never stored; the next events must be higher.
UNSTORED = 1 << 20


@dataclass(frozen=True)
class Ending:
    """How a run ended, before anybody's wish to cancel is looked at."""

    state: JobState
    problem: Problem | None = None


class Runs:
    """The runner's view of the queue. One object per thread, like its database."""

    def __init__(self, jobs: JobTable) -> None:
        self._jobs = jobs
        self._database = jobs.database
        self._pictures = PictureTable(jobs.database)

    def claim(self) -> tuple[Job, int] | None:
        """Start the next job: its row and the number of its last event; None when none waits or the queue is paused."""
        if self._jobs.paused() or self._jobs.first_waiting() is None:
            return None
        with self._database.transaction():
            job = self._jobs.first_waiting()
            if job is None:
                return None
            attempt = self._jobs.job(job).attempt + 1
            fresh = {"code": None, "message": None, "cancel": 0}
            self._jobs.change(job, {"state": JobState.RUNNING, "attempt": attempt} | fresh)
            forget_old(self._database)
            return self._jobs.row_and_seq(job)

    def refuse_moved(self) -> None:
        """Raise HomeUnwritable when the home is no longer where it was: another one's pictures may be there now."""
        self._database.refuse_moved()

    def saved(self, job: int, home: Home) -> AbstractSet[int]:
        """Indexes of the job's pictures that have a row and a file."""
        return frozenset(
            picture.index for picture in self._pictures.of_job(job) if (home.root / picture.file).is_file()
        )

    def skipped(self, job: int) -> AbstractSet[int]:
        """Indexes of the job's pictures that somebody skipped."""
        return self._jobs.skips(job)

    def skip(self, job: Job, above: int) -> int:
        """The task has left a skipped picture; the number of the event. Raises Cancelled."""
        with self._database.transaction():
            self._guard(job)
            self._jobs.change(job.id, {}, above)
            return self._jobs.row_and_seq(job.id)[1]

    def saving(self, job: Job, above: int) -> int:
        """The last missing picture is being saved; the number of the event. Raises Cancelled."""
        with self._database.transaction():
            self._guard(job)
            self._jobs.change(job.id, {"state": JobState.SAVING}, above)
            return self._jobs.row_and_seq(job.id)[1]

    def keep(self, new: NewPicture, job: Job, above: int) -> int:
        """Give a picture that is on the disk its row; the number of the event.

        Raises Cancelled when a later attempt, or somebody's wish to cancel, came first.
        """
        with self._database.transaction():
            self._guard(job)
            return self._tell(self._pictures.put(new), above)

    def withdraw(self, new: NewPicture, job: Job, home: Home) -> None:
        """Take away a file that a wish to cancel overtook between its rename and its row: nobody was told of it."""
        row = self._database.row("SELECT attempt, cancel FROM jobs WHERE id = ?", (job.id,))
        if row == (job.attempt, 1):
            (home.root / new.file).unlink(missing_ok=True)

    def _tell(self, picture: Picture, above: int = 0) -> int:
        """A job that makes progress is not deadly, whatever happened before."""
        self._database.run("UPDATE jobs SET seq = max(seq, ?) + 1, deaths = 0 WHERE id = ?", (above, picture.job))
        seq = self._database.value("SELECT seq FROM jobs WHERE id = ?", (picture.job,))
        if seq is not None:
            record(self._database, PictureSaved(job=picture.job, seq=seq, picture=picture))
        return seq or 0

    def _guard(self, job: Job) -> None:
        row = self._database.row("SELECT state, attempt, cancel FROM jobs WHERE id = ?", (job.id,))
        if row is None or row[0] not in ACTIVE or row[1] != job.attempt or row[2]:
            raise Cancelled

    def finish(self, job: Job, ending: Ending, above: int) -> Job | None:
        """End the run. A wish to cancel that came before this is granted, whatever the ending; None if not ours."""
        with self._database.transaction():
            row = self._database.row("SELECT state, attempt, cancel FROM jobs WHERE id = ?", (job.id,))
            if row is None or row[0] not in ACTIVE or row[1] != job.attempt:
                return None
            final = Ending(JobState.CANCELLED) if row[2] else self._complete(job, ending)
            return self._end(job.id, final, above)

    def _complete(self, job: Job, ending: Ending) -> Ending:
        row = self._jobs.job(job.id)
        made = row.pictures
        if ending.state != JobState.DONE or made >= job.request.count:
            return ending
        if made + row.skipped >= job.request.count:
            return ending if made else Ending(JobState.CANCELLED)
        lost = InternalError(f"Job {job.id} ended with {made} of {job.request.count} pictures; retry it.")
        return Ending(JobState.FAILED, problem_of(lost))

    def _end(self, job: int, ending: Ending, above: int) -> Job:
        columns: dict[str, Value] = {"state": ending.state, "cancel": 0}
        if ending.problem is not None:
            columns |= {"code": ending.problem.code, "message": ending.problem.message}
        if ending.state in ENDED:
            columns["deaths"] = 0
        return self._jobs.change(job, columns, above)

    def recover(self, home: Home) -> Found:
        """Put right what a dead runner left: its files get rows, its job waits again or is given up.

        In steps, each of which is kept: whoever is killed in it leaves the next one less to do. May take minutes.
        """
        sweep_staging(home)
        with self._database.transaction():
            self._database.run("UPDATE jobs SET seq = seq + ? WHERE state IN ('running', 'saving')", (UNSTORED,))
            strays = find_strays(home, self._database)
        found = bring_together(home, self._database, strays, self._unwanted, self._tell)
        with self._database.transaction():
            self._end_all_left(home)
        _forget_let_go(home)
        return found

    def _unwanted(self) -> AbstractSet[int]:
        return {job for (job,) in self._database.rows("SELECT id FROM jobs WHERE cancel = 1")}

    def _end_all_left(self, home: Home) -> None:
        for job, died, ending in self._left(home):
            self._database.run("UPDATE jobs SET deaths = ? WHERE id = ?", (died, job))
            self._end(job, ending, 0)

    def _left(self, home: Home) -> Iterator[tuple[int, int, Ending]]:
        """The jobs of a dead runner, how often each has ended an engine, and what becomes of it."""
        left = self._database.rows("SELECT id, attempt, deaths, cancel FROM jobs WHERE state IN ('running', 'saving')")
        for job, attempt, deaths, cancel in left:
            died = deaths + (not _mark(home, job, attempt).exists())
            yield job, died, _after_death(job, attempt, died, bool(cancel))

    def shown(self, home: Home) -> list[Job]:
        """As `JobTable.shown`, but what a dead runner left is shown as the next one will find it."""
        jobs = self._jobs.shown()
        if not any(job.state in ACTIVE for job in jobs) or is_held(home.runner_lock):
            return jobs
        found = {job: {"state": ending.state, "problem": ending.problem} for job, _, ending in self._left(home)}
        return [replace(job, **found.get(job.id, {})) for job in jobs]


def let_go(job: Job, home: Home) -> None:
    """Leave word to `recover` that this attempt is no death: the engine closes, and may not come to write that down."""
    # Where not even a name can be left, the attempt counts as a death.
    with contextlib.suppress(OSError):
        _mark(home, job.id, job.attempt).touch(mode=PRIVATE_FILE)


def _mark(home: Home, job: int, attempt: int) -> Path:
    return home.staging / _LET_GO.format(job=job, attempt=attempt)


def taken_back(job: Job, home: Home) -> None:
    """The word that `let_go` left is not needed: what became of the attempt is written down."""
    with contextlib.suppress(OSError):
        _mark(home, job.id, job.attempt).unlink()


def _forget_let_go(home: Home) -> None:
    with writing(home.staging):
        for mark in home.staging.glob(_LET_GO.format(job="*", attempt="*")):
            mark.unlink(missing_ok=True)


def _after_death(job: int, attempt: int, deaths: int, cancel: bool) -> Ending:
    if cancel:
        return Ending(JobState.CANCELLED)
    if deaths < DEADLY:
        return Ending(JobState.INTERRUPTED)
    poisoned = JobPoisoned(
        f"Job {job} ended the engine {deaths} times in a row, last in attempt {attempt}; "
        "change its settings, or retry it if something else was the cause."
    )
    return Ending(JobState.FAILED, problem_of(poisoned))
