"""Infotext: the settings as the text that AUTOMATIC1111's web UI began and that sharing sites read.

    a prompt, perhaps of several lines
    Negative prompt: what to avoid
    Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 1, Size: 512x512, Model: name, …

A value with a comma, colon or line break in it stands as a JSON string. Reading is tolerant: Forge, SD.Next and many
others write the same form with other keys.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal

from darkroom import __version__
from darkroom.library.foreign import Draft, model_stem, shown, whole_number
from darkroom.library.sampler_names import INFOTEXT_SAMPLER, INFOTEXT_SCHEDULE, sampler_named
from darkroom.messages import Model, PictureSettings, Plan

_NEGATIVE = "Negative prompt:"
_SETTINGS_LINE = re.compile(r"\s*Steps:\s*\d")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SHORT_HASH = re.compile(r"[0-9a-f]{10}")
_PAIRS = 400

# Keys of the sampler's schedule, in the programs that write one.
_SCHEDULE_KEYS = ("schedule type", "scheduler", "sampler schedule", "sampler sigma")

_FOREIGN_SYNTAX: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"<(?:lora|lyco|hypernet):[^<>]{1,200}>"),
        "{} in the prompt is read as plain words; no network is applied.",
    ),
    (
        re.compile(r"(?<!\\)\[[^\[\]]{0,200}\]"),
        "{} in the prompt is read as plain words; square brackets mean nothing here.",
    ),
    (re.compile(r"\b(?:BREAK|AND)\b"), "{} in the prompt is read as a plain word."),
)


def infotext(plan: Plan) -> str:
    """The plan as infotext. Lossy by nature: the plan itself is stored beside it."""
    settings = ", ".join(f"{key}: {_quoted(value)}" for key, value in _pairs_of(plan) if value)
    negative = f"\n{_NEGATIVE} {plan.negative}" if plan.negative else ""
    # NUL ends a text in PNG; no other character is special there.
    return f"{plan.prompt}{negative}\n{settings}".replace("\0", "\N{REPLACEMENT CHARACTER}")


def _pairs_of(plan: Plan) -> Iterator[tuple[str, str]]:
    short_hash = _SHORT_HASH.search(plan.model_hash.lower())
    yield "Steps", str(plan.steps)
    yield "Sampler", INFOTEXT_SAMPLER[plan.sampler]
    yield "Schedule type", INFOTEXT_SCHEDULE[plan.schedule]
    yield "CFG scale", repr(plan.guidance).removesuffix(".0")
    yield "Seed", str(plan.seed)
    yield "Size", f"{plan.width}x{plan.height}"
    yield "Model hash", short_hash.group() if short_hash else ""
    yield "Model", model_stem(plan.model)
    yield "Clip skip", str(plan.clip_skip)
    yield "RNG", plan.noise.upper()
    yield "Version", f"darkroom {__version__}"


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if any(mark in value for mark in ',:\n"') else value


def is_infotext(text: str) -> bool:
    """Whether a text has the line of settings that tells infotext from a prompt."""
    return any(map(_SETTINGS_LINE.match, text.splitlines()))


def read_infotext(text: str, models: Sequence[Model] = ()) -> PictureSettings:
    """What an infotext says. Everything that cannot be taken over is named in the notes; never raises."""
    draft = Draft("infotext", models)
    above, settings, below = _split(text.replace("\r\n", "\n"))
    prompt, negative = _split_prompts(above)
    draft.texts(prompt, negative)
    _note_foreign_syntax(draft, f"{prompt}\n{negative}")
    _read_pairs(draft, settings)
    for line in filter(str.strip, below):
        draft.note(f"The line {shown(line)} is not taken over.")
    return draft.settings()


def _split(text: str) -> tuple[list[str], str, list[str]]:
    """Lines of the prompts, the line of settings ("" when there is none), and what some programs put below it."""
    lines = text.strip().split("\n")
    for at in reversed(range(len(lines))):
        if _SETTINGS_LINE.match(lines[at]):
            return lines[:at], lines[at], lines[at + 1 :]
    keys = [key for key, _ in islice(_pairs(lines[-1]), _PAIRS)]
    if len(keys) >= 3 and all(keys):
        return lines[:-1], lines[-1], []
    return lines, "", []


def _split_prompts(lines: list[str]) -> tuple[str, str]:
    at = next((at for at, line in enumerate(lines) if line.lstrip().startswith(_NEGATIVE)), len(lines))
    negative = "\n".join(lines[at:]).lstrip().removeprefix(_NEGATIVE)
    return "\n".join(lines[:at]).strip(), negative.strip()


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """Keys and values of a line of settings; a piece without a key is ("", piece). Linear in the line's length."""
    at, quotes = 0, True
    while at < len(line):
        comma = line.find(",", at)
        colon = line.find(":", at, comma if comma >= 0 else len(line))
        if colon < 0:
            end = comma if comma >= 0 else len(line)
            if piece := line[at:end].strip():
                yield "", piece
            at = end + 1
            continue
        start = colon + 1
        while line[start : start + 1].isspace():
            start += 1
        quoted = _QUOTED.match(line, start) if quotes and line[start : start + 1] == '"' else None
        # A quote that nothing closes: looking for its end again and again would be quadratic.
        quotes = quotes and (quoted is not None or line[start : start + 1] != '"')
        stop = quoted.end() if quoted else start
        end = line.find(",", stop)
        end = end if end >= 0 else len(line)
        yield line[at:colon].strip(), _unquoted(line[start:end].strip())
        at = end + 1


