"""What a person does with the window, and what a test looks at from outside it."""

import json
import os
import select
import subprocess
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shell.driver import CONTROL, ENTER, Window

PATIENCE = 60
READY = "document.documentElement.dataset.engine === 'ready'"


def show_shortcuts(window: Window) -> None:
    """Press `?` outside of every field. A dialog that was just closed gives the focus back within a frame."""
    window.settle()
    window.run("document.activeElement.blur()")
    window.press("?")


DIALOGS: Mapping[str, Callable[[Window], None]] = {
    "settings": lambda window: window.press(CONTROL, ","),
    "presets": lambda window: window.press(CONTROL, "s"),
    "log": lambda window: window.press(CONTROL, "`"),
    "shortcuts": show_shortcuts,
    "models": lambda window: window.click("header button"),
}
"""How each dialog is opened."""
PREVIEWED = "document.querySelector('canvas.preview')?.dataset.key"


def ask(window: Window, prompt: str) -> None:
    """Type a prompt and press Ctrl+Enter, as a person does."""
    window.type("#prompt", prompt)
    window.press(CONTROL, ENTER)


def fill(window: Window, label: str, value: object) -> None:
    """Type into the field of this name and press Enter."""
    window.type(f"input[aria-label='{label}']", f"{value}{ENTER}")


def choose(window: Window, label: str, value: str) -> None:
    """Pick a row of a drop-down list."""
    window.click(f"[aria-label^='{label}:']")
    window.click(f".menu-item[data-value='{value}']")
    window.wait("!document.querySelector('.menu-item')")


def settings(window: Window) -> dict[str, str]:
    """What the fields and lists of the page show, by their names."""
    fields = "[...document.querySelectorAll('[data-region=prompt] :is(input, textarea)')]"
    lists = "[...document.querySelectorAll('[data-region=prompt] .select')]"
    named = f"{fields}.map(field => [field.ariaLabel ?? field.id, field.value])"
    chosen = f"{lists}.map(list => list.ariaLabel.split(': '))"
    return window.run(f"return Object.fromEntries([...{named}, ...{chosen}])")


def pictures(window: Window, count: int) -> None:
    """Wait until the gallery shows so many pictures."""
    window.wait(f"document.querySelectorAll('[data-picture]').length === {count}")


def says(window: Window, text: str) -> None:
    """Wait until the page shows this text anywhere."""
    window.wait(f"document.body.innerText.includes({json.dumps(text)})")


def gate(home: Path, step: int | None) -> None:
    """Let pictures get as far as `step`; None lets everything through."""
    home.mkdir(parents=True, exist_ok=True)
    part = home / "gate.part"
    part.write_text(str(step if step is not None else 10**6))
    part.rename(home / "gate")


def files(home: Path) -> list[Path]:
    """The pictures on the disk, the oldest first."""
    return sorted((home / "pictures").rglob("*.png"), key=lambda file: file.stat().st_mtime_ns)


def engine_of(home: Path) -> int:
    """The process id of the engine that runs now, or ran last."""
    return int((home / "engine.pid").read_text())


def runner_of(home: Path) -> int:
    """The process that runs the queue of a home: the kernel knows who holds its lock."""
    lock = (home / "runner.lock").stat().st_ino
    held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    (runner,) = (int(fields[4]) for fields in held if fields[1] == "FLOCK" and fields[5].endswith(f":{lock}"))
    return runner


def children(process: int) -> dict[int, str]:
    """The processes that `process` started: their ids and names."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    found = [int(child) for file in threads for child in file.read_text().split()]
    return {child: Path(f"/proc/{child}/comm").read_text().strip() for child in found}


def press_keys(variables: Mapping[str, str], keys: str) -> None:
    """Press real keys in the only window there is, without its driver. It may be gone before they are let go."""
    window = ["search", "--sync", "--onlyvisible", "--name", "Darkroom$", "windowfocus", "--sync"]
    command = ["xdotool", *window, "key", keys]
    subprocess.run(command, env=dict(variables), check=False, timeout=PATIENCE, capture_output=True)


def web_process(window: Window) -> int:
    """The process in which the page lives."""
    (found,) = (child for child, name in children(window.process).items() if name.startswith("WebKitWebPro"))
    return found


def memory(process: int) -> int:
    """Bytes of the process that are in memory."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) << 10


def wait_for_end(process: int, patience: float = PATIENCE) -> None:
    """Return when a process has ended; it need not be a child."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return
    ended, _, _ = select.select([handle], [], [], patience)
    os.close(handle)
    assert ended, f"process {process} still runs"


@contextmanager
def hearing(home: Path) -> Generator[Callable[[str], None]]:
    """Yields what waits until the engine of `home` has heard a command. The window is closed before this ends."""
    home.mkdir(parents=True, exist_ok=True)
    pipe = home / "heard"
    os.mkfifo(pipe)
    # For writing, too, so that there is always somebody at either end.
    heard = os.open(pipe, os.O_RDWR)

    def wait_for(command: str) -> None:
        told = ""
        while command not in told:
            ready, _, _ = select.select([heard], [], [], PATIENCE)
            assert ready, f"no {command}, only {told}"
            told += os.read(heard, 1 << 16).decode()

    yield wait_for
    pipe.unlink()
    os.close(heard)
