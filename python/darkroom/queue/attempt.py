"""One run of one job, as the task on the torch thread sees it."""

from collections.abc import Callable, Generator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from darkroom.errors import Cancelled, Skipped
from darkroom.library.home import Home
from darkroom.library.pictures import Place, now, save_picture
from darkroom.library.store import NewPicture
from darkroom.messages import Job, JobProgressed, Phase, Plan, Progress, TextToImage
from darkroom.previews.mailbox import Mailbox
from darkroom.queue.runs import Runs
from darkroom.tasks.attempt import Attempt

Perform: TypeAlias = Callable[[TextToImage, Attempt], None]

DAY = len("2026-11-20")


class JobAttempt:
    """Implements `tasks.attempt.Attempt`. `runs` is the torch thread's, as are all methods but `stop` and `skip`."""

    def __init__(
        self,
        job: Job,
        seq: int,
        home: Home,
        runs: Runs,
        mailbox: Mailbox,
        progressed: Callable[[JobProgressed], None],
        changed: Callable[[], None],
    ) -> None:
        self._job = job
        self._seq = seq
        self._home = home
        self._runs = runs
        self._mailbox = mailbox
        self._progressed = progressed
        self._changed = changed
        self._settled: AbstractSet[int] = frozenset()
        self._stopped = False
        self._at: int | None = None
        # Replaced as a whole, never changed: two threads look at it.
        self._unwanted: frozenset[int] = frozenset()

    @property
    def job(self) -> Job:
        return self._job

    @property
    def folder(self) -> Path:
        """Where the job's pictures go; fixed per job, so that a later attempt finds the same names."""
        return self._home.pictures / self._job.created[:DAY]

    @property
    def seq(self) -> int:
        """The number of the last event told."""
        return self._seq

    @property
    def stopped(self) -> bool:
        return self._stopped

    def stop(self) -> None:
        """Make the next `check` raise. From any thread."""
        self._stopped = True

    def skip(self, indexes: AbstractSet[int]) -> None:
        """Make `check` raise while one of these pictures is made. From the loop's thread."""
        self._unwanted |= indexes

    def carry_out(self, perform: Perform) -> None:
        """Make the pictures that earlier attempts left. Raises what `perform` raises, or why that cannot be read."""
        self.report(Progress(phase=Phase.WAITING, count=self._job.request.count))
        self._settled = self._runs.saved(self._job.id, self._home) | self._runs.skipped(self._job.id)
        perform(self._job.request, self)

    @property
    def settled(self) -> AbstractSet[int]:
        return self._settled

    @contextmanager
    def picture(self, index: int) -> Generator[None]:
        self._at = index
        try:
            yield
        except Skipped:
            self._seq = self._guarded(lambda: self._runs.skip(self._job, self._seq))
            self._settled |= {index}
        finally:
            self._at = None

    def check(self) -> None:
        if self._stopped:
            raise Cancelled
        if self._at in self._unwanted:
            raise Skipped

    def report(self, progress: Progress) -> None:
        self._seq += 1
        self._progressed(JobProgressed(job=self._job.id, seq=self._seq, progress=progress))

    def preview(self, image: bytes, mime: str) -> str:
        return self._mailbox.put(self._job.id, image, mime)

    def save(self, index: int, plan: Plan, rgb: bytes) -> None:
        self.check()
        self._runs.refuse_moved()
        if len(self._settled | {index}) >= self._job.request.count:
            self._seq = self._guarded(lambda: self._runs.saving(self._job, self._seq))
        place = Place(self._job.id, index)
        file, sha256 = save_picture(self._home, place, self.folder, self._job.attempt, plan, rgb)
        new = NewPicture(job=self._job.id, index=index, file=file, plan=plan, sha256=sha256, created=now())
        self._seq = self._guarded(lambda: self._kept(new))
        self._settled |= {index}

    def _kept(self, new: NewPicture) -> int:
        try:
            return self._runs.keep(new, self._job, self._seq)
        except Cancelled:
            self._runs.withdraw(new, self._job, self._home)
            raise

    def _guarded(self, commit: Callable[[], int]) -> int:
        """Commit and tell the loop; a commit refused because of a wish to cancel stops the attempt."""
        try:
            return commit()
        except Cancelled:
            self._stopped = True
            raise
        finally:
            self._changed()
