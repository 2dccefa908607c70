"""`(text:1.2)` and friends: a prompt becomes pieces of text, each with one weight.

`(text:1.2)` sets the weight, `(text)` multiplies by 1.1, nested parentheses multiply, an inner number replaces the
product. `\\(` and `\\)` are literal, and so is a parenthesis that is never closed. Nothing else is special.
"""

import re
from dataclasses import dataclass
from math import isfinite

EMPHASIS = 1.1
LONGEST_NUMBER = 64
"""Characters of a weight; what is longer is text."""
# Characters that stand for nothing in any text (noncharacters) are put in the place of escaped parentheses while the
# structure is read; a prompt that holds them itself gets parentheses.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_UNESCAPE = str.maketrans({_OPEN: "(", _CLOSE: ")"})


@dataclass(frozen=True)
class Piece:
    """A stretch of text under one weight."""

    text: str
    weight: float = 1.0


def parse(prompt: str) -> list[Piece]:
    """The pieces of `prompt` in order. Never fails: what is not well-formed is literal text.

    Linear in the length of the prompt and without recursion, whatever is nested in it.
    """
    text = prompt.replace("\\(", _OPEN).replace("\\)", _CLOSE)
    ends = _matches(text)
    pieces: list[Piece] = []
    # Spans still to read, the next one last: (start, end, weight, whether parentheses in it are structure).
    pending = [(start, end, 1.0, end == ends.get(start)) for start, end in reversed(_top_level(text))]
    while pending:
        start, end, weight, is_group = pending.pop()
        if is_group:
            end, weight = _group(text, start + 1, end - 1, weight * EMPHASIS)
            pending += [
                (*span, weight, span[1] == ends.get(span[0])) for span in reversed(_inside(text, start + 1, end, ends))
            ]
        else:
            pieces.append(Piece(text[start:end].translate(_UNESCAPE), weight))
    return pieces


def _group(text: str, start: int, end: int, weight: float) -> tuple[int, float]:
    """Where a group's text ends and its weight: the number after its last colon, if there is one."""
    colon = text.rfind(":", start + 1, end)
    if colon < 0 or end - colon - 1 > LONGEST_NUMBER:
        return end, weight
    try:
        number = float(text[colon + 1 : end])
    except ValueError:
        return end, weight
    return (colon, number) if isfinite(number) else (end, weight)


def _matches(text: str) -> dict[int, int]:
    """For every parenthesis that is closed: the index after the one that closes it."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for found in re.finditer(r"[()]", text):
        if found[0] == "(":
            opened.append(found.start())
        elif opened:
            ends[opened.pop()] = found.end()
    return ends


def _top_level(text: str) -> list[tuple[int, int]]:
    """Spans of the prompt: groups, and what lies between them. Depth is counted, so that a parenthesis too many
    makes everything after it literal."""
    spans: list[tuple[int, int]] = []
    begun, depth = 0, 0
    for found in re.finditer(r"[()]", text):
        if found[0] == "(":
            if depth == 0 and found.start() > begun:
                spans.append((begun, found.start()))
                begun = found.start()
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                spans.append((begun, found.end()))
                begun = found.end()
    return [*spans, (begun, len(text))] if begun < len(text) else spans


def _inside(text: str, start: int, end: int, ends: dict[int, int]) -> list[tuple[int, int]]:
    """Spans of a group's text, in which every parenthesis is closed."""
    spans: list[tuple[int, int]] = []
    while start < end:
        opened = text.find("(", start, end)
        stop = end if opened < 0 else opened
        if stop > start:
            spans.append((start, stop))
        if opened >= 0:
            spans.append((opened, ends[opened]))
            stop = ends[opened]
        start = stop
    return spans
