"""From the wish to cancel to an engine that takes the next job, over one step: the 95th percentile of random moments.

A third of the moments each lie in encoding, sampling and decoding, spread evenly over each phase's time.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.bench import SD15, Bench, Case
from benchmarks.result import Result, p95
from benchmarks.trace import phases

if TYPE_CHECKING:
    from benchmarks.ours import Ours

BOUND = 0.25
MOMENTS = 100
BETWEEN_STEPS = 12
"""After so many moments a whole picture is made, for the time of a step and of each phase as they are then."""


@dataclass
class _Samples:
    steps: list[float] = field(default_factory=list[float])
    phases: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    @property
    def idle(self) -> list[float]:
        return [seconds for _, seconds in self.phases]

    def by_phase(self) -> str:
        """How many moments there were, and the same figure for each phase alone."""
        step = median(self.steps)
        names = dict.fromkeys(phase for phase, _ in self.phases)
        alone = (
            f"{name} {p95([seconds for phase, seconds in self.phases if phase == name]) / step:.2f}" for name in names
        )
        return f"{len(self.phases)} moments; {', '.join(alone)}"


def measure(bench: Bench) -> Iterator[Result]:
    from benchmarks.ours import Ours

    moments = 24 if bench.quick else MOMENTS
    for case in bench.cases():
        if case.name == SD15.name and not bench.full:
            continue
        folder = bench.model(case.name)
        with bench.home() as home, Ours.open(home, folder) as ours:
            samples = _cancelled(ours, case, moments)
        yield Result(
            figure="cancel to idle, p95",
            case=f"{case.name} {case.side}²",
            bound=BOUND,
            ours=samples.idle,
            against=samples.steps,
            summary=p95,
            note=samples.by_phase(),
        )


def _cancelled(ours: "Ours", case: Case, moments: int) -> _Samples:
    from benchmarks.cancelling import cancelled_after
    from darkroom.messages import Phase

    chance = random.Random(20261121)
    samples = _Samples()
    ours.picture(case)
    spans = phases(ours.picture(case, "warm again"))
    for number in range(moments):
        if number % BETWEEN_STEPS == 0:
            trace = ours.picture(case, f"a prompt nobody has asked for, number {number}")
            samples.steps += trace.steps
            spans = phases(trace)
        phase = (Phase.ENCODING, Phase.SAMPLING, Phase.DECODING)[number % 3]
        moment = spans.moment(phase, chance.random())
        idle = cancelled_after(ours, case, moment, prompt=f"cancelled in {phase}, number {number}")
        if idle is not None:
            samples.phases.append((phase.value, idle))
    return samples
