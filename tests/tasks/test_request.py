"""What can be asked for at all, and what is said about the rest."""

import math
from dataclasses import replace
from typing import Any

import pytest

from darkroom.errors import Code, DarkroomError
from darkroom.messages import Sampler, Schedule, TextToImage
from darkroom.tasks.request import checked

FINE = TextToImage(prompt="a lighthouse")


def shortened(value: object) -> str:
    """The name of a case; a digest of what it asks for."""
    return ascii(value)[:40]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"prompt": "x" * 32 * 1024},
        {"prompt": "é" * 16 * 1024},
        {"prompt": "🗼\n\t\u202e"},
        {"width": 16, "height": 8192},
        {"width": 4096, "height": 4096},
        {"prompt": "(a:1e6) (b:-1e6)"},
        {"steps": 1},
        {"steps": 1000},
        {"guidance": 0.0},
        {"guidance": 100},
        {"clip_skip": 12},
        {"seed": 0},
        {"seed": 2**64 - 1},
        {"count": 1000},
        {"sampler": Sampler.LCM, "schedule": Schedule.KARRAS},
        {"sampler": "euler"},
        {"model": "/a/path.safetensors"},
        {"model": "x" * 4096},
    ],
    ids=str,
)
def test_what_some_model_can_do_passes_unchanged(fields: dict[str, Any]) -> None:
    request = replace(FINE, **fields)

    assert checked(request) is request


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"prompt": ""}, Code.BAD_PROMPT, "The prompt '' is empty; say in words what the picture shows"),
        ({"prompt": " \n"}, Code.BAD_PROMPT, "is empty"),
        (
            {"width": 8192, "height": 8192},
            Code.BAD_SIZE,
            "8192 x 8192 are 67 million pixels, more than 17; use smaller",
        ),
        ({"prompt": "x" * (32 * 1024 + 1)}, Code.BAD_PROMPT, "32769 bytes, more than 32768; shorten it"),
        ({"negative": "x" * 33 * 1024}, Code.BAD_PROMPT, "negative prompt has 33792 bytes"),
        ({"prompt": "a\0b"}, Code.BAD_PROMPT, "NUL character at position 1; remove it"),
        ({"prompt": "ab\ud83d"}, Code.BAD_PROMPT, r"half a character \('\\ud83d'\) at position 2"),
        (
            {"prompt": "a (b c:1e30) d"},
            Code.BAD_PROMPT,
            r"weighs 'b c' 1e\+30, more than 1e\+06 either way; use a smaller",
        ),
        ({"negative": "(x:-1e7)"}, Code.BAD_PROMPT, "negative prompt weighs 'x'"),
        ({"prompt": None}, Code.BAD_PROMPT, "NoneType, not text"),
        ({"width": 513}, Code.BAD_SIZE, "Width 513 is not a multiple of 8; use 512"),
        ({"height": 516}, Code.BAD_SIZE, "Height 516 is not a multiple of 8; use 520"),
        ({"width": 15}, Code.BAD_SIZE, "Width 15 is outside 16 to 8192; use 16"),
        ({"width": 0}, Code.BAD_SIZE, "Width 0 is outside 16 to 8192; use 16"),
        ({"height": -8}, Code.BAD_SIZE, "Height -8 is outside"),
        ({"width": 8200}, Code.BAD_SIZE, "Width 8200 is outside 16 to 8192; use 8192"),
        ({"width": 10**60}, Code.BAD_SIZE, "more than 40 digits is outside"),
        ({"height": 10**400}, Code.BAD_SIZE, "more than 40 digits is outside"),
        ({"guidance": -(10**400)}, Code.BAD_GUIDANCE, "more than 40 digits is outside 0 to 100; use 0"),
        ({"width": 512.5}, Code.BAD_SIZE, "512.5 is not a whole number; use 512"),
        ({"width": math.nan}, Code.BAD_SIZE, "nan is not a whole number"),
        ({"width": True}, Code.BAD_SIZE, "True is not a whole number"),
        ({"steps": 0}, Code.BAD_STEPS, "Steps 0 is outside 1 to 1000; use 1"),
        ({"steps": 10_000}, Code.BAD_STEPS, "Steps 10000 is outside 1 to 1000; use 1000"),
        ({"guidance": math.nan}, Code.BAD_GUIDANCE, "Guidance nan is not a number"),
        ({"guidance": math.inf}, Code.BAD_GUIDANCE, "Guidance inf is not a number"),
        ({"guidance": -0.5}, Code.BAD_GUIDANCE, "-0.5 is outside 0 to 100; use 0"),
        ({"guidance": 101}, Code.BAD_GUIDANCE, "101 is outside 0 to 100; use 100"),
        ({"guidance": "7"}, Code.BAD_GUIDANCE, "'7' is not a number"),
        ({"clip_skip": 0}, Code.BAD_CLIP_SKIP, "use 1"),
        ({"clip_skip": 13}, Code.BAD_CLIP_SKIP, "use 12"),
        ({"seed": -1}, Code.BAD_SEED, "Seed -1 is outside"),
        ({"seed": 2**64}, Code.BAD_SEED, "use 18446744073709551615"),
        ({"count": 0}, Code.BAD_COUNT, "use 1"),
        ({"count": 1001}, Code.BAD_COUNT, "use 1000"),
        ({"count": None}, Code.BAD_COUNT, "missing"),
        ({"sampler": "plms"}, Code.UNKNOWN_SAMPLER, "'plms' is unknown; use one of euler, "),
        ({"schedule": "beta"}, Code.UNKNOWN_SCHEDULE, "'beta' is unknown; use one of normal, "),
        ({"model": "a\0b"}, Code.BAD_REQUEST, "cannot be the name of a model"),
        ({"model": "x" * 4097}, Code.BAD_REQUEST, "cannot be the name of a model"),
    ],
    ids=shortened,
)
def test_the_rest_is_refused_with_the_value_and_the_way_out(fields: dict[str, Any], code: Code, words: str) -> None:
    with pytest.raises(DarkroomError, match=words) as caught:
        checked(replace(FINE, **fields))

    assert caught.value.code == code
    assert caught.value.sentence.encode()
