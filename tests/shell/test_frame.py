"""What the keys of every desktop program do to the window: its size on the screen, the whole screen, its end."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shell.conftest import Launch
from shell.driver import CONTROL, ENTER, ESCAPE, Window, virtual_display
from shell.hands import fill, gate, hearing, press_keys, wait_for_end

SCREEN = 1500, 1000
SMALL_SCREEN = 1280, 900
SIZE = 1000, 700
MANAGER = "openbox"
MANAGED = pytest.mark.skipif(shutil.which(MANAGER) is None, reason=f"{MANAGER} is not installed")
Opening = Callable[[], Window]
PLUS, MINUS, F11 = "\ue025", "\ue027", "\ue03b"
RATIO = "Math.round(outerWidth / innerWidth * 100)"
CORNER = "const { left, top } = document.activeElement.getBoundingClientRect(); return [left, top, left + 40, top + 40]"
TWENTY_FRAMES = """
const done = arguments[0];
const next = (left) => (left ? requestAnimationFrame(() => next(left - 1)) : done(document.activeElement.id));
next(20);
"""
CUT_OFF = """
const [page, button] = [document.documentElement, document.querySelector("[data-action=generate]")];
const { right, bottom } = button.getBoundingClientRect();
// One side of a width that is no whole number is rounded up, the other down.
return [page.scrollWidth > innerWidth + 1, right > innerWidth, bottom > innerHeight];
"""


@pytest.fixture
def desktop(variables: dict[str, str], screen: tuple[int, int]) -> Iterator[dict[str, str]]:
    """Variables for a display with a window manager, which gives a window the whole screen, or less than it asks."""
    with virtual_display(f"{screen[0]}x{screen[1]}x24") as name:
        own = variables | {"DISPLAY": name}
        manager = subprocess.Popen([MANAGER, "--sm-disable"], env=own, stderr=subprocess.DEVNULL)
        yield own
        manager.terminate()
        manager.wait()


def zoomed(window: Window, percent: int) -> None:
    """Wait until the page is shown this large."""
    window.wait(f"Math.abs({RATIO} - {percent}) <= 1")


def test_the_page_is_larger_by_keys_whole_at_every_size_and_as_large_after_a_restart(
    open_window: Opening, home: Path
) -> None:
    window = open_window()
    for percent in (110, 125, 150, 175, 200):
        window.press(CONTROL, PLUS)
        zoomed(window, percent)
        assert window.run(CUT_OFF) == [False, False, False]
    window.close()

    window = open_window()
    zoomed(window, 200)
    for percent in (175, 150):
        window.press(CONTROL, MINUS)
        zoomed(window, percent)
    window.press(CONTROL, "0")
    zoomed(window, 100)
    window.close()

    zoomed(open_window(), 100)


@pytest.mark.parametrize("keys", ["ctrl+q", "ctrl+w"])
def test_the_window_is_closed_by_keys_and_nothing_is_lost(
    open_window: Opening, variables: dict[str, str], home: Path, keys: str
) -> None:
    gate(home, 1)
    with hearing(home) as wait_for:
        window = open_window()
        window.type("#prompt", "half a sent")
        fill(window, "Steps", 17)
        window.press(CONTROL, ENTER)
        wait_for("Generate")
        window.wait("document.querySelector('[data-state=running]')")
        process = window.process
        window.type("#prompt", "another")
        # Real keys: the window may be gone before the driver would have let go of its own.
        press_keys(variables, keys)
        wait_for_end(process)
        window.close()

    window = open_window()
    window.wait("document.querySelector('[data-job]')")
    assert window.run("return document.querySelector('#prompt').value") == "another"
    assert window.run("return document.querySelector('input[aria-label=Steps]').value") == "17"


def opened(launch: Launch, home: Path, engine_program: Path, desktop: dict[str, str]) -> Window:
    """The window on a desktop. A page whose process ended and was loaded again would end the wait."""
    window = launch("--home", home, "--engine-program", engine_program, **desktop)
    window.wait("document.documentElement.dataset.ready === 'true'")
    return window


@MANAGED
@pytest.mark.skipif(any(Path("/dev/dri").glob("renderD*")), reason="with a graphics device the caret blinks")
@pytest.mark.parametrize("screen", [SCREEN])
def test_the_caret_is_drawn_and_stands_still_where_the_processor_draws(
    launch: Launch, engine_program: Path, desktop: dict[str, str], home: Path
) -> None:
    window = opened(launch, home, engine_program, desktop)
    window.wait("document.hasFocus()")
    window.type("#prompt", "")
    corner = tuple(window.run(CORNER))
    pictures = set[bytes]()
    for _ in range(10):
        assert window.run_async(TWENTY_FRAMES) == "prompt"
        pictures.add(window.screenshot().crop(corner).tobytes())
    window.run("document.activeElement.style.caretColor = 'transparent'")
    window.settle()
    assert len(pictures) == 1
    assert window.screenshot().crop(corner).tobytes() not in pictures


def has_size(window: Window, size: tuple[int, int]) -> None:
    """Wait until the page has these measures."""
    window.wait(f"[innerWidth, innerHeight].join() === '{size[0]},{size[1]}'")


@MANAGED
@pytest.mark.parametrize("screen", [SCREEN])
def test_the_whole_screen_is_taken_and_left_by_keys_and_is_not_the_size_of_the_next_start(
    launch: Launch, engine_program: Path, desktop: dict[str, str], home: Path
) -> None:
    window = opened(launch, home, engine_program, desktop)
    window.resize(*SIZE)
    window.wait(f"innerWidth === {SIZE[0]}")
    size = tuple(window.run("return [innerWidth, innerHeight]"))
    for leave in (F11, ESCAPE):
        window.press(F11)
        has_size(window, SCREEN)
        window.press(leave)
        has_size(window, size)
    window.press(F11)
    has_size(window, SCREEN)
    window.close()

    place = json.loads((home / "window/place.json").read_text())["main"]
    assert (place["width"], place["height"]) == size


@MANAGED
@pytest.mark.parametrize("screen", [SMALL_SCREEN])
def test_a_window_that_gets_less_room_than_it_asks_for_opens_once(
    launch: Launch, engine_program: Path, desktop: dict[str, str], home: Path
) -> None:
    window = opened(launch, home, engine_program, desktop)
    window.settle()
    assert window.run("return innerHeight") < SMALL_SCREEN[1]
