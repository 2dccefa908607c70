"""Trouble in the middle of a picture: what the page says, and that nothing is lost by it."""

import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from darkroom.library.pictures import saved_plan
from shell.driver import ESCAPE, Window
from shell.hands import PREVIEWED, ask, engine_of, files, fill, gate, pictures, says, wait_for_end

Opening = Callable[[], Window]
# The engine may be silent for a minute.
PATIENCE = 90
LARGE = 1024


@pytest.mark.timeout(240)
def test_an_engine_that_hangs_is_replaced_and_the_page_is_usable_all_the_time(open_window: Opening, home: Path) -> None:
    gate(home, 1)
    window = open_window()
    ask(window, "a lighthouse")
    window.wait(PREVIEWED)
    before = engine_of(home)
    os.kill(before, signal.SIGSTOP)
    window.type("#prompt", "written meanwhile")
    window.press(ESCAPE)
    window.click("[data-action=settings]")
    window.wait("document.querySelector('[role=dialog]')")
    window.press(ESCAPE)
    window.wait("!document.querySelector('[role=dialog]')")
    wait_for_end(before, PATIENCE)
    says(window, "did not answer for a minute")
    gate(home, None)
    pictures(window, 1)
    assert engine_of(home) != before
    assert [saved_plan(file)[0].prompt for file in files(home)] == ["a lighthouse"]
    assert window.run("return document.querySelector('#prompt').value") == "written meanwhile"


def test_a_disk_that_is_full_in_the_middle_of_a_picture_is_said_and_the_picture_made_later(
    open_window: Opening, home: Path
) -> None:
    gate(home, 1)
    window = open_window()
    for label in ("Width", "Height"):
        fill(window, label, LARGE)
    ask(window, "too much")
    window.wait(PREVIEWED)
    # Files of the engine may not grow beyond this, which it sees as it sees a full disk.
    engine = engine_of(home)
    limit = 1 << 20
    _, most = resource.prlimit(engine, resource.RLIMIT_FSIZE)
    resource.prlimit(engine, resource.RLIMIT_FSIZE, (limit, most))
    gate(home, None)
    says(window, "The disk is full")
    assert files(home) == []
    resource.prlimit(engine, resource.RLIMIT_FSIZE, (most, most))
    window.click("[data-job] [aria-label^='Retry']")
    pictures(window, 1)
    assert saved_plan(files(home)[0])[0].prompt == "too much"
    assert engine_of(home) == engine
