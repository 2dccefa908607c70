"""When a job reported what, and where its phases lie in time. Imports no torch."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from darkroom.messages import Phase, Progress


@dataclass
class Trace:
    """When one job reported what, in seconds of `perf_counter`. `on_report` is called on the torch thread."""

    submitted: float = 0.0
    saved: float = 0.0
    on_report: Callable[[Progress], object] = lambda _: None
    reports: list[tuple[Phase, float]] = field(default_factory=list[tuple[Phase, float]])

    @property
    def steps(self) -> list[float]:
        """Seconds from the end of each step to the end of the next."""
        ends = [at for phase, at in self.reports if phase == Phase.SAMPLING]
        return [after - before for before, after in pairwise(ends)]

    def first(self, phase: Phase) -> float:
        return next(at for seen, at in self.reports if seen == phase)


@dataclass(frozen=True)
class Moment:
    """`delay` seconds after the first report of `phase`, in a job of `steps` steps."""

    phase: Phase
    delay: float
    steps: int | None = None


@dataclass(frozen=True)
class Phases:
    """How long each phase of a picture takes, in seconds."""

    encoding: float
    sampling: float
    decoding: float

    def moment(self, phase: Phase, share: float) -> Moment:
        """The moment when `share` of the phase's time has passed."""
        match phase:
            case Phase.ENCODING:
                return Moment(Phase.ENCODING, share * self.encoding)
            case Phase.SAMPLING:
                return Moment(Phase.ENCODING, self.encoding + share * self.sampling)
            case _:
                # One step will do to get there.
                return Moment(Phase.DECODING, share * self.decoding, steps=1)


def phases(trace: Trace) -> Phases:
    """Taken from a whole picture. Nothing reports a phase's end: sampling began one step before its first report."""
    step = median(trace.steps)
    encoding = trace.first(Phase.ENCODING)
    sampling = max(encoding, trace.first(Phase.SAMPLING) - step)
    decoding = trace.first(Phase.DECODING)
    return Phases(sampling - encoding, decoding - sampling, trace.first(Phase.SAVING) - decoding)
