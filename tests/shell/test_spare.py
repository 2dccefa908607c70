"""The spare behind the real window: the engine that follows a killed one is forked, not started."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from darkroom.bridge.frames import Kind
from shell import test_interpreter as interpreter
from shell.driver import PROGRAM, Window
from shell.hands import READY, children, files, pictures, wait_for_end
from tiny import tiny_model

PATIENCE = 300
STANDS_BY = "a spare engine stands by"
# Resolves when the engine's log says it for the n-th time.
LOGGED = """
const [text, times] = arguments;
const log = () => window.__TAURI_INTERNALS__.invoke('engine_log');
return (async () => {
    while ((await log()).split(text).length <= times) await new Promise(done => setTimeout(done, 50));
})();
"""


# Forks once and says on stderr whom.
FORKS_ONCE = """
import os
def engine_home(fork):
    number = fork()
    if number:
        os.write(2, b"%d\\n" % number)
        os._exit(0)
    return HOME
"""
fake_environment = interpreter.environment


@pytest.fixture
def window(variables: dict[str, str], home: Path) -> Iterator[Window]:
    """A window with the real engine and a spare that has imported everything, on what the processor had left."""
    window = Window(["--home", str(home)], variables, patience=PATIENCE)
    try:
        window.wait(READY)
        window.run(LOGGED, STANDS_BY, 1)
        yield window
    finally:
        window.close()


def started_as(process: int) -> str:
    """The second word of the command line that a process was started with; a fork keeps its parent's."""
    return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")[1].decode()


def engines(window: Window) -> dict[int, str]:
    """Our own processes below the window, in the order they came, and what they were started as."""
    found = [child for child, name in children(window.process).items() if name == PROGRAM.name]
    return {child: started_as(child) for child in sorted(found, key=begun)}


def begun(process: int) -> int:
    """When a process began, in the kernel's ticks."""
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19])


def successor(window: Window, spare: int) -> int:
    """The engine that was forked from the spare."""
    (forked,) = (child for child, name in engines(window).items() if name == "spare" and child != spare)
    return forked


def kill(window: Window, engine: int) -> None:
    """Kill the engine and wait until the page has another."""
    window.run("window.lost = false")
    watch = (
        "new MutationObserver(() => { if (document.documentElement.dataset.engine !== 'ready') window.lost = true; })"
    )
    window.run(f"{watch}.observe(document.documentElement, {{ attributes: true }})")
    os.kill(engine, signal.SIGKILL)
    wait_for_end(engine)
    window.wait(f"window.lost && {READY}")


def status(process: int) -> dict[str, str]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def memory_score(process: int) -> str:
    return Path(f"/proc/{process}/oom_score_adj").read_text()


def command(window: Window, **fields: object) -> Any:  # noqa: ANN401 - JSON
    script = "return window.__TAURI_INTERNALS__.invoke('engine', { command: arguments[0] })"
    return json.loads(window.run(script, json.dumps(fields)))


@pytest.mark.timeout(600)
def test_the_successor_of_a_killed_engine_comes_from_the_spare_and_finishes_the_job(
    window: Window, home: Path, tmp_path: Path
) -> None:
    engine, spare = engines(window)
    assert engines(window) == {engine: "engine", spare: "spare"}
    request = {"prompt": "a boat", "model": str(tiny_model(tmp_path / "model"))}
    command(window, type="generate", request=request | {"width": 64, "height": 64, "steps": 30, "seed": 1})
    window.wait("document.querySelector('[data-job][data-state=running]')")
    os.kill(engine, signal.SIGKILL)
    pictures(window, 1)
    forked = successor(window, spare)
    assert engines(window) == {spare: "spare", forked: "spare"}
    assert len(files(home)) == 1


