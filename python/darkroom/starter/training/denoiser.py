"""The UNet: predicts the noise in a latent from its timestep and its caption's states.

Noise schedule and prediction type are Stable Diffusion 1's own. The loss is weighted by min-SNR-5 (Hang et al. 2023),
timesteps are spread evenly over each batch, and a moving average of the weights is what is sampled and exported.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor, nn
from transformers import CLIPTextModel

from darkroom.starter.postcards.captions import any_caption
from darkroom.starter.postcards.postcard import captioned_scene, lot
from darkroom.starter.training.language import WIDTH, tokenized
from darkroom.starter.training.latents import Latents
from darkroom.starter.training.loop import Hooks, Loss, Plan, train
from darkroom.starter.training.series import TRAINING_SEED
from darkroom.starter.training.typed import integers, on_device, seed_everything
from darkroom.starter.training.vocabulary import new_tokenizer

NAME = "denoiser"
BATCH = 32
STEPS_OF_NOISE = 1000
_CHANNELS = (48, 112, 192)
_LARGEST_SNR = 5.0
_CAPTIONS_DROPPED = 0.05
_CAPTION_VARIANTS = 64


def plan(steps: int, seed: int) -> Plan:
    """The stage's plan."""
    return Plan(NAME, steps, learning_rate=1e-3, seed=seed, average=0.997, save_every=250)


def new_scheduler() -> DDIMScheduler:
    """Stable Diffusion 1's noise schedule."""
    return DDIMScheduler(
        num_train_timesteps=STEPS_OF_NOISE,
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type="epsilon",
    )


def new_unet(latent_side: int) -> UNet2DConditionModel:
    """An untrained UNet whose blocks start as the identity and whose output starts at zero."""
    unet = UNet2DConditionModel(
        sample_size=latent_side,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=_CHANNELS,
        layers_per_block=1,
        cross_attention_dim=WIDTH,
        attention_head_dim=4,
        norm_num_groups=16,
    )
    for name, module in unet.named_modules():
        if name.endswith((".conv2", ".proj_out")) or name == "conv_out":
            _zero(module)
    return unet


def train_denoiser(
    workdir: Path, text_encoder: CLIPTextModel, latents: Latents, plan: Plan, device: torch.device, hooks: Hooks
) -> UNet2DConditionModel:
    """Trains to the plan's end; returns the averaged UNet."""
    seed_everything(plan.seed)
    unet = on_device(new_unet(latents.means.shape[-1]), device)
    loss = _noise_loss(unet, on_device(text_encoder, device), latents, device)
    return cast(UNet2DConditionModel, train(unet, loss, plan, workdir, hooks))


def captions_for(numbers: Sequence[int], generator: torch.Generator) -> list[str]:
    """A caption for each drawing of the training series, worded anew each time, now and then empty."""
    kept = integers(torch.rand(len(numbers), generator=generator) >= _CAPTIONS_DROPPED)
    variants = integers(torch.randint(_CAPTION_VARIANTS, (len(numbers),), generator=generator))
    return [
        _caption(number, variant) if keep else "" for number, variant, keep in zip(numbers, variants, kept, strict=True)
    ]


def _caption(number: int, variant: int) -> str:
    scene, _ = captioned_scene(TRAINING_SEED, number)
    return any_caption(scene, lot(TRAINING_SEED, number, f"caption {variant}"))


def _noise_loss(
    unet: UNet2DConditionModel, text_encoder: CLIPTextModel, latents: Latents, device: torch.device
) -> Loss:
    tokenizer, scheduler = new_tokenizer(), new_scheduler()
    kept = scheduler.alphas_cumprod.to(device)
    snr = kept / (1 - kept)
    weights = snr.clamp(max=_LARGEST_SNR) / snr

    def loss(step: int, generator: torch.Generator) -> dict[str, Tensor]:
        del step
        numbers = torch.randint(len(latents.means), (BATCH,), generator=generator)
        clean = latents.batch(numbers, device)
        tokens = tokenized(tokenizer, captions_for(integers(numbers), generator)).to(device)
        with torch.no_grad():
            states = text_encoder(input_ids=tokens).last_hidden_state
        timesteps = spread_timesteps(BATCH, generator).to(device)
        noise = torch.randn(clean.shape, generator=generator).to(device)
        noisy = cast(Any, scheduler).add_noise(clean, noise, timesteps).contiguous(memory_format=torch.channels_last)
        guess = unet(noisy, timesteps, encoder_hidden_states=states, return_dict=False)[0]
        each = (guess - noise).square().mean(dim=(1, 2, 3))
        return {"loss": (each * weights[timesteps]).mean(), "plain": each.mean()}

    return loss


def spread_timesteps(count: int, generator: torch.Generator) -> Tensor:
    """One timestep by lot from each of `count` equal parts of the schedule."""
    places = torch.arange(count) + torch.rand(count, generator=generator)
    return (places / count * STEPS_OF_NOISE).long().clamp(max=STEPS_OF_NOISE - 1)


def _zero(module: nn.Module) -> None:
    for weight in module.parameters():
        nn.init.zeros_(weight)
