"""The real window with the real page: what a person sees and what is on disk."""

import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from pathlib import Path

import pytest

from darkroom.library.pictures import saved_plan
from shell.conftest import Launch
from shell.driver import PROGRAM, Window
from shell.hands import ask, children, engine_of, files, gate, wait_for_end

Opening = Callable[[], Window]


def test_a_prompt_becomes_a_picture_with_previews_on_the_way(open_window: Opening, home: Path) -> None:
    gate(home, 0)
    window = open_window()
    ask(window, "a red boat, ünïcödé 漢字")
    keys: list[str] = []
    for step in range(1, 4):
        gate(home, step - 1)
        window.wait(f"document.querySelector('.step-text')?.textContent.replace(/\\s/g, '').startsWith('{step}/')")
        keys.append(window.wait("document.querySelector('canvas.preview')?.dataset.key"))
    gate(home, None)
    window.wait("document.querySelector('[data-picture]')")
    assert len(files(home)) == 1
    assert saved_plan(files(home)[0])[0].prompt == "a red boat, ünïcödé 漢字"
    assert len(set(keys)) > 1


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS], ids=["KILL", "SEGV", "BUS"])
def test_a_killed_engine_is_replaced_and_finishes_the_job_while_the_page_stays(
    open_window: Opening, home: Path, kill: signal.Signals
) -> None:
    gate(home, 1)
    window = open_window()
    window.run("window.samePage = true")
    ask(window, "a lighthouse")
    window.wait("document.querySelector('canvas.preview')?.dataset.key")
    before = engine_of(home)
    os.kill(before, kill)
    wait_for_end(before)
    window.wait(
        "document.querySelector('[data-engine=restarting], html[data-engine=restarting], html[data-engine=starting]')"
    )
    gate(home, None)
    window.wait("document.querySelector('[data-picture]')")
    assert engine_of(home) != before
    assert len(files(home)) == 1
    assert window.run("return window.samePage")


def test_a_killed_window_leaves_no_engine_and_an_intact_queue(open_window: Opening, home: Path) -> None:
    gate(home, 1)
    window = open_window()
    for prompt in ("first", "second"):
        ask(window, prompt)
        window.wait(f"[...document.querySelectorAll('[data-job]')].some(row => row.textContent.includes('{prompt}'))")
    engine = engine_of(home)
    os.kill(window.process, signal.SIGKILL)
    wait_for_end(engine)
    gate(home, None)
    window = open_window()
    window.wait("document.querySelectorAll('[data-picture]').length === 2")
    assert {saved_plan(file)[0].prompt for file in files(home)} == {"first", "second"}


def test_a_page_that_is_loaded_again_shows_the_same_job(open_window: Opening, home: Path) -> None:
    gate(home, 2)
    window = open_window()
    ask(window, "a windmill")
    running = "[...document.querySelectorAll('[data-job][data-state=running]')].map(row => row.dataset.job).join()"
    step = "document.querySelector('.step-text')?.textContent.trim().startsWith('3')"
    before = window.wait(running)
    window.wait(step)
    window.reload()
    window.wait("document.documentElement.dataset.ready === 'true'")
    assert window.wait(running) == before
    window.wait(step)
    gate(home, None)
    window.wait("document.querySelector('[data-picture]')")


def test_closing_the_window_ends_the_engine_and_keeps_the_job(open_window: Opening, home: Path) -> None:
    gate(home, 1)
    window = open_window()
    ask(window, "a mill")
    window.wait("document.querySelector('canvas.preview')?.dataset.key")
    process, engine = window.process, engine_of(home)
    os.kill(process, signal.SIGTERM)
    wait_for_end(process)
    wait_for_end(engine)
    gate(home, None)
    open_window().wait("document.querySelector('[data-picture]')")


def test_the_engine_runs_in_the_windows_own_process_when_asked_to(launch: Launch, home: Path) -> None:
    window = launch("--home", home, "--engine=inline")
    window.wait("document.documentElement.dataset.ready === 'true'")
    window.wait("['loadingTorch', 'ready'].includes(document.documentElement.dataset.engine)")
    process = window.process
    names = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children(process)]
    assert not any(name.split(b"\0")[1:2] == [b"engine"] for name in names)
    window.run("return window.__TAURI_INTERNALS__.invoke('restart_engine')")
    assert window.run("return document.documentElement.dataset.ready") == "true"
    os.kill(process, signal.SIGTERM)
    wait_for_end(process)


def test_of_fifty_starts_one_stays(variables: dict[str, str], engine_program: Path, home: Path) -> None:
    command = [str(PROGRAM), "--home", str(home), "--engine-program", str(engine_program)]
    starts = [subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL) for _ in range(50)]
    with ThreadPoolExecutor(len(starts)) as waiting:
        ends = {waiting.submit(start.wait): start for start in starts}
        codes = [end.result() for end in islice(as_completed(ends), len(starts) - 1)]
        assert codes == [0] * 49
        (staying,) = (start for end, start in ends.items() if not end.done())
        staying.terminate()
    assert staying.returncode == 0


def test_nothing_in_the_page_reaches_the_outside(open_window: Opening) -> None:
    window = open_window()
    inline = "const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
    handler = "const part = document.createElement('div'); part.innerHTML = '<img src=x onerror=\"window.ran = 1\">';"
    attempts = {
        "inline script": f"{inline} document.body.append(script)",
        "eval": "try { eval('window.ran = 1') } catch {}",
        "handler": f"{handler} document.body.append(part)",
        "tauri": "if (window.__TAURI__) window.ran = 1",
        "prototype": "try { Object.prototype.hole = 1 } catch {}; if ({}.hole) window.ran = 1",
    }
    for name, attempt in attempts.items():
        window.run(attempt)
        assert window.run("return window.ran ?? null") is None, name
    fetched = "return fetch(arguments[0]).then(answer => answer.status, () => 'refused')"
    for address in (
        "https://example.com/",
        "http://localhost:1/",
        "file:///etc/passwd",
        "tauri://localhost/index.html",
    ):
        assert window.run(fetched, address) == "refused", address
    for address in ("picture://localhost/999", "picture://localhost/..%2f..%2flibrary.db", "preview://localhost/1-1"):
        assert window.run(fetched, address) == 404, address
    window.run("location.href = 'https://example.com/'")
    assert window.run("return location.origin") == "tauri://localhost"
