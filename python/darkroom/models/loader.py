"""A model from disk into memory: single-file SD 1.x checkpoints and diffusers folders, with byte-wise progress."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import torch
from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from transformers.models.clip.modeling_clip import CLIPTextModel

from darkroom.errors import ModelUnsafe, ModelUnsupported
from darkroom.models import networks, shapes
from darkroom.models.catalog import Entry
from darkroom.models.family import FAMILIES, Family
from darkroom.models.files import component_weights, json_object
from darkroom.models.precision import Placement
from darkroom.models.sniff import TEXT, UNET, VAE, family_of
from darkroom.models.tensors import opened
from darkroom.models.tokenizer_files import tokenizer_of

OnBytes = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model in memory, ready to be asked. `tiny` decodes previews if the model brings such a decoder."""

    family: Family
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel
    tokenizer: Path
    latent_scale: float
    placement: Placement
    tiny: AutoencoderTiny | None = None


@dataclass
class _Meter:
    """Adds up bytes over several files."""

    total: int
    on_bytes: OnBytes
    done: int = 0

    def __call__(self, count: int) -> None:
        self.done += count
        self.on_bytes(self.done, self.total)

    def complete(self) -> None:
        """Headers are not tensors: what is left when every tensor is read."""
        self(self.total - self.done)


def load(entry: Entry, placement: Placement, on_bytes: OnBytes) -> Loaded:
    """The model behind `entry`, in the placement's precision and on its device.

    `on_bytes(done, total)` is called every few megabytes and may raise to stop. Raises ModelError.
    """
    if entry.kind == "folder":
        return _folder(entry, placement, on_bytes)
    return _single_file(entry, placement, on_bytes)


@contextmanager
def _about(path: Path) -> Generator[None, None, None]:
    """Says in a ModelUnsafe which file it is about."""
    try:
        yield
    except ModelUnsafe as error:
        raise ModelUnsafe(f"{path.name}: {error.sentence}") from error


def _single_file(entry: Entry, placement: Placement, on_bytes: OnBytes) -> Loaded:
    with opened(entry.path) as file:
        family = FAMILIES[family_of(file.shapes)]
        unet_config = shapes.unet_of(file.shapes, UNET)
        # Not all of it: training checkpoints carry a second, averaged copy of every weight.
        meter = _Meter(file.size((UNET, VAE, TEXT)), on_bytes)
        tensors = file.read(placement.dtype, meter, (UNET, VAE, TEXT))
    text = {name.removeprefix(TEXT): tensor for name, tensor in tensors.items() if name.startswith(TEXT)}
    with _about(entry.path):
        with networks.refused("UNet"):
            unet_tensors = convert_ldm_unet_checkpoint(_part(tensors, UNET), unet_config)
        with networks.refused("VAE"):
            vae_tensors = convert_ldm_vae_checkpoint(_part(tensors, VAE), shapes.SD15_VAE)
        unet = networks.unet(unet_config, unet_tensors)
        vae = networks.vae(shapes.SD15_VAE, vae_tensors)
        text_encoder = networks.text_encoder(shapes.SD15_TEXT, text)
    return Loaded(
        family=family,
        unet=placement.put(unet),
        vae=placement.put(vae),
        text_encoder=placement.put(text_encoder),
        tokenizer=tokenizer_of(entry.path),
        latent_scale=shapes.SD15_VAE["scaling_factor"],
        placement=placement,
    )


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Any]:
    return {name: tensor for name, tensor in tensors.items() if name.startswith(prefix)}


# ---- diffusers folders -------------------------------------------------------------------------------------------


def _folder(entry: Entry, placement: Placement, on_bytes: OnBytes) -> Loaded:
    folder = entry.path
    _require_epsilon(folder)
    files = {part: component_weights(folder / part) for part in ("unet", "vae", "text_encoder")}
    tiny_folder = folder / "preview_decoder"
    if tiny_folder.is_dir():
        files["preview_decoder"] = component_weights(tiny_folder)
    meter = _Meter(sum(file.stat().st_size for file in files.values()), on_bytes)
    tensors = {part: _read(file, placement.dtype, meter) for part, file in files.items()}
    meter.complete()

    unet_config = _config(folder / "unet", shapes.UNET_RULES, UNet2DConditionModel, "UNet")
    vae_config = _config(folder / "vae", shapes.VAE_RULES, AutoencoderKL, "VAE")
    text_config = shapes.checked(
        json_object(folder / "text_encoder" / "config.json"), shapes.TEXT_RULES, {}, "text encoder"
    )
    tiny = None
    with _about(folder):
        if "preview_decoder" in tensors:
            tiny_config = _config(tiny_folder, shapes.TINY_RULES, AutoencoderTiny, "preview decoder")
            tiny = networks.tiny_decoder(tiny_config, tensors["preview_decoder"])
        unet = networks.unet(unet_config, tensors["unet"])
        vae = networks.vae(vae_config, tensors["vae"])
        text_encoder = networks.text_encoder(text_config, tensors["text_encoder"])
    return Loaded(
        family=FAMILIES[entry.family],
        unet=placement.put(unet),
        vae=placement.put(vae),
        text_encoder=placement.put(text_encoder),
        tokenizer=tokenizer_of(folder),
        latent_scale=float(vae_config.get("scaling_factor", shapes.SD15_VAE["scaling_factor"])),
        placement=placement,
        tiny=placement.put(tiny) if tiny is not None else None,
    )


def _read(path: Path, dtype: torch.dtype, meter: _Meter) -> dict[str, Tensor]:
    with opened(path) as file:
        return file.read(dtype, meter)


def _config(folder: Path, rules: Mapping[str, shapes.Rule], network: type[Any], what: str) -> shapes.Config:
    defaults = {name: parameter.default for name, parameter in signature(network.__init__).parameters.items()}
    return shapes.checked(json_object(folder / "config.json"), rules, defaults, what)


def _require_epsilon(folder: Path) -> None:
    """Our loop assumes Stable Diffusion 1.x's noise levels and noise prediction; anything else would be garbage."""
    scheduler = json_object(folder / "scheduler" / "scheduler_config.json")
    wanted = {
        "prediction_type": "epsilon",
        "beta_schedule": "scaled_linear",
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "num_train_timesteps": 1000,
    }
    for key, value in wanted.items():
        if scheduler.get(key, value) != value:
            raise ModelUnsupported(
                f"The model's scheduler says {key} = {str(scheduler[key])[:40]}; use an SD 1.x model ({value})."
            )
