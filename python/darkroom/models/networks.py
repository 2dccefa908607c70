"""Building networks from checked configurations and tensors. Imported in one narrow, fixed order: it costs seconds."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from huggingface_hub.errors import StrictDataclassError
from torch import Tensor, nn
from transformers import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel

from darkroom.errors import ModelUnsafe
from darkroom.models.shapes import Config

Network = TypeVar("Network", bound=nn.Module)
Tensors = Mapping[str, Tensor]

TEXT_PREFIX = "text_model."
"""transformers before 5.6 nested the text model; files on disk still do."""

_OF_LIBRARIES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    StrictDataclassError,
    TypeError,
    ValueError,
)


def unet(config: Config, tensors: Tensors) -> UNet2DConditionModel:
    return filled(lambda: UNet2DConditionModel(**config), tensors, "UNet")


def vae(config: Config, tensors: Tensors) -> AutoencoderKL:
    return filled(lambda: AutoencoderKL(**config), tensors, "VAE")


def tiny_decoder(config: Config, tensors: Tensors) -> AutoencoderTiny:
    return filled(lambda: AutoencoderTiny(**config), tensors, "preview decoder")


def text_encoder(config: Config, tensors: Tensors) -> CLIPTextModel:
    wanted = {name.removeprefix(TEXT_PREFIX): tensor for name, tensor in tensors.items()}
    wanted.pop("embeddings.position_ids", None)
    wanted.pop("text_projection.weight", None)
    network = filled(lambda: _text_model(config), wanted, "text encoder")
    # The one buffer that is not in the file: left on the meta device, it would have no values.
    cast("Any", network.embeddings).position_ids = torch.arange(network.config.max_position_embeddings)[None]
    return network


def _text_model(config: Config) -> CLIPTextModel:
    settings: Any = CLIPTextConfig(**config)
    settings._attn_implementation = "sdpa"
    return CLIPTextModel(settings)


@contextmanager
def refused(what: str) -> Generator[None, None, None]:
    """Turns what the libraries raise about a configuration or a layout they do not know into ModelUnsafe.

    For code that allocates nothing: a lack of memory is no fault of the file.
    """
    try:
        yield
    except _OF_LIBRARIES as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        raise ModelUnsafe(f"The {what} cannot be built ({reason}); get the file again.") from error


def filled(build: Callable[[], Network], tensors: Tensors, what: str) -> Network:
    """A network on the meta device given `tensors` as its weights. Raises ModelUnsafe if names or shapes disagree.

    Only names that the built network has are assigned; nothing in a file can reach another attribute.
    """
    with torch.device("meta"), refused(what):
        network = build()
    expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if expected != given:
        raise ModelUnsafe(
            f"The {what} does not fit its configuration: {_difference(expected, given)}; get the file again."
        )
    if whole := next((name for name, tensor in tensors.items() if not tensor.is_floating_point()), None):
        raise ModelUnsafe(f"The {what} stores {whole} as {tensors[whole].dtype}; use a file in half precision.")
    network.load_state_dict(dict(tensors), strict=True, assign=True)
    return network.eval().requires_grad_(False)


def _difference(expected: Mapping[str, tuple[int, ...]], given: Mapping[str, tuple[int, ...]]) -> str:
    for name, shape in expected.items():
        if name not in given:
            return f"{name} is missing"
        if given[name] != shape:
            return f"{name} is {given[name]} instead of {shape}"
    extra = next(iter(given.keys() - expected.keys()), "")
    return f"{extra} is not part of it"
