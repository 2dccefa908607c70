"""What the training program asks of torch and diffusers where their stubs leave types open, given types once, here."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import numpy.typing as npt
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from torch import Tensor, nn

ModuleType = TypeVar("ModuleType", bound=nn.Module)


def seed_everything(seed: int) -> None:
    """Seeds torch's global random numbers: those that initialise weights."""
    cast(Any, torch).manual_seed(seed)


def on_device(module: ModuleType, device: torch.device) -> ModuleType:
    """The module on the device, its convolutions in channels-last order."""
    return cast(Any, module).to(device, memory_format=torch.channels_last)


def in_half(module: ModuleType) -> ModuleType:
    """The module in fp16."""
    return cast(Any, module).half()


def frozen_as_exported(module: ModuleType) -> ModuleType:
    """The module for use, not for training, with the very numbers that an fp16 file of it holds."""
    return cast(Any, module).half().float().eval().requires_grad_(False)


def integers(numbers: Tensor) -> list[int]:
    """A one-dimensional tensor as a list."""
    return cast(Any, numbers).tolist()


def pairs_of_integers(numbers: Tensor) -> list[tuple[int, int]]:
    """A tensor (n, 2) as a list of pairs."""
    return [(first, second) for first, second in cast(Any, numbers).tolist()]


def from_array(array: npt.NDArray[Any]) -> Tensor:
    """A tensor that shares the array's memory."""
    return cast(Any, torch).from_numpy(array)


def posterior(model: AutoencoderKL, pictures: Tensor) -> DiagonalGaussianDistribution:
    """What the encoder makes of pictures (n, 3, height, width): unscaled latents with their spread."""
    return cast(Any, model).encode(pictures).latent_dist


def decoded(model: AutoencoderKL | AutoencoderTiny, latents: Tensor) -> Tensor:
    """What the decoder makes of latents: pictures (n, 3, height, width), about -1 to 1."""
    return cast(Any, model).decode(latents).sample


def tiny_latents(model: AutoencoderTiny, pictures: Tensor) -> Tensor:
    """What the tiny encoder makes of pictures: scaled latents."""
    return cast(Any, model).encode(pictures).latents


def saved_to(model: object, folder: str) -> None:
    """Writes a model, pipeline or tokenizer as safetensors and configuration."""
    cast(Any, model).save_pretrained(folder, safe_serialization=True)
