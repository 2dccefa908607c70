"""Pictures to latents and back, as every other tool does it: values 0 … 1, the mean of the posterior, no tiling."""

from typing import Any, cast

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor


def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Pictures (batch, 3, height, width), float32 in -1 … 1, from unscaled latents (batch, 4, height/8, width/8)."""
    # Diffusers' annotations name the legacy FloatTensor.
    decoded: Tensor = cast("Any", vae).decode(latents.to(vae.dtype), return_dict=False)[0]
    return decoded.to(torch.float32)


def encode(vae: AutoencoderKL, pixels: Tensor, downscale: int = 8) -> Tensor:
    """Unscaled latents, float32, of pictures (batch, 3, height, width) in 0 … 1, cut to multiples of 8 (centred)."""
    height, width = (side // downscale * downscale for side in pixels.shape[-2:])
    top, left = ((side % downscale) // 2 for side in pixels.shape[-2:])
    cut = pixels[..., top : top + height, left : left + width]
    posterior = cast("Any", vae).encode((cut * 2 - 1).to(vae.dtype), return_dict=False)[0]
    return posterior.mode().to(torch.float32)
