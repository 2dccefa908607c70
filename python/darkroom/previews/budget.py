"""A share of the time, kept by measuring: something is done again only when it has become affordable."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Budget:
    """Allows work whose mean cost is at most `share` of the time since it was last done, or since the picture began."""

    share: float
    clock: Callable[[], float]
    _costs: list[float] = field(default_factory=list[float])
    _since: float = 0.0
    _last: float | None = None

    @property
    def last(self) -> float | None:
        """When the work was last done for this picture, by the clock; None before the first time."""
        return self._last

    def begin(self) -> None:
        """A picture begins: what the work costs is known from those before it, but its time counts from now."""
        self._since = self.clock()
        self._last = None

    def allows(self) -> bool:
        """Whether the work may be done now. The very first time is free: its cost is not known before."""
        if not self._costs:
            return True
        mean = sum(self._costs) / len(self._costs)
        return mean <= self.share * (self.clock() - self._since)

    def timed(self, work: Callable[[], bytes]) -> bytes:
        """Do the work and remember what it cost."""
        begun = self.clock()
        result = work()
        self._since = self._last = self.clock()
        # The newest costs only: the first one carries allocations that never come again.
        self._costs = [*self._costs[-4:], self._since - begun]
        return result
