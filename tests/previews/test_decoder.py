"""When a preview is made: within its budget, and no more often than the settings say."""

from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from PIL import Image

from darkroom.messages import Settings
from darkroom.models.family import SD15
from darkroom.previews.decoder import SHARE, Budgets, PreviewDecoder


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def shown(settings: Settings, steps: int, seconds: float) -> int:
    """How many of `steps` steps, `seconds` apart, got a preview."""
    clock = Clock()
    decoder = PreviewDecoder.of(SD15, None, settings, Budgets.of(clock))
    assert decoder is not None
    latent, count = torch.zeros(1, 4, 4, 4), 0
    for _ in range(steps):
        count += decoder.preview(latent) is not None
        clock.now += seconds
    return count


@pytest.mark.parametrize(("rate", "expected"), [(0, 40), (10, 20), (5, 10), (2, 5), (1, 3)])
def test_the_preview_rate_is_kept(rate: int, expected: int) -> None:
    # Steps of a sixteenth of a second are exact in binary, so that no comparison hangs on rounding.
    settings = Settings(previews="linear", preview_rate=rate)  # pyright: ignore[reportArgumentType]

    assert shown(settings, 40, 1 / 16) == expected


def test_previews_that_are_off_have_no_decoder() -> None:
    assert PreviewDecoder.of(SD15, None, Settings(previews="off"), Budgets.of(Clock())) is None


@dataclass
class Ticking(Clock):
    """Each look at it takes a second, and so does each preview."""

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def slow(kind: Literal["linear", "fine"], clock: Clock) -> PreviewDecoder:
    """A decoder whose fine previews have twice the sides of the latent."""
    tiny = AutoencoderTiny(
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        num_encoder_blocks=(1, 1),
        num_decoder_blocks=(1, 1),
    ).requires_grad_(False)
    decoder = PreviewDecoder.of(SD15, tiny, Settings(previews=kind, preview_rate=0), Budgets.of(clock))
    assert decoder is not None
    return decoder


def side(decoder: PreviewDecoder) -> int | None:
    image = decoder.preview(torch.zeros(1, 4, 4, 4))
    return None if image is None else Image.open(BytesIO(image)).width


def test_no_preview_is_made_before_its_share_of_the_time_has_passed() -> None:
    clock = Ticking()
    decoder = slow("linear", clock)

    assert [side(decoder), side(decoder)] == [4, None]
    clock.now += 1 / SHARE
    assert [side(decoder), side(decoder)] == [4, None]


def test_a_fine_preview_is_made_where_there_is_time_and_else_a_linear_one() -> None:
    clock = Ticking()
    decoder = slow("fine", clock)

    assert [side(decoder) for _ in range(3)] == [8, 4, None]
    clock.now += 1 / SHARE
    assert [side(decoder) for _ in range(3)] == [8, 4, None]
