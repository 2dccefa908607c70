"""The stages of training in their order, each from the work folder to the work folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

from darkroom.starter.training import autoencoder, decoder, denoiser, language, preview
from darkroom.starter.training.export import trained_autoencoder, trained_pipeline
from darkroom.starter.training.grids import save_grid
from darkroom.starter.training.latents import Latents, encoded
from darkroom.starter.training.loop import Hooks
from darkroom.starter.training.sampling import PROMPTS, Sampling, sampled
from darkroom.starter.training.series import TRAINING_SEED, VALIDATION_SEED, Pixels, drawings
from darkroom.starter.training.typed import on_device

STEPS = {
    autoencoder.NAME: 8000,
    decoder.NAME: 2000,
    language.NAME: 600,
    denoiser.NAME: 8000,
    preview.NAME: 2000,
}
"""The stages in their order, with the number of steps each takes unless told otherwise."""

_VALIDATION = 256
_CPU = torch.device("cpu")
_SILENT = Hooks()


@dataclass(frozen=True)
class Work:
    """Where, on what and at which size the model is trained."""

    workdir: Path
    size: int = 128
    count: int = 24_000
    seed: int = 0
    device: torch.device = _CPU
    hooks: Hooks = _SILENT

    def training(self) -> Pixels:
        """The training drawings."""
        return drawings(self.workdir, TRAINING_SEED, self.count, self.size, self.hooks.told)

    def validation(self) -> Pixels:
        """Drawings that no stage is trained on."""
        return drawings(self.workdir, VALIDATION_SEED, _VALIDATION, self.size, self.hooks.told)

    def autoencoder(self) -> AutoencoderKL:
        """The trained autoencoder."""
        return on_device(trained_autoencoder(self.workdir, self.size), self.device)

    def latents(self) -> Latents:
        """The training drawings' latents."""
        return encoded(self.autoencoder(), self.training(), self.workdir, self.device, self.hooks)


def train_stage(work: Work, name: str, steps: int) -> None:
    """Trains one stage to that many steps, from its last checkpoint if there is one."""
    _STAGES[name](work, steps)


def _autoencoder(work: Work, steps: int) -> None:
    plan = autoencoder.plan(steps, work.seed)
    autoencoder.train_autoencoder(work.workdir, work.training(), work.validation(), plan, work.device, work.hooks)


def _decoder(work: Work, steps: int) -> None:
    data, plan = (work.training(), work.latents()), decoder.plan(steps, work.seed)
    decoder.train_decoder(work.workdir, work.autoencoder(), data, work.validation(), plan, work.device, work.hooks)


def _language(work: Work, steps: int) -> None:
    language.train_language(work.workdir, language.plan(steps, work.seed), work.device, work.hooks)


def _denoiser(work: Work, steps: int) -> None:
    latents = work.latents()

    def saved(step: int) -> None:
        pipeline = cast(Any, trained_pipeline(work.workdir, work.size, latents.scaling_factor)).to(work.device)
        pictures = sampled(pipeline, PROMPTS, Sampling(batch=len(PROMPTS)))
        save_grid([pictures[:8], pictures[8:]], work.workdir / "grids" / f"samples-{step:06}.png")
        work.hooks.saved(step)

    hooks = Hooks(work.hooks.told, saved)
    text_encoder = language.trained_text_encoder(work.workdir)
    denoiser.train_denoiser(work.workdir, text_encoder, latents, denoiser.plan(steps, work.seed), work.device, hooks)


def _preview(work: Work, steps: int) -> None:
    plan = preview.plan(steps, work.seed)
    preview.train_preview_decoder(work.workdir, work.training(), work.latents(), plan, work.device, work.hooks)


_STAGES: dict[str, Callable[[Work, int], None]] = {
    autoencoder.NAME: _autoencoder,
    decoder.NAME: _decoder,
    language.NAME: _language,
    denoiser.NAME: _denoiser,
    preview.NAME: _preview,
}
