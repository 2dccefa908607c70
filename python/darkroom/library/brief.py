"""Events stay small: the long texts in the rows they carry are cut, and the rows say so.

A prompt may have 32 KB, and a control character takes six bytes in JSON. Whoever needs all of a row asks for it:
`GetJob`, `GetPicture`.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import replace
from typing import TypeVar

from darkroom.messages import EngineChanged, Event, Job, JobChanged, Picture, PictureSaved, Problem, SettingsChanged
from darkroom.wire import encode

LARGEST_EVENT = 4096
# Bytes in JSON. All of a row's texts at their longest leave room for its numbers and keys.
PROMPT = 700
NEGATIVE = 350
NAME = 900
SENTENCE = 900

_Row = TypeVar("_Row", Job, Picture)

_ELLIPSIS = "…"
_ELLIPSIS_SIZE = len(_ELLIPSIS.encode())
# Characters that JSON writes as two bytes, and as six.
_SHORT = re.compile(r'["\\\b\f\n\r\t]')
_LONG = re.compile(r"[\x00-\x07\x0b\x0e-\x1f]")
_JOINER = "\u200d"
# Skin tones, tags of flags, and the vowels and ends of syllables in Hangul.
_EXTENDING = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u1160-\u11ff]")
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
# What is drawn as one character is not longer, except in texts made to be a nuisance.
_LONGEST_CLUSTER = 32


def brief(event: Event) -> Event:
    """The event as it is told: below `LARGEST_EVENT` bytes in JSON. Only `PicturesChanged` is split elsewhere."""
    match event:
        case JobChanged(row=row):
            return replace(event, row=brief_job(row))
        case PictureSaved(picture=picture):
            return replace(event, picture=brief_picture(picture))
        case EngineChanged(problem=Problem() as problem):
            return replace(event, problem=_brief_problem(problem))
        case SettingsChanged() if len(encode(event)) >= LARGEST_EVENT:
            return replace(event, settings=None)
        case _:
            return event


def brief_job(job: Job) -> Job:
    """The row with the beginnings of its texts; `cut` if that is not all."""
    request = replace(
        job.request,
        prompt=beginning(job.request.prompt, PROMPT),
        negative=beginning(job.request.negative, NEGATIVE),
        model=None if job.request.model is None else ends(job.request.model, NAME),
    )
    problem = None if job.problem is None else _brief_problem(job.problem)
    return _marked(job, replace(job, request=request, problem=problem))


def brief_picture(picture: Picture) -> Picture:
    """The row with the beginning of its prompt; `cut` if that is not all."""
    short = replace(picture, prompt=beginning(picture.prompt, PROMPT), file=ends(picture.file, NAME))
    return _marked(picture, short)


def _marked(whole: _Row, short: _Row) -> _Row:
    return whole if short == whole else replace(short, cut=True)


def _brief_problem(problem: Problem) -> Problem:
    """Values stand in the middle of a sentence, the way out at its end."""
    return replace(problem, message=ends(problem.message, SENTENCE))


def beginning(text: str, most: int) -> str:
    """The text, if it takes at most `most` bytes in JSON, else as much of its start as fits, with an ellipsis."""
    if _fits(text, most):
        return text
    return text[: _between_characters(text, _fitting(text, most - _ELLIPSIS_SIZE), -1)] + _ELLIPSIS


def ends(text: str, most: int) -> str:
    """The text, if it takes at most `most` bytes in JSON, else its start and its end, with an ellipsis between."""
    if _fits(text, most):
        return text
    half = (most - _ELLIPSIS_SIZE) // 2
    stop = _between_characters(text, _fitting(text, half), -1)
    start = _between_characters(text, len(text) - _fitting(text[: -half - 1 : -1], half), 1)
    return text[:stop] + _ELLIPSIS + text[start:]


def _fits(text: str, most: int) -> bool:
    return len(text) <= most and json_size(text) <= most


def _fitting(text: str, most: int) -> int:
    """How many characters from the start take at most `most` bytes."""
    return bisect_right(range(len(text[:most]) + 1), most, key=lambda end: json_size(text[:end])) - 1


def json_size(text: str) -> int:
    """Bytes of the text in a JSON string, as `wire.encode` writes it."""
    return len(text.encode("utf-8", "surrogatepass")) + len(_SHORT.findall(text)) + 5 * len(_LONG.findall(text))


def _between_characters(text: str, at: int, step: int) -> int:
    """The next place from `at` on, in the direction of `step`, that splits nothing drawn as one character."""
    for place in range(at, at + step * _LONGEST_CLUSTER, step):
        if not 0 < place < len(text) or not _joined(text, place):
            return min(max(place, 0), len(text))
    return at


def _joined(text: str, at: int) -> bool:
    """Whether what stands before and after this place is drawn as one character."""
    before, after = text[at - 1], text[at]
    if before in _FLAG_LETTERS and after in _FLAG_LETTERS:
        return (at - len(text[:at].rstrip(_FLAG_LETTERS))) % 2 == 1
    extends = unicodedata.category(after).startswith("M") or _EXTENDING.match(after) is not None
    return extends or _JOINER in (before, after) or (before, after) == ("\r", "\n")
