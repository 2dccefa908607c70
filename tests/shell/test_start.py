"""Starts that cannot work: each says in a sentence what is wrong, and the window opens whenever there is a display."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from darkroom.library.pictures import saved_plan
from shell.conftest import Launch, engine_script
from shell.driver import ESCAPE, PROGRAM, Window
from shell.hands import READY, ask, files, pictures, says

Opening = Callable[[], Window]


def start(arguments: list[str], variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([PROGRAM, *arguments], env=variables, capture_output=True, text=True, timeout=60, check=False)


def test_without_a_display_there_is_a_sentence_and_no_window(variables: dict[str, str], home: Path) -> None:
    missing = start(["--home", str(home)], {name: value for name, value in variables.items() if name != "DISPLAY"})
    assert missing.returncode == 69
    assert "There is no display" in missing.stderr
    dead = start(["--home", str(home)], variables | {"DISPLAY": ":4095"})
    assert dead.returncode == 69
    assert "DISPLAY=:4095 does not answer" in dead.stderr


def test_the_command_line_is_the_packages_own(variables: dict[str, str], home: Path) -> None:
    listed = start(["models", "list", "--json"], variables | {"DARKROOM_HOME": str(home)})
    assert listed.returncode == 0, listed.stderr
    assert all(json.loads(line) for line in listed.stdout.splitlines())
    wrong = start(["no-such-command"], variables)
    assert wrong.returncode == 2


def test_the_command_line_of_a_missing_environment_says_so(variables: dict[str, str], tmp_path: Path) -> None:
    said = start(["models", "list"], variables | {"DARKROOM_VENV": str(tmp_path / "none")})
    assert said.returncode == 70
    assert "make setup" in said.stderr


def test_a_window_without_its_environment_opens_and_says_so(launch: Launch, home: Path, tmp_path: Path) -> None:
    window = launch("--home", home, DARKROOM_VENV=str(tmp_path / "none"))
    assert "make setup" in banner(window)


def test_a_window_whose_home_cannot_be_used_opens_and_says_so(launch: Launch, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, no folder")
    program = engine_script(tmp_path / "engine", "plain_engine")
    window = launch("--home", blocked / "home", "--engine-program", program)
    assert "blocked" in banner(window)
    assert window.run("return document.documentElement.dataset.engine") == "troubled"


def test_a_home_whose_name_is_no_text_is_said_and_nothing_else_is_made(launch: Launch, tmp_path: Path) -> None:
    homes = tmp_path / "homes"
    homes.mkdir()
    home = os.fsencode(homes) + b"/caf\xe9"
    program = engine_script(tmp_path / "engine", "plain_engine")
    window = launch("--engine-program", program, DARKROOM_HOME=os.fsdecode(home))
    assert "caf" in banner(window)
    assert window.run("return document.documentElement.dataset.engine") == "troubled"
    window.close()
    assert {*homes.iterdir()} <= {Path(os.fsdecode(home))}


def test_a_library_that_cannot_be_read_is_made_anew_from_the_pictures(open_window: Opening, home: Path) -> None:
    window = open_window()
    ask(window, "kept")
    pictures(window, 1)
    window.close()
    for rest in home.glob("library.db-*"):
        rest.unlink()
    (home / "library.db").write_bytes(b"no database at all\n" * 1000)
    window = open_window()
    pictures(window, 1)
    assert saved_plan(files(home)[0])[0].prompt == "kept"


def test_an_engine_that_keeps_dying_is_asked_about_and_comes_back_when_asked_for(
    launch: Launch, engine_program: Path, home: Path
) -> None:
    broken, fixed = until_fixed(engine_program, "kill -ABRT $$")
    window = launch("--home", home, "--engine-program", broken)
    window.wait("document.documentElement.dataset.engine === 'lost'")
    assert "keeps stopping" in banner(window)
    assert "a library gave up" in window.run("return window.__TAURI_INTERNALS__.invoke('engine_log')")
    fixed.touch()
    window.click("[role=alert].banner button")
    window.wait(READY)


def test_an_engine_that_never_answers_leaves_the_page_usable_and_can_be_restarted(
    launch: Launch, engine_program: Path, home: Path
) -> None:
    mute, fixed = until_fixed(engine_program, "{ cat >/dev/null; exit; }")
    window = launch("--home", home, "--engine-program", mute)
    ask(window, "while it starts")
    says(window, "Waiting for the engine")
    window.wait("document.documentElement.dataset.engine === 'starting'")
    window.click(".chip")
    says(window, "Engine log")
    fixed.touch()
    window.click("[role=dialog] .foot button")
    window.press(ESCAPE)
    window.wait("!document.querySelector('[role=dialog]')")
    window.wait(READY)
    says(window, "look at the queue before asking again")
    ask(window, "now it answers")
    pictures(window, 1)
    assert saved_plan(files(home)[0])[0].prompt == "now it answers"


def until_fixed(engine_program: Path, trouble: str) -> tuple[Path, Path]:
    """A program that does this instead of being the engine, and the file that has to exist to end that."""
    program, fixed = engine_program.with_name("troubled"), engine_program.with_name("fixed")
    program.write_text(f'#!/bin/sh\n[ -e "{fixed}" ] || {trouble}\nexec "{engine_program}" "$@"\n')
    program.chmod(0o755)
    return program, fixed


def banner(window: Window) -> str:
    """The sentence at the top of the page, which has something to press beside it."""
    window.wait("document.querySelector('.banner[role=alert] button')")
    sentence = window.run("return document.querySelector('.banner p').textContent")
    assert sentence.endswith("."), sentence
    return sentence
