"""What outlives the end of a process: the window's place after a restart, the page's state after its process died."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from darkroom.library.pictures import saved_plan
from shell.driver import Window
from shell.hands import ask, files, fill, gate, hearing, pictures, press_keys, wait_for_end, web_process

Opening = Callable[[], Window]
PLACED = "[innerWidth, innerHeight, screenX, screenY].join() === '900,700,70,40'"


def end(window: Window) -> None:
    """End the program in order and wait until it is gone."""
    process = window.process
    os.kill(process, signal.SIGTERM)
    wait_for_end(process)


def test_the_windows_size_and_place_are_the_same_after_a_restart(open_window: Opening) -> None:
    window = open_window()
    window.resize(900, 700, x=70, y=40)
    window.wait(PLACED)
    end(window)
    open_window().wait(PLACED)


def test_what_is_being_written_is_still_there_after_a_restart(open_window: Opening) -> None:
    window = open_window()
    window.type("#prompt", "half a sent")
    fill(window, "Steps", 17)
    end(window)
    window = open_window()
    assert window.run("return document.querySelector('#prompt').value") == "half a sent"
    assert window.run("return document.querySelector('input[aria-label=Steps]').value") == "17"


def test_a_page_whose_process_is_killed_comes_back_with_what_it_had(
    open_window: Opening, variables: dict[str, str], home: Path
) -> None:
    gate(home, 2)
    window = open_window()
    for prompt in ("first", "second"):
        ask(window, prompt)
        window.wait(f"[...document.querySelectorAll('[data-job]')].some(row => row.textContent.includes('{prompt}'))")
    fill(window, "Steps", 17)
    page = web_process(window)
    with hearing(home) as wait_for:
        os.kill(page, signal.SIGKILL)
        wait_for_end(page)
        # The driver's session ends with the page's process; from here on real keys are pressed.
        wait_for("GetSnapshot")
        press_keys(variables, "ctrl+Return")
        wait_for("Generate")
        window.close()
    gate(home, None)
    pictures(open_window(), 3)
    made = [saved_plan(file)[0] for file in files(home)]
    assert [(plan.prompt, plan.steps) for plan in made] == [("first", 4), ("second", 4), ("second", 17)]
