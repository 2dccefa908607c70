"""What only looks or judges its words must be quick: torch is not imported."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from cli.running import RunCommand
from darkroom.errors import Code

PROBE = """
import sys
from darkroom.cli import main
code = main(sys.argv[1:])
heavy = sorted({name.split(".")[0] for name in sys.modules} & {"torch", "diffusers", "transformers", "scipy"})
assert not heavy, heavy
sys.exit(code)
"""


def probe(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"DARKROOM_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-c", PROBE, *words], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["generate", "-h"], 0),
        (["--version"], 0),
        (["generate", "--help"], 0),
        (["queue", "list"], 0),
        (["queue", "pause"], 0),
        (["queue", "cancel", "9"], 1),
        (["models", "list"], 0),
        (["show", "1"], 1),
        (["generate", "x", "--size", "7x7"], 2),
        (["nonsense"], 2),
    ],
)
def test_looking_imports_no_torch(home: Path, words: list[str], code: int) -> None:
    finished = probe(home, *words)

    assert finished.returncode == code, finished.stderr


def test_showing_a_picture_imports_no_torch(home: Path, command: RunCommand) -> None:
    path = command("generate", "a lighthouse", "--quiet").lines[0]

    assert probe(home, "show", path).returncode == 0
    assert probe(home, "show", "1").returncode == 0


def test_the_module_runs_as_a_program(home: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-m", "darkroom", "queue", "list"],
        env=os.environ | {"DARKROOM_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "The queue is empty.\n", "")


@pytest.mark.parametrize("json", [False, True])
def test_ctrl_c_while_the_command_is_still_imported_is_a_sentence(json: bool) -> None:
    code = """import sys
class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "darkroom.cli.app":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupts())
from darkroom.cli import run
run()"""

    finished = subprocess.run(
        [sys.executable, "-c", code, "queue", "list", *(["--json"] if json else [])],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (finished.returncode, finished.stdout) == (130, "")
    if json:
        assert orjson.loads(finished.stderr)["problem"]["code"] == Code.INTERRUPTED
    else:
        assert finished.stderr == "darkroom: Interrupted; nothing that was queued is lost.\n"


@pytest.mark.parametrize(
    ("words", "home", "said"),
    [
        (("show", "~nobody-of-this-name/a.png"), "", "~nobody-of-this-name/a.png"),
        (("generate", "x", "--output", "~nobody-of-this-name/a.png"), "", "There is no folder "),
        (("generate", "x", "--model", "~nobody-of-this-name/a.safetensors"), "", "was not found"),
        (("queue", "list"), "~nobody-of-this-name", "a user whom nobody knows here"),
    ],
)
def test_the_folder_of_an_unknown_user_is_a_sentence(
    tmp_path: Path, words: tuple[str, ...], home: str, said: str
) -> None:
    finished = probe(Path(home) if home else tmp_path / "home", *words)

    assert finished.returncode in (1, 2)
    assert said in finished.stderr
    assert "fault" not in finished.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_fault(home: Path, closed: str) -> None:
    finished = subprocess.run(
        ["sh", "-c", f'exec "$0" -m darkroom models list {closed}', sys.executable],
        env=os.environ | {"DARKROOM_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(("words", "code"), [(("generate", ""), 2), (("queue", "cancel", "7"), 1)])
def test_a_refusal_that_nobody_can_hear_is_still_the_exit_code(home: Path, words: tuple[str, ...], code: int) -> None:
    with open("/dev/full", "w") as full:
        finished = subprocess.run(
            [sys.executable, "-W", "error", "-m", "darkroom", *words],
            env=os.environ | {"DARKROOM_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=full,
            check=False,
        )

    assert (finished.returncode, finished.stdout) == (code, b"")


def test_output_that_nobody_reads_is_told_where_pictures_may_wait(home: Path) -> None:
    finished = unread(home, "queue", "resume", "--detach", "--json")

    assert finished.returncode == 1
    assert "Nobody reads the output" in orjson.loads(finished.stderr)["problem"]["message"]


def test_a_list_of_which_somebody_has_read_enough_ends_without_a_word(home: Path) -> None:
    finished = unread(home, "queue", "list", "--json")

    assert (finished.returncode, finished.stderr) == (1, b"")


def unread(home: Path, *words: str) -> "subprocess.CompletedProcess[bytes]":
    """The program, its output a pipe that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    try:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "darkroom", *words],
            env=os.environ | {"DARKROOM_HOME": str(home)},
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(write)


def test_help_fits_a_terminal_that_knows_ascii_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")

    finished = probe(home, "queue", "cancel", "--help")

    assert (finished.returncode, finished.stderr) == (0, "")
    assert "JOB..." in finished.stdout


def test_an_interruption_that_typer_swallows_is_still_said(
    command: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_words: object, **_options: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("darkroom.cli.models.list_models", interrupted)

    outcome = command("models", "list", "--json")

    assert outcome.code == 130
    assert orjson.loads(outcome.err)["problem"]["code"] == "interrupted"
