"""A display for the whole run, and windows with an engine that paints what the test allows."""

import os
import select
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shell.driver import PROGRAM, Window, environment, virtual_display

HERE = Path(__file__).parent
PATIENCE = 60


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    if not PROGRAM.exists():
        pytest.fail(f"{PROGRAM} is not built; run `make setup`")
    with virtual_display() as name:
        yield name


@pytest.fixture
def variables(display: str, tmp_path: Path) -> dict[str, str]:
    return environment(display, tmp_path / "user")


@pytest.fixture
def engine_program(tmp_path: Path) -> Path:
    """What the window starts as its engine."""
    file = tmp_path / "engine"
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "engine_program.py"}" "$@"\n')
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


@pytest.fixture
def open_window(variables: dict[str, str], engine_program: Path, home: Path) -> Iterator[Callable[[], Window]]:
    """Opens a window with the painting engine; every window is closed in the end."""
    opened: list[Window] = []

    def start() -> Window:
        window = Window(["--home", str(home), "--engine-program", str(engine_program)], variables)
        opened.append(window)
        window.wait("document.documentElement.dataset.ready === 'true'")
        return window

    yield start
    for window in opened:
        window.close()


def engine_of(home: Path) -> int:
    """The process id of the engine that runs now, or ran last."""
    return int((home / "engine.pid").read_text())


def wait_for_end(process: int) -> None:
    """Return when a process has ended; it need not be a child."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return
    ended, _, _ = select.select([handle], [], [], PATIENCE)
    os.close(handle)
    assert ended, f"process {process} still runs"
