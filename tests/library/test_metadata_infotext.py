"""Infotext of other programs: what has a counterpart is taken over, everything else is named."""

from dataclasses import replace

import pytest

from darkroom.errors import PictureUnreadable
from darkroom.library.infotext import infotext, read_infotext
from darkroom.library.metadata import read_text
from darkroom.messages import Model, Plan, Sampler, Schedule

A1111 = """masterpiece, (cat:1.2), long
second line
Negative prompt: bad hands,
worse feet
Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 123, Size: 512x768, Model hash: 879db523c3, \
Model: dreamshaper_8, Clip skip: 2, RNG: CPU, Version: v1.10.1"""

PLAN = Plan(
    prompt="a cat",
    negative="",
    model="starter",
    model_hash="",
    family="sd1",
    width=256,
    height=320,
    steps=20,
    guidance=7.5,
    sampler=Sampler.EULER,
    schedule=Schedule.NORMAL,
    clip_skip=2,
    seed=7,
    precision="float32",
)


def model(name: str, id: str | None = None) -> Model:
    return Model(
        id=id or name,
        name=name,
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


def settings_line(extra: str) -> str:
    return f"a cat\nSteps: 20, Sampler: Euler a, {extra}"


def test_an_automatic1111_picture_is_read_whole() -> None:
    request = read_infotext(A1111).request

    assert request.prompt == "masterpiece, (cat:1.2), long\nsecond line"
    assert request.negative == "bad hands,\nworse feet"
    assert (request.steps, request.guidance, request.seed) == (20, 7.0, 123)
    assert (request.width, request.height, request.clip_skip) == (512, 768, 2)
    assert (request.sampler, request.schedule) == (Sampler.DPMPP_2M, Schedule.KARRAS)


def test_a_forge_picture_names_what_has_no_counterpart() -> None:
    text = settings_line(
        'CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 5, Size: 896x1152, Module 1: ae, Lora hashes: "a: 1, b: 2", '
        "Version: f2.0.1v1.10.1"
    )

    notes = " ".join(read_infotext(text).notes)

    assert "Distilled CFG Scale: 3.5" in notes
    assert "Lora hashes: a: 1, b: 2" in notes
    assert "Module 1: ae" in notes
    assert "f2.0.1v1.10.1" in notes


def test_an_sdnext_picture_is_read() -> None:
    text = (
        "a cat\nNegative prompt: dog\n"
        "Steps: 25, Size: 1024x768, Sampler: Euler a, Seed: 9, CFG scale: 6, CFG rescale: 0.7, Model: sd15, "
        "Model hash: 6ce0161689, App: SD.Next, Version: 058a7f0, Operations: txt2img"
    )

    settings = read_infotext(text)

    assert (settings.request.width, settings.request.height, settings.request.steps) == (1024, 768, 25)
    assert (settings.request.sampler, settings.request.schedule) == (Sampler.EULER_ANCESTRAL, Schedule.NORMAL)
    assert any("CFG rescale: 0.7" in note for note in settings.notes)
    assert any("Operations: txt2img" in note for note in settings.notes)


@pytest.mark.parametrize(
    ("line", "sampler", "schedule"),
    [
        ("Sampler: DPM++ 2M Karras", Sampler.DPMPP_2M, Schedule.KARRAS),
        ("Sampler: DPM++ 2M", Sampler.DPMPP_2M, Schedule.NORMAL),
        ("Sampler: DPM++ 2M, Schedule type: Automatic", Sampler.DPMPP_2M, Schedule.KARRAS),
        ("Sampler: DPM++ 2M, Schedule type: Uniform", Sampler.DPMPP_2M, Schedule.NORMAL),
        ("Sampler: DPM++ 2M SGM Uniform", Sampler.DPMPP_2M, Schedule.SGM_UNIFORM),
        ("Sampler: DPM++ 2M Exponential", Sampler.DPMPP_2M, Schedule.EXPONENTIAL),
        ("Sampler: dpmpp_2m_karras", Sampler.DPMPP_2M, Schedule.KARRAS),
        ("Sampler: k_euler_a", Sampler.EULER_ANCESTRAL, Schedule.NORMAL),
        ("Sampler: Euler a, Schedule type: Automatic", Sampler.EULER_ANCESTRAL, Schedule.NORMAL),
        ("Sampler: Euler, Schedule type: SGM Uniform", Sampler.EULER, Schedule.SGM_UNIFORM),
        ("Sampler: Heun", Sampler.HEUN, Schedule.NORMAL),
        ("Sampler: DDIM", Sampler.DDIM, Schedule.DDIM_UNIFORM),
        ("Sampler: UniPC, Schedule type: Simple", Sampler.UNI_PC, Schedule.SIMPLE),
        ("Sampler: LCM", Sampler.LCM, None),
    ],
)
def test_sampler_names_of_all_ages_are_known(line: str, sampler: Sampler, schedule: Schedule | None) -> None:
    settings = read_infotext(f"a cat\nSteps: 20, {line}, Seed: 1")

    assert (settings.request.sampler, settings.request.schedule) == (sampler, schedule)
    assert settings.notes == ()


@pytest.mark.parametrize("sampler", Sampler)
@pytest.mark.parametrize("schedule", Schedule)
def test_our_own_infotext_names_every_sampler_and_schedule(sampler: Sampler, schedule: Schedule) -> None:
    request = read_infotext(infotext(replace(PLAN, sampler=sampler, schedule=schedule))).request

    assert (request.sampler, request.schedule) == (sampler, schedule)


def test_a_sampler_that_is_not_here_is_named_and_its_schedule_kept() -> None:
    settings = read_infotext("a cat\nSteps: 20, Sampler: DPM++ SDE Karras, Seed: 1")

    assert (settings.request.sampler, settings.request.schedule) == (None, Schedule.KARRAS)
    assert settings.notes == ("Sampler DPM++ SDE Karras is not available here; choose another.",)


def test_a_schedule_that_is_not_here_is_named() -> None:
    settings = read_infotext("a cat\nSteps: 20, Sampler: Euler, Schedule type: Beta, Seed: 1")

    assert (settings.request.sampler, settings.request.schedule) == (Sampler.EULER, None)
    assert settings.notes == ("Schedule Beta is not available here; choose another.",)


def test_a_model_in_the_folders_is_taken_over_by_its_name() -> None:
    models = [model("dreamshaper_8", id="/models/DreamShaper_8.safetensors"), model("starter")]

    assert read_infotext(A1111, models).request.model == "/models/DreamShaper_8.safetensors"


def test_a_model_that_two_files_could_be_is_not_guessed() -> None:
    models = [
        model("dreamshaper_8", id="/a/dreamshaper_8.safetensors"),
        model("dreamshaper_8", id="/b/dreamshaper_8.safetensors"),
    ]

    settings = read_infotext(A1111, models)

    assert settings.request.model is None
    assert "The model was dreamshaper_8 (hash 879db523c3); choose the one to use here." in settings.notes


def test_quoted_values_may_hold_commas_quotes_and_line_breaks() -> None:
    settings = read_infotext(settings_line(r'Note: "a, b: \"c\"\nd", Seed: 4'))

    assert settings.request.seed == 4
    assert 'Note: a, b: "c" d has no counterpart here and is not taken over.' in settings.notes


@pytest.mark.parametrize(
    "bad",
    [
        "Seed: -1",
        "Seed: 18446744073709551616",
        "Seed: x",
        "Size: big",
        "Size: 0x8",
        "CFG scale: nan",
        "CFG scale: 1e999",
    ],
)
def test_a_value_that_is_no_setting_is_named_and_left_open(bad: str) -> None:
    settings = read_infotext(f"a cat\nSteps: 20, {bad}")

    assert settings.notes == (f"{bad} cannot be used and is not taken over.",)


def test_a_size_is_not_rounded() -> None:
    request = read_infotext(settings_line("Size: 511x513")).request

    assert (request.width, request.height) == (511, 513)


def test_syntax_that_means_something_elsewhere_is_pointed_out() -> None:
    notes = read_infotext("<lora:style:0.8> a [red] cat BREAK moon\nSteps: 20, Seed: 1").notes

    assert len(notes) == 3
    assert "<lora:style:0.8>" in notes[0]
    assert "[red]" in notes[1]
    assert "BREAK" in notes[2]


def test_noise_of_another_kind_is_pointed_out() -> None:
    assert "RNG: NV" in read_infotext(settings_line("RNG: NV")).notes[0]


def test_a_prompt_alone_is_a_prompt() -> None:
    settings = read_infotext("a cat, at night: blue")

    assert settings.request.prompt == "a cat, at night: blue"
    assert settings.notes == ("The text holds no line of settings; all of it is taken as the prompt.",)


def test_a_prompt_that_speaks_of_steps_is_not_cut() -> None:
    request = read_infotext("Steps: 3 of them lead up\nSteps: 20, Seed: 1").request

    assert (request.prompt, request.steps) == ("Steps: 3 of them lead up", 20)


def test_lines_below_the_settings_are_named() -> None:
    assert read_infotext(settings_line("Seed: 1") + "\nTemplate: a {cat|dog}").notes == (
        "The line Template: a {cat|dog} is not taken over.",
    )


def test_a_key_that_stands_twice_is_named() -> None:
    settings = read_infotext(settings_line("Seed: 1, Seed: 2"))

    assert settings.request.seed == 1
    assert settings.notes == ("Seed: 2 has no counterpart here and is not taken over.",)


def test_an_endless_list_of_settings_is_cut_with_a_note() -> None:
    settings = read_infotext(settings_line(", ".join(f"Key {at}: {at}" for at in range(5000))))

    assert len(settings.notes) == 61
    assert settings.notes[-1].endswith("more settings are not taken over.")


@pytest.mark.parametrize("piece", ['a: "', '"', ",", ":", "a:", "a: b,", "\\", '\\"', "[", "<lora:", "Steps: 1\n"])
def test_a_hostile_text_is_read_in_one_pass(piece: str) -> None:
    text = f"x\nSteps: 1, {piece * 200_000}"

    settings = read_infotext(text)

    assert len(settings.notes) <= 61


def test_pasted_infotext_is_read_and_a_plain_prompt_is_not_taken_for_one() -> None:
    pasted = read_text("a boat\nNegative prompt: fog\nSteps: 12, Sampler: Euler a, Seed: 5")

    assert (pasted.request.prompt, pasted.request.negative, pasted.request.steps) == ("a boat", "fog", 12)
    with pytest.raises(PictureUnreadable, match="holds no settings"):
        read_text("a boat, 20 steps from the shore")
