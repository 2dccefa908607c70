"""Every dialog in the real window is as high as what is in it, or as the window lets it be."""

from collections.abc import Callable

import pytest

from shell.driver import ESCAPE, Window
from shell.hands import DIALOGS

MEASURE = """
const frame = document.querySelector('.dialog'), body = frame.querySelector('.body');
const { top, bottom } = frame.getBoundingClientRect();
const most = Math.min(42 * parseFloat(getComputedStyle(document.documentElement).fontSize), innerHeight - 16);
return {
  whole: body.scrollHeight <= body.clientHeight,
  fills: bottom - top >= most - 1,
  inside: top >= 0 && bottom <= innerHeight,
};
"""


@pytest.mark.parametrize("size", [(1280, 860), (420, 700), (800, 420)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_dialog_shows_all_of_itself_or_fills_the_window(
    open_window: Callable[[], Window], size: tuple[int, int]
) -> None:
    window = open_window()
    window.resize(*size)
    window.wait(f"innerWidth === {size[0]}")
    seen: dict[str, bool] = {}
    for name, show in DIALOGS.items():
        show(window)
        window.wait("document.querySelector('.dialog')")
        window.settle()
        measured = window.run(MEASURE)
        seen[name] = (measured["whole"] or measured["fills"]) and measured["inside"]
        window.press(ESCAPE)
        window.wait("!document.querySelector('.dialog')")

    assert seen == dict.fromkeys(DIALOGS, True)
