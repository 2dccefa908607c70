"""Simple ComfyUI graphs: followed as far as they are unambiguous, never run."""

import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from darkroom.errors import Code
from darkroom.library.comfyui import read_prompt_graph
from darkroom.library.metadata import read_settings
from darkroom.messages import Model, Sampler, Schedule
from refusals import refused


def node(kind: str, **inputs: object) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def simple_graph(**changes: object) -> dict[str, Any]:
    sampler = {
        "seed": 156680208700286,
        "steps": 12,
        "cfg": 6.5,
        "sampler_name": "dpmpp_2m",
        "scheduler": "karras",
        "denoise": 1,
        "model": ["4", 0],
        "positive": ["6", 0],
        "negative": ["7", 0],
        "latent_image": ["5", 0],
    }
    return {
        "3": node("KSampler", **(sampler | changes)),
        "4": node("CheckpointLoaderSimple", ckpt_name="sd15/v1-5.safetensors"),
        "5": node("EmptyLatentImage", width=512, height=640, batch_size=1),
        "6": node("CLIPTextEncode", text="a bottle", clip=["4", 1]),
        "7": node("CLIPTextEncode", text="watermark", clip=["4", 1]),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", filename_prefix="ComfyUI", images=["8", 0]),
    }


MODELS = [
    Model(
        id="/m/v1-5.safetensors",
        name="v1-5",
        family="sd1",
        kind="file",
        size_bytes=1,
        width=512,
        height=512,
        steps=25,
        guidance=7.0,
        sampler=Sampler.DPMPP_2M,
        schedule=Schedule.KARRAS,
        clip_skip=1,
    )
]


def test_a_simple_graph_is_read_whole() -> None:
    settings = read_prompt_graph(json.dumps(simple_graph()), MODELS)

    request = settings.request
    assert settings.source == "comfyui"
    assert settings.notes == ()
    assert (request.prompt, request.negative) == ("a bottle", "watermark")
    assert (request.seed, request.steps, request.guidance) == (156680208700286, 12, 6.5)
    assert (request.sampler, request.schedule) == (Sampler.DPMPP_2M, Schedule.KARRAS)
    assert (request.width, request.height) == (512, 640)
    assert request.model == "/m/v1-5.safetensors"


@pytest.mark.parametrize("sampler", Sampler)
@pytest.mark.parametrize("schedule", Schedule)
def test_every_sampler_of_ours_has_the_same_name_there(sampler: Sampler, schedule: Schedule) -> None:
    graph = simple_graph(sampler_name=str(sampler), scheduler=str(schedule))

    request = read_prompt_graph(json.dumps(graph)).request

    assert (request.sampler, request.schedule) == (sampler, schedule)


def test_a_whole_number_may_be_written_with_a_fraction_or_as_text() -> None:
    settings = read_prompt_graph(json.dumps(simple_graph(steps=12.0, seed="7")), MODELS)

    assert (settings.request.steps, settings.request.seed) == (12, 7)
    assert settings.notes == ()


def test_clip_skip_counts_from_the_last_layer() -> None:
    graph = simple_graph()
    graph["10"] = node("CLIPSetLastLayer", stop_at_clip_layer=-2, clip=["4", 1])
    graph["6"]["inputs"]["clip"] = ["10", 0]

    settings = read_prompt_graph(json.dumps(graph), MODELS)

    assert settings.request.clip_skip == 2
    assert settings.notes == ()


def test_a_lora_on_the_way_to_the_model_is_named() -> None:
    graph = simple_graph(model=["10", 0])
    graph["10"] = node("LoraLoader", model=["4", 0], clip=["4", 1], lora_name="style", strength_model=1)

    settings = read_prompt_graph(json.dumps(graph), MODELS)

    assert settings.request.model == "/m/v1-5.safetensors"
    assert settings.notes == ("These nodes of the graph are not taken over: LoraLoader.",)


def test_a_text_behind_a_control_net_is_followed() -> None:
    graph = simple_graph(positive=["10", 0], negative=["10", 1])
    graph["10"] = node("ControlNetApplyAdvanced", positive=["6", 0], negative=["7", 0], strength=1)

    settings = read_prompt_graph(json.dumps(graph), MODELS)

    assert (settings.request.prompt, settings.request.negative) == ("a bottle", "watermark")
    assert settings.notes == ("These nodes of the graph are not taken over: ControlNetApplyAdvanced.",)


def test_a_number_in_a_constant_node_is_followed() -> None:
    graph = simple_graph(seed=["10", 0])
    graph["10"] = node("PrimitiveInt", value=77)

    settings = read_prompt_graph(json.dumps(graph), MODELS)

    assert settings.request.seed == 77
    assert settings.notes == ()


