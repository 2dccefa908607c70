"""The samplers on a problem with a known answer: data that is one Gaussian, for which the denoiser is exact.

For latents ~ N(0, s²) the best estimate is x s² / (s² + sigma²), and the flow ends at x s / sqrt(s² + sigma²).
"""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from darkroom.errors import Cancelled, LatentsNotFinite
from darkroom.messages import Sampler, Schedule
from darkroom.sampling.denoise import Step, run, start
from darkroom.sampling.noise import StepNoise, initial_noise
from darkroom.sampling.samplers import SAMPLERS, Denoise
from darkroom.sampling.sigmas import NoiseTable, sigmas_for

TABLE = NoiseTable.scaled_linear()
SPREAD = 0.5
STOCHASTIC = {Sampler.EULER_ANCESTRAL, Sampler.LCM}


def exact(x: Tensor, sigma: Tensor) -> Tensor:
    return x * SPREAD**2 / (SPREAD**2 + sigma**2)


def walked(sampler: Sampler, steps: int, schedule: Schedule = Schedule.KARRAS) -> tuple[Tensor, Tensor]:
    """The sampler's answer and the true one, in float64 so that only the method's own error shows."""
    sigmas = sigmas_for(schedule, TABLE, steps, drop_penultimate=SAMPLERS[sampler].drop_penultimate).double()
    x = initial_noise(7, (4, 16, 16), [0]).double() * sigmas[0]
    truth = x * SPREAD / (SPREAD**2 + sigmas[0] ** 2).sqrt()
    for latents, _ in SAMPLERS[sampler].walk(exact, x, sigmas, StepNoise.started_by(7)):
        x = latents
    return x, truth


def error(sampler: Sampler, steps: int) -> float:
    x, truth = walked(sampler, steps)
    return float((x - truth).abs().max() / truth.abs().max())


def test_every_sampler_of_the_contract_has_a_row() -> None:
    assert set(SAMPLERS) == set(Sampler)


# How far off the end of the flow each may be after forty steps, as a share of its largest value.
DETERMINISTIC = {
    Sampler.EULER: 0.05,
    Sampler.DDIM: 0.05,
    Sampler.HEUN: 0.003,
    Sampler.DPMPP_2M: 0.01,
    Sampler.UNI_PC: 0.003,
}


def test_every_sampler_is_held_to_what_it_promises() -> None:
    assert set(DETERMINISTIC) | STOCHASTIC == set(Sampler)


@pytest.mark.parametrize(("sampler", "at_most"), DETERMINISTIC.items())
def test_a_deterministic_sampler_finds_the_end_of_the_flow(sampler: Sampler, at_most: float) -> None:
    assert error(sampler, 40) < at_most
    assert error(sampler, 80) < error(sampler, 20)


@pytest.mark.parametrize("sampler", [Sampler.EULER_ANCESTRAL])
def test_a_stochastic_sampler_ends_with_the_spread_of_the_data(sampler: Sampler) -> None:
    x, _ = walked(sampler, 200)

    assert float(x.std()) == pytest.approx(SPREAD, rel=0.1)


@pytest.mark.parametrize("sampler", list(Sampler))
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_few_steps_give_finite_latents(sampler: Sampler, steps: int) -> None:
    x, _ = walked(sampler, steps, Schedule.NORMAL)

    assert bool(torch.isfinite(x).all())


def test_ancestral_noise_starts_at_seed_plus_one() -> None:
    x = torch.zeros(1, 4, 8, 8)

    assert torch.equal(StepNoise.started_by(41).like(x), initial_noise(42, (4, 8, 8), [0]))


def test_draw_i_of_a_batch_can_be_made_alone() -> None:
    batch = initial_noise(5, (4, 8, 8), [0, 1, 2])

    assert torch.equal(initial_noise(5, (4, 8, 8), [2]), batch[2:])


def test_the_largest_seed_draws_step_noise() -> None:
    noise = StepNoise.started_by(2**64 - 1).like(torch.zeros(1, 1, 2, 2))

    assert torch.equal(noise, initial_noise(0, (1, 2, 2), [0]))


def test_the_start_has_unit_variance_for_the_network_only_at_full_noise() -> None:
    noise = torch.ones(1, 1, 1, 1)

    assert float(start(noise, TABLE.largest, TABLE)) == pytest.approx(float((1 + TABLE.largest**2).sqrt()))
    assert float(start(noise, TABLE.sigmas[500], TABLE)) == pytest.approx(float(TABLE.sigmas[500]))


def looped(denoise: Denoise, on_step: Callable[[Step], None]) -> Tensor:
    return run(
        denoise,
        initial_noise(1, (4, 8, 8), [0]),
        table=TABLE,
        sampler=Sampler.EULER,
        schedule=Schedule.NORMAL,
        steps=6,
        seed=1,
        on_step=on_step,
    )


def test_every_step_is_reported_in_order() -> None:
    seen: list[tuple[int, int]] = []

    looped(exact, lambda step: seen.append((step.index, step.of)))

    assert seen == [(index, 6) for index in range(1, 7)]


def test_broken_numbers_stop_at_the_step_that_made_them() -> None:
    seen: list[int] = []

    def breaks(x: Tensor, sigma: Tensor) -> Tensor:
        return exact(x, sigma) * (float("nan") if len(seen) == 3 else 1.0)

    with pytest.raises(LatentsNotFinite, match="Step 4 of 6 gave 256 values"):
        looped(breaks, lambda step: seen.append(step.index))


def test_cancelling_in_a_step_leaves_the_loop_at_once() -> None:
    def cancel(step: Step) -> None:
        if step.index == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        looped(exact, cancel)
