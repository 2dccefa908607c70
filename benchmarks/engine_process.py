"""An engine in a process of its own, spoken to through its pipes as the window does. Imports no torch."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from darkroom.bridge.frames import Frame, FrameDecoder, Kind, encode_frame

Event = dict[str, Any]


class Talk:
    """The window's end of an engine's pipes, blocking."""

    def __init__(self, into: int, out: int) -> None:
        self._into = into
        self._out = out
        self._decoder = FrameDecoder()
        self._frames: list[Frame] = []

    def snapshot(self) -> Event:
        """Ask for the snapshot and wait for it."""
        os.write(self._into, encode_frame(Frame(Kind.COMMAND, 1, b'{"type":"getSnapshot"}')))
        return orjson.loads(self._until(lambda frame: frame.kind == Kind.ANSWER))

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
        while True:
            for place, frame in enumerate(self._frames):
                if wanted(frame):
                    del self._frames[place]
                    return frame.payload
            data = os.read(self._out, 1 << 16)
            if not data:
                raise RuntimeError("The engine ended before it had answered.")
            self._frames += self._decoder.feed(data)


class EngineProcess(Talk):
    """`python -m darkroom.bridge HOME`, from nothing."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "darkroom.bridge", str(home)],
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
