"""`make run`: the window; without a display the same window on a virtual one, used once as a person would.

On the virtual display a prompt is typed into the real page and Ctrl+Enter pressed. The picture and a screenshot of the
window are left in the folder given, and their paths are printed.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from darkroom.library.home import home_folder  # noqa: E402
from shell.driver import CONTROL, ENTER, PROGRAM, Window, environment, virtual_display  # noqa: E402

# Seconds for one picture, the import of torch and the load of the model included, on a busy machine.
PATIENCE = 600
# What the page says when there will be no picture: the engine's trouble, or the job's.
TROUBLE = "document.querySelector('.banner[role=alert] p, [data-notices] [role=alert] p')?.textContent"
WAITING = ", ".join(f"[data-job][data-state={state}]" for state in ("queued", "running", "saving", "interrupted"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompt", default="a red sailboat on the sea at sunset")
    parser.add_argument("--out", type=Path, default=ROOT / "out")
    parser.add_argument("--size", default="1280x860", help="of the window on the virtual display")
    parser.add_argument("--virtual", action="store_true", help="use a virtual display although there is one")
    given = parser.parse_args()
    if not given.virtual and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        # In place of this program: Ctrl-C is the window's, which ends in order, and nobody else's.
        os.execv(PROGRAM, [PROGRAM])
    given.out.mkdir(parents=True, exist_ok=True)
    width, height = (int(side) for side in given.size.split("x"))
    picture, photograph = make_one(given.prompt, given.out, width, height)
    print(f"There is no display, so the window ran on a virtual one.\npicture     {picture}\nscreenshot  {photograph}")
    return 0


def make_one(prompt: str, out: Path, width: int, height: int) -> tuple[Path, Path]:
    """One picture through the real page; where it and the screenshot are. Ends the program with what is in the way."""
    home = home_folder()
    before = set((home / "pictures").rglob("*.png"))
    with virtual_display(f"{width}x{height}x24") as display, tempfile.TemporaryDirectory() as user:
        window = Window(["--home", str(home)], environment(display, Path(user)), patience=PATIENCE)
        try:
            window.resize(width, height)
            window.wait("document.documentElement.dataset.ready === 'true'")
            shown = set(
                window.run("return [...document.querySelectorAll('[data-picture]')].map(p => p.dataset.picture)")
            )
            window.type("#prompt", prompt)
            window.press(CONTROL, ENTER)
            known = sorted(shown)
            new = f"[...document.querySelectorAll('[data-picture]')].some(p => !{known}.includes(p.dataset.picture))"
            if (trouble := window.wait(f"({new}) ? 'none' : {TROUBLE}")) != "none":
                raise SystemExit(trouble)
            window.wait(f"document.documentElement.dataset.engine === 'ready' && !document.querySelector('{WAITING}')")
            window.settle()
            photograph = out / "window.png"
            window.screenshot().save(photograph)
        finally:
            window.close()
    made = max(set((home / "pictures").rglob("*.png")) - before, key=lambda file: file.stat().st_mtime)
    return Path(shutil.copy(made, out)), photograph


if __name__ == "__main__":
    sys.exit(main())
