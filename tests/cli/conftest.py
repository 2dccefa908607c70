"""The command, run in this process or in another one, with a stand-in for the slow part."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import orjson
import pytest

from cli.running import Outcome, RunCommand, StartCommand
from darkroom.cli import main
from darkroom.engine import Engine
from darkroom.messages import Job
from darkroom.wire import from_wire
from standin import StandIn

TESTS = Path(__file__).parents[1]
DRIVER = Path(__file__).with_name("driver.py")


@pytest.fixture
def command(home: Path, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """Runs `darkroom WORDS…` in this process, on this test's home."""

    def run(*words: str, perform: StandIn | None = None) -> Outcome:
        code = main(words, engine=partial(Engine, home, perform=perform or StandIn()))
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def jobs(command: RunCommand) -> Callable[[], list[Job]]:
    """The queue as `darkroom queue list --json` tells it."""

    def read() -> list[Job]:
        return [from_wire(row, Job) for row in orjson.loads(command("queue", "list", "--json").out)["jobs"]]

    return read


@pytest.fixture
def started(home: Path, request: pytest.FixtureRequest) -> StartCommand:
    """Starts `darkroom WORDS…` in another process; its stand-in waits in the phase `hold` for a line on stdin."""

    def start(*words: str, hold: str = "", stderr: int = subprocess.PIPE) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(DRIVER), *words],
            env=os.environ | {"DARKROOM_HOME": str(home), "HOLD": hold, "PYTHONPATH": str(TESTS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        request.addfinalizer(lambda: _end(process))
        return process

    return start


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()
