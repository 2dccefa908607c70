"""What can be asked for at all, whatever the model. Pure; nothing heavy is imported."""

import math
from collections.abc import Callable

from darkroom.errors import (
    BadClipSkip,
    BadCount,
    BadGuidance,
    BadPrompt,
    BadRequest,
    BadSeed,
    BadSize,
    BadSteps,
    UnknownSampler,
    UnknownSchedule,
)
from darkroom.messages import Sampler, Schedule, TextToImage
from darkroom.prompting.weights import parse

LARGEST_PROMPT = 32 * 1024
SMALLEST_SIDE, LARGEST_SIDE, SIDE_STEP = 16, 8192, 8
MOST_PIXELS = 4096 * 4096
MOST_STEPS = 1000
MOST_GUIDANCE = 100.0
# No picture is left long before; from about 1e19 on, squares of the context are no numbers in float32.
MOST_WEIGHT = 1e6
MOST_CLIP_SKIP = 12
LARGEST_SEED = 2**64 - 1
MOST_PICTURES = 1000
LARGEST_MODEL_NAME = 4096


def checked(request: TextToImage) -> TextToImage:
    """The same request, if it can be carried out by some model.

    Raises the BadRequest subclass of the first field that cannot, with its value and the way out. `None` always fits.
    """
    for check in _CHECKS:
        check(request)
    return request


def _prompts(request: TextToImage) -> None:
    for name, text in (("prompt", request.prompt), ("negative prompt", request.negative)):
        checked_text(name, text)
        for piece in parse(text):
            if abs(piece.weight) > MOST_WEIGHT:
                raise BadPrompt(
                    f"The {name} weighs {piece.text[:20]!r} {piece.weight:g}, more than {MOST_WEIGHT:g} either way; "
                    "use a smaller weight."
                )
    if not request.prompt.strip():
        raise BadPrompt(f"The prompt {request.prompt[:20]!r} is empty; say in words what the picture shows.")


def checked_text(name: str, text: object) -> None:
    """Raise BadPrompt if `text`, called `name` in the sentence, is nothing that a model can be prompted with."""
    if not isinstance(text, str):
        raise BadPrompt(f"The {name} is {type(text).__name__}, not text; write it in quotes.")
    if "\0" in text:
        raise BadPrompt(f"The {name} has a NUL character at position {text.index(chr(0))}; remove it.")
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise BadPrompt(
            f"The {name} has half a character ({text[error.start]!a}) at position {error.start}; type it again."
        ) from error
    if size > LARGEST_PROMPT:
        raise BadPrompt(f"The {name} has {size} bytes, more than {LARGEST_PROMPT}; shorten it.")


def _model(request: TextToImage) -> None:
    if request.model is not None:
        _model_name(request.model)


def _model_name(model: object) -> None:
    if not isinstance(model, str) or not model or "\0" in model or len(model) > LARGEST_MODEL_NAME:
        raise BadRequest(f"{str(model)[:80]!r} cannot be the name of a model; pick one from the list of models.")


def _sides(request: TextToImage) -> None:
    for name, side in (("Width", request.width), ("Height", request.height)):
        if side is None:
            continue
        if not _whole(side):
            raise BadSize(f"{name} {side!r} is not a whole number; use {_nearest_side(side)}.")
        if not SMALLEST_SIDE <= side <= LARGEST_SIDE:
            raise BadSize(
                f"{name} {_short(side)} is outside {SMALLEST_SIDE} to {LARGEST_SIDE}; use {_nearest_side(side)}."
            )
        if side % SIDE_STEP:
            raise BadSize(f"{name} {side} is not a multiple of {SIDE_STEP}; use {_nearest_side(side)}.")
    area = (request.width or 0) * (request.height or 0)
    if area > MOST_PIXELS:
        raise BadSize(
            f"{request.width} x {request.height} are {area / 1e6:.0f} million pixels, more than "
            f"{MOST_PIXELS / 1e6:.0f}; use smaller sides."
        )


def _nearest_side(side: object) -> int:
    if not isinstance(side, int | float) or not _finite(side):
        return 512
    bounded = min(max(side, SMALLEST_SIDE), LARGEST_SIDE)
    return SIDE_STEP * math.floor(bounded / SIDE_STEP + 0.5)


def _steps(request: TextToImage) -> None:
    _between("Steps", request.steps, 1, MOST_STEPS, BadSteps)


def _clip_skip(request: TextToImage) -> None:
    _between("CLIP skip", request.clip_skip, 1, MOST_CLIP_SKIP, BadClipSkip)


def _seed(request: TextToImage) -> None:
    _between("Seed", request.seed, 0, LARGEST_SEED, BadSeed)


def _count(request: TextToImage) -> None:
    if request.count is None:  # pyright: ignore[reportUnnecessaryComparison] - callers without a type checker
        raise BadCount("The number of pictures is missing; use 1 or more.")
    _between("The number of pictures", request.count, 1, MOST_PICTURES, BadCount)


def _between(name: str, value: object, lowest: int, highest: int, problem: type[BadRequest]) -> None:
    if value is None:
        return
    if not _whole(value):
        raise problem(f"{name} {value!r} is not a whole number; use one from {lowest} to {highest}.")
    if not lowest <= value <= highest:  # pyright: ignore[reportOperatorIssue] - a whole number, as just checked
        nearest = lowest if value < lowest else highest  # pyright: ignore[reportOperatorIssue]
        raise problem(f"{name} {_short(value)} is outside {lowest} to {highest}; use {nearest}.")


def _guidance(request: TextToImage) -> None:
    if request.guidance is not None:
        _strength(request.guidance)


def _strength(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise BadGuidance(f"Guidance {value!r} is not a number; use one from 0 to {MOST_GUIDANCE:g}, such as 7.")
    if not 0 <= value <= MOST_GUIDANCE:
        nearest = 0 if value < 0 else MOST_GUIDANCE
        shown = _short(value) if isinstance(value, int) else f"{value:g}"
        raise BadGuidance(f"Guidance {shown} is outside 0 to {MOST_GUIDANCE:g}; use {nearest:g}.")


def _names(request: TextToImage) -> None:
    sampler: object = request.sampler
    schedule: object = request.schedule
    if sampler is not None and sampler not in tuple(Sampler):
        raise UnknownSampler(f"Sampler {str(sampler)[:80]!r} is unknown; use one of {', '.join(Sampler)}.")
    if schedule is not None and schedule not in tuple(Schedule):
        raise UnknownSchedule(f"Schedule {str(schedule)[:80]!r} is unknown; use one of {', '.join(Schedule)}.")


def _finite(value: int | float) -> bool:
    """Python's own question fails for a whole number beyond its floats."""
    return isinstance(value, int) or math.isfinite(value)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _short(value: object) -> str:
    """A number as text; one with thousands of digits is cut, because Python refuses to print it."""
    return f"{value}" if isinstance(value, int) and abs(value) < 10**40 else "of more than 40 digits"


_CHECKS: tuple[Callable[[TextToImage], None], ...] = (
    _prompts,
    _model,
    _sides,
    _steps,
    _guidance,
    _names,
    _clip_skip,
    _seed,
    _count,
)
