"""The model that ships: small, complete, loadable offline by diffusers itself, and steered by what a prompt says."""

from __future__ import annotations

import json
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline

from darkroom.starter import model_folder
from darkroom.starter.cli import loaded
from darkroom.starter.training.export import PREVIEW_FOLDER
from darkroom.starter.training.sampling import Sampling, sampled
from darkroom.starter.training.vocabulary import new_tokenizer

LARGEST = 40_000_000
SEEDS = (1, 2, 3)

Picture = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def pipeline() -> StableDiffusionPipeline:
    torch.set_num_threads(1)
    return loaded(model_folder(), "cpu")


def pictures(pipeline: StableDiffusionPipeline, prompt: str) -> Picture:
    made = [sampled(pipeline, [prompt], Sampling(steps=8, seed=seed)) for seed in SEEDS]
    return np.concatenate(made).astype(float)


def test_the_whole_model_is_small() -> None:
    sizes = [path.stat().st_size for path in model_folder().rglob("*") if path.is_file()]
    assert 10_000_000 < sum(sizes) <= LARGEST


def test_all_weights_are_half_precision_safetensors() -> None:
    weights = [path for path in model_folder().rglob("*") if path.stat().st_size > 100_000]
    assert {path.suffix for path in weights} == {".safetensors"}
    assert len(weights) == 4


def test_its_tokenizer_is_the_one_the_program_makes(pipeline: StableDiffusionPipeline) -> None:
    written = json.loads((model_folder() / "tokenizer" / "vocab.json").read_text(encoding="utf-8"))
    assert written == cast(Any, new_tokenizer()).get_vocab()
    assert cast(Any, pipeline).tokenizer.get_vocab() == written


def test_night_is_darker_than_day(pipeline: StableDiffusionPipeline) -> None:
    night, day = pictures(pipeline, "mountains at night"), pictures(pipeline, "mountains by day")
    assert all(night.mean(axis=(1, 2, 3)) < day.mean(axis=(1, 2, 3)) - 30)


def test_the_sea_is_bluer_than_the_desert(pipeline: StableDiffusionPipeline) -> None:
    sea, desert = pictures(pipeline, "the sea by day"), pictures(pipeline, "a desert by day")
    assert all(_blueness(sea[:, 96:]) > _blueness(desert[:, 96:]) + 40)


def test_a_subject_takes_the_colour_asked_for(pipeline: StableDiffusionPipeline) -> None:
    red = pictures(pipeline, "a red balloon over hills by day in the middle")
    blue = pictures(pipeline, "a blue balloon over hills by day in the middle")
    assert all(_blueness(blue[:, 28:60, 48:80]) > _blueness(red[:, 28:60, 48:80]) + 60)


def test_previews_look_like_the_autoencoders_pictures(pipeline: StableDiffusionPipeline) -> None:
    tiny: Any = cast(Any, AutoencoderTiny).from_pretrained(model_folder() / PREVIEW_FOLDER, local_files_only=True)
    whole: Any = pipeline
    latents = whole("a red house in the mountains", num_inference_steps=8, output_type="latent").images
    with torch.no_grad():
        preview = tiny.decode(latents).sample
        picture = whole.vae.decode(latents / whole.vae.config.scaling_factor).sample
    assert float((preview - picture).abs().mean()) < 0.15


def _blueness(region: Picture) -> Picture:
    return region[..., 2].mean(axis=(1, 2)) - region[..., 0].mean(axis=(1, 2))
