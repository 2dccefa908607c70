"""An engine in a process of its own, spoken to through its pipes as the window does. Imports no torch."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

from darkroom.bridge.frames import Frame, FrameDecoder, Kind, encode_frame
from darkroom.messages import Command, GetSnapshot
from darkroom.wire import encode

Event = dict[str, Any]
PATIENCE = 300
"""Seconds for one answer or event: a picture on a busy machine."""


class Talk:
    """The window's end of an engine's pipes, blocking."""

    def __init__(self, into: int, out: int) -> None:
        self._into = into
        self._out = out
        self._decoder = FrameDecoder()
        self._frames: list[Frame] = []

    def snapshot(self) -> Event:
        """Ask for the snapshot and wait for it."""
        return self.answer(GetSnapshot())

    def answer(self, command: Command) -> Event:
        """Send a command and wait for its answer. Raises RuntimeError when it is refused."""
        os.write(self._into, encode_frame(Frame(Kind.COMMAND, 1, encode(command))))
        answer: Event = orjson.loads(self._until(lambda frame: frame.kind == Kind.ANSWER))
        if answer["type"] == "refused":
            raise RuntimeError(answer["problem"]["message"])
        return answer

    def event(self, wanted: Callable[[Event], bool]) -> Event:
        """Wait for an event that has not been waited for before."""
        return orjson.loads(self._until(lambda frame: frame.kind == Kind.EVENT and wanted(orjson.loads(frame.payload))))

    def ready(self) -> None:
        """Wait until the engine has loaded torch and takes jobs."""
        self.event(lambda event: event["type"] == "engineChanged" and event["state"] == "ready")

    def close(self) -> None:
        os.close(self._into)
        os.close(self._out)

    def _until(self, wanted: Callable[[Frame], bool]) -> bytes:
        until, seen = time.monotonic() + PATIENCE, 0
        while True:
            for place in range(seen, len(self._frames)):
                if wanted(self._frames[place]):
                    return self._frames.pop(place).payload
            seen = len(self._frames)
            self._frames += self._decoder.feed(self._read(until - time.monotonic()))

    def _read(self, patience: float) -> bytes:
        if not select.select([self._out], [], [], max(0.0, patience))[0]:
            raise RuntimeError(f"The engine did not say within {PATIENCE} s what was waited for.")
        data = os.read(self._out, 1 << 16)
        if not data:
            raise RuntimeError("The engine ended before it had answered.")
        return data


class EngineProcess(Talk):
    """`python -m darkroom.bridge HOME`, or another `command` that is an engine, from nothing."""

    def __init__(self, home: Path, command: Sequence[str | Path] = ()) -> None:
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "darkroom.bridge", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        super().__init__(os.dup(self.process.stdin.fileno()), os.dup(self.process.stdout.fileno()))

    def maps(self) -> str:
        """The files the process has mapped."""
        return Path(f"/proc/{self.process.pid}/maps").read_text("utf-8")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.close()
