"""Another home, chosen in the window: its pictures and nothing of the last one's, and one window for each home."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from darkroom import Engine, TextToImage
from darkroom.tasks.attempt import Attempt
from shell.conftest import Launch
from shell.driver import CONTROL, PROGRAM, Window
from shell.hands import ask, files, hearing, pictures
from standin import StandIn, plan_of

RED, BLUE = (220, 0, 0), (0, 0, 220)
DELETE = "\ue017"
COUNT = 3
SET_HOME = (
    "return window.__TAURI_INTERNALS__.invoke('set_home', { path: arguments[0] }).catch(({ message }) => message)"
)
PROMPT = "document.querySelector('#prompt').value"
KEEP_MANY = """
const [done, keep] = [arguments[0], (text) => window.__TAURI_INTERNALS__.invoke("keep", { name: "many", text })];
const texts = [...Array(300).keys()].map(index => String(%d %% 10).repeat(100 * index));
Promise.all(texts.map(keep)).then(() => done(null), ({ message }) => done(message));
"""
MIDDLES = """
const middle = ({ left, top, width, height }) => [left + width / 2, top + height / 2];
return [...document.querySelectorAll('[data-picture] img')].map(image => middle(image.getBoundingClientRect()));
"""


class Opening(Protocol):
    """Opens a window on a home, or on the one that the program finds by itself, and waits for its pictures."""

    def __call__(self, home: Path | None = None) -> Window: ...


class Painting(StandIn):
    """Pictures of one colour."""

    def __init__(self, colour: tuple[int, int, int]) -> None:
        super().__init__()
        self._pixel = bytes(colour)

    def _picture(self, request: TextToImage, attempt: Attempt, index: int) -> None:
        plan = plan_of(request, index)
        attempt.save(index, plan, self._pixel * plan.width * plan.height)


async def fill(home: Path, colour: tuple[int, int, int]) -> None:
    """A home with pictures 1 to COUNT, all of this colour."""
    async with Engine(home, perform=Painting(colour)) as engine:
        job = await engine.submit(TextToImage(prompt="one colour", count=COUNT))
        await job.pictures()


@pytest.fixture
def red(tmp_path: Path) -> Path:
    asyncio.run(fill(tmp_path / "red", RED))
    return tmp_path / "red"


@pytest.fixture
def blue(tmp_path: Path) -> Path:
    asyncio.run(fill(tmp_path / "blue", BLUE))
    return tmp_path / "blue"


@pytest.fixture
def open_home(launch: Launch, engine_program: Path) -> Opening:
    def start(home: Path | None = None) -> Window:
        named = () if home is None else ("--home", home)
        window = launch(*named, "--engine-program", engine_program)
        pictures(window, COUNT)
        return window

    return start


def colours(window: Window) -> set[tuple[int, ...]]:
    """What is seen in the middle of the gallery's pictures."""
    window.settle()
    seen = window.screenshot()
    shown = [seen.getpixel((round(x), round(y))) for x, y in window.run(MIDDLES)]
    assert len(shown) == COUNT
    return {tuple(255 * (part > 128) for part in colour) for colour in shown if isinstance(colour, tuple)}


def beside(window: Window) -> Window:
    """Move the window out of the way of the others: only what the display shows can be seen."""
    window.resize(1280, 860, x=1300, y=0)
    return window


def move(window: Window, home: Path, wait_for: Callable[[str], None]) -> None:
    """Go on in another home, and wait until the page has begun anew there."""
    window.run(f"void (() => {{ {SET_HOME} }})()", str(home))
    wait_for("GetSnapshot")
    pictures(window, COUNT)


def test_another_home_is_shown_as_it_is_and_nothing_of_the_last_one_can_be_undone_there(
    open_home: Opening, red: Path, blue: Path
) -> None:
    with hearing(blue) as wait_for:
        window = open_home(red)
        assert colours(window) == {(255, 0, 0)}
        window.click("[data-picture]")
        window.press(DELETE)
        pictures(window, COUNT - 1)
        window.wait("document.querySelector('[data-notices] button')")

        move(window, blue, wait_for)

        assert colours(window) == {(0, 0, 255)}
        assert window.run("return document.querySelectorAll('[data-notices] button').length") == 0
        assert window.run("return document.querySelectorAll('[aria-selected=true][data-picture]').length") == 0
        window.press(CONTROL, "z")
        ask(window, "made in the other home")
        pictures(window, COUNT + 1)
        assert window.run("return document.querySelectorAll('[data-notices] [role=alert]').length") == 0
        window.close()
    assert (len(files(red)), len(files(blue))) == (COUNT - 1, COUNT + 1)


def test_a_window_that_moved_is_the_only_one_of_its_new_home_and_leaves_the_old_one_free(
    open_home: Opening, variables: dict[str, str], red: Path, blue: Path
) -> None:
    with hearing(blue) as wait_for:
        window = open_home(red)
        move(window, blue, wait_for)

        # Of the window itself, the second one would stay.
        second = subprocess.run([PROGRAM], env=variables, check=False, timeout=60, stdout=subprocess.DEVNULL)
        other = beside(open_home(red))

        assert second.returncode == 0
        assert (colours(window), colours(other)) == ({(0, 0, 255)}, {(255, 0, 0)})
        window.close()


def test_the_home_that_was_chosen_is_that_of_the_next_start(open_home: Opening, red: Path, blue: Path) -> None:
    with hearing(blue) as wait_for:
        window = open_home(red)
        move(window, blue, wait_for)
        window.close()

    assert colours(open_home()) == {(0, 0, 255)}


def test_what_is_composed_goes_along_into_a_new_home_and_belongs_to_each_from_then_on(
    open_home: Opening, red: Path, blue: Path
) -> None:
    with hearing(blue) as wait_for:
        window = open_home(red)
        window.type("#prompt", "in the red home")
        move(window, blue, wait_for)
        window.wait(f"{PROMPT} === 'in the red home'")
        window.type("#prompt", "in the blue home")
        window.close()

    assert open_home().run(f"return {PROMPT}") == "in the blue home"
    assert beside(open_home(red)).run(f"return {PROMPT}") == "in the red home"


def test_of_many_texts_kept_at_once_the_last_stays(open_home: Opening, red: Path) -> None:
    window = open_home(red)
    for turn in range(20):
        assert window.run_async(KEEP_MANY % turn) is None
        kept = (red / "window/page/many.json").read_text(encoding="utf-8")
        assert (kept[0], len(kept)) == (f"{turn % 10}", 100 * 299)


def test_a_home_that_has_a_window_is_refused_and_the_page_stays_as_it_is(
    open_home: Opening, variables: dict[str, str], red: Path, blue: Path
) -> None:
    other, window = beside(open_home(blue)), open_home(red)
    window.run("window.samePage = true")

    refused = window.run(SET_HOME, str(blue))

    assert "Another window works in" in refused
    assert (colours(window), colours(other)) == ({(255, 0, 0)}, {(0, 0, 255)})
    assert window.run("return window.samePage")
    assert not (Path(variables["XDG_CONFIG_HOME"]) / "darkroom/home").exists()
