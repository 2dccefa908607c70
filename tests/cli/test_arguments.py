"""Wrong arguments, one by one: a code, one sentence, the way out, and no job."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from cli.running import RunCommand
from darkroom.library.database import APPLICATION
from darkroom.messages import Job

WRONG = [
    (["--size", "big"], "bad-size", "512x768"),
    (["--size", "512"], "bad-size", "512x768"),
    (["--size", "511x512"], "bad-size", "512"),
    (["--size", "99999x64"], "bad-size", "8192"),
    (["--size", "0x0"], "bad-size", "16"),
    (["--steps", "0"], "bad-steps", "1"),
    (["--steps", "10000"], "bad-steps", "1000"),
    (["--steps", "few"], "bad-steps", "20"),
    (["--steps", "2.5"], "bad-steps", "2.5"),
    (["--guidance", "nan"], "bad-guidance", "nan"),
    (["--guidance", "inf"], "bad-guidance", "inf"),
    (["--guidance", "much"], "bad-guidance", "7.5"),
    (["--sampler", "eulr"], "unknown-sampler", "did you mean euler?"),
    (["--sampler", "zzz"], "unknown-sampler", "dpmpp_2m, ddim"),
    (["--schedule", "karas"], "unknown-schedule", "did you mean karras?"),
    (["--clip-skip", "0"], "bad-clip-skip", "1"),
    (["--clip-skip", "last"], "bad-clip-skip", "last"),
    (["--seed", "-2"], "bad-seed", "-2"),
    (["--seed", "18446744073709551616"], "bad-seed", "18446744073709551615"),
    (["--seed", "x"], "bad-seed", "x"),
    (["--count", "0"], "bad-count", "1"),
    (["--count", "1000000"], "bad-count", "1000"),
    (["--count", "9" * 20, "--output", "many.png"], "bad-count", "1000"),
    (["--model", "/nowhere/model.safetensors"], "model-missing", "darkroom models list"),
    (["--model", "x" * 300], "model-missing", "give its path"),
    (["--output", "out.gif"], "bad-request", "out.gif.png"),
    (["--output", "/nowhere/out.png"], "bad-request", "/nowhere"),
    (["--output", f"{'a' * 300}.png"], "bad-request", "too long"),
    (["--stpes", "3"], "bad-request", "did you mean --steps?"),
    (["--size"], "bad-request", "--size"),
    (["another", "word"], "bad-request", "quotes"),
    (["--negative", "x" * 33_000], "bad-prompt", "33000"),
    (["--negative", "half a letter \ud800"], "bad-prompt", "half a character"),
]


@pytest.mark.parametrize(
    ("words", "code", "way_out"),
    WRONG,
    ids=[" ".join(words)[:40].encode("ascii", "replace").decode() for words, _, _ in WRONG],
)
def test_a_wrong_argument_is_named_with_its_code(
    command: RunCommand, jobs: Callable[[], list[Job]], words: list[str], code: str, way_out: str
) -> None:
    in_words = command("generate", "a lighthouse", *words)
    in_json = command("generate", "--json", "a lighthouse", *words)

    assert in_words.code == in_json.code != 0
    assert in_words.out == in_json.out == ""
    assert in_json.refusal()[0] == code
    assert way_out in in_json.refusal()[1]
    assert in_words.err.startswith("darkroom: ")
    assert way_out in in_words.err
    assert in_words.err.count("\n") == 1
    assert "Traceback" not in in_words.err
    assert jobs() == []


@pytest.mark.parametrize(
    ("words", "way_out"),
    [
        (["genrate", "x"], "Did you mean 'generate'?"),
        (["queue"], "darkroom queue --help"),
        (["queue", "lits"], "Did you mean 'list'?"),
        (["queue", "cancel"], "darkroom queue cancel --help"),
        (["queue", "cancel", "first"], "first"),
        (["generate"], "PROMPT"),
        (["--nonsense"], "darkroom --help"),
    ],
)
def test_a_wrong_command_is_misuse_with_a_way_out(command: RunCommand, words: list[str], way_out: str) -> None:
    outcome = command(*words)

    assert outcome.code == 2
    assert way_out in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_prompt_that_is_too_long_is_refused(command: RunCommand) -> None:
    outcome = command("generate", "x" * 33 * 1024, "--json")

    assert outcome.refusal()[0] == "bad-prompt"


def test_a_prompt_may_look_like_an_option_after_two_dashes(command: RunCommand, jobs: Callable[[], list[Job]]) -> None:
    assert command("generate", "--quiet", "--", "--json").code == 0

    assert jobs()[0].request.prompt == "--json"


def test_a_home_that_cannot_be_written_is_named(home: Path, command: RunCommand) -> None:
    home.write_text("a file where the home should be")

    outcome = command("generate", "a lighthouse", "--json")

    assert outcome.code == 1
    assert outcome.refusal()[0] == "home-unwritable"
    assert str(home) in outcome.refusal()[1]


def test_a_home_of_a_newer_version_is_left_alone(home: Path, command: RunCommand) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "library.db")) as database:
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute("PRAGMA user_version = 30000")

    outcome = command("generate", "a lighthouse", "--json")

    assert outcome.code == 1
    assert outcome.refusal()[0] == "home-newer"
    assert [file.name for file in home.iterdir()] == ["library.db"]


def test_the_command_runs_embedded_in_another_thread(command: RunCommand) -> None:
    with ThreadPoolExecutor(1) as thread:
        outcome = thread.submit(command, "generate", "a lighthouse", "--quiet").result()

    assert outcome.code == 0
    assert Path(outcome.lines[0]).is_file()


def test_no_words_are_answered_with_the_commands(command: RunCommand) -> None:
    outcome = command()

    assert outcome.code == 0
    assert all(name in outcome.out for name in ("generate", "queue", "models", "show", "doctor"))


def test_the_version_is_one_line(command: RunCommand) -> None:
    from darkroom import __version__

    assert command("--version").out == f"darkroom {__version__}\n"
