"""The one loop every picture goes through: progress, previews, cancel and the check for broken numbers live here."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from darkroom.errors import LatentsNotFinite
from darkroom.messages import Sampler, Schedule
from darkroom.sampling.noise import StepNoise
from darkroom.sampling.samplers import SAMPLERS, Denoise
from darkroom.sampling.sigmas import NoiseTable, sigmas_for


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is known after one step; tensors are float32 and still on the device."""

    index: int
    of: int
    latents: Tensor
    denoised: Tensor


def start(noise: Tensor, sigma: Tensor, table: NoiseTable) -> Tensor:
    """Noise at level `sigma`; at the model's maximum scaled by sqrt(1 + sigma²), so that x / that is unit noise."""
    return noise * ((1 + sigma**2).sqrt() if torch.isclose(sigma, table.largest) or sigma > table.largest else sigma)


def run(
    denoise: Denoise,
    noise: Tensor,
    *,
    table: NoiseTable,
    sampler: Sampler,
    schedule: Schedule,
    steps: int,
    seed: int,
    on_step: Callable[[Step], None],
) -> Tensor:
    """Clean latents from unit `noise`, shape unchanged, float32. `on_step` may raise `Cancelled`; nothing is caught.

    Raises LatentsNotFinite naming the step at which NaN or infinity appeared.
    """
    row = SAMPLERS[sampler]
    sigmas = sigmas_for(schedule, table, steps, drop_penultimate=row.drop_penultimate)
    of = len(sigmas) - 1
    x = start(noise, sigmas[0], table)
    for index, (latents, denoised) in enumerate(row.walk(denoise, x, sigmas, StepNoise.started_by(seed)), start=1):
        x = latents
        _require_finite(x, index, of)
        on_step(Step(index=index, of=of, latents=x, denoised=denoised))
    return x


def _require_finite(x: Tensor, index: int, of: int) -> None:
    # A sum is finite only if every term is: one reduction instead of a mask as large as the latents.
    if not torch.isfinite(x.sum()):
        broken = int((~torch.isfinite(x)).sum())
        if broken:
            raise LatentsNotFinite(
                f"Step {index} of {of} gave {broken} values that are not numbers; "
                "use another precision, a lower guidance or another sampler, or check the model file."
            )
