"""Reads a reference case's graph into the settings Darkroom would run, or says why it is out of this engine's range."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from darkroom.messages import Sampler, Schedule

Graph = Mapping[str, Mapping[str, Any]]

NODES = frozenset(
    {
        "CheckpointLoaderSimple",
        "CLIPSetLastLayer",
        "CLIPTextEncode",
        "EmptyLatentImage",
        "KSampler",
        "LatentFromBatch",
        "LoadImage",
        "RepeatLatentBatch",
        "SaveImage",
        "SaveLatent",
        "VAEDecode",
        "VAEEncode",
    }
)
GROUPS = ("grid", "text", "batch", "misc", "vae")


class OutOfRange(Exception):
    """The case needs what this engine does not do yet; the text names it."""


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """A picture from noise: draws `indexes` of the noise stream, at latent size `height` x `width`."""

    positive: tuple[str, int]
    negative: tuple[str, int]
    sampler: Sampler
    schedule: Schedule
    steps: int
    guidance: float
    seed: int
    height: int
    width: int
    indexes: tuple[int, ...]


@dataclass(frozen=True)
class Encoded:
    """The latent of a picture file."""

    image: str


def read(graph: Graph) -> Sampled | Encoded:
    """What the graph asks for. Raises OutOfRange."""
    foreign = sorted({node["class_type"] for node in graph.values()} - NODES)
    if foreign:
        raise OutOfRange(", ".join(foreign))
    samplers = [node for node in graph.values() if node["class_type"] == "KSampler"]
    if len(samplers) > 1:
        raise OutOfRange("several samplers")
    if not samplers:
        encoder = next(node for node in graph.values() if node["class_type"] == "VAEEncode")
        return Encoded(_node(graph, encoder, "pixels")["inputs"]["image"])
    return _sampled(graph, samplers[0])


def _sampled(graph: Graph, node: Mapping[str, Any]) -> Sampled:
    inputs = node["inputs"]
    if inputs["sampler_name"] not in set(Sampler):
        raise OutOfRange(f"sampler {inputs['sampler_name']}")
    if inputs["scheduler"] not in set(Schedule):
        raise OutOfRange(f"schedule {inputs['scheduler']}")
    if inputs["denoise"] != 1:
        raise OutOfRange("denoise below 1")
    latent, indexes = _latent(graph, _node(graph, node, "latent_image"))
    return Sampled(
        positive=_text(graph, _node(graph, node, "positive")),
        negative=_text(graph, _node(graph, node, "negative")),
        sampler=Sampler(inputs["sampler_name"]),
        schedule=Schedule(inputs["scheduler"]),
        steps=inputs["steps"],
        guidance=inputs["cfg"],
        seed=inputs["seed"],
        height=latent["height"] // 8,
        width=latent["width"] // 8,
        indexes=indexes,
    )


def _latent(graph: Graph, node: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[int, ...]]:
    """The empty latent's settings and which draws of the noise its items get."""
    inputs = node["inputs"]
    match node["class_type"]:
        case "EmptyLatentImage":
            return inputs, tuple(range(inputs["batch_size"]))
        case "LatentFromBatch":
            latent, indexes = _latent(graph, _node(graph, node, "samples"))
            first = min(inputs["batch_index"], len(indexes) - 1)
            return latent, indexes[first : first + inputs["length"]]
        case "RepeatLatentBatch":
            latent, indexes = _latent(graph, _node(graph, node, "samples"))
            # "Noise indices continue": each copy goes on after the last draw of the one before.
            width = max(indexes) - min(indexes) + 1
            return latent, tuple(index + copy * width for copy in range(inputs["amount"]) for index in indexes)
        case other:
            raise OutOfRange(f"{other} as the latent to start from")


def _text(graph: Graph, node: Mapping[str, Any]) -> tuple[str, int]:
    """A prompt and its CLIP skip."""
    clip = _node(graph, node, "clip")
    if clip["class_type"] == "CLIPSetLastLayer":
        return node["inputs"]["text"], -clip["inputs"]["stop_at_clip_layer"]
    return node["inputs"]["text"], 1


def _node(graph: Graph, node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return graph[node["inputs"][name][0]]