def test_a_text_that_the_graph_computes_is_named_and_left_open() -> None:
    graph = simple_graph()
    graph["6"]["inputs"]["text"] = ["10", 0]
    graph["10"] = node("StringConcatenate", string_a="a", string_b="b", delimiter="")

    settings = read_prompt_graph(json.dumps(graph), MODELS)

    assert settings.request.prompt == ""
    assert "The positive prompt is put together by the graph and is not taken over." in settings.notes
    assert settings.request.steps == 12


def test_the_first_of_two_passes_is_read() -> None:
    graph = simple_graph()
    graph["20"] = node("LatentUpscale", samples=["3", 0])
    graph["21"] = node("KSampler", **(graph["3"]["inputs"] | {"steps": 99, "denoise": 0.5, "latent_image": ["20", 0]}))

    settings = read_prompt_graph(json.dumps(graph), MODELS)

    assert settings.request.steps == 12
    assert settings.notes[0] == "The graph samples 2 times; the settings are those of the first pass."
    assert "KSampler, LatentUpscale" in settings.notes[-1]


def test_a_graph_without_a_sampler_we_know_says_so() -> None:
    notes = read_prompt_graph(json.dumps({"1": node("SamplerCustomAdvanced", noise=["2", 0])})).notes

    assert notes[0] == "The graph has 0 KSampler nodes; only graphs with one of them can be read."
    assert "SamplerCustomAdvanced" in notes[1]


def test_a_picture_as_the_start_is_named() -> None:
    graph = simple_graph(denoise=0.6, latent_image=["10", 0])
    graph["10"] = node("VAEEncode", pixels=["11", 0])

    notes = read_prompt_graph(json.dumps(graph), MODELS).notes

    assert "denoise: 0.6 has no counterpart here and is not taken over." in notes
    assert any("starts from a picture" in note for note in notes)


def test_the_settings_of_an_advanced_sampler_are_read_and_what_it_leaves_out_is_named() -> None:
    graph = simple_graph(noise_seed=9, add_noise="enable", start_at_step=0, end_at_step=10_000)
    graph["3"]["class_type"] = "KSamplerAdvanced"
    del graph["3"]["inputs"]["seed"]
    whole = read_prompt_graph(json.dumps(graph), MODELS)
    graph["3"]["inputs"] |= {"add_noise": "disable", "start_at_step": 4, "end_at_step": 11}
    part = read_prompt_graph(json.dumps(graph), MODELS)

    assert (whole.request.seed, whole.request.steps, whole.notes) == (9, 12, ())
    assert part.request == whole.request
    assert part.notes == tuple(
        f"{what} has no counterpart here and is not taken over."
        for what in ("add_noise: disable", "start_at_step: 4", "end_at_step: 11")
    )


def test_unknown_names_and_batches_are_named() -> None:
    graph = simple_graph(sampler_name="res_multistep", scheduler="beta")
    graph["5"]["inputs"]["batch_size"] = 4

    settings = read_prompt_graph(json.dumps(graph), MODELS)

    assert (settings.request.sampler, settings.request.schedule) == (None, None)
    assert len(settings.notes) == 3


def test_a_bare_nan_in_the_json_is_no_obstacle() -> None:
    text = json.dumps(simple_graph(is_changed=float("nan")))

    assert read_prompt_graph(text).request.steps == 12


def test_a_ring_of_links_comes_to_an_end() -> None:
    graph = simple_graph(positive=["10", 0], model=["11", 0])
    graph["10"] = node("ConditioningSetArea", conditioning=["10", 0])
    graph["11"] = node("LoraLoaderModelOnly", model=["11", 0])

    settings = read_prompt_graph(json.dumps(graph))

    assert (settings.request.prompt, settings.request.model) == ("", None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"1": 2}',
        "[" * 100_000,
        '{"1": ' + "[" * 200 + "]" * 200 + "}",
        json.dumps({str(at): node("Note") for at in range(5001)}),
        '{"1": {"class_type": 1, "inputs": {}}}',
    ],
    ids=range(9),
)
def test_what_is_no_graph_is_refused(text: str) -> None:
    with refused(Code.PICTURE_UNREADABLE, "open the picture in ComfyUI"):
        read_prompt_graph(text)


@pytest.mark.parametrize("value", [None, [], ["4"], ["4", "0"], [4, 0], {}, "x", True, 1e400, [["4", 0], 0]])
@pytest.mark.parametrize("name", ["seed", "steps", "cfg", "sampler_name", "positive", "latent_image", "model"])
def test_an_input_of_any_kind_is_survived(name: str, value: object) -> None:
    settings = read_prompt_graph(json.dumps(simple_graph(**{"end_at_step": 10_000, name: value})), MODELS)

    assert settings.notes != ()


def test_the_chunk_of_a_png_is_read() -> None:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("prompt", json.dumps(simple_graph()))
    chunks.add_text("workflow", "{}")
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=chunks)

    assert read_settings(file.getvalue(), MODELS).request.prompt == "a bottle"
