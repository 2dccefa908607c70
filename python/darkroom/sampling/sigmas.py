"""Noise levels: what the model was trained on, and the schedules that pick some of them.

A sigma is the standard deviation of the noise in x = latent + sigma * noise (variance-exploding form, Karras et al.
2022, arXiv:2206.00364). A timestep is the index of a sigma in the training table, which is what the UNet is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from darkroom.messages import Schedule

RHO = 7.0
"""Karras et al. 2022, eq. 5: their recommended curvature of the schedule."""


@dataclass(frozen=True)
class NoiseTable:
    """The training noise levels of a model, ascending: float32, shape (timesteps,)."""

    sigmas: Tensor

    @classmethod
    def scaled_linear(cls, first: float = 0.00085, last: float = 0.012, timesteps: int = 1000) -> "NoiseTable":
        """Stable Diffusion 1.x: betas linear in their square roots (Rombach et al. 2022); sigma² = (1 - ᾱ) / ᾱ."""
        betas = torch.linspace(first**0.5, last**0.5, timesteps, dtype=torch.float64) ** 2
        alphas = torch.cumprod(1.0 - betas, dim=0)
        return cls(sigmas=((1.0 - alphas) / alphas).sqrt().to(torch.float32))

    @cached_property
    def log_sigmas(self) -> Tensor:
        return self.sigmas.log()

    @property
    def smallest(self) -> Tensor:
        return self.sigmas[0]

    @property
    def largest(self) -> Tensor:
        return self.sigmas[-1]

    def timestep(self, sigma: Tensor) -> Tensor:
        """The integer timestep whose log sigma is nearest; int64 scalar."""
        return (sigma.log() - self.log_sigmas).abs().argmin()

    def sigma_at(self, timestep: Tensor) -> Tensor:
        """Sigma at a fractional timestep, log sigma interpolated linearly."""
        clamped = timestep.clamp(0, len(self.sigmas) - 1)
        low, high, weight = clamped.floor().long(), clamped.ceil().long(), clamped.frac()
        return ((1 - weight) * self.log_sigmas[low] + weight * self.log_sigmas[high]).exp()


def _with_zero(sigmas: Tensor) -> Tensor:
    return torch.cat([sigmas, sigmas.new_zeros(1)])


def normal(table: NoiseTable, steps: int) -> Tensor:
    """Evenly spaced timesteps from the noisiest to the cleanest."""
    return _with_zero(table.sigma_at(torch.linspace(len(table.sigmas) - 1, 0, steps)))


def sgm_uniform(table: NoiseTable, steps: int) -> Tensor:
    """As `normal` with one step more, whose last timestep is left out."""
    return _with_zero(table.sigma_at(torch.linspace(len(table.sigmas) - 1, 0, steps + 1)[:-1]))


def simple(table: NoiseTable, steps: int) -> Tensor:
    """Every (timesteps / steps)-th entry of the table, from the noisiest."""
    stride = len(table.sigmas) / steps
    picked = [-(1 + int(index * stride)) for index in range(steps)]
    return _with_zero(table.sigmas[picked])


def ddim_uniform(table: NoiseTable, steps: int) -> Tensor:
    """Entries 1, 1 + k, 1 + 2k … of the table, k = timesteps // steps; may hold one step more than asked for."""
    stride = max(len(table.sigmas) // steps, 1)
    return _with_zero(table.sigmas[1::stride].flip(0))


def karras(table: NoiseTable, steps: int) -> Tensor:
    """Karras et al. 2022, eq. 5, between the ends of the table."""
    ramp = torch.linspace(0, 1, steps)
    low, high = table.smallest ** (1 / RHO), table.largest ** (1 / RHO)
    return _with_zero((high + ramp * (low - high)) ** RHO)


def exponential(table: NoiseTable, steps: int) -> Tensor:
    """Evenly spaced in log sigma between the ends of the table."""
    ends = table.largest.log().item(), table.smallest.log().item()
    return _with_zero(torch.linspace(*ends, steps).exp())


SCHEDULES: dict[Schedule, Callable[[NoiseTable, int], Tensor]] = {
    Schedule.NORMAL: normal,
    Schedule.KARRAS: karras,
    Schedule.SIMPLE: simple,
    Schedule.SGM_UNIFORM: sgm_uniform,
    Schedule.EXPONENTIAL: exponential,
    Schedule.DDIM_UNIFORM: ddim_uniform,
}


def sigmas_for(schedule: Schedule, table: NoiseTable, steps: int, *, drop_penultimate: bool = False) -> Tensor:
    """The sigmas to walk down, noisiest first and ending in 0; shape (actual steps + 1,).

    `drop_penultimate` makes one step more and leaves out the last sigma before 0, as some samplers want.
    """
    if not drop_penultimate:
        return SCHEDULES[schedule](table, steps)
    longer = SCHEDULES[schedule](table, steps + 1)
    return torch.cat([longer[:-2], longer[-1:]])
