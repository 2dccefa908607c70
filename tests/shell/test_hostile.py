"""What an author of a file or a prompt could try: it is shown as text, and no script of theirs ever runs."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from darkroom import wire
from darkroom.messages import Generate, TextToImage
from shell.driver import ENTER, PROGRAM, RIGHT, Window
from shell.hands import gate
from shell.strange_pictures import infotext, png

Opening = Callable[[], Window]
MARK = "window.ran = 1"
INVOKE = "return window.__TAURI_INTERNALS__.invoke('engine', { command: arguments[0] })"
FOREIGN = "iframe, object, embed, base, [onerror], [onload], [onfocus], [ontoggle], [onbegin], [onstart]"
TEMPLATES = (
    "<script>{}</script>",
    "<img src=x onerror='{}'>",
    "<svg onload='{}'>",
    "<iframe srcdoc='<script>{}</script>'>",
    "<a href='javascript:{}'>a</a>",
    '"><script>{}</script>',
    "'><img src=x onerror={}>",
    "</textarea><script>{}</script>",
    "</title><script>{}</script>",
    "<body onload={}>",
    "<details open ontoggle={}>",
    "<math><mtext><script>{}</script>",
    "<style>@import 'javascript:{}'</style>",
    "<object data='javascript:{}'>",
    "<embed src='javascript:{}'>",
    "<video><source onerror={}></video>",
    "<input autofocus onfocus={}>",
    "<form action='javascript:{}'><button>",
    "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}",
    "`{}`",
    "');{};//",
    '";{};//',
    "\u2028{}\u2029",
    "<!--<script>{}-->",
    "]]><script>{}</script>",
    "<script src='data:text/javascript,{}'></script>",
    "<base href='javascript:{}//'>",
    "<meta http-equiv='refresh' content='0;javascript:{}'>",
    "<link rel=stylesheet href='javascript:{}'>",
    "<img src='picture://localhost/1' onload={}>",
    "<img srcset='x' onerror={}>",
    "<marquee onstart={}>",
    "<x onclick={} autofocus>",
    "<template><script>{}</script></template>",
    "<noscript><p title='</noscript><script>{}</script>'>",
    "<svg><animate onbegin={}>",
    "<table background='javascript:{}'>",
    "<button onfocus={} autofocus>",
    "<select onfocus={} autofocus>",
    "\u202e<script>{}</script>",
    "\u0000<script>{}</script>",
    "&lt;script&gt;{}&lt;/script&gt;",
    "%3Cscript%3E{}%3C/script%3E",
    "\\u003cscript\\u003e{}",
    "javascript:{}",
    "data:text/html,<script>{}</script>",
    "<script>\n{}\n</script>",
    "<ScRiPt>{}</sCrIpT>",
    "<script/x>{}</script>",
)


HOSTILE = tuple(template.format(MARK) for template in TEMPLATES)
# What a file system takes for a name; the page shows what comes after the last slash of either kind.
NAMES = tuple(
    f"{number} {text}".translate({0: None, ord("/"): "\u2215", ord("\\"): "\u2216"})
    for number, text in enumerate(HOSTILE)
)


READ = "document.querySelector('[data-action=use]:enabled') && document.querySelector('dd').textContent"


def harmless(window: Window) -> None:
    """Nothing ran, and nothing of it became part of the page but text."""
    window.settle()
    assert window.run("return window.ran ?? null") is None
    assert window.run(f"return document.querySelectorAll('{FOREIGN}').length") == 0


def reload(window: Window) -> None:
    window.reload()
    window.wait("document.documentElement.dataset.ready === 'true'")


def send(window: Window, request: TextToImage) -> bool:
    """Whether the engine takes the request."""
    return '"accepted"' in window.run(INVOKE, wire.encode(Generate(request=request)).decode())


def test_there_are_fifty_of_each_kind() -> None:
    assert len(set(HOSTILE)) == len(set(NAMES)) >= 50


def test_hostile_prompts_are_text_in_the_queue(open_window: Opening, home: Path) -> None:
    gate(home, 0)
    window = open_window()
    accepted = [send(window, TextToImage(prompt=text, negative=text)) for text in HOSTILE]
    assert sum(accepted) >= len(HOSTILE) - 5
    window.wait("document.querySelectorAll('[data-job]').length > 40")
    harmless(window)
    reload(window)
    window.wait("document.querySelectorAll('[data-job]').length > 40")
    harmless(window)
    assert "<script>" in window.run("return document.body.textContent")


def test_hostile_prompts_are_text_in_the_gallery_and_the_viewer(open_window: Opening) -> None:
    window = open_window()
    accepted = sum(send(window, TextToImage(prompt=text, negative=text)) for text in HOSTILE)
    window.wait(f"document.querySelector('[aria-setsize=\"{accepted}\"]')")
    reload(window)
    window.click("[data-picture]")
    window.press(ENTER)
    shown: set[str] = set()
    for _ in range(accepted):
        shown.add(window.wait(READ))
        harmless(window)
        window.press(RIGHT)
    assert len(shown) > 40


@pytest.mark.timeout(300)
def test_hostile_file_names_and_picture_texts_are_text(
    open_window: Opening, variables: dict[str, str], home: Path, tmp_path: Path
) -> None:
    window = open_window()
    for text, name in zip(HOSTILE, NAMES, strict=True):
        picture = tmp_path / f"{name}.png"
        said = f"a {text}".replace("\0", "")
        picture.write_bytes(png(infotext(f"{said}\nNegative prompt: {said}\nSteps: 4, Model: {said}, Sampler: {said}")))
        later = subprocess.run([PROGRAM, "--home", home, picture], env=variables, check=False, timeout=60)
        assert later.returncode == 0
        shown = f"document.querySelector('[role=dialog]')?.textContent.includes({json.dumps(picture.name)})"
        window.wait(shown)
        harmless(window)
    window.click("[data-action=take]")
    window.wait("!document.querySelector('[role=dialog]')")
    harmless(window)


def test_hostile_model_names_are_text(open_window: Opening, home: Path) -> None:
    folder = home / "models"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / f"{name}.safetensors").write_bytes(b"no model")
    window = open_window()
    window.click("[data-action=models]")
    window.wait(f"document.querySelectorAll('[data-model]').length > {len(NAMES)}")
    harmless(window)
    assert MARK in window.run("return document.querySelector('#model-list').textContent")
    window.type("[role=combobox][aria-label='Search models']", NAMES[0])
    window.wait(f"document.querySelectorAll('[data-model]').length < {len(NAMES)}")
    harmless(window)
