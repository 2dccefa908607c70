"""Commands that only read work on a home in which nothing can be written; all others are refused as before."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from importlib import import_module
from pathlib import Path

import orjson
import pytest

from cli.running import Outcome
from darkroom.cli import main
from darkroom.engine import Engine
from darkroom.errors import OutOfMemory
from darkroom.library.database import open_database
from darkroom.messages import Phase
from readonly import contents, mounted_read_only, without_rights
from standin import StandIn

LOCKED = pytest.mark.parametrize("locked", [without_rights, mounted_read_only])
Locked = Callable[[Path], AbstractContextManager[None]]
Run = Callable[..., Outcome]


@pytest.fixture
def run(reachable: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `darkroom WORDS…` in this process, on the home in the folder `reachable`."""
    monkeypatch.setenv("DARKROOM_HOME", str(reachable / "home"))
    # Imported only when it is needed, and by then as a user who may not be able to read our own files.
    import_module("darkroom.library.reading")

    def run(*words: str, perform: StandIn | None = None) -> Outcome:
        code = main(words, engine=partial(Engine, perform=perform or StandIn()))
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def used(run: Run, reachable: Path) -> Path:
    """A home with a picture, a failed job, one that waits in a paused queue, and a model that is none."""
    run("generate", "a lighthouse", "--seed", "42")
    run("generate", "too large", perform=StandIn(fails=(Phase.DECODING, OutOfMemory("Too large; make it smaller."))))
    run("queue", "pause")
    run("generate", "waits")
    (reachable / "home" / "models" / "old.ckpt").write_bytes(b"\x80\x02")
    return reachable / "home"


@LOCKED
@pytest.mark.parametrize(
    "words",
    [
        ("show", "1"),
        ("show", "1", "--json"),
        ("show", "1", "--infotext"),
        ("show", "2"),
        ("queue", "list"),
        ("queue", "list", "--json"),
        ("models", "list"),
        ("models", "list", "--json"),
    ],
    ids=" ".join,
)
def test_what_only_reads_says_the_same_as_in_a_home_that_can_be_written(
    run: Run, used: Path, reachable: Path, locked: Locked, words: tuple[str, ...]
) -> None:
    usual = run(*words)
    before = contents(used)

    with locked(reachable):
        outcome = run(*words)

    assert outcome == usual
    assert contents(used) == before


@LOCKED
@pytest.mark.parametrize(
    "words",
    [("generate", "x"), ("queue", "pause"), ("queue", "resume"), ("queue", "cancel", "3"), ("queue", "retry", "2")],
    ids=" ".join,
)
def test_what_writes_is_refused(run: Run, used: Path, reachable: Path, locked: Locked, words: tuple[str, ...]) -> None:
    before = contents(used)

    with locked(reachable):
        outcome = run(*words, "--json")

    code, sentence = outcome.refusal()
    assert (outcome.code, code) == (1, "home-unwritable")
    assert sentence.startswith(f"Cannot write to {used}: ")
    assert sentence.endswith("; make it writable or pick another folder (DARKROOM_HOME names the home).")
    assert contents(used) == before


def test_settings_that_make_no_sense_keep_no_model_from_being_listed(run: Run, used: Path, reachable: Path) -> None:
    usual = run("models", "list")
    (used / "settings.toml").write_bytes(b"\xff no toml")
    before = contents(used)

    with without_rights(reachable):
        assert run("models", "list") == usual

    assert contents(used) == before


@LOCKED
def test_the_doctor_says_what_is_wrong_with_the_home_and_looks_at_it_all_the_same(
    run: Run, used: Path, reachable: Path, locked: Locked
) -> None:
    run("doctor")
    before = contents(used)

    with locked(reachable):
        outcome = run("doctor", "--json")

    found = {finding["name"]: finding for finding in orjson.loads(outcome.out)["findings"]}
    assert outcome.code == 1
    assert found["home"]["state"] == "missing"
    assert found["home"]["advice"].startswith(f"Cannot write to {used}: ")
    assert [found[name]["value"] for name in ("pictures", "models")] == [str(used / "pictures"), str(used / "models")]
    assert found["free space"]["state"] == "ok"
    assert contents(used) == before


def test_a_home_that_cannot_be_made_is_refused_with_the_reason(run: Run, reachable: Path) -> None:
    with without_rights(reachable):
        outcome = run("queue", "list", "--json")

    code, sentence = outcome.refusal()
    assert (outcome.code, code) == (1, "home-unwritable")
    assert sentence.startswith(f"Cannot write to {reachable / 'home'}: Permission denied; make it writable")


@LOCKED
def test_what_a_killed_runner_left_is_listed_as_what_will_become_of_it(
    run: Run, used: Path, reachable: Path, locked: Locked
) -> None:
    database = open_database(used / "library.db")
    database.run("UPDATE jobs SET state = 'running' WHERE id = 3")
    database.close()

    with locked(reachable):
        listed = orjson.loads(run("queue", "list", "--json").out)

    assert [job["state"] for job in listed["jobs"]] == ["done", "failed", "interrupted"]
