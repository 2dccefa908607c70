"""The plan inside a picture: written, read back exactly, refused when damaged."""

import json
import os
from dataclasses import fields, replace
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from PIL import Image, PngImagePlugin

from darkroom import _native
from darkroom.errors import Code, PictureUnreadable
from darkroom.library.metadata import (
    FILE_LIMIT,
    infotext,
    picture_text,
    read_picture_file,
    read_plan,
    read_settings,
    request_of,
)
from darkroom.messages import Plan, Sampler, Schedule
from refusals import refused

PLAN = Plan(
    prompt="a lighthouse at dusk",
    negative="people",
    model="starter",
    model_hash="0123456789abcdef" * 4,
    family="sd1",
    width=256,
    height=320,
    steps=20,
    guidance=7.5,
    sampler=Sampler.DPMPP_2M,
    schedule=Schedule.KARRAS,
    clip_skip=1,
    seed=2**64 - 1,
    precision="float32",
)

# Every plane that holds characters or may be used privately; planes 4 to 13 are empty but legal.
PLANES = [
    "".join(
        chr(point)
        for point in range(plane << 16, (plane + 1) << 16, 7 if plane < 4 else 257)
        if not 0xD800 <= point <= 0xDFFF
    )
    for plane in range(17)
]


def picture(texts: list[tuple[str, str]]) -> bytes:
    return _native.encode_picture(bytes(8 * 8 * 3), 8, 8, "png", text=texts)


def foreign_picture(**texts: str) -> bytes:
    chunks = PngImagePlugin.PngInfo()
    for keyword, text in texts.items():
        chunks.add_itxt(keyword, text)
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=chunks)
    return file.getvalue()


@pytest.mark.parametrize("plane", range(17))
def test_a_plan_survives_a_png_in_every_unicode_plane(plane: int) -> None:
    plan = replace(PLAN, prompt=PLANES[plane], negative=PLANES[plane][::-1], model=PLANES[plane][:200])

    data = picture(picture_text(plan))

    assert read_plan(_native.read_picture_text(data)) == plan
    assert read_settings(data).request == request_of(plan)


@pytest.mark.parametrize(
    "prompt", ["", "\n", " a ", "a\r\nb", "\0", "Negative prompt: a\nSteps: 1, x", "\u2028\ufeff\u202e"]
)
def test_a_plan_survives_a_png_with_any_white_space_and_marks(prompt: str) -> None:
    plan = replace(PLAN, prompt=prompt, negative=prompt)

    data = picture(picture_text(plan))

    assert read_plan(_native.read_picture_text(data)) == plan


def test_a_picture_of_ours_gives_the_whole_request_without_notes() -> None:
    settings = read_settings(picture(picture_text(PLAN)))

    assert settings.source == "darkroom"
    assert settings.notes == ()
    assert settings.request.model == "starter"
    assert settings.request.count == 1
    open_fields = [field.name for field in fields(settings.request) if getattr(settings.request, field.name) is None]
    assert open_fields == []


def test_the_infotext_has_the_keys_other_programs_look_for() -> None:
    assert infotext(PLAN).startswith(
        "a lighthouse at dusk\n"
        "Negative prompt: people\n"
        "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 18446744073709551615, "
        "Size: 256x320, Model hash: 0123456789, Model: starter, Clip skip: 1, RNG: CPU, Version: darkroom "
    )


def test_a_picture_without_negative_prompt_has_no_line_for_it() -> None:
    assert "Negative" not in infotext(replace(PLAN, negative=""))


def test_a_model_name_with_commas_is_quoted_as_json() -> None:
    assert 'Model: "a, \\"b\\": c",' in infotext(replace(PLAN, model='/models/a, "b": c.safetensors'))


def test_a_whole_guidance_is_written_without_fraction() -> None:
    assert "CFG scale: 7," in infotext(replace(PLAN, guidance=7.0))


def test_pillow_reads_both_chunks() -> None:
    with Image.open(BytesIO(picture(picture_text(replace(PLAN, prompt="día 🐈"))))) as opened:
        chunks = dict(opened.info)

    assert json.loads(chunks["darkroom"])["prompt"] == "día 🐈"
    assert chunks["parameters"].startswith("día 🐈\n")


def test_a_jpeg_is_read_by_its_infotext() -> None:
    data = _native.encode_picture(bytes(64 * 64 * 3), 64, 64, "jpeg", text=[("parameters", infotext(PLAN))])

    settings = read_settings(data)

    assert settings.source == "infotext"
    assert settings.request.seed == PLAN.seed


