"""A step with previews over a step without, through the whole engine; once for each kind of preview."""

from collections.abc import Iterator

from benchmarks.bench import SD15, Bench, Case
from benchmarks.result import Result, in_turn

BOUND = 1.01


def measure(bench: Bench) -> Iterator[Result]:
    from benchmarks.ours import Ours, Previews

    for case in bench.cases():
        # A preview costs the same at every size of network; beside SD 1.5's steps it would only be noise.
        if case.name == SD15.name:
            continue
        folder = bench.model(case.name)
        with bench.home() as home, Ours.open(home, folder) as ours:

            def steps(kind: Previews, case: Case = case, ours: Ours = ours) -> list[float]:
                ours.previews(kind)
                return ours.picture(case).steps

            ours.picture(case)
            without, linear, fine = in_turn(
                2 * case.rounds, lambda: steps("off"), lambda: steps("linear"), lambda: steps("fine")
            )
        for kind, times in (("linear", linear), ("fine", fine)):
            name = f"{case.name} {case.side}² {kind}"
            yield Result(figure="preview cost", case=name, bound=BOUND, ours=times, against=without)
