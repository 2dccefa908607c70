"""Following jobs to their end, and leaving early without losing them."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from darkroom.messages import ENDED, EngineChanged, Event, Job, JobChanged, JobRemoved, JobState, QueuePaused

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_RESTING = frozenset({JobState.QUEUED, JobState.INTERRUPTED})


@dataclass
class Watch:
    """Jobs on the way to their end. With `all_jobs`, whatever others add is followed too."""

    waiting: dict[int, Job]
    paused: bool
    all_jobs: bool = False
    ended: dict[int, Job] = field(default_factory=dict[int, Job])
    removed: set[int] = field(default_factory=set[int])

    def fold(self, event: Event) -> bool:
        """Take the event in; whether it is about what is watched."""
        match event:
            case QueuePaused(paused=paused):
                self.paused = paused
                return True
            case EngineChanged():
                return True
            case JobRemoved(job=job):
                self.removed.update({job} & self.waiting.keys())
                return self.waiting.pop(job, None) is not None
            case JobChanged(job=job, row=row):
                return self._fold_row(job, row)
            case _:
                job: int | None = getattr(event, "job", None)
                return job is not None and (self.all_jobs or job in self.waiting)

    def _fold_row(self, job: int, row: Job) -> bool:
        if job not in self.waiting and (not self.all_jobs or row.state in ENDED):
            return False
        self.waiting[job] = row
        if row.state in ENDED:
            self.ended[job] = self.waiting.pop(job)
        return True

    @classmethod
    def of(cls, job: Job, *, paused: bool) -> "Watch":
        """One job that was just added. Its end, even if it came already, arrives as an event."""
        row = replace(job, state=JobState.RUNNING) if job.state in ENDED else job
        return cls(waiting={job.id: row}, paused=paused)

    @classmethod
    def of_all(cls, jobs: Iterable[Job], *, paused: bool) -> "Watch":
        """The whole queue."""
        return cls(waiting={job.id: job for job in jobs if job.state not in ENDED}, paused=paused, all_jobs=True)

    @property
    def stalled(self) -> bool:
        """Nothing will happen: the queue is paused, and no job is being worked on."""
        return self.paused and all(job.state in _RESTING for job in self.waiting.values())

    @property
    def over(self) -> bool:
        return not self.waiting or self.stalled


async def followed(events: AsyncIterator[Event], watch: Watch) -> AsyncIterator[Event]:
    """What happens to the watched jobs, until they have ended or cannot go on."""
    if watch.over:
        return
    async for event in events:
        if watch.fold(event):
            yield event
        if watch.over:
            return


def run_interruptible(work: Coroutine[Any, Any, int]) -> int:
    """The exit code of a command's coroutine; Ctrl-C, SIGTERM or the terminal's end cancel it, a second one ends the
    process at once.

    Raises Interrupted or what the coroutine raises.
    """
    return asyncio.run(_interruptible(work))


async def _interruptible(work: Coroutine[Any, Any, int]) -> int:
    task = asyncio.ensure_future(work)
    former = {number: signal.getsignal(number) for number in _SIGNALS}
    if former[signal.SIGHUP] == signal.SIG_IGN:
        # nohup: whoever started this wants it to outlive the terminal.
        del former[signal.SIGHUP]
    heard = _cancel_on_signals(task, tuple(former))
    try:
        return await task
    finally:
        if heard:
            _restore(former)


def _cancel_on_signals(task: "asyncio.Task[int]", numbers: Sequence[signal.Signals]) -> bool:
    """Whether signals are heard: only the main thread can; embedded in another one, the embedding program has to."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        _restore(dict.fromkeys(numbers, signal.SIG_DFL))
        task.cancel()

    try:
        for number in numbers:
            loop.add_signal_handler(number, interrupt)
    except (NotImplementedError, ValueError, RuntimeError):
        return False
    return True


def _restore(handlers: Mapping[signal.Signals, Any]) -> None:
    loop = asyncio.get_running_loop()
    for number, handler in handlers.items():
        loop.remove_signal_handler(number)
        signal.signal(number, handler)
