"""The KL autoencoder: postcards to latents of an eighth of their side, and back.

Trained for PSNR: absolute and squared error, the same on the picture's gradient so that edges stay sharp, and a KL
term just large enough to keep the latents smooth.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
import torch.nn.functional as F
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor

from darkroom.starter.training.grids import save_grid
from darkroom.starter.training.loop import Hooks, Loss, Plan, load_weights, train
from darkroom.starter.training.series import Pixels, as_input, as_pixels
from darkroom.starter.training.typed import (
    decoded,
    from_array,
    integers,
    on_device,
    pairs_of_integers,
    posterior,
    seed_everything,
)

NAME = "autoencoder"
_CHANNELS = (16, 32, 64, 96)
_CROP_SHARE = 0.6
_CROP_SIDE = 64
_CROPS, _WHOLE = 8, 3
_KL_WEIGHT = 2e-4
_GRADIENT_WEIGHT = 0.5
_SQUARED_WEIGHT = 2.0


def plan(steps: int, seed: int) -> Plan:
    """The stage's plan."""
    return Plan(NAME, steps, learning_rate=1e-3, seed=seed, weight_decay=0.0, average=0.995, save_every=100)


def new_autoencoder(size: int) -> AutoencoderKL:
    """An untrained autoencoder: factor 8, four latent channels, no attention."""
    build: Any = AutoencoderKL
    return build(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=_CHANNELS,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=8,
        sample_size=size,
        mid_block_add_attention=False,
    )


def train_autoencoder(
    workdir: Path, training: Pixels, validation: Pixels, plan: Plan, device: torch.device, hooks: Hooks
) -> AutoencoderKL:
    """Trains to the plan's end; writes reconstructions and their PSNR at every save."""
    seed_everything(plan.seed)
    model = on_device(new_autoencoder(training.shape[1]), device)

    def saved(step: int) -> None:
        current = new_autoencoder(training.shape[1])
        load_weights(current, workdir, NAME)
        current = on_device(current, device).eval()
        rebuilt = reconstructed(current, validation[:32], device)
        save_grid([validation[:8], rebuilt[:8], validation[8:16], rebuilt[8:16]], workdir / "grids" / f"{NAME}.png")
        hooks.told(f"{NAME} {step} PSNR on held-out drawings {psnr(validation[:32], rebuilt):.2f} dB")
        hooks.saved(step)

    loss = _reconstruction_loss(model, training, plan, device)
    trained = train(model, loss, plan, workdir, Hooks(hooks.told, saved))
    return cast(AutoencoderKL, trained)


@torch.no_grad()
def reconstructed(model: AutoencoderKL, pixels: Pixels, device: torch.device) -> Pixels:
    """Pixels through the encoder (posterior mean) and the decoder."""
    return as_pixels(decoded(model, posterior(model, as_input(pixels, device)).mode()))


def psnr(truth: Pixels, other: Pixels) -> float:
    """Peak signal-to-noise ratio in decibels, the mean over pictures."""
    error = from_array(truth.astype("float32")) - from_array(other.astype("float32"))
    each = error.square().mean(dim=(1, 2, 3)).clamp(min=1e-6)
    return float((10 * torch.log10(255.0**2 / each)).mean())


def picture_error(rebuilt: Tensor, truth: Tensor) -> Tensor:
    """Absolute and squared error of the pictures and of their gradients."""
    error = rebuilt - truth
    across, down = error[..., 1:] - error[..., :-1], error[..., 1:, :] - error[..., :-1, :]
    gradient = across.abs().mean() + down.abs().mean()
    return error.abs().mean() + _SQUARED_WEIGHT * error.square().mean() + _GRADIENT_WEIGHT * gradient


def crops(pixels: Pixels, step: int, steps: int, generator: torch.Generator) -> Pixels:
    """The step's batch: small crops at first (many, cheap), whole pictures for the last part."""
    if step >= _CROP_SHARE * steps or pixels.shape[1] <= _CROP_SIDE:
        return pixels[torch.randint(len(pixels), (_WHOLE,), generator=generator).numpy()]
    chosen = integers(torch.randint(len(pixels), (_CROPS,), generator=generator))
    corners = pairs_of_integers(torch.randint(pixels.shape[1] - _CROP_SIDE + 1, (_CROPS, 2), generator=generator))
    cut = [
        pixels[number, y : y + _CROP_SIDE, x : x + _CROP_SIDE] for number, (y, x) in zip(chosen, corners, strict=True)
    ]
    return np.stack(cut)


def _reconstruction_loss(model: AutoencoderKL, training: Pixels, plan: Plan, device: torch.device) -> Loss:
    def loss(step: int, generator: torch.Generator) -> dict[str, Tensor]:
        truth = as_input(crops(training, step, plan.steps, generator), device)
        found = posterior(model, truth)
        noise = torch.randn(found.mean.shape, generator=generator).to(device)
        rebuilt = decoded(model, found.mean + found.std * noise)
        spread = 0.5 * (found.mean.square() + found.var - 1.0 - found.logvar).mean()
        return {
            "loss": picture_error(rebuilt, truth) + _KL_WEIGHT * spread,
            "absolute": F.l1_loss(rebuilt.detach(), truth),
            "kl": spread.detach(),
        }

    return loss
