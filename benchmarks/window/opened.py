"""Opens the window that was built, on a virtual display, and sees to it that nothing of it is left afterwards."""

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.window.page import Page
from benchmarks.window.processes import Ending, alive, tree

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from shell.driver import PROGRAM, Window, environment, virtual_display  # noqa: E402

PROGRAMS = ("Xvfb", "WebKitWebDriver", "bash")
PATIENCE = 90
"""Seconds for whatever the page is waited for: a model loaded and a picture made on a busy machine."""


def missing() -> str | None:
    """Why there is no window to measure here, or None."""
    if not PROGRAM.is_file():
        return f"not applicable: the window is not built ({PROGRAM.relative_to(ROOT)} is missing; run `make setup`)"
    gone = [program for program in PROGRAMS if shutil.which(program) is None]
    return f"not applicable: {' and '.join(gone)} missing" if gone else None


@dataclass(frozen=True)
class Desk:
    """A display, and the folders that a user who has started Darkroom before would have."""

    display: str
    folder: Path

    @classmethod
    @contextmanager
    def set_up(cls, bench: Bench) -> Generator["Desk", None, None]:
        with virtual_display() as display, bench.folder("desk") as folder:
            if display == ":":
                raise RuntimeError("Xvfb does not start; run it by hand to see why.")
            yield cls(display, folder)

    @contextmanager
    def window(self, home: Path, engine: Path | None = None) -> Generator[Page, None, None]:
        """A window on `home`, with the program `engine` as its engine; ended in order when the block ends."""
        note = self.folder / "started"
        note.unlink(missing_ok=True)
        arguments = ["--home", str(home)] + (["--engine-program", str(engine)] if engine else [])
        try:
            window = Window(
                arguments, environment(self.display, self.folder), program=self._program(note), patience=PATIENCE
            )
        except BaseException:
            # The driver is gone already; what it started need not be.
            if note.is_file():
                with suppress(ProcessLookupError):
                    os.kill(_started(note)[0], signal.SIGKILL)
            raise
        process, begun = _started(note)
        try:
            yield Page(window, process, begun)
        finally:
            _end(process)
            window.close()

    def _program(self, note: Path) -> Path:
        """Starts the window after it has noted when, and as which process; bash needs no other program for it."""
        stamp = f'printf "%s %s" $$ "$EPOCHREALTIME" > {shlex.quote(str(note))}'
        return _script(self.folder / "window", "bash", f'{stamp}\nexec {shlex.quote(str(PROGRAM))} "$@"')


def timed_engine(folder: Path) -> Path:
    """A program that is an engine and notes when it reported what; see `timed_engine.py`."""
    run = shlex.join([sys.executable, "-W", "ignore", "-m", "benchmarks.window.timed_engine"])
    return _script(folder / "engine", "sh", f'cd {shlex.quote(str(ROOT))} && exec {run} "$@"')


def _script(file: Path, shell: str, body: str) -> Path:
    file.write_text(f"#!/usr/bin/env {shell}\n{body}\n")
    file.chmod(0o755)
    return file


def _started(note: Path) -> tuple[int, float]:
    """The window's process and when it was started, in seconds."""
    process, begun = note.read_text().split()
    return int(process), float(begun)


def _end(process: int) -> None:
    """End the window as a person does; whatever of it does not follow is killed."""
    endings = [Ending(part) for part in tree(process)]
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
    for ending in endings:
        ending.wait()
    if alive(process):
        raise RuntimeError(f"The window (process {process}) does not end.")
