"""How to walk from noise to a latent: each sampler is a generator that yields after every step.

`x` is the noisy latent in variance-exploding form, shape (batch, channels, height / 8, width / 8), float32.
`denoise(x, sigma)` is the guided estimate of the clean latent. Written from the papers named at each function.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from darkroom.messages import Sampler
from darkroom.sampling.noise import StepNoise
from darkroom.sampling.unipc import uni_pc

Denoise = Callable[[Tensor, Tensor], Tensor]
Steps = Iterator[tuple[Tensor, Tensor]]
"""After each step: the latent at the next sigma, and the clean estimate that led there."""


def _slope(x: Tensor, denoised: Tensor, sigma: Tensor) -> Tensor:
    """dx/dsigma of the probability flow, Karras et al. 2022, eq. 3 with sigma(t) = t."""
    return (x - denoised) / sigma


def euler(denoise: Denoise, x: Tensor, sigmas: Tensor, _noise: StepNoise) -> Steps:
    """First-order steps, Karras et al. 2022, algorithm 2 without churn. On these sigmas DDIM is the same walk."""
    for sigma, following in pairwise(sigmas):
        denoised = denoise(x, sigma)
        x = x + _slope(x, denoised, sigma) * (following - sigma)
        yield x, denoised


def heun(denoise: Denoise, x: Tensor, sigmas: Tensor, _noise: StepNoise) -> Steps:
    """Second-order steps, Karras et al. 2022, algorithm 1: the mean of the slopes at both ends."""
    for sigma, following in pairwise(sigmas):
        denoised = denoise(x, sigma)
        slope = _slope(x, denoised, sigma)
        ahead = x + slope * (following - sigma)
        if following > 0:
            slope = (slope + _slope(ahead, denoise(ahead, following), following)) / 2
            ahead = x + slope * (following - sigma)
        x = ahead
        yield x, denoised


def euler_ancestral(denoise: Denoise, x: Tensor, sigmas: Tensor, noise: StepNoise) -> Steps:
    """Euler below the target, then fresh noise up to it: the variance split of ancestral DDPM, arXiv:2006.11239."""
    for sigma, following in pairwise(sigmas):
        denoised = denoise(x, sigma)
        if following == 0:
            x = denoised
        else:
            up = torch.minimum(following, (following**2 * (sigma**2 - following**2) / sigma**2).sqrt())
            down = (following**2 - up**2).sqrt()
            x = x + _slope(x, denoised, sigma) * (down - sigma) + noise.like(x) * up
        yield x, denoised


def dpmpp_2m(denoise: Denoise, x: Tensor, sigmas: Tensor, _noise: StepNoise) -> Steps:
    """DPM-Solver++(2M), arXiv:2211.01095, algorithm 2, in lambda = -log sigma; the step to 0 is of first order."""
    before: Tensor | None = None
    last_width = sigmas.new_zeros(())
    for sigma, following in pairwise(sigmas):
        denoised = denoise(x, sigma)
        width = sigma.log() - following.log()
        estimate = denoised
        if before is not None and following > 0:
            ratio = last_width / width
            estimate = (1 + 1 / (2 * ratio)) * denoised - (1 / (2 * ratio)) * before
        x = (following / sigma) * x - torch.expm1(-width) * estimate
        before, last_width = denoised, width
        yield x, denoised


def lcm(denoise: Denoise, x: Tensor, sigmas: Tensor, noise: StepNoise) -> Steps:
    """Latent consistency models, arXiv:2310.04378, algorithm 3: jump to clean, noise up to the next level."""
    for sigma, following in pairwise(sigmas):
        denoised = denoise(x, sigma)
        x = denoised + following * noise.like(x) if following > 0 else denoised
        yield x, denoised


@dataclass(frozen=True)
class SamplerRow:
    """`drop_penultimate`: wants the schedule of one step more without its last sigma before 0."""

    walk: Callable[[Denoise, Tensor, Tensor, StepNoise], Steps]
    drop_penultimate: bool = False


SAMPLERS: dict[Sampler, SamplerRow] = {
    Sampler.EULER: SamplerRow(euler),
    Sampler.EULER_ANCESTRAL: SamplerRow(euler_ancestral),
    Sampler.HEUN: SamplerRow(heun),
    Sampler.DPMPP_2M: SamplerRow(dpmpp_2m),
    Sampler.DDIM: SamplerRow(euler),
    Sampler.UNI_PC: SamplerRow(uni_pc, drop_penultimate=True),
    Sampler.LCM: SamplerRow(lcm),
}
