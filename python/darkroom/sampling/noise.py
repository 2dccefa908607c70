"""Random numbers that give the same picture on every machine: always drawn on the CPU in float32.

The conventions are ComfyUI's: one draw for the whole batch from `seed`, step noise from `seed + 1`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

SEEDS = 2**64
"""A generator takes seeds 0 … 2^64 - 1 and uses their low 32 bits."""


def initial_noise(seed: int, shape: Sequence[int], indexes: Sequence[int]) -> Tensor:
    """Draws number `indexes` of the stream that `seed` starts; shape (len(indexes), *shape), float32.

    Draw i of a batch equals draw i of any larger batch where one draw has a multiple of 16 values: elsewhere the
    generator fills the last values of a whole batch in another way than those of each draw.
    """
    generator = torch.Generator("cpu").manual_seed(seed % SEEDS)
    batch = torch.randn((max(indexes) + 1, *shape), generator=generator)
    return batch[list(indexes)]


@dataclass(frozen=True)
class StepNoise:
    """Unit noise for ancestral steps; one stream per picture, started by `seed + 1`."""

    generator: torch.Generator

    @classmethod
    def started_by(cls, seed: int) -> "StepNoise":
        return cls(torch.Generator("cpu").manual_seed((seed + 1) % SEEDS))

    def like(self, x: Tensor) -> Tensor:
        """The next draw, with the shape and on the device of `x`."""
        return torch.randn(x.shape, generator=self.generator).to(x.device, x.dtype)
