"""Reads the settings of a simple text-to-image graph in ComfyUI's API format: the PNG text chunk `prompt`.

The graph is data: it is walked, never run. Only what is unambiguous is taken over; every other node is named in a note.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from darkroom.errors import PictureUnreadable
from darkroom.library.foreign import Draft, shown, whole_number
from darkroom.library.sampler_names import sampler_named
from darkroom.messages import Model, PictureSettings

_NODES = 5000
_DEPTH = 64
_SAMPLERS = ("KSampler", "KSamplerAdvanced")
_EMPTY_LATENTS = frozenset({"EmptyLatentImage", "EmptySD3LatentImage"})
_CHECKPOINTS: Mapping[str, str] = {
    "CheckpointLoaderSimple": "ckpt_name",
    "CheckpointLoader": "ckpt_name",
    "UNETLoader": "unet_name",
}
# They show or keep the result, or say nothing that a request could hold.
_WITHOUT_EFFECT = frozenset({"VAEDecode", "SaveImage", "PreviewImage", "Note", "MarkdownNote", "Reroute"})
# A conditioning goes through these, by output slot; what they add to it is named in a note.
_CONDITIONING_INPUTS: Mapping[str, tuple[str, ...]] = {
    "ControlNetApply": ("conditioning",),
    "ControlNetApplyAdvanced": ("positive", "negative"),
    "ConditioningSetArea": ("conditioning",),
    "ConditioningSetMask": ("conditioning",),
    "ConditioningSetTimestepRange": ("conditioning",),
    "FluxGuidance": ("conditioning",),
    "Reroute": ("",),
}
_CONSTANTS = frozenset(
    {"PrimitiveNode", "PrimitiveInt", "PrimitiveFloat", "PrimitiveString", "PrimitiveStringMultiline"}
)


@dataclass(frozen=True)
class _Node:
    id: str
    kind: str
    inputs: Mapping[str, object]


@dataclass
class _Graph:
    """The nodes, and which of them were understood."""

    nodes: Mapping[str, _Node]
    understood: set[str] = field(default_factory=set[str])

    def linked(self, node: _Node, name: str) -> tuple[_Node, int] | None:
        """The node and output slot behind an input, if the input is a link."""
        link = _link(node.inputs.get(name))
        source = self.nodes.get(link[0]) if link is not None else None
        return (source, link[1]) if source is not None and link is not None else None

    def value(self, node: _Node, name: str) -> object:
        """An input's value, also when it stands in a constant's node; `None` when the graph computes it."""
        source = self.linked(node, name)
        if source is None:
            value = node.inputs.get(name)
            return None if isinstance(value, list | dict) else value
        constant, _ = source
        values = [value for value in constant.inputs.values() if isinstance(value, str | int | float)]
        if constant.kind not in _CONSTANTS or len(values) != 1:
            return None
        self.understood.add(constant.id)
        return values[0]


def read_prompt_graph(text: str, models: Sequence[Model] = ()) -> PictureSettings:
    """The settings in the `prompt` chunk of a picture. Raises PictureUnreadable when it is no graph of this form."""
    draft = Draft("comfyui", models)
    graph = _Graph(_nodes(text))
    sampler = _only_sampler(graph, draft)
    if sampler is not None:
        _take_sampler(graph, draft, sampler)
        _take_texts(graph, draft, sampler)
        _take_latent(graph, draft, sampler)
        _take_model(graph, draft, sampler)
    rest = sorted({node.kind for node in graph.nodes.values() if node.id not in graph.understood} - _WITHOUT_EFFECT)
    if rest:
        draft.note(f"These nodes of the graph are not taken over: {', '.join(map(shown, rest[:20]))}.")
    return draft.settings()


def _nodes(text: str) -> Mapping[str, _Node]:
    try:
        # About one graph in a hundred holds a bare NaN, which is no JSON.
        value: object = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise PictureUnreadable(
            "The ComfyUI graph in this picture is not valid JSON; open the picture in ComfyUI."
        ) from error
    table = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    if len(table) > _NODES or _deeper_than(table, _DEPTH):
        raise PictureUnreadable(
            f"The graph in this picture has more than {_NODES} nodes or {_DEPTH} levels; open the picture in ComfyUI."
        )
    nodes = {key: node for key, entry in table.items() if (node := _node(key, entry)) is not None}
    if not nodes:
        raise PictureUnreadable("The ComfyUI graph in this picture has no nodes; open the picture in ComfyUI.")
    return nodes


def _node(key: str, entry: object) -> _Node | None:
    if not isinstance(entry, dict):
        return None
    table = cast("dict[str, object]", entry)
    kind, inputs = table.get("class_type"), table.get("inputs")
    if not isinstance(kind, str) or not isinstance(inputs, dict):
        return None
    return _Node(key, kind, cast("dict[str, object]", inputs))


def _deeper_than(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [item for outer in level for item in _items(outer)]
        if not level:
            return False
    return True


def _items(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from cast("dict[str, object]", value).values()
    elif isinstance(value, list):
        yield from cast("list[object]", value)


def _link(value: object) -> tuple[str, int] | None:
    if not isinstance(value, list) or len(cast("list[object]", value)) != 2:
        return None
    source, slot = cast("list[object]", value)
    return (source, slot) if isinstance(source, str) and isinstance(slot, int) else None


def _only_sampler(graph: _Graph, draft: Draft) -> _Node | None:
    """The node whose settings are read: the only one, or the only one that starts from an empty latent."""
    samplers = [node for node in graph.nodes.values() if node.kind in _SAMPLERS]
    first = [node for node in samplers if _starts_empty(graph, node)]
    if len(samplers) == 1:
        return samplers[0]
    if len(first) == 1:
        draft.note(f"The graph samples {len(samplers)} times; the settings are those of the first pass.")
        return first[0]
    draft.note(f"The graph has {len(samplers)} KSampler nodes; only graphs with one of them can be read.")
    return None


def _starts_empty(graph: _Graph, sampler: _Node) -> bool:
    source = graph.linked(sampler, "latent_image")
    return source is not None and source[0].kind in _EMPTY_LATENTS


def _take_sampler(graph: _Graph, draft: Draft, node: _Node) -> None:
    graph.understood.add(node.id)
    seed = "noise_seed" if node.kind == "KSamplerAdvanced" else "seed"
    draft.whole("seed", seed, graph.value(node, seed))
    draft.whole("steps", "steps", graph.value(node, "steps"))
    draft.guidance("cfg", graph.value(node, "cfg"))
    name, scheduler = (str(graph.value(node, key) or "") for key in ("sampler_name", "scheduler"))
    sampler, schedule = sampler_named(name, scheduler)
    draft.sampler(name, sampler)
    draft.schedule(scheduler, schedule)
    _note_partial(graph, draft, node)


def _note_partial(graph: _Graph, draft: Draft, node: _Node) -> None:
    """Names what makes a pass something else than a whole one from pure noise."""
    steps = whole_number(graph.value(node, "steps")) or 0
    whole: dict[str, object] = {"denoise": 1, "add_noise": "enable", "start_at_step": 0}
    for name, usual in whole.items():
        value = graph.value(node, name)
        if value is not None and value != usual:
            draft.unknown(name, value)
    end = whole_number(graph.value(node, "end_at_step"))
    if end is not None and end < steps:
        draft.unknown("end_at_step", end)


def _take_texts(graph: _Graph, draft: Draft, sampler: _Node) -> None:
    prompt, negative = (_text(graph, draft, sampler, side) for side in ("positive", "negative"))
    draft.texts(prompt, negative)


def _text(graph: _Graph, draft: Draft, sampler: _Node, side: str) -> str | None:
    source, name = graph.linked(sampler, side), side
    for _ in range(_DEPTH):
        if source is None:
            break
        node, slot = source
        if node.kind == "CLIPTextEncode":
            graph.understood.add(node.id)
            _take_clip_skip(graph, draft, node)
            text = graph.value(node, "text")
            if isinstance(text, str):
                return text
            break
        inputs = _CONDITIONING_INPUTS.get(node.kind, ())
        if slot not in range(len(inputs)):
            break
        source = graph.linked(node, inputs[slot])
    draft.note(f"The {name} prompt is put together by the graph and is not taken over.")
    return None


def _take_clip_skip(graph: _Graph, draft: Draft, encoder: _Node) -> None:
    source = graph.linked(encoder, "clip")
    if source is None or source[0].kind != "CLIPSetLastLayer":
        return
    graph.understood.add(source[0].id)
    layer = whole_number(graph.value(source[0], "stop_at_clip_layer"))
    # -1 is the last layer there, as 1 is here.
    draft.whole("clip_skip", "stop_at_clip_layer", -layer if layer is not None else None)


def _take_latent(graph: _Graph, draft: Draft, sampler: _Node) -> None:
    source = graph.linked(sampler, "latent_image")
    if source is None or source[0].kind not in _EMPTY_LATENTS:
        draft.note("The graph starts from a picture or another pass; only the words and numbers are taken over.")
        return
    node = source[0]
    graph.understood.add(node.id)
    draft.size("size", graph.value(node, "width"), graph.value(node, "height"))
    batch = graph.value(node, "batch_size")
    if batch not in (None, 1):
        draft.note(f"The graph made {shown(batch)} pictures at once; this one may not be the first of them.")


def _take_model(graph: _Graph, draft: Draft, sampler: _Node) -> None:
    source = graph.linked(sampler, "model")
    for _ in range(_DEPTH):
        if source is None:
            break
        node = source[0]
        key = _CHECKPOINTS.get(node.kind)
        if key is not None:
            graph.understood.add(node.id)
            draft.model(str(graph.value(node, key)), None)
            return
        source = graph.linked(node, "model")
    draft.note("The model is put together by the graph and is not taken over.")
