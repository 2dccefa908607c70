"""A display for the whole run, and windows with an engine that paints what the test allows."""

import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from shell.driver import PROGRAM, Window, environment, virtual_display

TESTS = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    if not PROGRAM.exists():
        pytest.fail(f"{PROGRAM} is not built; run `make setup`")
    # Room for two windows beside each other.
    with virtual_display("2600x900x24") as name:
        yield name


@pytest.fixture
def variables(display: str, tmp_path: Path) -> dict[str, str]:
    return environment(display, tmp_path / "user")


def engine_script(file: Path, module: str) -> Path:
    """A program at `file` that runs the module `shell.<module>` of the tests as the engine."""
    command = shlex.join(["env", f"PYTHONPATH={TESTS}", sys.executable, "-m", f"shell.{module}"])
    file.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    file.chmod(0o755)
    return file


@pytest.fixture
def engine_program(tmp_path: Path) -> Path:
    """What the window starts as its engine."""
    return engine_script(tmp_path / "engine", "engine_program")


class Launch(Protocol):
    """Opens windows that are closed in the end."""

    def __call__(self, *arguments: str | Path, **variables: str) -> Window: ...


@pytest.fixture
def launch(variables: dict[str, str]) -> Iterator[Launch]:
    """Starts the program with these arguments and further variables; the test waits for what it expects."""
    opened: list[Window] = []

    def start(*arguments: str | Path, **more: str) -> Window:
        opened.append(Window([str(argument) for argument in arguments], variables | more))
        return opened[-1]

    yield start
    for window in opened:
        window.close()


@pytest.fixture
def open_window(launch: Launch, engine_program: Path, home: Path) -> Callable[[], Window]:
    """Opens a window with the painting engine and waits for its page."""

    def start() -> Window:
        window = launch("--home", home, "--engine-program", engine_program)
        window.wait("document.documentElement.dataset.ready === 'true'")
        return window

    return start
