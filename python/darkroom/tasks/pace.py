"""Honest progress of one job: which phase, how fast, how long still."""

from collections.abc import Callable
from dataclasses import dataclass, field

from darkroom.messages import Phase, Progress


@dataclass
class Pace:
    """Measures steps with an injected monotonic clock, in seconds, and turns them into `Progress`."""

    clock: Callable[[], float]
    count: int
    steps: int
    _began: float = 0.0
    _seconds: list[float] = field(default_factory=list[float])

    def begin(self) -> None:
        """A picture's first step starts now."""
        self._began = self.clock()

    def stepped(self, index: int, step: int, steps: int, preview: str | None, *, left: int) -> Progress:
        """After step `step` of `steps` of picture `index`, with `left` pictures still to come after this one.

        `begin` has been called for the picture.
        """
        now = self.clock()
        self.steps = steps
        # The last few steps only: the first one warms caches, and a machine's speed changes under load.
        self._seconds = [*self._seconds[-9:], now - self._began]
        self._began = now
        pace = sum(self._seconds) / len(self._seconds)
        todo = steps - step + left * steps
        return Progress(
            phase=Phase.SAMPLING,
            index=index,
            count=self.count,
            step=step,
            steps=steps,
            seconds_per_step=pace,
            seconds_left=pace * todo,
            preview=preview,
        )

    def at(self, phase: Phase, index: int) -> Progress:
        """A phase without steps of its own: before the first step, or after the last."""
        step = self.steps if phase in (Phase.DECODING, Phase.SAVING) else 0
        return Progress(phase=phase, index=index, count=self.count, step=step, steps=self.steps)
