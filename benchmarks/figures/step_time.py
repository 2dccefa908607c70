"""One step through the whole engine, linear previews on, over one step of the plain pipeline; both fp32."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.bench import Bench, Case
from benchmarks.result import Result, in_turn

BOUND = 1.02


def measure(bench: Bench) -> Iterator[Result]:
    for case in bench.cases():
        times, against = _times(bench, case)
        yield Result(figure="step time", case=f"{case.name} {case.side}²", bound=BOUND, ours=times, against=against)


def _times(bench: Bench, case: Case) -> list[list[float]]:
    from benchmarks.ours import Ours
    from benchmarks.plain import Plain

    folder = bench.model(case.name)
    plain = Plain.load(folder)
    with bench.home() as home, Ours.open(home, folder) as ours:
        ours.previews("linear")
        # One step each is enough to have everything loaded; SD 1.5's take ten seconds.
        ours.picture(replace(case, steps=1))
        plain.latents(replace(case, steps=1))
        return in_turn(case.rounds, lambda: ours.picture(case).steps, lambda: plain.step_times(case))
