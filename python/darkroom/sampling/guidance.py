"""From the network's noise prediction to a guided estimate of the clean latent."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from darkroom.sampling.sigmas import NoiseTable

Predict = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Noise prediction eps(x scaled to unit variance, integer timesteps, text context), all with the same batch size."""

SMALL_ACTIVATION = 2**20
"""Latent pixels times channels of the network's first level. Up to here one call for both prompts is faster than two on
a CPU; above it two take as long or less, and half the memory (`docs/decisions/0006-guidance-calls.md`)."""


@dataclass(frozen=True)
class GuidedDenoiser:
    """Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598) over an epsilon-predicting network.

    `positive` and `negative` are text contexts of shape (1, tokens, features); their token counts may differ.
    `channels` is the width of the network's first level, by default Stable Diffusion's.
    """

    predict: Predict
    table: NoiseTable
    positive: Tensor
    negative: Tensor
    guidance: float
    channels: int = 320

    def __call__(self, x: Tensor, sigma: Tensor) -> Tensor:
        """The clean estimate x - sigma * eps, moved away from the negative prompt by `guidance`."""
        scaled = x / (sigma**2 + 1).sqrt()
        timestep = self.table.timestep(sigma)
        if self.guidance == 1.0:
            return x - sigma * self._predict(scaled, timestep, self.positive)
        toward, away = self._both(scaled, timestep)
        toward, away = x - sigma * toward, x - sigma * away
        return away + self.guidance * (toward - away)

    def _both(self, scaled: Tensor, timestep: Tensor) -> tuple[Tensor, Tensor]:
        if self.positive.shape == self.negative.shape and self._joined_is_faster(scaled):
            context = torch.cat([self.positive.expand(len(scaled), -1, -1), self.negative.expand(len(scaled), -1, -1)])
            both = self._predict(torch.cat([scaled, scaled]), timestep, context)
            toward, away = both.chunk(2)
            return toward, away
        return self._predict(scaled, timestep, self.positive), self._predict(scaled, timestep, self.negative)

    def _joined_is_faster(self, scaled: Tensor) -> bool:
        return scaled.device.type != "cpu" or scaled[:, 0].numel() * self.channels <= SMALL_ACTIVATION

    def _predict(self, scaled: Tensor, timestep: Tensor, context: Tensor) -> Tensor:
        batch = len(scaled)
        timesteps = timestep.to(scaled.device).expand(batch)
        return self.predict(scaled, timesteps, context.expand(batch, -1, -1)).to(torch.float32)
