"""From asking to the first step, when model and prompt are those of the job before: Darkroom over plain.

Plain is the warm second call of the same pipeline, which encodes its prompt again.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.bench import SD15, Bench, Case
from benchmarks.result import Result, in_turn

if TYPE_CHECKING:
    from benchmarks.ours import Ours
    from benchmarks.plain import Plain

Wait = Callable[[], list[float]]

BOUND = 0.10
ROUNDS = 15


def measure(bench: Bench) -> Iterator[Result]:
    from benchmarks.ours import Ours
    from benchmarks.plain import Plain

    for case in bench.cases():
        if case.name == SD15.name:
            continue
        folder = bench.model(case.name)
        plain, single = Plain.load(folder), replace(case, steps=1, side=128)
        with bench.home() as home, Ours.open(home, folder) as ours, _first_steps() as starts:
            ours_waits, plain_waits = _sides(ours, plain, single, starts)
            ours_waits()
            plain_waits()
            waits, against = in_turn(ROUNDS, ours_waits, plain_waits)
        yield Result(figure="second job's wait", case=case.name, bound=BOUND, ours=waits, against=against)


def _sides(ours: "Ours", plain: "Plain", case: Case, starts: list[float]) -> tuple[Wait, Wait]:
    """Each makes a picture and says how long its first step had to wait."""

    def ours_waits() -> list[float]:
        starts.clear()
        submitted = ours.picture(case).submitted
        return [starts[0] - submitted]

    def plain_waits() -> list[float]:
        starts.clear()
        begun = time.perf_counter()
        plain.latents(case)
        return [starts[0] - begun]

    return ours_waits, plain_waits


@contextmanager
def _first_steps() -> Generator[list[float], None, None]:
    """When a UNet was called, for every UNet of this process."""
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from torch.nn.modules.module import register_module_forward_pre_hook

    starts: list[float] = []

    def stamp(module: object, _inputs: object) -> None:
        if isinstance(module, UNet2DConditionModel):
            starts.append(time.perf_counter())

    handle = register_module_forward_pre_hook(stamp)
    try:
        yield starts
    finally:
        handle.remove()
