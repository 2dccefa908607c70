"""Progress in words: on a terminal a bar, elsewhere lines."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.running import StartCommand
from darkroom.cli.reporters import PlainLines, Silence, describe, share
from darkroom.errors import Code
from darkroom.messages import EngineChanged, EngineState, JobProgressed, Phase, Problem, Progress

STEP = Progress(phase=Phase.SAMPLING, index=1, count=4, step=5, steps=20, seconds_per_step=1.94, seconds_left=125.4)


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(phase=Phase.WAITING), "Waiting"),
        (Progress(phase=Phase.LOADING), "Loading the model"),
        (
            Progress(phase=Phase.LOADING, done_bytes=312_000_000, total_bytes=4_200_000_000),
            "Loading the model: 312 MB of 4.2 GB",
        ),
        (Progress(phase=Phase.ENCODING), "Reading the prompt"),
        (STEP, "Sampling: picture 2 of 4, step 5 of 20, 1.94 s/step, 2:05 left"),
        (Progress(phase=Phase.SAMPLING, step=1, steps=20, seconds_left=3725), "Sampling: step 1 of 20, 1:02:05 left"),
        (Progress(phase=Phase.DECODING, index=0, count=2), "Decoding: picture 1 of 2"),
        (Progress(phase=Phase.SAVING), "Saving"),
    ],
)
def test_every_phase_has_its_words(progress: Progress, words: str) -> None:
    assert describe(progress) == words


def test_the_share_counts_the_steps_of_all_pictures() -> None:
    assert share(STEP) == pytest.approx((1 + 5 / 20) / 4)
    assert share(Progress(phase=Phase.LOADING, done_bytes=1, total_bytes=4)) == 0.25
    assert share(Progress(phase=Phase.LOADING)) == 0.0


def test_a_thousand_steps_are_ten_lines() -> None:
    stream = io.StringIO()
    lines = PlainLines(stream)

    for step in range(1, 1001):
        progress = Progress(phase=Phase.SAMPLING, step=step, steps=1000)
        lines.show(JobProgressed(job=1, seq=step, progress=progress))

    assert len(stream.getvalue().splitlines()) == 11


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_there_is_a_bar_and_stdout_has_the_path_alone(home: Path, started: StartCommand) -> None:
    ours, theirs = os.openpty()
    process = started("generate", "a lighthouse", "--count", "2", hold="sampling", stderr=theirs)
    os.close(theirs)

    shown = read_terminal(ours, until="step 1 of 4")
    out, _ = process.communicate("go on\n")
    read_terminal(ours, until=None)

    assert process.returncode == 0
    assert [Path(line).parent.parent for line in out.splitlines()] == [home / "pictures"] * 2
    assert "Sampling" in shown
    assert "picture 1 of 2" in shown
    assert "\x1b[" in shown


def read_terminal(terminal: int, until: str | None) -> str:
    """What is written to a terminal up to some words, or until its other side closes, which is an error on Linux."""
    shown = b""
    try:
        while until is None or until.encode() not in shown:
            shown += os.read(terminal, 65536)
    except OSError:
        os.close(terminal)
    return shown.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("variable", "value"), [("TERM", "dumb"), ("TERM", "unknown"), ("TTY_COMPATIBLE", "0")])
def test_on_a_terminal_that_draws_nothing_there_are_lines(
    started: StartCommand, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    ours, theirs = os.openpty()
    process = started("generate", "a lighthouse", stderr=theirs)
    os.close(theirs)

    process.communicate()

    assert process.returncode == 0
    assert "Sampling: step 1 of" in read_terminal(ours, until=None)


def full(megabytes: int) -> EngineChanged:
    return EngineChanged(
        state=EngineState.READY,
        problem=Problem(code=Code.DISK_FULL, message=f"{megabytes} MB are missing; make room."),
    )


@pytest.mark.parametrize("kind", [PlainLines, Silence])
def test_what_holds_the_queue_up_is_said_once_and_again_when_it_changes(
    kind: type[PlainLines] | type[Silence],
) -> None:
    stream = io.StringIO()
    lines = kind(stream)

    for event in (full(3), full(3), full(2), EngineChanged(state=EngineState.READY), full(2)):
        lines.show(event)

    assert stream.getvalue().splitlines() == [
        "3 MB are missing; make room.",
        "2 MB are missing; make room.",
        "2 MB are missing; make room.",
    ]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_json_is_the_same_in_every_encoding_of_the_terminal(home: Path, encoding: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "darkroom", "show", "día 🐈", "--json"],
        env=os.environ | {"DARKROOM_HOME": str(home), "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )

    assert finished.stderr.isascii()
    assert b"d\\u00eda \\ud83d\\udc08" in finished.stderr
