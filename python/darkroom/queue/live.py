"""What the running job is doing now, for the other processes of a home: one small file, overwritten in place.

Worth nothing after a crash, so nothing is synced; a reader that catches a half-written state waits for the next.
"""

import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from darkroom.errors import BadMessage
from darkroom.library.disk import PRIVATE_FILE, writing
from darkroom.messages import EngineChanged, JobProgressed
from darkroom.wire import decode_event, encode

LARGEST = 1 << 16
# No file has this counter.
UNREAD = -1
_HEADER = struct.Struct("<QII")  # counter, length, CRC-32 of the text

LiveEvent = EngineChanged | JobProgressed


class LiveFile:
    """The runner writes it, everyone else reads it.

    `runner_lives` says that what the file holds already is worth reading.
    """

    def __init__(self, file: Path, *, runner_lives: bool) -> None:
        with writing(file):
            self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        self._counter = UNREAD if runner_lives else self._header()[0]

    def write(self, events: Sequence[LiveEvent]) -> None:
        """Replace what readers see. Raises OSError."""
        text = b"\n".join(encode(event) for event in events)
        self._counter = self._header()[0] + 1
        os.pwrite(self._handle, _HEADER.pack(self._counter, len(text), zlib.crc32(text)) + text, 0)

    def read(self) -> list[LiveEvent]:
        """What the runner wrote since the last call; empty if nothing new."""
        counter, length, crc = self._header()
        if counter == self._counter or length > LARGEST:
            return []
        text = os.pread(self._handle, length, _HEADER.size)
        if zlib.crc32(text) != crc:
            return []
        self._counter = counter
        return _decoded(text)

    def close(self) -> None:
        os.close(self._handle)

    def _header(self) -> tuple[int, int, int]:
        header = os.pread(self._handle, _HEADER.size, 0)
        return _HEADER.unpack(header) if len(header) == _HEADER.size else (0, 0, 0)


def _decoded(text: bytes) -> list[LiveEvent]:
    try:
        events = [decode_event(line) for line in text.splitlines()]
    except BadMessage:
        return []
    return [event for event in events if isinstance(event, EngineChanged | JobProgressed)]
