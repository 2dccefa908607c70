"""Arguments as typed, into values. What does not fit is refused with its own code and the nearest name."""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from darkroom.cli.terminal import one_line
from darkroom.errors import (
    BadClipSkip,
    BadCount,
    BadGuidance,
    BadRequest,
    BadSeed,
    BadSize,
    BadSteps,
    ModelMissing,
    UnknownSampler,
    UnknownSchedule,
)
from darkroom.messages import Sampler, Schedule

Choice = TypeVar("Choice", bound=StrEnum)

_SIZE = re.compile(r"\s*(\d{1,9})\s*[xX*]\s*(\d{1,9})\s*")
_WHOLE = re.compile(r"\s*[+-]?\d{1,30}\s*")
_WEIGHTS = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".sft")


@dataclass(frozen=True)
class Pixels:
    """A size as typed."""

    width: int
    height: int


def size(text: str) -> Pixels:
    """`WxH`. Raises BadSize for what is not two numbers; the engine judges their range."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise BadSize(f"Size {one_line(text, 40)!r} is not WIDTHxHEIGHT; write it like 512x768.")
    return Pixels(int(match[1]), int(match[2]))


def whole(name: str, problem: type[BadRequest], example: int) -> Callable[[str | int], int]:
    """A reader of whole numbers; the engine judges their range. A default comes as the number it is."""

    def read(text: str | int) -> int:
        if not _WHOLE.fullmatch(str(text)):
            raise problem(f"{name} {one_line(str(text), 40)!r} is not a whole number; write it like {example}.")
        return int(text)

    return read


def guidance(text: str) -> float:
    """Raises BadGuidance for what is no number; the engine judges NaN and the range."""
    try:
        return float(text)
    except ValueError as error:
        raise BadGuidance(f"Guidance {one_line(text, 40)!r} is not a number; write it like 7.5.") from error


def sampler(text: str) -> Sampler:
    """Raises UnknownSampler with the nearest name."""
    return _choice("Sampler", text, Sampler, UnknownSampler)


def schedule(text: str) -> Schedule:
    """Raises UnknownSchedule with the nearest name."""
    return _choice("Schedule", text, Schedule, UnknownSchedule)


def _choice(name: str, text: str, choices: type[Choice], problem: type[BadRequest]) -> Choice:
    plain = text.strip().lower().replace("-", "_").replace(" ", "_")
    found = next((choice for choice in choices if choice == plain), None)
    if found is None:
        raise problem(f"{name} {one_line(text, 40)!r} is not known; {suggestion(plain, choices)}")
    return found


def suggestion(text: str, names: Iterable[str]) -> str:
    """The end of a sentence: the nearest name, or all of them."""
    known = [str(name) for name in names]
    near = get_close_matches(text, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}."


def model(text: str) -> str:
    """A name as it is; a path made absolute, because another process may run the job. Raises ModelMissing."""
    path = Path(os.path.expanduser(text))
    named_like_a_path = text.startswith((".", "/", "~")) or path.suffix.lower() in _WEIGHTS
    if "\0" in text:
        raise ModelMissing(f"{one_line(text, 80)!r} cannot be a model; `darkroom models list` shows the models.")
    # os.path's functions say no where a folder may not be entered or a name is too long; Path's raise.
    if os.path.exists(path):
        return str(path.absolute())
    if named_like_a_path and path.is_absolute():
        raise ModelMissing(f"There is no model at {path}; check the path, or see `darkroom models list`.")
    return text


steps = whole("Steps", BadSteps, 20)
clip_skip = whole("CLIP skip", BadClipSkip, 1)
seed = whole("Seed", BadSeed, 1)
count = whole("Count", BadCount, 4)
job = whole("Job", BadRequest, 3)
