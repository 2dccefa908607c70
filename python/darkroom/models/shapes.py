"""Network shapes: taken from our own tables or from a model's own configuration, within limits.

A configuration file is somebody else's text: three integers in it can fill the memory. Only keys named here are read,
each within its limit; any other key must say what diffusers assumes by default.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from darkroom.errors import ModelUnsafe, ModelUnsupported

Config = dict[str, Any]
Rule = Callable[[Any], bool]
Shapes = Mapping[str, tuple[int, ...]]

MOST_TENSORS = 4096
"""Of a UNet; Stable Diffusion 1.x has 686. Renaming them takes the square of their number."""


def _whole(low: int, high: int) -> Rule:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _number(low: float, high: float) -> Rule:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _one_of(*allowed: object) -> Rule:
    return lambda value: value in allowed


def _list_of(rule: Rule, most: int = 8) -> Rule:
    return lambda value: (
        isinstance(value, list | tuple)
        and 1 <= len(cast("list[Any]", value)) <= most
        and all(rule(item) for item in cast("list[Any]", value))
    )


def _either(*rules: Rule) -> Rule:
    return lambda value: any(rule(value) for rule in rules)


_CHANNELS = _list_of(_whole(1, 4096))
_FLAG = _one_of(True, False)

UNET_RULES: Mapping[str, Rule] = {
    "sample_size": _whole(1, 1024),
    "in_channels": _whole(4, 4),
    "out_channels": _whole(4, 4),
    "layers_per_block": _whole(1, 8),
    "block_out_channels": _CHANNELS,
    "down_block_types": _list_of(_one_of("CrossAttnDownBlock2D", "DownBlock2D")),
    "up_block_types": _list_of(_one_of("CrossAttnUpBlock2D", "UpBlock2D")),
    "attention_head_dim": _either(_whole(1, 512), _list_of(_whole(1, 512))),
    "cross_attention_dim": _whole(1, 4096),
    "norm_num_groups": _whole(1, 128),
    "use_linear_projection": _FLAG,
}
VAE_RULES: Mapping[str, Rule] = {
    "sample_size": _whole(1, 4096),
    "in_channels": _whole(3, 3),
    "out_channels": _whole(3, 3),
    "latent_channels": _whole(4, 4),
    "layers_per_block": _whole(1, 8),
    "block_out_channels": _list_of(_whole(1, 4096), most=4),
    "down_block_types": _list_of(_one_of("DownEncoderBlock2D"), most=4),
    "up_block_types": _list_of(_one_of("UpDecoderBlock2D"), most=4),
    "norm_num_groups": _whole(1, 128),
    "scaling_factor": _number(1e-3, 1e3),
    "mid_block_add_attention": _FLAG,
    "force_upcast": _FLAG,
}
TEXT_RULES: Mapping[str, Rule] = {
    "vocab_size": _whole(3, 100_000),
    "hidden_size": _whole(1, 4096),
    "intermediate_size": _whole(1, 16_384),
    "num_hidden_layers": _whole(1, 64),
    "num_attention_heads": _whole(1, 64),
    "max_position_embeddings": _whole(77, 77),
    "hidden_act": _one_of("quick_gelu", "gelu"),
    "layer_norm_eps": _number(1e-12, 1e-2),
    "bos_token_id": _whole(0, 100_000),
    "eos_token_id": _whole(0, 100_000),
}
TINY_RULES: Mapping[str, Rule] = {
    "in_channels": _whole(3, 3),
    "out_channels": _whole(3, 3),
    "latent_channels": _whole(4, 4),
    "encoder_block_out_channels": _list_of(_whole(1, 256), most=4),
    "decoder_block_out_channels": _list_of(_whole(1, 256), most=4),
    "num_encoder_blocks": _list_of(_whole(1, 8), most=4),
    "num_decoder_blocks": _list_of(_whole(1, 8), most=4),
}

SD15_VAE: Config = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 2,
    "latent_channels": 4,
    "scaling_factor": 0.18215,
}
SD15_TEXT: Config = {
    "vocab_size": 49408,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "max_position_embeddings": 77,
    "hidden_act": "quick_gelu",
    "bos_token_id": 49406,
    "eos_token_id": 49407,
}
_HEADS = 8
"""Stable Diffusion 1.x gives every attention eight heads; diffusers calls the number `attention_head_dim`."""
_GROUPS = 32
"""Its normalisations work on this many groups of channels."""


def checked(config: Mapping[str, Any], rules: Mapping[str, Rule], defaults: Mapping[str, Any], what: str) -> Config:
    """The keys of `config` that `rules` name, each within its limit.

    `defaults` are the network's own: a key without a rule must have its default. Raises ModelUnsafe for a value out of
    its limit and ModelUnsupported for a feature that is not.
    """
    for key, value in config.items():
        rule = rules.get(key)
        if rule is not None and not rule(value):
            raise ModelUnsafe(
                f"The {what} configuration says {key} = {str(value)[:80]}, out of range; use another model."
            )
        if rule is None and key in defaults and not _same(value, defaults[key]):
            raise ModelUnsupported(
                f"The {what} needs {key} = {str(value)[:80]}, which Darkroom does not support; use an SD 1.x model."
            )
    return {key: value for key, value in config.items() if key in rules}


def _same(value: object, default: object) -> bool:
    if isinstance(value, list) and isinstance(default, tuple):
        return tuple(cast("list[object]", value)) == default
    return value == default


def unet_of(shapes: Shapes, prefix: str = "model.diffusion_model.") -> Config:
    """The UNet's configuration read off the tensor shapes of a single-file checkpoint in the original layout.

    Raises ModelUnsupported when the tensors are those of another family, and ModelUnsafe for shapes out of range.
    """
    if sum(name.startswith(prefix) for name in shapes) > MOST_TENSORS:
        raise ModelUnsafe(f"The checkpoint's UNet has more than {MOST_TENSORS} tensors; use another model.")
    levels = _levels(shapes, prefix)
    first = [f"{prefix}input_blocks.{level[0]}." for level in levels]
    widths = [_shape(shapes, f"{start}0.out_layers.3.weight", 4)[0] for start in first]
    if wrong := next((width for width in widths if width % _GROUPS), None):
        raise ModelUnsupported(
            f"The checkpoint's UNet is {wrong} channels wide, no multiple of {_GROUPS}; use an SD 1.x model."
        )
    attended = [any(name.startswith(f"{start}1.") for name in shapes) for start in first]
    keys = next((name for name in shapes if name.startswith(prefix) and name.endswith(".attn2.to_k.weight")), None)
    if keys is None:
        raise ModelUnsupported("The checkpoint's UNet pays no attention to a prompt; use an SD 1.x model.")
    config: Config = {
        "in_channels": _shape(shapes, f"{prefix}input_blocks.0.0.weight", 4)[1],
        "out_channels": _shape(shapes, f"{prefix}out.2.weight", 4)[0],
        "layers_per_block": len(levels[0]),
        "block_out_channels": tuple(widths),
        "down_block_types": tuple("CrossAttnDownBlock2D" if attend else "DownBlock2D" for attend in attended),
        "up_block_types": tuple("CrossAttnUpBlock2D" if attend else "UpBlock2D" for attend in reversed(attended)),
        "attention_head_dim": _HEADS,
        "cross_attention_dim": _shape(shapes, keys, 2)[1],
    }
    return checked(config, UNET_RULES, {}, "UNet")


def _levels(shapes: Shapes, prefix: str) -> list[list[int]]:
    """The numbers of the input blocks of each resolution; a block that halves the picture ends one."""
    levels: list[list[int]] = [[]]
    for block in range(1, _input_blocks(shapes, prefix)):
        if f"{prefix}input_blocks.{block}.0.op.weight" in shapes:
            levels.append([])
        else:
            levels[-1].append(block)
    if not levels[0] or len({len(level) for level in levels}) != 1:
        raise ModelUnsupported("The checkpoint's UNet is not laid out like Stable Diffusion 1.x; use an SD 1.x model.")
    return levels


def _input_blocks(shapes: Shapes, prefix: str) -> int:
    """How many input blocks there are. Raises ModelUnsupported unless they are numbered without a gap."""
    start = f"{prefix}input_blocks."
    numbers = {name[len(start) :].split(".")[0] for name in shapes if name.startswith(start)}
    # Compared as text: what int() takes for a number is more than what networks are numbered with.
    wanted = {str(number) for number in range(len(numbers))}
    if gap := min(wanted - numbers, default=None):
        raise ModelUnsupported(f"The checkpoint has no {start}{gap}; use an SD 1.x model.")
    return len(numbers)


def _shape(shapes: Shapes, name: str, dimensions: int) -> tuple[int, ...]:
    shape = shapes.get(name)
    if shape is None:
        raise ModelUnsupported(f"The checkpoint has no {name}; use an SD 1.x model.")
    if len(shape) != dimensions:
        raise ModelUnsupported(f"The checkpoint's {name} is {list(shape)}; use an SD 1.x model.")
    return shape
