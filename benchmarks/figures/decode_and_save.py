"""From the last latent to the picture on the disk, over the plain fp32 decoder alone. Always SD 1.5's decoder."""

from collections.abc import Iterator

from benchmarks.bench import Bench, Case
from benchmarks.machine import has_bf16_units
from benchmarks.result import Result, in_turn

BOUND = 0.50


def measure(bench: Bench) -> Iterator[Result]:
    from benchmarks.ours import Ours
    from benchmarks.plain import Plain
    from darkroom.messages import Phase

    case = Case(name="sd15-decoder", side=256 if bench.quick else 512, steps=1, rounds=2)
    folder = bench.model(case.name)
    plain = Plain.load(folder)
    with bench.home() as home, Ours.open(home, folder, automatic=True) as ours:
        latents = plain.latents(case)
        plain.decode_time(latents)
        ours.picture(case)

        def decoded_and_saved() -> list[float]:
            trace = ours.picture(case)
            return [trace.saved - trace.first(Phase.DECODING)]

        times, against = in_turn(case.rounds, decoded_and_saved, lambda: [plain.decode_time(latents)])
    yield Result(
        figure="decode and save",
        case=f"sd15 {case.side}²",
        bound=BOUND,
        ours=times,
        against=against,
        note="" if has_bf16_units() else "no bf16 units here, so both sides compute in fp32",
    )
