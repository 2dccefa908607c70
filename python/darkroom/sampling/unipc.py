"""UniPC, Zhao et al. 2023, arXiv:2302.04867: a multistep predictor and corrector of up to third order, B1(h) = h.

It is stated in the variance-preserving form x = alpha * latent + s * noise, so the latent is scaled on the way in and
out: alpha = 1 / sqrt(1 + sigma²), s = sigma * alpha, lambda = log(alpha / s) = -log sigma.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from darkroom.sampling.noise import StepNoise

ORDER = 3
LAST_SIGMA = 0.001
"""UniPC cannot step to lambda = infinity; it stops here instead of at 0."""


@dataclass(frozen=True)
class _Estimate:
    """The clean latent as seen at one noise level."""

    denoised: Tensor
    lam: Tensor


def _alpha(sigma: Tensor) -> Tensor:
    return (1 + sigma**2).rsqrt()


def _rho(ratios: list[Tensor], width: Tensor, order: int) -> tuple[Tensor, Tensor]:
    """R and b of the paper's eq. 8 for data prediction: solve R rho = b."""
    negative = -width
    phi = torch.expm1(negative) / negative - 1
    factorial = 1.0
    rows: list[Tensor] = []
    right: list[Tensor] = []
    for power in range(order):
        rows.append(torch.stack(ratios) ** power)
        right.append(phi * factorial / negative)
        factorial *= power + 2
        phi = phi / negative - 1 / factorial
    return torch.stack(rows), torch.stack(right)


def _solved(matrix: Tensor, right: Tensor) -> Tensor:
    return torch.linalg.solve(matrix, right)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


def _weighted(coefficients: Tensor, slopes: list[Tensor]) -> Tensor:
    return torch.stack([weight * slope for weight, slope in zip(coefficients, slopes, strict=True)]).sum(0)


def _step(
    denoise: Callable[[Tensor, Tensor], Tensor],
    x: Tensor,
    history: list[_Estimate],
    sigmas: tuple[Tensor, Tensor],
    order: int,
    *,
    correct: bool,
) -> tuple[Tensor, _Estimate | None]:
    """From sigmas[0] to sigmas[1] in variance-preserving form; the estimate at the target when it was corrected."""
    sigma, following = sigmas
    newest, lam = history[-1], -following.log()
    width = lam - newest.lam
    ratios = [(older.lam - newest.lam) / width for older in reversed(history[-order:-1])]
    slopes = [
        (older.denoised - newest.denoised) / ratio
        for older, ratio in zip(reversed(history[-order:-1]), ratios, strict=True)
    ]
    matrix, right = _rho([*ratios, width.new_ones(())], width, order)
    alpha = _alpha(following)
    shrink = (following * alpha) / (sigma * _alpha(sigma))
    base = shrink * x - alpha * torch.expm1(-width) * newest.denoised

    predicted = base
    if slopes:
        weights = width.new_tensor([0.5]) if order == 2 else _solved(matrix[:-1, :-1], right[:-1])
        predicted = base + alpha * width * _weighted(weights, slopes)
    if not correct:
        return predicted, None

    estimate = _Estimate(denoise(predicted / alpha, following), lam)
    weights = width.new_tensor([0.5]) if order == 1 else _solved(matrix, right)
    change = _weighted(weights, [*slopes, estimate.denoised - newest.denoised])
    return base + alpha * width * change, estimate


def uni_pc(
    denoise: Callable[[Tensor, Tensor], Tensor], x: Tensor, sigmas: Tensor, _noise: StepNoise
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields (latent at the next sigma, newest clean estimate); one evaluation a step, the last one uncorrected.

    The order never exceeds steps - 1, so a single step has order 0 and gives the unit noise back, as ComfyUI does.
    """
    sigmas = torch.where(sigmas == 0, sigmas.new_tensor(LAST_SIGMA), sigmas)
    steps = len(sigmas) - 1
    highest = min(ORDER, steps - 1)
    history = [_Estimate(denoise(x, sigmas[0]), -sigmas[0].log())]
    x = x * _alpha(sigmas[0])
    if highest == 0:
        yield x, history[-1].denoised
        return
    for index in range(1, steps + 1):
        order = min(index, highest, steps + 1 - index)
        pair = (sigmas[index - 1], sigmas[index])
        x, estimate = _step(denoise, x, history, pair, order, correct=index < steps)
        if estimate is not None:
            history = [*history[1 - ORDER :], estimate]
        yield x / _alpha(sigmas[index]), history[-1].denoised
