"""The real window, driven as a person would: WebKitWebDriver over HTTP, on a display of its own."""

import json
import os
import select
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from PIL import Image, ImageGrab

ROOT = Path(__file__).parent.parent.parent
PROGRAM = ROOT / "target/window/darkroom"
PATIENCE = 80
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
CONTROL, SHIFT, ALT = "\ue009", "\ue008", "\ue00a"
ENTER, ESCAPE, TAB, BACKSPACE = "\ue007", "\ue00c", "\ue004", "\ue003"
LEFT, UP, RIGHT, DOWN = "\ue012", "\ue013", "\ue014", "\ue015"
# Resolves as soon as the expression is true. Mutations cover the page's own changes, the timer everything else.
AWAIT = """
const done = arguments[0];
const holds = () => (EXPRESSION);
const look = () => { let value; try { value = holds(); } catch { value = null; } if (value) { stop(); done(value); } };
const observer = new MutationObserver(look);
const timer = setInterval(look, 20);
const stop = () => { observer.disconnect(); clearInterval(timer); };
observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
look();
"""


# Resolves when every picture on the page is decoded and two frames have been painted since.
SETTLE = """
const done = arguments[0];
const decoded = () => Promise.all([...document.images].map(image => image.decode().catch(() => null)));
decoded().then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(document.images.length))));
"""


class WindowGone(Exception):
    """The program under test is not there any more."""


