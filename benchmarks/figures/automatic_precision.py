"""One step in the precision Darkroom picks by itself over one step of the plain pipeline in fp32."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.bench import SD15, Bench
from benchmarks.machine import has_bf16_units
from benchmarks.result import Result, in_turn

FIGURE = "automatic precision"
BOUND = 0.65


def measure(bench: Bench) -> Iterator[Result]:
    if not has_bf16_units():
        note = "not applicable: no bf16 units"
        yield Result(figure=FIGURE, case=f"{SD15.name} {SD15.side}²", bound=BOUND, note=note)
        return
    case = bench.case(SD15.name)
    if case is None:
        note = "not applicable: too little memory for the SD 1.5 size"
        yield Result(figure=FIGURE, case=SD15.name, bound=BOUND, note=note)
        return

    from benchmarks.ours import Ours
    from benchmarks.plain import Plain

    folder = bench.model(case.name)
    plain = Plain.load(folder)
    with bench.home() as home, Ours.open(home, folder, automatic=True) as ours:
        # One step each is enough to have everything loaded; SD 1.5's take ten seconds.
        ours.picture(replace(case, steps=1))
        plain.latents(replace(case, steps=1))
        times, against = in_turn(case.rounds, lambda: ours.picture(case).steps, lambda: plain.step_times(case))
    yield Result(figure=FIGURE, case=f"{case.name} {case.side}²", bound=BOUND, ours=times, against=against)
