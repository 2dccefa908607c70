"""Classifier-free guidance over a network that shows what it was asked."""

import pytest
import torch
from torch import Tensor

from darkroom.sampling.guidance import GuidedDenoiser
from darkroom.sampling.sigmas import NoiseTable

TABLE = NoiseTable.scaled_linear()
SIGMA = TABLE.sigmas[700]


class Network:
    """Predicts the mean of its context everywhere, and keeps the batch sizes and timesteps it was called with."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.timesteps: list[int] = []

    def __call__(self, x: Tensor, timesteps: Tensor, context: Tensor) -> Tensor:
        self.batches.append(len(x))
        self.timesteps += timesteps.tolist()
        return context.mean((1, 2)).reshape(-1, 1, 1, 1).expand_as(x)


def context(value: float, tokens: int = 77) -> Tensor:
    return torch.full((1, tokens, 8), value)


def denoised(
    guidance: float, x: Tensor, network: Network, *, tokens: tuple[int, int] = (77, 77), channels: int = 320
) -> Tensor:
    denoiser = GuidedDenoiser(network, TABLE, context(0.5, tokens[0]), context(-0.25, tokens[1]), guidance, channels)
    return denoiser(x, SIGMA)


def test_the_estimate_moves_away_from_the_negative_prompt() -> None:
    x = torch.ones(1, 4, 8, 8)

    result = denoised(7.0, x, Network())

    toward, away = x - SIGMA * 0.5, x + SIGMA * 0.25
    torch.testing.assert_close(result, away + 7.0 * (toward - away))


def test_guidance_of_one_never_asks_for_the_negative_prompt() -> None:
    network = Network()

    result = denoised(1.0, torch.ones(1, 4, 8, 8), network)

    assert network.batches == [1]
    torch.testing.assert_close(result, 1 - SIGMA * torch.full((1, 4, 8, 8), 0.5))


@pytest.mark.parametrize(
    ("side", "channels", "batches"),
    [(16, 320, [2]), (48, 320, [2]), (64, 320, [1, 1]), (64, 64, [2]), (128, 65, [1, 1])],
)
def test_little_work_takes_one_call_and_much_of_it_two(side: int, channels: int, batches: list[int]) -> None:
    network = Network()

    denoised(7.0, torch.ones(1, 4, side, side), network, channels=channels)

    assert network.batches == batches


def test_prompts_of_different_length_agree_with_equal_ones() -> None:
    x = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))

    result = denoised(7.0, x, Network(), tokens=(154, 77))

    torch.testing.assert_close(result, denoised(7.0, x, Network()))


def test_the_network_is_told_the_integer_timestep_of_sigma() -> None:
    network = Network()

    denoised(7.0, torch.ones(3, 4, 8, 8), network)

    assert set(network.timesteps) == {700}
    assert network.batches == [6]
