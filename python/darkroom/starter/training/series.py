"""Series of postcards as tensors: drawn once into the work folder, then read from there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from darkroom.starter.postcards.postcard import postcard
from darkroom.starter.training.typed import from_array

TRAINING_SEED = 0
VALIDATION_SEED = 1
EVALUATION_SEED = 2
READER_SEED = 3

Pixels = npt.NDArray[np.uint8]


def drawings(workdir: Path, seed: int, count: int, size: int, told: Callable[[str], None] = lambda _: None) -> Pixels:
    """The first `count` drawings of a series, (count, size, size, 3), mapped from a file drawn at first use."""
    path = workdir / f"drawings-{seed}-{size}-{count}.npy"
    if not path.exists():
        _draw_all(path, seed, count, size, told)
    return np.load(path, mmap_mode="r")


def as_input(pixels: Pixels, device: torch.device) -> Tensor:
    """Pixels (n, height, width, 3) as a channels-last tensor (n, 3, height, width) from -1 to 1."""
    batch = from_array(np.array(pixels)).to(device).permute(0, 3, 1, 2)
    return batch.to(torch.float32).div(127.5).sub(1.0).contiguous(memory_format=torch.channels_last)


def as_pixels(pictures: Tensor) -> Pixels:
    """A tensor (n, 3, height, width) from -1 to 1 as pixels (n, height, width, 3)."""
    scaled = pictures.detach().add(1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8)
    return scaled.permute(0, 2, 3, 1).cpu().numpy()


def _draw_all(path: Path, seed: int, count: int, size: int, told: Callable[[str], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    pixels = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint8, shape=(count, size, size, 3))
    for number in range(count):
        pixels[number] = np.asarray(postcard(seed, number, size).picture)
        if number % 1000 == 999:
            told(f"drawn {number + 1} of {count}")
    pixels.flush()
    os.replace(partial, path)
