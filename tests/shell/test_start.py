"""Starts that cannot work: each says in a sentence what is wrong, and the window opens whenever there is a display."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shell.driver import PROGRAM, Window


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


@pytest.fixture
def broken(variables: dict[str, str], tmp_path: Path, home: Path) -> Iterator[Window]:
    """A window whose engine has no Python environment."""
    window = Window(["--home", str(home)], variables | {"DARKROOM_VENV": str(tmp_path / "none")})
    yield window
    window.close()


def test_a_window_without_its_environment_opens_and_says_so(broken: Window) -> None:
    broken.wait("document.body.innerText.includes('make setup')")


def test_a_window_whose_home_cannot_be_used_opens_and_says_so(
    variables: dict[str, str], engine_program: Path, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, no folder")
    missing_home = engine_program.with_name("engine-without-home")
    missing_home.write_text(engine_program.read_text().replace("engine_program.py", "plain_engine.py"))
    missing_home.chmod(0o755)
    window = Window(["--home", str(blocked / "home"), "--engine-program", str(missing_home)], variables)
    window.wait("document.body.innerText.includes('blocked')")
    window.close()


def test_an_engine_that_keeps_dying_is_asked_about_and_comes_back_when_asked_for(
    variables: dict[str, str], engine_program: Path, home: Path
) -> None:
    fixed = engine_program.with_name("fixed")
    lines = engine_program.read_text().splitlines()
    engine_program.write_text("\n".join([lines[0], f'[ -e "{fixed}" ] || kill -ABRT $$', *lines[1:]]) + "\n")
    window = Window(["--home", str(home), "--engine-program", str(engine_program)], variables)
    try:
        window.wait("document.documentElement.dataset.engine === 'lost'")
        assert "a library gave up" in window.run("return window.__TAURI_INTERNALS__.invoke('engine_log')")
        fixed.touch()
        window.run("return window.__TAURI_INTERNALS__.invoke('restart_engine')")
        window.wait("document.documentElement.dataset.engine === 'ready'")
    finally:
        window.close()