def test_a_plan_of_a_newer_version_is_read_and_what_is_unknown_is_noted() -> None:
    written = orjson.loads(dict(picture_text(PLAN))["darkroom"]) | {"version": 9, "moonPhase": "full"}

    settings = read_settings(picture([("darkroom", orjson.dumps(written).decode())]))

    assert settings.request == request_of(PLAN)
    assert settings.notes == ("moonPhase is unknown to this version of Darkroom and not taken over.",)


@pytest.mark.parametrize(
    ("chunk", "words"),
    [
        ("{", "damaged JSON"),
        ("[]", "cannot be read"),
        ("{}", "prompt"),
        ('{"prompt": 1}', "prompt"),
        ("[" * 5000, "damaged JSON"),
    ],
)
def test_a_damaged_plan_is_refused_with_a_sentence(chunk: str, words: str) -> None:
    data = picture([("darkroom", chunk)])

    with pytest.raises(PictureUnreadable, match=words):
        read_settings(data)


def test_a_sampler_that_is_not_known_any_more_is_named() -> None:
    written = orjson.loads(dict(picture_text(PLAN))["darkroom"]) | {"sampler": "dpmpp_9m"}

    with pytest.raises(PictureUnreadable, match="dpmpp_9m"):
        read_plan([("darkroom", orjson.dumps(written).decode())])


def test_a_picture_without_settings_says_so() -> None:
    with pytest.raises(PictureUnreadable, match="holds no settings"):
        read_settings(foreign_picture(Software="a paint program"))


@pytest.mark.parametrize(
    ("keyword", "program"),
    [("invokeai_metadata", "InvokeAI"), ("workflow", "ComfyUI"), ("fooocus_scheme", "Fooocus")],
)
def test_settings_of_a_program_that_cannot_be_read_are_named(keyword: str, program: str) -> None:
    with pytest.raises(PictureUnreadable, match=program):
        read_settings(foreign_picture(**{keyword: "{}"}))


def test_json_where_infotext_belongs_is_not_taken_for_a_prompt() -> None:
    with pytest.raises(PictureUnreadable, match="another program"):
        read_settings(foreign_picture(parameters='{"sui_image_params": {"prompt": "x"}}'))


@pytest.mark.parametrize(
    ("data", "way_out"),
    [
        (b"", "convert it to one of them"),
        (b"no picture", "convert it to one of them"),
        (b"\x89PNG\r\n\x1a\n", "get it from its source again"),
        (b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXt", "get it from its source again"),
    ],
)
def test_bytes_that_are_no_picture_are_refused(data: bytes, way_out: str) -> None:
    with refused(Code.PICTURE_UNREADABLE, way_out):
        read_settings(data)


def test_a_picture_that_is_cut_is_refused() -> None:
    data = picture(picture_text(PLAN))

    with pytest.raises(PictureUnreadable, match="incomplete"):
        read_settings(data[:-6])


def test_a_file_of_the_user_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a picture.png"
    path.write_bytes(b"bytes")

    assert read_picture_file(path) == b"bytes"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with refused(Code.NOT_FOUND, tmp_path / "gone.png", "check the path"):
        read_picture_file(tmp_path / "gone.png")


def test_a_name_that_no_message_can_carry_is_said_to_be_one(tmp_path: Path) -> None:
    with refused(Code.PICTURE_UNREADABLE, "caf\ufffd.png", "rename the file"):
        read_picture_file(tmp_path / "caf\ufffd.png")


def test_a_disk_that_fails_while_a_picture_is_read_is_said() -> None:
    # Opens as an ordinary file, and every read of its first page fails.
    failing = Path("/proc/self/mem")

    with refused(Code.PICTURE_UNREADABLE, failing, "check the disk"):
        read_picture_file(failing)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with refused(Code.PICTURE_UNREADABLE, tmp_path, "name a PNG, JPEG or WebP picture"):
        read_picture_file(tmp_path)


def test_a_file_larger_than_any_picture_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "film.png"
    path.touch()
    os.truncate(path, FILE_LIMIT + 1)

    with refused(Code.PICTURE_UNREADABLE, path, FILE_LIMIT + 1, "name a picture"):
        read_picture_file(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)

    with pytest.raises(PictureUnreadable, match="not a file"):
        read_picture_file(pipe)


def test_a_path_with_a_nul_is_refused() -> None:
    with refused(Code.PICTURE_UNREADABLE, "cannot be opened", "check the path"):
        read_picture_file(Path("a\0b.png"))
