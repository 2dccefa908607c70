"""Pictures handed to the open window by a later start, whatever they are: the settings, or a sentence and a way on."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from shell.driver import PROGRAM, Window
from shell.hands import ask, files, pictures
from shell.strange_pictures import MEBIBYTE, infotext, png, stored, unreadable

Opening = Callable[[], Window]
HandOver = Callable[[Path | bytes], None]
DIALOG = "document.querySelector('[role=dialog]')"
ALERT = "document.querySelector('[data-notices] [role=alert]')"


@pytest.fixture
def hand_over(variables: dict[str, str], home: Path, tmp_path: Path) -> HandOver:
    """Opens a file with the program, as a file manager does."""

    def later_start(file: Path | bytes) -> None:
        command = [os.fsencode(part) for part in (PROGRAM, "--home", home, file)]
        subprocess.run(command, env=variables, cwd=tmp_path, check=True, timeout=60)

    return later_start


def test_a_picture_of_ours_offers_its_settings(
    open_window: Opening, hand_over: HandOver, home: Path, tmp_path: Path
) -> None:
    window = open_window()
    ask(window, "a bridge")
    pictures(window, 1)
    picture = tmp_path / "ünïcödé 'picture'.png"
    files(home)[0].rename(picture)
    hand_over(Path(picture.name))
    window.wait("document.querySelector('[data-action=take]')")
    assert "a bridge" in window.run(f"return {DIALOG}.textContent")


def test_a_picture_of_a_hundred_megabytes_offers_its_settings(
    open_window: Opening, hand_over: HandOver, tmp_path: Path
) -> None:
    window = open_window()
    picture = tmp_path / "large.png"
    settings = infotext("a very large boat\nSteps: 31, Seed: 5, Size: 6000x5900")
    picture.write_bytes(png(settings, width=6000, height=5900, pixels=stored(6000, 5900)))
    assert picture.stat().st_size > 100 * MEBIBYTE
    hand_over(picture)
    window.wait("document.querySelector('[data-action=take]')")
    assert "a very large boat" in window.run(f"return {DIALOG}.textContent")
    window.click("[data-action=take]")
    window.wait("document.querySelector('#prompt').value === 'a very large boat'")


def test_what_is_no_picture_is_said_in_a_sentence_and_the_window_stays_usable(
    open_window: Opening, hand_over: HandOver, tmp_path: Path
) -> None:
    window = open_window()
    for file in unreadable(tmp_path):
        hand_over(file)
        sentence = window.wait(f"{ALERT}?.querySelector('p').textContent")
        assert sentence.endswith("."), f"{file.name}: {sentence}"
        assert "Error" not in sentence, f"{file.name}: {sentence}"
        assert window.run(f"return {DIALOG}") is None
        window.click("[data-notices] [role=alert] [aria-label=Dismiss]")
        window.wait(f"!{ALERT}")
    ask(window, "still here")
    pictures(window, 1)


def test_a_name_that_is_no_text_is_said_or_read(open_window: Opening, hand_over: HandOver, tmp_path: Path) -> None:
    window = open_window()
    file = os.fsencode(tmp_path) + b"/caf\xe9.png"
    with open(file, "wb") as picture:
        picture.write(png(infotext("a boat in latin\nSteps: 4, Seed: 1")))
    hand_over(file)
    window.wait(f"{ALERT} || {DIALOG}")
    told = window.run(f"return ({ALERT} ?? {DIALOG}).textContent")
    assert "caf" in told
    assert "There is no file" not in told
