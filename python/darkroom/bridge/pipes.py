"""The two ends of the pipes: one thread reads frames, one writes them. Neither ever waits for the other."""

import os
import threading
from asyncio import AbstractEventLoop, Event
from collections import deque
from collections.abc import Callable

from darkroom.bridge.frames import Frame, FrameDecoder, encode_frame
from darkroom.errors import BadMessage

CHUNK = 1 << 16
# Above this many bytes waiting, events are held back (and progress coalesces in the engine) until the window reads on.
HIGH_WATER = 1 << 20


def read_frames(descriptor: int, arrived: Callable[[Frame], object]) -> str:
    """Hand every frame to `arrived` until the pipe ends; returns why it ended. Runs on its own thread."""
    decoder = FrameDecoder()
    while True:
        try:
            data = os.read(descriptor, CHUNK)
        except OSError as error:
            return f"the pipe broke ({error.strerror})"
        if not data:
            return "the window closed the pipe"
        try:
            for frame in decoder.feed(data):
                arrived(frame)
        except BadMessage as error:
            return error.sentence


class FrameWriter:
    """Frames into a descriptor, in the order of `send`, from any thread; sending never blocks."""

    def __init__(self, descriptor: int, loop: AbstractEventLoop, broken: Callable[[str], object]) -> None:
        self._descriptor = descriptor
        self._loop = loop
        self._broken = broken
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._closed = False
        self._changed = threading.Condition()
        self._room = Event()
        self._thread = threading.Thread(target=self._write_all, name="frames out", daemon=True)
        self._thread.start()

    def send(self, frame: Frame) -> None:
        """Queue a frame. Raises BadMessage when it is too large to be one."""
        data = encode_frame(frame)
        with self._changed:
            self._waiting.append(data)
            self._size += len(data)
            self._changed.notify()

    async def room(self) -> None:
        """Return when less than HIGH_WATER bytes wait. For the loop's thread."""
        while self._size > HIGH_WATER:
            self._room.clear()
            # A write may have ended between the test and the clear.
            if self._size > HIGH_WATER:
                await self._room.wait()

    def close(self, timeout: float) -> bool:
        """Write what waits, for at most `timeout` seconds; False when it could not be written."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive() and not self._waiting

    def _write_all(self) -> None:
        while (data := self._next()) is not None:
            try:
                self._write(data)
            except OSError as error:
                self._loop.call_soon_threadsafe(self._broken, f"the pipe broke ({error.strerror})")
                return

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return self._waiting.popleft() if self._waiting else None

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        with self._changed:
            self._size -= len(data)
        if not self._closed and self._size <= HIGH_WATER:
            self._loop.call_soon_threadsafe(self._room.set)
