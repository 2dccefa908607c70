"""Waiting for what an engine tells, in tests."""

from collections.abc import AsyncIterator, Callable, Sequence

from darkroom.messages import Event, JobChanged, JobEvent, JobProgressed, JobState, Phase


async def until(events: AsyncIterator[Event] | AsyncIterator[JobEvent], wanted: Callable[[Event], bool]) -> list[Event]:
    """The events up to and with the first that is wanted."""
    seen: list[Event] = []
    async for event in events:
        seen.append(event)
        if wanted(event):
            return seen
    raise AssertionError(f"the events ended without the wanted one: {seen}")


def phase(wanted: Phase) -> Callable[[Event], bool]:
    """Progress in this phase."""
    return lambda event: isinstance(event, JobProgressed) and event.progress.phase == wanted


def state(wanted: JobState, job: int | None = None) -> Callable[[Event], bool]:
    """A job (or this job) came into this state."""
    return lambda event: isinstance(event, JobChanged) and event.row.state == wanted and job in (None, event.job)


def states(events: Sequence[Event]) -> list[JobState]:
    """The different states a job went through."""
    found: list[JobState] = []
    for event in events:
        if isinstance(event, JobChanged) and found[-1:] != [event.row.state]:
            found.append(event.row.state)
    return found
