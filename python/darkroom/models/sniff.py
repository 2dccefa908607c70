"""Which family a checkpoint belongs to, told from its tensors' names and shapes alone. Imports no torch."""

from collections.abc import Collection, Mapping

from darkroom.errors import ModelUnsupported
from darkroom.models.shapes import unet_of

Shapes = Mapping[str, tuple[int, ...]]

UNET = "model.diffusion_model."
VAE = "first_stage_model."
TEXT = "cond_stage_model.transformer."
TEXT_WIDTH = 768
_FIRST = f"{UNET}input_blocks.0.0.weight"

# What else people have on disk, and a name that gives it away: other checkpoints first, whose UNets begin like ours.
_CHECKPOINTS: Mapping[str, str] = {
    "conditioner.embedders.": "an SDXL checkpoint",
    "cond_stage_model.model.": "a Stable Diffusion 2.x checkpoint",
    f"{UNET}joint_blocks.": "a Stable Diffusion 3 checkpoint",
    f"{UNET}double_blocks.": "a Flux checkpoint",
}
_PARTS: Mapping[str, str] = {
    "double_blocks.": "a Flux transformer without its text encoders",
    "lora_unet_": "a LoRA, not a checkpoint",
    "lora_te_": "a LoRA, not a checkpoint",
    "control_model.": "a ControlNet, not a checkpoint",
    "emb_params": "a textual-inversion embedding, not a checkpoint",
    "encoder.conv_in": "a VAE, not a checkpoint",
    "first_stage_model.": "a VAE, not a checkpoint",
}


def family_of(shapes: Shapes) -> str:
    """The name of the family of a single-file checkpoint. Raises ModelUnsupported naming what the file is instead.

    Its UNet can be built when this returns: somebody who names a model hears of it before the job waits in the queue.
    """
    if _FIRST in shapes and _starts(shapes, TEXT):
        return _sd1(shapes)
    _refuse_named(shapes, _CHECKPOINTS)
    if _FIRST in shapes:
        raise ModelUnsupported("The checkpoint has no text encoder; use the full checkpoint instead of the pruned one.")
    _refuse_named(shapes, _PARTS)
    raise ModelUnsupported("The tensors belong to no model Darkroom knows; pick a Stable Diffusion 1.x checkpoint.")


def _refuse_named(shapes: Shapes, table: Mapping[str, str]) -> None:
    for prefix, name in table.items():
        if _starts(shapes, prefix):
            raise ModelUnsupported(f"This is {name}; Darkroom opens Stable Diffusion 1.x checkpoints.")


def _sd1(shapes: Shapes) -> str:
    channels = shapes[_FIRST][1] if len(shapes[_FIRST]) == 4 else 0
    if channels != 4:
        raise ModelUnsupported(
            f"The checkpoint's UNet takes {channels} channels (an inpainting or edit model); use one that takes 4."
        )
    if not _starts(shapes, VAE):
        raise ModelUnsupported("The checkpoint has no VAE; use a checkpoint with its VAE baked in.")
    width = unet_of(shapes, UNET)["cross_attention_dim"]
    if width != TEXT_WIDTH:
        raise ModelUnsupported(
            f"The checkpoint's text width is {width} instead of {TEXT_WIDTH}; use an SD 1.x checkpoint."
        )
    return "sd15"


def _starts(names: Collection[str], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in names)
