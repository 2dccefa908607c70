"""The evaluation: 500 held-out captions become pictures, the reader reads them, and the figures are written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline

from darkroom.starter.evaluation.reader import AttributeReader, agreement, read
from darkroom.starter.postcards.captions import held_out_caption
from darkroom.starter.postcards.postcard import draw, lot
from darkroom.starter.postcards.scene import Scene, held_out_scene, training_scene
from darkroom.starter.training.autoencoder import psnr, reconstructed
from darkroom.starter.training.sampling import Sampling, sampled
from darkroom.starter.training.series import EVALUATION_SEED, VALIDATION_SEED, Pixels, drawings

PICTURES = 500
COMPOSED_PICTURES = 100
TARGETS = {"time": 0.95, "terrain": 0.90, "subject": 0.80, "colour": 0.80}
_RECONSTRUCTED = 256


@dataclass(frozen=True)
class Figures:
    """Shares from 0 to 1 by attribute, PSNR in decibels, and how the pictures were made."""

    pictures: int
    size: int
    sampling: dict[str, float | int | str]
    autoencoder_psnr: float
    held_out_captions: dict[str, float]
    shuffled_captions: dict[str, float]
    chance: dict[str, float]
    held_out_pairs: dict[str, float]
    drawings: dict[str, float]
    reconstructions: dict[str, float]


def evaluated(
    pipeline: StableDiffusionPipeline,
    reader: AttributeReader,
    workdir: Path,
    sampling: Sampling,
    device: torch.device,
    pictures: int = PICTURES,
    told: Callable[[str], None] = lambda _: None,
) -> Figures:
    """Makes the pictures, reads them, and compares with what their captions say."""
    size = int(pipeline.vae.config["sample_size"])
    plain = _requests("plain", pictures)
    composed = _requests("composed", max(1, pictures * COMPOSED_PICTURES // PICTURES))
    found = read(reader, _pictures(pipeline, plain, sampling, told), device)
    scenes = [scene for scene, _ in plain]
    truth = _drawn(scenes, size)
    validation = drawings(workdir, VALIDATION_SEED, _RECONSTRUCTED, size, told)
    return Figures(
        pictures=pictures,
        size=size,
        sampling=asdict(sampling),
        autoencoder_psnr=psnr(validation, reconstructed(pipeline.vae, validation, device)),
        held_out_captions=agreement(found, scenes),
        shuffled_captions=shuffled(found, scenes),
        chance=chance(scenes),
        held_out_pairs=agreement(
            read(reader, _pictures(pipeline, composed, sampling, told), device), [scene for scene, _ in composed]
        ),
        drawings=agreement(read(reader, truth, device), scenes),
        reconstructions=agreement(read(reader, reconstructed(pipeline.vae, truth, device), device), scenes),
    )


def save_figures(figures: Figures, path: Path) -> None:
    """Writes the figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")


def table(figures: Figures) -> str:
    """The figures as a Markdown table for the model card."""
    lines = [
        "| attribute | target | held-out captions | shuffled captions | chance | held-out pairs | real drawings |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, share in figures.held_out_captions.items():
        target = f"≥ {TARGETS[name]:.0%}" if name in TARGETS else "none"
        others = (figures.shuffled_captions, figures.chance, figures.held_out_pairs, figures.drawings)
        lines.append(f"| {name} | {target} | **{share:.1%}** | " + " | ".join(f"{o[name]:.1%}" for o in others) + " |")
    return "\n".join(lines)


def chance(scenes: list[Scene]) -> dict[str, float]:
    """How often two of these scenes, taken by lot, agree in an attribute: what shuffled captions should reach."""
    shares: dict[str, float] = {}
    for name in ("time", "terrain", "sky", "weather", "subject", "colour", "place"):
        kept = [s.value(name) for s in scenes if s.subject != "none" or name not in ("colour", "place")]
        _, counts = np.unique(kept, return_counts=True)
        shares[name] = float(((counts / counts.sum()) ** 2).sum())
    return shares


def shuffled(found: dict[str, torch.Tensor], scenes: list[Scene]) -> dict[str, float]:
    """The mean agreement with the captions of other pictures: every picture meets every caption but its own."""
    each = [agreement(found, scenes[by:] + scenes[:by]) for by in range(1, len(scenes))]
    return {name: float(np.mean([shares[name] for shares in each])) for name in each[0]}


def _requests(kind: str, count: int) -> list[tuple[Scene, str]]:
    made: list[tuple[Scene, str]] = []
    for number in range(count):
        rng = lot(EVALUATION_SEED, number, kind)
        scene = held_out_scene(rng) if kind == "composed" else training_scene(rng)
        made.append((scene, held_out_caption(scene, rng)))
    return made


def _drawn(scenes: list[Scene], size: int) -> Pixels:
    pictures = [draw(scene, size, lot(EVALUATION_SEED, number, "drawing")) for number, scene in enumerate(scenes)]
    return np.stack([np.asarray(picture) for picture in pictures])


def _pictures(
    pipeline: StableDiffusionPipeline,
    requests: list[tuple[Scene, str]],
    sampling: Sampling,
    told: Callable[[str], None],
) -> Pixels:
    return sampled(pipeline, [caption for _, caption in requests], sampling, told)
