"""Frames: what goes through the pipes between the window and the engine.

u32 length of the rest · u8 kind · u64 id · payload, all little-endian. The shell reads and writes the same bytes
(`src-tauri/src/frames.rs`); `tests/bridge/goldens.json` is read by both.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from darkroom.errors import BadMessage

HEAD = struct.Struct("<IBQ")
LENGTH = struct.Struct("<I")
REST = HEAD.size - LENGTH.size
MEBIBYTE = 1 << 20


class Kind(IntEnum):
    COMMAND = 1
    ANSWER = 2
    EVENT = 3
    PREVIEW_REQUEST = 4
    PREVIEW_REPLY = 5
    PICTURE_REQUEST = 6
    PICTURE_REPLY = 7
    HEARTBEAT = 8


# Bytes of payload. A command may hold two long prompts and the ids of a whole gallery, a picture a 64 MP file.
LIMITS: Mapping[Kind, int] = {
    Kind.COMMAND: 4 * MEBIBYTE,
    Kind.ANSWER: 64 * MEBIBYTE,
    Kind.EVENT: MEBIBYTE,
    Kind.PREVIEW_REQUEST: 256,
    Kind.PREVIEW_REPLY: 16 * MEBIBYTE,
    Kind.PICTURE_REQUEST: 256,
    Kind.PICTURE_REPLY: 256 * MEBIBYTE,
    Kind.HEARTBEAT: 64,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `id` ties a reply to its request and is 0 where there is none."""

    kind: Kind
    id: int
    payload: bytes


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame. Raises BadMessage when the payload is larger than its kind may be."""
    _within_limit(frame.kind, len(frame.payload))
    return HEAD.pack(REST + len(frame.payload), frame.kind, frame.id) + frame.payload


def _within_limit(kind: Kind, size: int) -> None:
    if not 0 <= size <= LIMITS[kind]:
        raise BadMessage(
            f"A {kind.name.lower()} frame of {size} bytes is outside 0 to {LIMITS[kind]}; start the engine again."
        )


class FrameDecoder:
    """Bytes as they arrive to whole frames. After a BadMessage the stream has no meaning any more."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def pending(self) -> int:
        """Bytes of a frame that has not arrived whole."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that `data` completes. Raises BadMessage at an unknown kind or a length outside its limit."""
        self._buffer += data
        while len(self._buffer) >= HEAD.size:
            kind, number, size = self._head()
            if len(self._buffer) < HEAD.size + size:
                return
            payload = bytes(memoryview(self._buffer)[HEAD.size : HEAD.size + size])
            del self._buffer[: HEAD.size + size]
            yield Frame(kind, number, payload)

    def _head(self) -> tuple[Kind, int, int]:
        length, tag, number = HEAD.unpack_from(self._buffer)
        if tag not in LIMITS:
            raise BadMessage(f"Frame kind {tag} is unknown; window and engine must be of the same version.")
        kind = Kind(tag)
        _within_limit(kind, length - REST)
        return kind, number, length - REST


def attachment(mime: str, data: bytes) -> bytes:
    """Payload of a preview or picture reply: u8 length of the mime type · mime type · bytes. Gone is nothing at all."""
    name = mime.encode("ascii")
    return bytes((len(name),)) + name + data


def open_attachment(payload: bytes) -> tuple[str, bytes] | None:
    """Mime type and bytes of a reply, None when what was asked for is gone."""
    if not payload:
        return None
    size = payload[0]
    return payload[1 : 1 + size].decode("ascii"), payload[1 + size :]
