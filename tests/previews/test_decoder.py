"""When a preview is made: within its budget, and no more often than the settings say."""

from dataclasses import dataclass

import pytest
import torch

from darkroom.messages import Settings
from darkroom.models.family import SD15
from darkroom.previews.decoder import Budgets, PreviewDecoder


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
