"""The window's end of the pipes, for tests: an engine in a process of its own and what it said so far."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import IO, Any, Self

import orjson

from darkroom.bridge.frames import Frame, FrameDecoder, Kind, encode_frame

TESTS = Path(__file__).parent.parent
# An engine whose pictures are made by the stand-in, so that no model is loaded.
STANDIN = "import standin, sys; from darkroom.bridge.serve import serve; serve(sys.argv[1], perform=standin.perform)"
PATIENCE = 60


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    return process.stdin, process.stdout, process.stderr


class EngineProcess:
    """`code` run with the home folder as its argument; frames over its stdin and stdout."""

    def __init__(self, home: Path, code: str = STANDIN) -> None:
        command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(TESTS)!r}); {code}", str(home)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        self.input, self.output, self.errors = _pipes(self.process)
        self.frames: list[Frame] = []
        self.ended = False
        self._changed = threading.Condition()
        self._numbers = count(1)
        self._decoder = FrameDecoder()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._thread.join()
        for pipe in (self.input, self.output, self.errors):
            pipe.close()

    def send(self, data: bytes) -> None:
        self.input.write(data)
        self.input.flush()

    def ask(self, kind: Kind, payload: bytes) -> bytes:
        """The payload of the reply."""
        number = next(self._numbers)
        self.send(encode_frame(Frame(kind, number, payload)))
        return self.wait(lambda frame: frame.id == number).payload

    def command(self, **fields: object) -> dict[str, Any]:
        return orjson.loads(self.ask(Kind.COMMAND, orjson.dumps(fields)))

    def event(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first event that is wanted."""
        return orjson.loads(
            self.wait(lambda frame: frame.kind == Kind.EVENT and wanted(orjson.loads(frame.payload))).payload
        )

    def events(self) -> list[dict[str, Any]]:
        with self._changed:
            return [orjson.loads(frame.payload) for frame in self.frames if frame.kind == Kind.EVENT]

    def wait(self, wanted: Callable[[Frame], bool]) -> Frame:
        """The first frame, past or to come, that is wanted."""
        with self._changed:
            found = self._changed.wait_for(lambda: self._first(wanted) or self.ended, PATIENCE)
            first = self._first(wanted)
        assert first is not None, f"not said: {found=}, {self.process.poll()=}"
        return first

    def finish(self) -> tuple[int, str]:
        """Close the engine's input and wait: its exit code and its log."""
        self.input.close()
        log = self.errors.read().decode()
        return self.process.wait(PATIENCE), log

    def _first(self, wanted: Callable[[Frame], bool]) -> Frame | None:
        return next((frame for frame in self.frames if wanted(frame)), None)

    def _read(self) -> None:
        while data := os.read(self.output.fileno(), 1 << 16):
            frames = list(self._decoder.feed(data))
            with self._changed:
                self.frames.extend(frames)
                self._changed.notify_all()
        with self._changed:
            self.ended = True
            self._changed.notify_all()
