"""A job as the one who asked for it sees it."""

from collections.abc import AsyncIterator, Callable

from darkroom.errors import Code, DarkroomError, EngineLost, JobCancelled, NotFound
from darkroom.library.brief import brief_job
from darkroom.library.store import PictureTable
from darkroom.messages import ENDED, Job, JobChanged, JobEvent, JobRemoved, JobState, Picture, Problem
from darkroom.queue.subscriptions import Broadcast, Subscription
from darkroom.queue.table import JobTable


class JobHandle:
    """One job in the queue, in whichever process it runs."""

    def __init__(
        self,
        job: int,
        jobs: JobTable,
        pictures: PictureTable,
        broadcast: Broadcast,
        cancel: Callable[[int], None],
    ) -> None:
        self.id = job
        self._jobs = jobs
        self._pictures = pictures
        self._broadcast = broadcast
        self._cancel = cancel

    def row(self) -> Job:
        """The job as it stands, with all of its request; in events, long texts are cut. Raises NotFound."""
        return self._jobs.job(self.id)

    def events(self) -> AsyncIterator[JobEvent]:
        """The job as it stands, then everything that happens to it; ends when the job has ended.

        Raises NotFound when the job has been removed.
        """
        subscription = self._broadcast.subscribe()
        row, seq = self._jobs.row_and_seq(self.id)
        return _until_ended(JobChanged(job=self.id, seq=seq, row=brief_job(row)), subscription)

    async def pictures(self) -> list[Picture]:
        """Wait for the job's end; its pictures in order.

        Raises the job's own error if it failed, JobCancelled, NotFound if it was removed, and EngineLost if this
        engine was closed first (the job then goes on with the next engine on this home).
        """
        row: Job | None = None
        async for event in self.events():
            if isinstance(event, JobRemoved):
                raise NotFound(f"Job {self.id} was removed from the queue; generate again.")
            row = event.row if isinstance(event, JobChanged) else row
        if row is None or row.state not in ENDED:
            raise EngineLost(f"The engine was closed before job {self.id} ended; it goes on when one is opened again.")
        if row.state == JobState.CANCELLED:
            raise JobCancelled(f"Job {self.id} was cancelled; retry it to make its pictures.")
        if row.problem is not None:
            raise error_of(row.problem)
        return self._pictures.of_job(self.id)

    async def cancel(self) -> None:
        """Wish the job's end. Raises QueueError when it is over already."""
        self._cancel(self.id)


async def _until_ended(first: JobChanged, subscription: Subscription) -> AsyncIterator[JobEvent]:
    yield first
    if first.row.state in ENDED:
        return
    async for event in subscription:
        if not isinstance(event, JobEvent) or event.job != first.job or event.seq <= first.seq:
            continue
        yield event
        if isinstance(event, JobRemoved) or (isinstance(event, JobChanged) and event.row.state in ENDED):
            return


def error_of(problem: Problem) -> DarkroomError:
    """The error that a stored or received problem was made from."""
    return _classes(DarkroomError).get(problem.code, DarkroomError)(problem.message)


def _classes(root: type[DarkroomError]) -> dict[Code, type[DarkroomError]]:
    """Code → class; of classes that share a code, the most particular."""
    found = {root.code: root}
    for kind in root.__subclasses__():
        found |= _classes(kind)
    return found
