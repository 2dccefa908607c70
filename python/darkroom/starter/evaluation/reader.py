"""The attribute reader: a small convolutional classifier, trained on drawings only.

Half of what it is trained on are drawings as they come back from the autoencoder, so that it does not mistake the
autoencoder's softness for something else. It never sees a picture that the model made from a caption, and the model
never sees the reader.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor, nn

from darkroom.starter.postcards.postcard import captioned_scene
from darkroom.starter.postcards.scene import ATTRIBUTES, Scene
from darkroom.starter.training.autoencoder import reconstructed
from darkroom.starter.training.language import NOT_SHOWN, classes
from darkroom.starter.training.loop import Hooks, Loss, Plan, load_weights, train
from darkroom.starter.training.series import READER_SEED, Pixels, as_input, drawings
from darkroom.starter.training.typed import on_device, seed_everything

NAME = "reader"
_SIDE = 64
_BATCH = 64
_WIDTHS = (32, 64, 96, 128)


class AttributeReader(nn.Module):
    """Pictures (n, 3, any, any) from -1 to 1 → class scores of every attribute (n, values)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for narrow, wide in zip((3, *_WIDTHS), _WIDTHS, strict=False):
            layers += [nn.Conv2d(narrow, wide, 3, stride=2, padding=1), nn.GroupNorm(8, wide), nn.SiLU()]
            layers += [nn.Conv2d(wide, wide, 3, padding=1), nn.GroupNorm(8, wide), nn.SiLU()]
        self.body = nn.Sequential(*layers, nn.Flatten())
        seen = _WIDTHS[-1] * (_SIDE // 16) ** 2
        self.heads = nn.ModuleDict({name: nn.Linear(seen, len(values)) for name, values in ATTRIBUTES.items()})

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """Class scores of each attribute."""
        small = F.interpolate(pictures, size=(_SIDE, _SIDE), mode="area")
        seen = self.body(small.contiguous(memory_format=torch.channels_last))
        return {name: head(seen) for name, head in self.heads.items()}


def plan(steps: int) -> Plan:
    """The stage's plan."""
    return Plan(NAME, steps, learning_rate=1.5e-3, seed=7, weight_decay=0.02, average=0.99, save_every=250)


def train_reader(
    workdir: Path, vae: AutoencoderKL, count: int, plan: Plan, device: torch.device, hooks: Hooks
) -> AttributeReader:
    """Trains the reader on `count` drawings of its own series and as many that went through the autoencoder."""
    seed_everything(plan.seed)
    size = int(vae.config["sample_size"])
    drawn = drawings(workdir, READER_SEED, count, size, hooks.told)
    rebuilt = _through(vae, drawn, workdir / f"reader-rebuilt-{size}-{count}.npy", device, hooks)
    reader = on_device(AttributeReader(), device)
    truth = classes([captioned_scene(READER_SEED, number)[0] for number in range(count)])
    train(reader, _reading_loss(reader, (drawn, rebuilt), truth, device), plan, workdir, hooks)
    load_weights(reader, workdir, NAME)
    return reader.eval()


@torch.no_grad()
def read(reader: AttributeReader, pictures: Pixels, device: torch.device) -> dict[str, Tensor]:
    """The class numbers that the reader finds in pictures (n, height, width, 3)."""
    found: dict[str, list[Tensor]] = {name: [] for name in ATTRIBUTES}
    for first in range(0, len(pictures), _BATCH):
        scores = cast(dict[str, Tensor], reader(as_input(pictures[first : first + _BATCH], device)))
        for name, score in scores.items():
            found[name].append(score.argmax(dim=1).cpu())
    return {name: torch.cat(parts) for name, parts in found.items()}


def agreement(found: dict[str, Tensor], scenes: list[Scene]) -> dict[str, float]:
    """The share of pictures in which the reader finds what the scene says, for each attribute it says."""
    shares: dict[str, float] = {}
    for name, truth in classes(scenes).items():
        said = truth != NOT_SHOWN
        shares[name] = float((found[name][said] == truth[said]).float().mean())
    return shares


def _through(vae: AutoencoderKL, drawn: Pixels, path: Path, device: torch.device, hooks: Hooks) -> Pixels:
    if not path.exists():
        parts: list[Pixels] = []
        for first in range(0, len(drawn), 32):
            parts.append(reconstructed(vae, drawn[first : first + 32], device))
            if first // 32 % 50 == 49:
                hooks.told(f"rebuilt {first + 32} of {len(drawn)}")
        np.save(path, np.concatenate(parts))
    return np.load(path, mmap_mode="r")


def _reading_loss(
    reader: AttributeReader, sources: tuple[Pixels, Pixels], truth: dict[str, Tensor], device: torch.device
) -> Loss:
    def loss(step: int, generator: torch.Generator) -> dict[str, Tensor]:
        numbers = torch.randint(len(sources[0]), (_BATCH,), generator=generator)
        pictures = as_input(sources[step % 2][numbers.numpy()], device)
        noise = torch.randn(pictures.shape, generator=generator).to(device)
        scores = reader(pictures + 0.04 * noise)
        parts = [
            F.cross_entropy(scores[name], truth[name][numbers].to(device), ignore_index=NOT_SHOWN) for name in truth
        ]
        return {"loss": torch.stack(parts).sum()}

    return loss
