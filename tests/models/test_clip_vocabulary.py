"""The committed CLIP vocabulary numbers tokens as the original does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from transformers import CLIPTokenizer

import darkroom

FOLDER = Path(darkroom.__file__).parent / "models/configs/sd15/tokenizer"


@pytest.fixture(scope="module")
def ids_of() -> Callable[..., list[int]]:
    tokenizer = cast("Any", CLIPTokenizer).from_pretrained(FOLDER, local_files_only=True)

    def ids(text: str, **options: str) -> list[int]:
        return tokenizer(text, **options).input_ids

    return ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("a photograph of an astronaut riding a horse", [320, 8853, 539, 550, 18376, 6765, 320, 4558]),
        ("a photo of a cat", [320, 1125, 539, 320, 2368]),
        ("Hello, WORLD!", [3306, 267, 1002, 256]),
        ("", []),
    ],
)
def test_known_phrases_get_their_known_ids(ids_of: Callable[..., list[int]], text: str, ids: list[int]) -> None:
    assert ids_of(text) == [49406, *ids, 49407]


def test_short_texts_are_padded_with_the_end_mark(ids_of: Callable[..., list[int]]) -> None:
    assert ids_of("a tent", padding="max_length")[4:] == [49407] * 73