@pytest.mark.timeout(600)
def test_an_engine_out_of_the_spare_is_the_windows_own_and_confined_like_any_other(window: Window) -> None:
    engine, spare = engines(window)
    first = status(engine)
    kill(window, engine)
    forked = successor(window, spare)
    its = status(forked)
    assert its["PPid"] == str(window.process)
    assert its["Seccomp"] == first["Seccomp"] == "2"
    assert its["NoNewPrivs"] == first["NoNewPrivs"] == "1"
    assert int(its["Threads"]) > 1
    assert os.getpriority(os.PRIO_PROCESS, forked) == os.getpriority(os.PRIO_PROCESS, window.process)
    assert memory_score(forked) == memory_score(window.process) != memory_score(spare)
    assert os.getpgid(forked) == forked


@pytest.mark.timeout(600)
def test_a_killed_spare_leaves_its_engine_alone_and_is_replaced(window: Window) -> None:
    engine, spare = engines(window)
    kill(window, engine)
    forked = successor(window, spare)
    os.kill(spare, signal.SIGKILL)
    window.run(LOGGED, STANDS_BY, 2)
    assert forked in engines(window)
    replaced = next(child for child in engines(window) if child not in (forked, spare))
    kill(window, forked)
    assert successor(window, replaced) not in (engine, forked)


@pytest.mark.timeout(600)
def test_without_a_ready_spare_the_successor_is_started_from_nothing(window: Window) -> None:
    engine, spare = engines(window)
    os.kill(spare, signal.SIGSTOP)
    kill(window, engine)
    found = engines(window)
    assert spare not in found
    assert "engine" in found.values()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_a_killed_window_leaves_neither_engine_nor_spare(window: Window, *, stopped: bool) -> None:
    engine, spare = engines(window)
    kill(window, engine)
    forked, process = successor(window, spare), window.process
    for one in (forked, spare) if stopped else ():
        os.kill(one, signal.SIGSTOP)
    os.kill(process, signal.SIGKILL)
    for one in (process, forked, spare):
        wait_for_end(one)


@pytest.mark.timeout(600)
def test_a_closed_window_leaves_neither_engine_nor_spare(window: Window) -> None:
    left = [*engines(window), window.process]
    os.kill(window.process, signal.SIGTERM)
    for one in left:
        wait_for_end(one)


@pytest.mark.timeout(600)
def test_an_engine_that_somebody_restarts_is_started_from_nothing_with_a_spare_of_its_own(window: Window) -> None:
    engine, spare = engines(window)
    window.run("return window.__TAURI_INTERNALS__.invoke('restart_engine')")
    wait_for_end(engine)
    wait_for_end(spare)
    window.wait(READY)
    assert "engine" in engines(window).values()


def test_a_forked_engine_is_the_child_of_its_spares_parent_in_the_environment_of_an_engine(
    fake_environment: Path, home: Path
) -> None:
    folder = next(fake_environment.rglob("serve.py")).parent
    (folder / "spare.py").write_text(FORKS_ONCE.replace("HOME", repr(str(home))))
    pipe, seen_by = subprocess.PIPE, interpreter.variables(fake_environment, home)
    command = [PROGRAM, "spare", "--home", home]
    with subprocess.Popen(command, env=seen_by, stdin=pipe, stdout=pipe, stderr=pipe) as spare:
        assert spare.stdin is not None
        assert spare.stdout is not None
        assert spare.stderr is not None
        frames = {frame.kind: frame for frame in interpreter.until_event(spare.stdout)}
        engine = int(spare.stderr.readline())
        assert spare.wait(PATIENCE) == 0
        spare.stdin.close()
        _, ended = os.waitpid(engine, 0)
    seen = json.loads(frames[Kind.EVENT].payload)
    interpreter.check(seen, fake_environment, home)
    assert seen["home"] == str(home)
    assert Kind.HEARTBEAT in frames
    assert os.waitstatus_to_exitcode(ended) == 5


def test_a_spare_that_cannot_import_ends_and_says_why(fake_environment: Path, home: Path) -> None:
    next(fake_environment.rglob("serve.py")).with_name("spare.py").write_text("import no_such_module")
    done = interpreter.run(fake_environment, ["spare", "--home", str(home)], home)
    assert done.returncode == 78
    assert b"no_such_module" in done.stderr
