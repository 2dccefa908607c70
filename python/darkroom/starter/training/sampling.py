"""Pictures from captions with diffusers' own pipeline: for looking at, and for the evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from diffusers.schedulers.scheduling_ddim import DDIMScheduler

from darkroom.starter.training.series import Pixels

PROMPTS = (
    "a red house in the mountains at night with snow",
    "a white lighthouse on the sea at sunset on the right with the sun",
    "a yellow balloon over the city by day with clouds",
    "a blue tent in the desert at dawn on the left with the sun",
    "a green windmill among hills in daylight",
    "the sea at night with a full moon",
    "a purple tree in a forest at sunrise with rain",
    "a red sailboat on the ocean at noon with a bright sun",
    "a white tower in the city at midnight with stars",
    "a purple house on the left in green hills in the evening",
    "mountains",
    "a forest at night with falling snow",
    "a blue balloon over the desert at dusk",
    "a yellow tent in a forest by day with rain",
    "a red tree in the middle, rolling hills, dawn, white clouds",
    "",
)
"""What sample grids show."""


@dataclass(frozen=True)
class Sampling:
    """How pictures are made."""

    steps: int = 20
    guidance: float = 4.0
    seed: int = 0
    batch: int = 25
    sampler: str = "ddim"


def sampled(
    pipeline: StableDiffusionPipeline,
    captions: Sequence[str],
    sampling: Sampling,
    told: Callable[[str], None] = lambda _: None,
) -> Pixels:
    """One picture a caption, (n, height, width, 3)."""
    call: Any = pipeline
    call.set_progress_bar_config(disable=True)
    call.scheduler = cast(Any, DDIMScheduler).from_config(call.scheduler.config)
    generator = torch.Generator().manual_seed(sampling.seed)
    parts: list[Pixels] = []
    for first in range(0, len(captions), sampling.batch):
        made = call(
            list(captions[first : first + sampling.batch]),
            num_inference_steps=sampling.steps,
            guidance_scale=sampling.guidance,
            generator=generator,
            output_type="np",
        )
        parts.append((np.asarray(made.images) * 255).round().astype(np.uint8))
        told(f"sampled {min(first + sampling.batch, len(captions))} of {len(captions)}")
    return np.concatenate(parts)
