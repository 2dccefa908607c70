"""The autoencoder's decoder, trained further by itself: sharper pictures from the same latents.

The encoder stays as it is, and so do the drawings' latents and the UNet trained on them. So this stage may run beside
the UNet's, or long after it.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor

from darkroom.starter.training.autoencoder import new_autoencoder, picture_error, psnr, reconstructed
from darkroom.starter.training.grids import save_grid
from darkroom.starter.training.latents import Latents
from darkroom.starter.training.loop import Hooks, Loss, Plan, load_weights, train
from darkroom.starter.training.series import Pixels, as_input
from darkroom.starter.training.typed import decoded, on_device

NAME = "decoder"
_BATCH = 4
_NOISE = 0.02


def plan(steps: int, seed: int) -> Plan:
    """The stage's plan."""
    return Plan(NAME, steps, learning_rate=6e-4, seed=seed, weight_decay=0.0, average=0.995, save_every=200)


def train_decoder(
    workdir: Path,
    model: AutoencoderKL,
    data: tuple[Pixels, Latents],
    validation: Pixels,
    plan: Plan,
    device: torch.device,
    hooks: Hooks,
) -> AutoencoderKL:
    """Trains the model's decoder on drawings and their latents; writes reconstructions at every save."""
    model = on_device(model, device)
    for name, weight in model.named_parameters():
        weight.requires_grad_(name.startswith(("post_quant_conv.", "decoder.")))

    def saved(step: int) -> None:
        current = new_autoencoder(validation.shape[1])
        load_weights(current, workdir, NAME)
        rebuilt = reconstructed(current.eval(), validation[:32], torch.device("cpu"))
        save_grid([validation[:8], rebuilt[:8], validation[8:16], rebuilt[8:16]], workdir / "grids" / f"{NAME}.png")
        hooks.told(f"{NAME} {step} PSNR on held-out drawings {psnr(validation[:32], rebuilt):.2f} dB")
        hooks.saved(step)

    loss = _decoding_loss(model, data, device)
    return cast(AutoencoderKL, train(model, loss, plan, workdir, Hooks(hooks.told, saved)))


def _decoding_loss(model: AutoencoderKL, data: tuple[Pixels, Latents], device: torch.device) -> Loss:
    drawings, latents = data

    def loss(step: int, generator: torch.Generator) -> dict[str, Tensor]:
        del step
        numbers = torch.randint(len(drawings), (_BATCH,), generator=generator)
        scaled = latents.batch(numbers, device)
        noise = torch.randn(scaled.shape, generator=generator).to(device)
        rebuilt = decoded(model, (scaled + _NOISE * noise) / latents.scaling_factor)
        truth = as_input(drawings[numbers.numpy()], device)
        return {"loss": picture_error(rebuilt, truth), "absolute": (rebuilt.detach() - truth).abs().mean()}

    return loss
