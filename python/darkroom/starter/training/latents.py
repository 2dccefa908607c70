"""The training drawings as latents, encoded once by the finished autoencoder."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor

from darkroom.starter.training.loop import Hooks
from darkroom.starter.training.series import Pixels, as_input
from darkroom.starter.training.typed import posterior

_BATCH = 32


@dataclass(frozen=True)
class Latents:
    """Posterior means (n, 4, side / 8, side / 8) in fp16, unscaled, and the factor that gives them unit variance."""

    means: Tensor
    scaling_factor: float

    def batch(self, numbers: Tensor, device: torch.device) -> Tensor:
        """The scaled latents of these drawings."""
        return self.means[numbers].to(device, torch.float32) * self.scaling_factor


def encoded(model: AutoencoderKL, pixels: Pixels, workdir: Path, device: torch.device, hooks: Hooks) -> Latents:
    """The latents of all drawings, read from the work folder if they were encoded before."""
    path = workdir / f"latents-{pixels.shape[1]}-{len(pixels)}-{fingerprint(model)}.pt"
    if not path.exists():
        _encode_all(model, pixels, path, device, hooks)
    means: Tensor = torch.load(path, map_location="cpu", weights_only=True)
    return Latents(means, round(1.0 / float(means.to(torch.float32).std()), 4))


def fingerprint(model: AutoencoderKL) -> str:
    """Eight hexadecimal digits that change with any weight of the encoder; the decoder has no say in latents."""
    checksum = 0
    for name, weight in model.named_parameters():
        if name.startswith(("encoder.", "quant_conv.")):
            checksum = zlib.crc32(weight.detach().cpu().numpy().tobytes(), checksum)
    return f"{checksum:08x}"


@torch.no_grad()
def _encode_all(model: AutoencoderKL, pixels: Pixels, path: Path, device: torch.device, hooks: Hooks) -> None:
    batches: list[Tensor] = []
    for first in range(0, len(pixels), _BATCH):
        found = posterior(model, as_input(pixels[first : first + _BATCH], device))
        batches.append(found.mean.to("cpu", torch.float16))
        if first // _BATCH % 50 == 49:
            hooks.told(f"encoded {first + _BATCH} of {len(pixels)}")
    partial = path.with_suffix(".partial")
    torch.save(torch.cat(batches).contiguous(), partial)
    os.replace(partial, path)