def _unquoted(value: str) -> str:
    if not (value.startswith('"') and value.endswith('"') and len(value) > 1):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value


def _read_pairs(draft: Draft, line: str) -> None:
    if not line:
        draft.note("The text holds no line of settings; all of it is taken as the prompt.")
    pairs = list(islice(_pairs(line), _PAIRS + 1))
    if len(pairs) > _PAIRS:
        draft.note(f"Settings after the first {_PAIRS} are not read.")
    found: dict[str, tuple[str, str]] = {}
    for key, value in pairs[:_PAIRS]:
        if not key:
            draft.note(f"{shown(value)} stands without a name and is not taken over.")
        elif key.lower() in found:
            draft.unknown(key, value)
        else:
            found[key.lower()] = key, value
    _take(draft, found)


def _take(draft: Draft, found: dict[str, tuple[str, str]]) -> None:
    _take_sampler(draft, found)
    _take_model(draft, found)
    for plain, (key, value) in found.items():
        taker = _TAKERS.get(plain)
        if taker is None:
            draft.unknown(key, value)
        else:
            taker(draft, key, value)


def _take_sampler(draft: Draft, found: dict[str, tuple[str, str]]) -> None:
    named = [found.pop(key)[1] for key in _SCHEDULE_KEYS if key in found]
    schedule = named[0] if named else None
    name = found.pop("sampler", ("", ""))[1]
    if not name and schedule is None:
        return
    sampler, mapped = sampler_named(name, schedule)
    if name:
        draft.sampler(name, sampler)
    draft.schedule(schedule, mapped)


def _take_model(draft: Draft, found: dict[str, tuple[str, str]]) -> None:
    short_hash = found.pop("model hash", ("", ""))[1]
    name = found.pop("model", ("", ""))[1]
    if name or short_hash:
        draft.model(name or "one without a name", short_hash)


def _take_whole(field: Literal["steps", "seed", "clip_skip"]) -> Callable[[Draft, str, str], None]:
    return lambda draft, key, value: draft.whole(field, key, value)


def _take_size(draft: Draft, key: str, value: str) -> None:
    width, _, height = value.lower().partition("x")
    if whole_number(width) is None or whole_number(height) is None:
        draft.unusable(key, value)
        return
    draft.size(key, width, height)


def _take_noise(draft: Draft, key: str, value: str) -> None:
    if value.upper() != "CPU":
        draft.note(f"{shown(key)}: {shown(value)} draws other noise than Darkroom; the seed gives a different picture.")


def _take_program(draft: Draft, key: str, value: str) -> None:
    draft.note(f"The picture was made with {shown(key).lower()} {shown(value)}.")


_TAKERS: Mapping[str, Callable[[Draft, str, str], None]] = {
    "steps": _take_whole("steps"),
    "seed": _take_whole("seed"),
    "clip skip": _take_whole("clip_skip"),
    "cfg scale": lambda draft, key, value: draft.guidance(key, value),
    "size": _take_size,
    "rng": _take_noise,
    "version": _take_program,
    "app": _take_program,
}


def _note_foreign_syntax(draft: Draft, prompts: str) -> None:
    for pattern, sentence in _FOREIGN_SYNTAX:
        found = pattern.search(prompts)
        if found:
            draft.note(sentence.format(shown(found.group())))
