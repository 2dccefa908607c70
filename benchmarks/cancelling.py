"""Cancelling a job at a chosen moment, and measuring how long the engine takes to be idle again."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from benchmarks.bench import Case
from benchmarks.ours import Ours
from benchmarks.trace import Moment, Trace
from benchmarks.work import request
from darkroom.errors import DarkroomError
from darkroom.messages import EngineChanged, EngineState, Event, JobChanged, JobState, Progress

ENDS = frozenset({JobState.CANCELLED, JobState.DONE, JobState.FAILED})


def cancelled_after(ours: Ours, case: Case, moment: Moment, prompt: str) -> float | None:
    """Seconds from the wish to idle; None when the job was done before the moment came."""
    return ours.runner.run(_cancelled(ours, replace(case, steps=moment.steps or case.steps), moment, prompt))


async def _cancelled(ours: Ours, case: Case, moment: Moment, prompt: str) -> float | None:
    loop, reached = asyncio.get_running_loop(), asyncio.Event()

    def reported(progress: Progress) -> None:
        if progress.phase == moment.phase:
            loop.call_soon_threadsafe(reached.set)

    # Not from the events: a slow reader gets only the newest progress, and may never hear of a short phase.
    ours.trace = Trace(on_report=reported)
    events = ours.engine.events()
    job = await ours.engine.submit(request(case, ours.model, prompt))
    await reached.wait()
    await asyncio.sleep(moment.delay)
    begun = time.perf_counter()
    try:
        await job.cancel()
    except DarkroomError:
        await job.pictures()
        return None
    state = await _idle(events, job.id)
    return time.perf_counter() - begun if state == JobState.CANCELLED else None


async def _idle(events: AsyncIterator[Event], job: int) -> JobState | None:
    """How the job ended, when that has been said and the engine is ready for the next one; in either order."""
    ended: JobState | None = None
    ready = False
    async for event in events:
        if isinstance(event, JobChanged) and event.job == job and event.row.state in ENDS:
            ended = event.row.state
        if isinstance(event, EngineChanged):
            # The job before may have said so, too; then "working" followed.
            ready = event.state == EngineState.READY
        if ended and ready:
            break
    return ended
