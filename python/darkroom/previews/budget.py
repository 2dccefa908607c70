"""A share of the time, kept by measuring: something is done again only when it has become affordable."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Budget:
    """Allows work whose mean cost is at most `share` of the time since it was last done."""

    share: float
    clock: Callable[[], float]
    _costs: list[float] = field(default_factory=list[float])
    _last: float | None = None

    @property
    def last(self) -> float | None:
        """When the work was last done, by the clock; None before the first time."""
        return self._last

    def allows(self) -> bool:
        """Whether the work may be done now. The first time is free: its cost is not known before."""
        if self._last is None:
            return True
        mean = sum(self._costs) / len(self._costs)
        return mean <= self.share * (self.clock() - self._last)

    def timed(self, work: Callable[[], bytes]) -> bytes:
        """Do the work and remember what it cost."""
        begun = self.clock()
        result = work()
        self._last = self.clock()
        # The newest costs only: the first one carries allocations that never come again.
        self._costs = [*self._costs[-4:], self._last - begun]
        return result
