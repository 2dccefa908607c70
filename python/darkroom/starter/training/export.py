"""From a work folder to the shipped model: diffusers' StableDiffusionPipeline layout in fp16 safetensors."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, cast

from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline

from darkroom.starter.training import autoencoder, decoder, denoiser, preview
from darkroom.starter.training.language import trained_text_encoder
from darkroom.starter.training.latents import Latents, fingerprint
from darkroom.starter.training.loop import load_weights
from darkroom.starter.training.typed import frozen_as_exported, in_half, saved_to
from darkroom.starter.training.vocabulary import new_tokenizer, save_tokenizer

PREVIEW_FOLDER = "preview_decoder"


def trained_autoencoder(workdir: Path, size: int) -> AutoencoderKL:
    """The autoencoder of the work folder, frozen, with the very numbers that the exported fp16 file holds."""
    model = autoencoder.new_autoencoder(size)
    _require(load_weights(model, workdir, autoencoder.NAME), workdir, autoencoder.NAME)
    refined = autoencoder.new_autoencoder(size)
    if load_weights(refined, workdir, decoder.NAME) and fingerprint(in_half(refined)) == fingerprint(in_half(model)):
        model = refined
    return frozen_as_exported(model)


def trained_pipeline(workdir: Path, size: int, scaling_factor: float) -> StableDiffusionPipeline:
    """The pipeline of the work folder's averaged weights, in fp32."""
    vae = trained_autoencoder(workdir, size)
    cast(Any, vae).register_to_config(scaling_factor=scaling_factor)
    unet = denoiser.new_unet(size // 8)
    _require(load_weights(unet, workdir, denoiser.NAME), workdir, denoiser.NAME)
    build: Any = StableDiffusionPipeline
    return build(
        vae=vae,
        text_encoder=trained_text_encoder(workdir),
        tokenizer=new_tokenizer(),
        unet=unet.eval(),
        scheduler=denoiser.new_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def export_model(workdir: Path, size: int, latents: Latents, folder: Path) -> int:
    """Writes the model folder anew; returns its size in bytes. A reader sees the old folder or the new one."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    pipeline = trained_pipeline(workdir, size, latents.scaling_factor)
    for part in (pipeline.vae, pipeline.text_encoder, pipeline.unet):
        in_half(part)
    saved_to(pipeline, str(partial))
    _load_in_full(partial / "text_encoder" / "config.json")
    save_tokenizer(partial / "tokenizer")
    _export_preview(workdir, partial / PREVIEW_FOLDER)
    for path in partial.rglob("*.safetensors"):
        path.chmod(0o644)
    _replace(partial, folder)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _load_in_full(config: Path) -> None:
    """Transformers loads a model in the precision its configuration names, diffusers in fp32: make both fp32."""
    fields = json.loads(config.read_text(encoding="utf-8"))
    config.write_text(json.dumps({**fields, "dtype": "float32"}, indent=2) + "\n", encoding="utf-8")


def _export_preview(workdir: Path, folder: Path) -> None:
    tiny = preview.new_preview_decoder()
    _require(load_weights(tiny, workdir, preview.NAME), workdir, preview.NAME)
    saved_to(in_half(tiny), str(folder))


def _replace(partial: Path, folder: Path) -> None:
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(partial, folder)
    shutil.rmtree(old, ignore_errors=True)


def _require(loaded: bool, workdir: Path, name: str) -> None:
    if not loaded:
        raise FileNotFoundError(f"{workdir} holds no trained “{name}”; train that stage first")
