"""From the start to an exported picture without a mouse. The file dialog is the desktop's own and gets real keys."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from darkroom.library.pictures import saved_plan
from shell.driver import ALT, CONTROL, DOWN, ENTER, ESCAPE, SHIFT, TAB, Window
from shell.hands import files, gate, says

PATIENCE = 60


def at(window: Window, label: str) -> None:
    """Wait until the keyboard is at what has this name."""
    window.wait(f"[document.activeElement.ariaLabel, document.activeElement.id].includes('{label}')")


def walk(window: Window, label: str) -> None:
    """Press Tab until the keyboard is at what has this name."""
    name = "return document.activeElement.ariaLabel ?? document.activeElement.id"
    for _ in range(60):
        window.press(TAB)
        if window.run(name).startswith(label):
            return
    raise AssertionError(f"Tab never comes to {label}")


def save_dialog(variables: dict[str, str], path: Path) -> None:
    """Type a path into the dialog for saving, as soon as it is there, and press Enter."""
    steps = (
        ["search", "--sync", "--onlyvisible", "--name", "^Save File$", "windowfocus", "--sync"],
        ["key", "ctrl+a"],
        ["type", str(path)],
        ["key", "Return"],
    )
    for step in steps:
        subprocess.run(["xdotool", *step], env=variables, check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL)


def test_from_the_start_to_an_exported_picture_by_keyboard_alone(
    open_window: Callable[[], Window], variables: dict[str, str], home: Path, tmp_path: Path
) -> None:
    gate(home, 0)
    window = open_window()
    window.press(CONTROL, "l")
    at(window, "prompt")
    window.press(CONTROL, "a")
    window.write("a blue door")
    walk(window, "Steps")
    walk(window, "Steps")
    window.press(CONTROL, "a")
    window.write(f"6{ENTER}")
    walk(window, "Sampler")
    window.press(ENTER)
    window.wait("document.querySelector('.menu-item[data-highlighted]')")
    window.write("DDIM")
    window.wait("document.querySelector('.menu-item[data-highlighted]')?.dataset.value === 'ddim'")
    window.press(ENTER)
    at(window, "Sampler: DDIM")
    window.wait("!document.querySelector('.menu-item')")
    window.press(CONTROL, "l")
    window.press(CONTROL, ENTER)
    window.wait("document.querySelector('canvas.preview')?.dataset.key")
    window.press(ESCAPE)
    window.wait("!document.querySelector('[data-job][data-state=running]')")
    gate(home, None)
    window.press(CONTROL, ENTER)
    window.wait("document.querySelector('[data-picture]')")

    window.press(ALT, "4")
    at(window, "Gallery")
    window.press(DOWN)
    window.press(ENTER)
    window.wait("document.querySelector('[role=dialog] [data-action=use]:enabled')")
    window.press(CONTROL, SHIFT, "s")
    exported = tmp_path / "a blue door.png"
    save_dialog(variables, exported)
    says(window, "Saved.")
    plan, _ = saved_plan(exported)
    assert (plan.prompt, plan.steps, plan.sampler) == ("a blue door", 6, "ddim")
    assert exported.read_bytes() == files(home)[0].read_bytes()


def test_ctrl_enter_generates_wherever_the_keyboard_is(open_window: Callable[[], Window], home: Path) -> None:
    gate(home, 0)
    window = open_window()
    places = ("Width", "Swap width and height", "Sampler", "Seed", "Generate next", "Pause queue")
    for jobs, label in enumerate(places, 1):
        walk(window, label)
        window.press(CONTROL, ENTER)
        window.wait(f"document.querySelectorAll('[data-job]').length === {jobs}")


def test_a_shortcut_works_at_once_after_a_choice_from_a_list(open_window: Callable[[], Window], home: Path) -> None:
    gate(home, 0)
    window = open_window()
    walk(window, "Sampler")
    window.press(ENTER)
    window.wait("document.querySelector('.menu-item[data-highlighted]')")
    window.press(ENTER)
    at(window, "Sampler: Auto (DPM++ 2M)")
    window.press(CONTROL, "l")
    at(window, "prompt")
