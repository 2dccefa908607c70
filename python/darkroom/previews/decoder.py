"""Previews of one picture: linear factors at latent size, the tiny decoder when there is time for it.

The page scales them up; scaling here would cost more than the preview.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from torch import Tensor

from darkroom import _native
from darkroom.messages import Settings
from darkroom.models.family import Family
from darkroom.previews.budget import Budget

MIME = "image/jpeg"
SHARE = 0.005
"""Each of the two kinds may take this share of the time: together at most one hundredth of a step."""


@dataclass(frozen=True)
class Budgets:
    """What the previews of one model at one size may cost, and did cost in the pictures before."""

    linear: Budget
    fine: Budget

    @classmethod
    def of(cls, clock: Callable[[], float]) -> "Budgets":
        return cls(Budget(SHARE, clock), Budget(SHARE, clock))


@dataclass(frozen=True)
class PreviewDecoder:
    """Turns clean estimates of the latent into JPEGs, as often as its budgets allow."""

    family: Family
    tiny: AutoencoderTiny | None
    budgets: Budgets
    gap: float
    """Seconds from one preview to the next, at the least."""

    @classmethod
    def of(
        cls, family: Family, tiny: AutoencoderTiny | None, settings: Settings, budgets: Budgets
    ) -> "PreviewDecoder | None":
        """The decoder for a picture that begins now, or None when previews are off."""
        if settings.previews == "off":
            return None
        budgets.linear.begin()
        budgets.fine.begin()
        gap = 1 / settings.preview_rate if settings.preview_rate else 0.0
        chosen = tiny if settings.previews == "fine" else None
        return cls(family, chosen, budgets, gap)

    def preview(self, denoised: Tensor) -> bytes | None:
        """A JPEG of the first of `denoised`, shape (batch, channels, height / 8, width / 8); None if too soon."""
        if self._too_soon():
            return None
        if self.tiny is not None and self.budgets.fine.allows():
            return self.budgets.fine.timed(lambda: self._fine(denoised[:1]))
        if self.budgets.linear.allows():
            return self.budgets.linear.timed(lambda: self._linear(denoised[0]))
        return None

    def _too_soon(self) -> bool:
        return any(
            budget.last is not None and budget.clock() - budget.last < self.gap
            for budget in (self.budgets.linear, self.budgets.fine)
        )

    def _linear(self, denoised: Tensor) -> bytes:
        latents = denoised.to("cpu", torch.float32).contiguous()
        channels, height, width = latents.shape
        factors, bias = self.family.preview_factors, self.family.preview_bias
        return _native.latents_preview(latents.numpy().data, channels, height, width, factors, bias, "jpeg", 85)

    def _fine(self, denoised: Tensor) -> bytes:
        assert self.tiny is not None
        decoded: Tensor = cast("Any", self.tiny).decode(denoised.to(self.tiny.dtype), return_dict=False)[0]
        return jpeg_of(decoded[0])


def jpeg_of(decoded: Tensor) -> bytes:
    """A JPEG of one decoded picture, (3, height, width) in -1 … 1."""
    _, height, width = decoded.shape
    chw = decoded.to("cpu", torch.float32).contiguous().numpy().data
    return _native.encode_picture(_native.pixels_from_float(chw, height, width), width, height, "jpeg", 85)