@contextmanager
def virtual_display(size: str = "1280x900x24") -> Generator[str]:
    """An X server of its own; yields the value for DISPLAY."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def environment(display: str, folder: Path) -> dict[str, str]:
    """Variables for a window that shows itself on `display` and touches nothing outside `folder`."""
    own = {
        name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    }
    fixed = {
        "DISPLAY": display,
        "GDK_BACKEND": "x11",
        "NO_AT_BRIDGE": "1",
        "GSETTINGS_BACKEND": "memory",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "TAURI_WEBVIEW_AUTOMATION": "true",
    }
    dropped = {"WAYLAND_DISPLAY", "DARKROOM_HOME"}
    return {name: value for name, value in os.environ.items() if name not in dropped} | own | fixed


class Window:
    """A window that was started by WebKitWebDriver."""

    def __init__(
        self, arguments: list[str], variables: Mapping[str, str], program: Path = PROGRAM, patience: int = PATIENCE
    ) -> None:
        self._patience = patience
        self._display = variables["DISPLAY"]
        self._driver, self._address = _start_driver(variables)
        options = {"binary": str(program), "args": arguments}
        capabilities = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        try:
            session = self._call("POST", "/session", {"capabilities": capabilities})
            self._session = f"/session/{session['sessionId']}"
            self._call("POST", f"{self._session}/timeouts", {"script": patience * 1000})
            self._program: int | None = os.pidfd_open(self.process)
        except BaseException:
            self._end_driver()
            raise

    @property
    def process(self) -> int:
        """The window's process."""
        children = Path(f"/proc/{self._driver.pid}/task/{self._driver.pid}/children").read_text().split()
        return int(children[0])

    def close(self) -> None:
        """Close the window as its close button does, and wait until the program has ended. Twice does no harm."""
        with suppress(WindowGone):
            self._call("DELETE", self._session)
        self._end_driver()
        if self._program is not None:
            program, self._program = self._program, None
            _end(program)

    def run(self, script: str, *values: object) -> Any:  # noqa: ANN401 - whatever the page says
        """The result of a script in the page; a promise is awaited."""
        return self._script("sync", script, values)

    def wait(self, expression: str) -> Any:  # noqa: ANN401 - whatever the page says
        """The first true value of a JavaScript expression in the page."""
        return self._script("async", AWAIT.replace("EXPRESSION", expression), ())

    def run_async(self, script: str) -> Any:  # noqa: ANN401 - see run
        """What a script hands to its last argument."""
        return self._script("async", script, ())

    def settle(self) -> int:
        """Wait until everything is painted; the number of pictures on the page."""
        return self._script("async", SETTLE, ())

    def find(self, selector: str) -> str:
        """The id of the first element that matches."""
        self.wait(f"document.querySelector({json.dumps(selector)})")
        body = {"using": "css selector", "value": selector}
        return str(self._call("POST", f"{self._session}/element", body)[ELEMENT])

    def click(self, selector: str) -> None:
        self._call("POST", f"{self._session}/element/{self.find(selector)}/click", {})

    def type(self, selector: str, text: str) -> None:
        """Replace what is in a field: click, Ctrl+A, Backspace, and the text key by key."""
        element = self.find(selector)
        self._call("POST", f"{self._session}/element/{element}/click", {})
        self.press(CONTROL, "a")
        self.press(BACKSPACE)
        if text:
            self._call("POST", f"{self._session}/element/{element}/value", {"text": text})

    def press(self, *keys: str) -> None:
        """Press keys together, as with `press(CONTROL, ENTER)`."""
        actions = [{"type": "keyDown", "value": key} for key in keys]
        actions += [{"type": "keyUp", "value": key} for key in reversed(keys)]
        body = {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}
        self._call("POST", f"{self._session}/actions", body)

    def write(self, text: str) -> None:
        """Press one key after the other, wherever the keyboard is."""
        for key in text:
            self.press(key)

    def reload(self) -> None:
        self._call("POST", f"{self._session}/refresh", {})

    def screenshot(self) -> Image.Image:
        """What the display shows of the window, once two looks, frames apart, see the same.

        The display has it later than the page. The driver's own screenshots never end where WebKit uses no graphics
        device.
        """
        place = self._call("GET", f"{self._session}/window/rect")
        before, shown = None, ImageGrab.grab(xdisplay=self._display)
        while shown != before:
            self.settle()
            before, shown = shown, ImageGrab.grab(xdisplay=self._display)
        right, bottom = place["x"] + place["width"], place["y"] + place["height"]
        return shown.crop((place["x"], place["y"], min(right, shown.width), min(bottom, shown.height)))

    def resize(self, width: int, height: int, **place: int) -> None:
        """Change the window's size, and its place to `x` and `y` if given."""
        self._call("POST", f"{self._session}/window/rect", {"width": width, "height": height, **place})

    def _script(self, kind: str, script: str, values: tuple[object, ...]) -> Any:  # noqa: ANN401 - see run
        return self._call("POST", f"{self._session}/execute/{kind}", {"script": script, "args": list(values)})

    def _call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._address + path, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=self._patience + 30) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            told = json.loads(error.read())["value"]
            raise WindowGone(f"{method} {path}: {told['error']}: {told['message']}") from error
        except OSError as error:
            raise WindowGone(f"{method} {path}: {error}") from error

    def _end_driver(self) -> None:
        self._driver.terminate()
        self._driver.wait()


def _end(program: int) -> None:
    """End a program that its session has left running, and wait until it is gone; `program` is a pidfd."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(program, signal.SIGTERM)
    ended, _, _ = select.select([program], [], [], PATIENCE)
    os.close(program)
    if not ended:
        raise WindowGone("the program does not end")


def _start_driver(variables: Mapping[str, str]) -> tuple["subprocess.Popen[bytes]", str]:
    """A driver on a port that the kernel chose; it takes none by itself, so one that was just free is tried."""
    import socket

    for _ in range(20):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = ["WebKitWebDriver", f"--port={port}", "--host=127.0.0.1"]
        driver = subprocess.Popen(command, env=dict(variables), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{port}"
        if _answers(address, driver):
            return driver, address
        driver.kill()
        driver.wait()
    raise WindowGone("WebKitWebDriver does not start; install webkit2gtk-driver.")


def _answers(address: str, driver: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and driver.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{address}/status", timeout=5):
            return True
        time.sleep(0.02)  # there is nothing to wait for until it listens
    return False
