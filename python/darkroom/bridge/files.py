"""Replies that are bytes: previews out of the mailbox, pictures and thumbnails out of the library.

A request names ids only, never a path: `12` is the picture's file, `12 thumb:256` a copy with at most 256 pixels on the
longer side, `12 file` the file's path (for the window's own "show in folder", never for the page).
"""

import re
from pathlib import Path

from darkroom.bridge.dispatch import BridgedEngine
from darkroom.bridge.frames import LIMITS, MEBIBYTE, Kind, attachment
from darkroom.errors import DarkroomError

GONE = b""
REQUEST = re.compile(rb"([1-9][0-9]{0,17})(?: thumb:([1-9][0-9]{0,3})| (file))?")
PREVIEW_KEY = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
LONGEST_EDGE = 2048
# Decided by content: a file that is none of these is not shown, whatever its name.
MAGICS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))


def preview_reply(engine: BridgedEngine, key: bytes) -> bytes:
    """Payload of the reply to a preview request."""
    if not PREVIEW_KEY.fullmatch(key):
        return GONE
    found = engine.preview(key.decode("ascii"))
    if found is None or len(found[0]) > LIMITS[Kind.PREVIEW_REPLY] - MEBIBYTE:
        return GONE
    data, mime = found
    return attachment(mime, data)


def picture_reply(engine: BridgedEngine, request: bytes) -> bytes:
    """Payload of the reply to a picture request. Reads and decodes: call it on a thread of its own."""
    match = REQUEST.fullmatch(request)
    if match is None:
        return GONE
    try:
        file = engine.picture_file(int(match[1]))
        if match[3]:
            return attachment("text/plain", bytes(file.absolute()))
        return _thumbnail(file, int(match[2])) if match[2] else _whole(file)
    except (DarkroomError, OSError, ValueError):
        return GONE


def _whole(file: Path) -> bytes:
    data = _read(file)
    mime = next((mime for magic, mime in MAGICS if data.startswith(magic)), None)
    return GONE if mime is None else attachment(mime, data)


def _thumbnail(file: Path, edge: int) -> bytes:
    from darkroom import _native

    return attachment("image/webp", _native.thumbnail(_read(file), max_edge=min(edge, LONGEST_EDGE), format="webp"))


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        data = stream.read(LIMITS[Kind.PICTURE_REPLY] - MEBIBYTE + 1)
    if len(data) > LIMITS[Kind.PICTURE_REPLY] - MEBIBYTE:
        raise ValueError(f"{file.name} is too large to show")
    return data
