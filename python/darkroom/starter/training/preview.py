"""The preview decoder: an AutoencoderTiny that turns the UNet's latents into pictures in a fraction of the time.

As diffusers expects of it, it works on scaled latents (its own scaling factor is 1). Its decoder learns to draw the
training drawings from the autoencoder's latents, its encoder to find those latents again.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from torch import Tensor

from darkroom.starter.training.autoencoder import picture_error, psnr
from darkroom.starter.training.grids import save_grid
from darkroom.starter.training.latents import Latents
from darkroom.starter.training.loop import Hooks, Loss, Plan, load_weights, train
from darkroom.starter.training.series import Pixels, as_input, as_pixels
from darkroom.starter.training.typed import decoded, on_device, seed_everything, tiny_latents

NAME = "preview"
_WIDTH = 24
_BATCH = 4
_ENCODER_WEIGHT = 0.05


def plan(steps: int, seed: int) -> Plan:
    """The stage's plan."""
    return Plan(NAME, steps, learning_rate=2e-3, seed=seed, weight_decay=0.0, average=0.99, save_every=250)


def new_preview_decoder() -> AutoencoderTiny:
    """An untrained tiny autoencoder."""
    return AutoencoderTiny(
        encoder_block_out_channels=(_WIDTH,) * 4,
        decoder_block_out_channels=(_WIDTH,) * 4,
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(2, 2, 1, 1),
        latent_channels=4,
        scaling_factor=1.0,
    )


def train_preview_decoder(
    workdir: Path, training: Pixels, latents: Latents, plan: Plan, device: torch.device, hooks: Hooks
) -> AutoencoderTiny:
    """Trains to the plan's end; writes a grid of decoded latents at every save."""
    seed_everything(plan.seed)
    model = on_device(new_preview_decoder(), device)
    shown = torch.arange(8)

    def saved(step: int) -> None:
        current = new_preview_decoder()
        load_weights(current, workdir, NAME)
        with torch.no_grad():
            shown_pixels = as_pixels(decoded(current, latents.batch(shown, torch.device("cpu"))))
        save_grid([training[:8], shown_pixels], workdir / "grids" / f"{NAME}.png")
        hooks.told(f"{NAME} {step} PSNR on training drawings {psnr(training[:8], shown_pixels):.2f} dB")
        hooks.saved(step)

    loss = _preview_loss(model, training, latents, device)
    return cast(AutoencoderTiny, train(model, loss, plan, workdir, Hooks(hooks.told, saved)))


def _preview_loss(model: AutoencoderTiny, training: Pixels, latents: Latents, device: torch.device) -> Loss:
    def loss(step: int, generator: torch.Generator) -> dict[str, Tensor]:
        del step
        numbers = torch.randint(len(training), (_BATCH,), generator=generator)
        truth, scaled = as_input(training[numbers.numpy()], device), latents.batch(numbers, device)
        pictured = picture_error(decoded(model, scaled), truth)
        coded = F.mse_loss(tiny_latents(model, truth), scaled)
        return {"loss": pictured + _ENCODER_WEIGHT * coded, "latents": coded}

    return loss
