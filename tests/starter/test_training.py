"""All stages for a step or two each: what comes out is a pipeline folder that diffusers loads and samples from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny

from darkroom.starter.cli import loaded
from darkroom.starter.evaluation import figures, reader
from darkroom.starter.training.autoencoder import new_autoencoder, psnr
from darkroom.starter.training.denoiser import spread_timesteps
from darkroom.starter.training.export import PREVIEW_FOLDER, export_model
from darkroom.starter.training.language import classes
from darkroom.starter.training.latents import encoded
from darkroom.starter.training.loop import Hooks
from darkroom.starter.training.sampling import Sampling, sampled
from darkroom.starter.training.stages import STEPS, Work, train_stage
from darkroom.starter.training.typed import integers, seed_everything

SIZE = 32

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    torch.set_num_threads(1)
    made = Work(tmp_path_factory.mktemp("work"), size=SIZE, count=16)
    for name in STEPS:
        train_stage(made, name, steps=2)
    return made


@pytest.fixture(scope="module")
def model(work: Work) -> Path:
    folder = work.workdir / "model"
    assert 0 < export_model(work.workdir, SIZE, work.latents(), folder) < 40_000_000
    return folder


def test_every_stage_leaves_a_checkpoint(work: Work) -> None:
    assert {f"{name}.ckpt" for name in STEPS} <= {path.name for path in work.workdir.iterdir()}


def test_the_exported_folder_makes_pictures(model: Path) -> None:
    pictures = sampled(loaded(model, "cpu"), ["a red house at night", ""], Sampling(steps=2))
    assert pictures.shape == (2, SIZE, SIZE, 3)


def test_the_exported_scaling_factor_gives_latents_unit_variance(work: Work, model: Path) -> None:
    latents = work.latents()
    assert loaded(model, "cpu").vae.config["scaling_factor"] == latents.scaling_factor
    everything = latents.batch(torch.arange(work.count), torch.device("cpu"))
    assert float(everything.std()) == pytest.approx(1.0, abs=0.01)


def test_the_preview_decoder_takes_scaled_latents_as_they_are(model: Path) -> None:
    tiny = cast(Any, AutoencoderTiny).from_pretrained(model / PREVIEW_FOLDER, local_files_only=True)
    assert tiny.config["scaling_factor"] == 1.0
    assert tiny.decode(torch.zeros(1, 4, 4, 4)).sample.shape == (1, 3, SIZE, SIZE)


def test_exporting_again_replaces_the_folder_whole(work: Work, model: Path) -> None:
    (model / "leftover").write_text("old")
    export_model(work.workdir, SIZE, work.latents(), model)
    assert not (model / "leftover").exists()
    assert not list(model.parent.glob("model.*"))


def test_another_encoder_never_finds_the_old_latents(work: Work) -> None:
    seed_everything(9)
    other = encoded(new_autoencoder(SIZE).eval(), work.training(), work.workdir, work.device, Hooks())
    assert not torch.equal(other.means, work.latents().means)


def test_the_evaluation_measures_every_attribute_and_its_control(work: Work, model: Path) -> None:
    pipeline = loaded(model, "cpu")
    trained = reader.train_reader(work.workdir, pipeline.vae, 64, reader.plan(2), work.device, Hooks())
    found = figures.evaluated(pipeline, trained, work.workdir, Sampling(steps=2), work.device, pictures=6)
    shares = (found.held_out_captions, found.shuffled_captions, found.held_out_pairs, found.drawings)
    assert all(0 <= share <= 1 for each in shares for share in each.values())
    assert figures.table(found).count("\n") == 1 + len(found.chance)


def test_chance_is_what_agreement_by_lot_would_be() -> None:
    rows = figures.chance([figures.Scene("day", "sea", "sun", "fair", "none", "red", "left")] * 4)
    assert rows["time"] == 1.0


def test_shuffling_compares_every_picture_with_every_other_caption() -> None:
    day, night = (figures.Scene(time, "sea", "sun", "fair", "none", "red", "left") for time in ("day", "night"))
    scenes = [day, night, day, night]

    shares = figures.shuffled(classes(scenes), scenes)

    assert shares["time"] == pytest.approx(1 / 3)
    assert shares["terrain"] == 1.0


def test_psnr_of_a_constant_error_is_known() -> None:
    black = np.zeros((1, 8, 8, 3), dtype=np.uint8)
    assert psnr(black, black + 255) == pytest.approx(0.0, abs=1e-4)
    assert psnr(black, black + 51) == pytest.approx(13.979, abs=1e-3)


def test_timesteps_of_a_batch_cover_the_whole_schedule() -> None:
    timesteps = spread_timesteps(10, torch.Generator().manual_seed(0))
    assert integers(timesteps // 100) == list(range(10))
