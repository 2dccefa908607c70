"""axe-core in the real window: WebKit computes styles, roles and colours in its own way, and it is what ships."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shell.driver import ENTER, ESCAPE, PROGRAM, Window
from shell.hands import DIALOGS, PREVIEWED, ask, gate, pictures

AXE = PROGRAM.parents[2] / "ui/node_modules/axe-core/axe.min.js"
CHECK = """
const done = arguments[arguments.length - 1];
const told = ({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(" | ").slice(0, 400)}`;
const failed = reason => done([[`${reason}`], 0]);
axe.run({ preload: false }).then(({ violations, passes }) => done([violations.map(told), passes.length]), failed);
"""


def violations(window: Window) -> list[str]:
    """What axe finds on the page as it is; it is a failure too if no rule had anything to look at."""
    window.settle()
    if not window.run("return 'axe' in window"):
        window.run(AXE.read_text())
    found, passed = window.run_async(CHECK)
    return found or ([] if passed > 10 else ["axe looked at nothing"])


def screens(window: Window, home: Path) -> Iterator[str]:
    """Brings each screen up in turn."""
    yield "empty"
    for name, show in DIALOGS.items():
        show(window)
        window.wait("document.querySelector('.dialog')")
        yield name
        window.press(ESCAPE)
        window.wait("!document.querySelector('.dialog')")
    gate(home, 1)
    ask(window, "a lighthouse")
    window.wait(PREVIEWED)
    ask(window, "a boat that waits")
    yield "working"
    gate(home, None)
    pictures(window, 2)
    yield "gallery"
    window.click("[data-picture]")
    window.press(ENTER)
    window.wait("document.querySelector('[role=dialog]')")
    yield "viewer"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_screen_of_the_real_window_has_a_violation(
    open_window: Callable[[], Window], home: Path, theme: str
) -> None:
    home.mkdir(parents=True)
    (home / "settings.toml").write_text(f'theme = "{theme}"\n')
    window = open_window()
    window.wait(f"document.documentElement.dataset.theme === '{theme}'")
    found = {name: violations(window) for name in screens(window, home)}
    assert found == {name: [] for name in found}
