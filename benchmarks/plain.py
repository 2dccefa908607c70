"""The other side: diffusers' own pipeline, used as its documentation says."""

import time
import warnings
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline  # pyright: ignore[reportPrivateImportUsage]
from diffusers.utils.logging import disable_progress_bar

from benchmarks.bench import PROMPT, Case


@dataclass
class Plain:
    """A pipeline in memory, in fp32, without previews and without a progress bar."""

    pipe: Any

    @classmethod
    def load(cls, folder: Path) -> "Plain":
        disable_progress_bar()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pipe = StableDiffusionPipeline.from_pretrained(
                folder, torch_dtype=torch.float32, safety_checker=None, requires_safety_checker=False
            )
        pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config)
        pipe.set_progress_bar_config(disable=True)
        return cls(pipe)

    def latents(self, case: Case, seed: int = 1) -> torch.Tensor:
        """The scaled latents of one picture, undecoded."""
        return self._call(case, seed, output_type="latent")

    def picture(self, case: Case, seed: int = 1) -> Any:  # noqa: ANN401 - a PIL image
        return self._call(case, seed, output_type="pil")[0]

    def step_times(self, case: Case) -> list[float]:
        """Seconds from the end of each step to the end of the next."""
        stamps: list[float] = []

        def stamp(_pipe: object, _index: int, _timestep: object, kwargs: dict[str, Any]) -> dict[str, Any]:
            stamps.append(time.perf_counter())
            return kwargs

        self._call(case, 1, output_type="latent", callback_on_step_end=stamp)
        return [after - before for before, after in pairwise(stamps)]

    def decode_time(self, latents: torch.Tensor) -> float:
        """Seconds for the decoder alone."""
        begun = time.perf_counter()
        with torch.no_grad():
            self.pipe.vae.decode(latents / self.pipe.vae.config.scaling_factor, return_dict=False)
        return time.perf_counter() - begun

    def _call(self, case: Case, seed: int, **options: Any) -> Any:  # noqa: ANN401
        return self.pipe(
            PROMPT,
            negative_prompt="",
            width=case.side,
            height=case.side,
            num_inference_steps=case.steps,
            guidance_scale=7.0,
            generator=torch.Generator("cpu").manual_seed(seed),
            **options,
        ).images
