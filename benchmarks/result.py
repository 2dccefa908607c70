"""What a figure comes to: two sets of samples, the ratio of their medians, and the bound it is held against."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Verdict = Literal["met", "missed", "no bound", "not applicable"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """`ours` and `against` are samples in `unit`; without `against`, the value is ours as it stands.

    `bound` is the largest value allowed, if there is one.

    `summary` makes one number of our samples. A result without samples says in `note` why it does not apply here.
    """

    figure: str
    case: str
    bound: float | None = None
    ours: Sequence[float] = ()
    against: Sequence[float] = ()
    unit: str = "s"
    note: str = ""
    summary: Callable[[Sequence[float]], float] = median

    @property
    def value(self) -> float | None:
        """The ratio; None when nothing was measured."""
        if not self.ours:
            return None
        return self.summary(self.ours) / (median(self.against) if self.against else 1.0)

    @property
    def verdict(self) -> Verdict:
        if self.value is None:
            return "not applicable"
        if self.bound is None:
            return "no bound"
        return "met" if self.value <= self.bound else "missed"


def p95(samples: Sequence[float]) -> float:
    """The smallest sample that at least 95 % of the samples do not exceed."""
    return _percentile(samples, 95)


def p99(samples: Sequence[float]) -> float:
    """The smallest sample that at least 99 % of the samples do not exceed."""
    return _percentile(samples, 99)


def _percentile(samples: Sequence[float], percent: int) -> float:
    ordered = sorted(samples)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def in_turn(rounds: int, *sides: Callable[[], Iterable[float]]) -> list[list[float]]:
    """The samples of each side, taken in turn; every second round goes backwards, so that drift favours nobody."""
    samples: list[list[float]] = [[] for _ in sides]
    for turn in range(rounds):
        order = list(enumerate(sides))
        for place, side in reversed(order) if turn % 2 else order:
            samples[place] += side()
    return samples
