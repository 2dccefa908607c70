"""Words to the terminal: clean text, tables, JSON."""

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

import orjson

# Characters that reorder what stands beside them: a prompt must not be able to forge the line it is shown in.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """Text of any origin without what a terminal would obey; line breaks stay."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _obeyed(letter) else letter for letter in text)


def _obeyed(letter: str) -> bool:
    return letter in _REORDERING or (letter not in "\n\t" and unicodedata.category(letter) in ("Cc", "Cs"))


def one_line(text: str, limit: int | None = None) -> str:
    """The text on one line, cut to `limit` characters."""
    flat = " ".join(clean(text).split())
    return flat if limit is None or len(flat) <= limit else f"{flat[: limit - 1]}…"


def say(text: str, *, to: TextIO | None = None) -> None:
    """One line, at once."""
    stream = to or sys.stdout
    stream.write(f"{_writable(clean(text), stream)}\n")
    stream.flush()


def say_json(data: bytes, *, to: TextIO | None = None) -> None:
    """One line of JSON. It leaves as it is, whatever the terminal's own encoding may be."""
    stream = to or sys.stdout
    text = data.decode()
    if (stream.encoding or "utf-8").lower().replace("-", "") != "utf8":
        # JSON's own escapes are the same text in every encoding.
        text = _ascii_json(text)
    stream.write(f"{text}\n")
    stream.flush()


def _ascii_json(text: str) -> str:
    units = ((letter, letter.encode("utf-16-be").hex()) for letter in text)
    return "".join(
        letter if letter.isascii() else "".join(f"\\u{code[at : at + 4]}" for at in range(0, len(code), 4))
        for letter, code in units
    )


def _writable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def say_value(value: object) -> None:
    """A JSON value that is no message of its own, on one line."""
    say_json(orjson.dumps(value))


def say_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table as wide as it needs to be; on a terminal, as wide as that."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_writable(clean(cell), sys.stdout)) for cell in row))
    # Cut off from a terminal, lines must not break where a terminal of 80 columns would.
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 10_000, highlight=False).print(table)
    sys.stdout.flush()


def size_text(count: int) -> str:
    """Bytes for people: 312 MB."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if amount >= 10 or unit == "B" else f"{amount:.1f} {unit}"


def time_text(seconds: float) -> str:
    """A duration for people: 45 s, 2:05, 1:02:05."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, left = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
