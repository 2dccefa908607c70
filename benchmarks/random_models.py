"""Models with random weights in the shapes that matter for time: a 20 M toy, and Stable Diffusion 1.5.

They are written once, as fp16 diffusers folders, into a cache folder; their pictures are noise.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
from transformers import CLIPTextConfig, PreTrainedModel
from transformers.models.clip.modeling_clip import CLIPTextModel

from darkroom.models.catalog import BUILT_IN_FOLDER
from darkroom.models.shapes import SD15_TEXT, SD15_VAE
from darkroom.models.tokenizer_files import PACKAGED_TOKENIZER

Network = UNet2DConditionModel | AutoencoderKL | AutoencoderTiny | PreTrainedModel


def _toy_unet() -> Network:
    """22 M parameters, SD 1.5's topology but for the last level."""
    return UNet2DConditionModel(
        sample_size=64,
        block_out_channels=(64, 128, 192, 192),
        attention_head_dim=8,
        cross_attention_dim=768,
    )


def _sd15_unet() -> Network:
    return UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8)


def _toy_vae() -> Network:
    return cast("Any", AutoencoderKL)(**{**SD15_VAE, "block_out_channels": (32, 64, 128, 128), "sample_size": 512})


def _sd15_vae() -> Network:
    return cast("Any", AutoencoderKL)(**SD15_VAE, sample_size=512)


def _text_encoder() -> Network:
    return CLIPTextModel(CLIPTextConfig(**SD15_TEXT))


def _preview_decoder() -> Network:
    """The shape of the usual tiny decoder for SD 1.5."""
    return AutoencoderTiny()


PARTS: Mapping[str, Callable[[], Network]] = {
    "toy-unet": _toy_unet,
    "toy-vae": _toy_vae,
    "sd15-unet": _sd15_unet,
    "sd15-vae": _sd15_vae,
    "sd15-text_encoder": _text_encoder,
    "sd15-preview_decoder": _preview_decoder,
}
MODELS: Mapping[str, Mapping[str, str]] = {
    "toy": {
        "unet": "toy-unet",
        "vae": "toy-vae",
        "text_encoder": "sd15-text_encoder",
        "preview_decoder": "sd15-preview_decoder",
    },
    "sd15": {
        "unet": "sd15-unet",
        "vae": "sd15-vae",
        "text_encoder": "sd15-text_encoder",
        "preview_decoder": "sd15-preview_decoder",
    },
    # For what happens after the last step alone: SD 1.5's decoder behind a UNet that is soon done.
    "sd15-decoder": {"unet": "toy-unet", "vae": "sd15-vae", "text_encoder": "sd15-text_encoder"},
}
"""Which part of a model is which of the networks above; a network is written once however many models have it."""


def model(name: str, cache: Path) -> Path:
    """Write the model called `name`; its folder, which has an index once the model is complete."""
    folder = cache / name
    shutil.rmtree(folder, ignore_errors=True)
    for component, part in MODELS[name].items():
        _link(_part(part, cache), folder / component)
    _write_rest(folder)
    return folder


def _part(name: str, cache: Path) -> Path:
    folder = cache / "parts" / name
    if not folder.is_dir():
        torch.manual_seed(20261121)
        staged = cache / f"{name}.{os.getpid()}"
        PARTS[name]().to(torch.float16).save_pretrained(staged)  # pyright: ignore[reportArgumentType, reportCallIssue]
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged.rename(folder)
    return folder


def _link(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for file in source.iterdir():
        os.link(file, target / file.name)


def _write_rest(folder: Path) -> None:
    shutil.copytree(PACKAGED_TOKENIZER, folder / "tokenizer")
    EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear").save_pretrained(
        folder / "scheduler"
    )
    # Last, because a folder with an index is taken as complete.
    shutil.copy(BUILT_IN_FOLDER / "model_index.json", folder / "model_index.json")
