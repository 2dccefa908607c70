"""The queue under a person's hands, in the real window."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from darkroom.library.pictures import saved_plan
from shell.driver import ALT, ESCAPE, UP, Window
from shell.hands import READY, ask, files, fill, gate, pictures

Opening = Callable[[], Window]
STEPS = 20
SEED = 20261121
KEYBOARD = "document.activeElement.ariaLabel"
WAITING = "[...document.querySelectorAll('[data-job][data-movable] .words > :first-child')].map(row => row.title)"


def prompts(home: Path) -> list[str]:
    """What the pictures on the disk show, the oldest first."""
    return [saved_plan(file)[0].prompt for file in files(home)]


def test_jobs_moved_by_keyboard_are_made_in_their_new_order(open_window: Opening, home: Path) -> None:
    gate(home, 0)
    window = open_window()
    ask(window, "running")
    window.wait("document.querySelector('[data-job][data-state=running]')")
    for prompt in ("first", "second", "third"):
        ask(window, prompt)
        window.wait(f"{WAITING}.includes('{prompt}')")
    window.run("document.querySelectorAll('[data-movable] .handle')[2].focus()")
    for order in (["first", "third", "second"], ["third", "first", "second"]):
        window.press(ALT, UP)
        window.wait(f"JSON.stringify({WAITING}) === JSON.stringify({order}) && {KEYBOARD} === 'Move: third'")
    gate(home, None)
    pictures(window, 4)
    assert prompts(home) == ["running", "third", "first", "second"]


@pytest.mark.parametrize("step", random.Random(SEED).sample(range(1, STEPS + 1), 3))
def test_a_job_cancelled_at_a_step_leaves_no_picture_and_the_next_one_runs(
    open_window: Opening, home: Path, step: int
) -> None:
    gate(home, step - 1)
    window = open_window()
    fill(window, "Steps", STEPS)
    ask(window, "not this")
    window.wait(f"parseInt(document.querySelector('.step-text')?.textContent) === {step}")
    window.press(ESCAPE)
    window.wait(READY)
    assert files(home) == []
    gate(home, None)
    ask(window, "but this")
    pictures(window, 1)
    assert prompts(home) == ["but this"]
