"""Who is next: higher priority first, then the lower position, then the lower id. No clock takes part."""

from collections.abc import Sequence
from dataclasses import dataclass

# Halving a gap fifty times exhausts a double; long before that the positions are dealt anew.
SMALLEST_GAP = 1e-6


@dataclass(frozen=True)
class Slot:
    """Where a waiting job stands."""

    job: int
    priority: int
    position: float


def in_front(waiting: Sequence[Slot], priority: int, last: float) -> tuple[int, float]:
    """Priority and position of a new job before all of `waiting` (in order); `last` is the position to use if alone."""
    if not waiting or waiting[0].priority < priority:
        return priority, last
    return waiting[0].priority, waiting[0].position - 1


def moved(waiting: Sequence[Slot], job: int, before: int | None) -> list[Slot]:
    """The slots that change when `job` is put before `before`, or last; both are in `waiting`, which is in order."""
    rest = [slot for slot in waiting if slot.job != job]
    if not rest or job == before:
        return []
    at = next((number for number, slot in enumerate(rest) if slot.job == before), len(rest))
    if at == len(rest):
        return [Slot(job, rest[-1].priority, rest[-1].position + 1)]
    return _between(rest, at, job)


def _between(rest: list[Slot], at: int, job: int) -> list[Slot]:
    after = rest[at]
    if at == 0 or rest[at - 1].priority != after.priority:
        return [Slot(job, after.priority, after.position - 1)]
    middle = (rest[at - 1].position + after.position) / 2
    if after.position - rest[at - 1].position > SMALLEST_GAP:
        return [Slot(job, after.priority, middle)]
    order = [*rest[:at], Slot(job, after.priority, middle), *rest[at:]]
    base = min(slot.position for slot in order)
    return [Slot(slot.job, slot.priority, base + number) for number, slot in enumerate(order)]
