"""The interpreter inside the program, asked from within: a package of the same name tells what it sees."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from darkroom.bridge.frames import Frame, FrameDecoder, Kind
from darkroom.bridge.heartbeat import LAG
from shell.driver import PROGRAM

# Both starts that hold an interpreter call one function of the package each.
LOOK = """
import json, os, signal, socket, subprocess, sys, threading
def look():
    def refused(family):
        try:
            socket.socket(family).close()
        except OSError as error:
            return type(error).__name__
    child = subprocess.run([sys.executable, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True)
    socket.socketpair()
    return {
        "environment": dict(os.environ), "executable": sys.executable, "prefix": sys.prefix, "path": sys.path,
        "isolated": sys.flags.isolated, "utf8": sys.flags.utf8_mode, "argv": sys.argv, "child": child.stdout.strip(),
        "internet": [refused(socket.AF_INET), refused(socket.AF_INET6)],
        "main": threading.current_thread() is threading.main_thread(),
        "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    }
"""
CLI = (
    LOOK
    + """
def main():
    print(json.dumps(look()))
    sys.stderr.write("to stderr")
    sys.exit(7 if "seven" in sys.argv else None)
"""
)
SERVE = (
    LOOK
    + """
def serve(home, read, write):
    print("a stray print")
    payload = json.dumps({**look(), "home": home}).encode()
    os.write(write, (9 + len(payload)).to_bytes(4, "little") + b"\\x03" + bytes(8) + payload)
    assert os.read(read, 1) == b""
    os._exit(5)
"""
)

# Says that its loop owes an answer for a minute, then holds the interpreter's lock for good.
STUCK = """
import ctypes, os
def serve(home, read, write):
    os.write(write, (13).to_bytes(4, "little") + b"\\x08" + bytes(8) + (60_000).to_bytes(4, "little"))
    while True:
        ctypes.PyDLL(None).pause()
"""


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A Python environment whose package `darkroom` is the one above."""
    folder = tmp_path / "environment"
    packages = folder / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    for name, code in {"cli": CLI, "bridge/serve": SERVE}.items():
        file = packages / "darkroom" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)
    (folder / "bin").mkdir()
    (folder / "bin/python3").symlink_to(Path(sys.base_prefix) / "bin/python3")
    version = ".".join(map(str, sys.version_info[:3]))
    (folder / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\nversion = {version}\n")
    return folder


HOSTILE = {
    "PYTHONPATH": "/nonexistent",
    "PYTHONHOME": "/nonexistent",
    "PYTHONSTARTUP": "/nonexistent",
    "https_proxy": "http://127.0.0.1:1",
    "HF_TOKEN": "secret",
    "HF_ENDPOINT": "http://127.0.0.1:1",
    "TORCHINDUCTOR_CACHE_DIR": "/nonexistent",
}


def variables(environment: Path, home: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "DARKROOM_VENV": str(environment), "DARKROOM_HOME": str(home), **HOSTILE}


def run(environment: Path, arguments: list[str], home: Path) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [PROGRAM, *arguments],
        env=variables(environment, home),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def frames_from(out: IO[bytes]) -> Iterator[Frame]:
    """The frames as they come."""
    decoder = FrameDecoder()
    while data := os.read(out.fileno(), 1 << 16):
        yield from decoder.feed(data)


def until_event(out: IO[bytes]) -> Iterator[Frame]:
    """The frames up to and with the first event."""
    for frame in frames_from(out):
        yield frame
        if frame.kind == Kind.EVENT:
            return


def check(seen: dict[str, Any], environment: Path, home: Path) -> None:
    assert seen["executable"] == str(environment / "bin/python3")
    assert seen["prefix"] == seen["child"] == str(environment)
    assert seen["isolated"] == seen["utf8"] == 1
    assert "" not in seen["path"]
    assert seen["internet"] == ["OSError", "OSError"]
    assert seen["main"]
    left = seen["environment"]
    assert not left.keys() & HOSTILE.keys()
    assert left["HF_HUB_OFFLINE"] == left["DO_NOT_TRACK"] == left["DIFFUSERS_DISABLE_REMOTE_CODE"] == "1"
    assert left["HF_HOME"] == str(home / "staging/hub")


def test_the_command_line_runs_in_the_environments_python(environment: Path, home: Path) -> None:
    done = run(environment, ["say", "ünïcödé", "--flag"], home)
    seen = json.loads(done.stdout)
    check(seen, environment, home)
    assert seen["argv"] == ["darkroom", "say", "ünïcödé", "--flag"]
    assert seen["interrupt"], "Ctrl-C is Python's in a terminal"
    assert (done.returncode, done.stderr) == (0, b"to stderr")
    assert run(environment, ["seven"], home).returncode == 7


def test_the_engine_runs_in_the_environments_python_and_its_stdout_is_the_frames(environment: Path, home: Path) -> None:
    pipe = subprocess.PIPE
    command = [PROGRAM, "engine", "--home", str(home)]
    with subprocess.Popen(command, env=variables(environment, home), stdin=pipe, stdout=pipe, stderr=pipe) as engine:
        assert engine.stdin is not None
        assert engine.stdout is not None
        assert engine.stderr is not None
        frames = {frame.kind: frame for frame in until_event(engine.stdout)}
        engine.stdin.close()
        log = engine.stderr.read()
    seen = json.loads(frames[Kind.EVENT].payload)
    check(seen, environment, home)
    assert seen["home"] == str(home)
    assert Kind.HEARTBEAT in frames, "before Python is up"
    assert engine.returncode == 5
    assert b"a stray print" in log


def test_an_engine_whose_interpreter_is_stuck_beats_on_and_says_for_how_long(environment: Path, home: Path) -> None:
    next(environment.rglob("serve.py")).write_text(STUCK)
    pipe = subprocess.PIPE
    command = [PROGRAM, "engine", "--home", str(home)]
    with subprocess.Popen(command, env=variables(environment, home), stdin=pipe, stdout=pipe) as engine:
        assert engine.stdout is not None
        lags = (LAG.unpack(frame.payload)[0] for frame in frames_from(engine.stdout) if frame.kind == Kind.HEARTBEAT)
        said = next(lag for lag in lags if lag > 60_000)
        engine.kill()
    assert said > 62_000, "what it said last, and the time since"


@pytest.mark.parametrize("fault", [signal.SIGSEGV, signal.SIGBUS], ids=["SEGV", "BUS"])
def test_the_first_fault_ends_the_engine_and_its_traceback_is_in_the_log(
    environment: Path, home: Path, fault: signal.Signals
) -> None:
    serve = next(environment.rglob("serve.py"))
    serve.write_text(f"import os\nos.kill(os.getpid(), {int(fault)})\n")
    done = run(environment, ["engine"], home)
    assert done.returncode == -fault
    assert b"most recent call first" in done.stderr


def test_a_package_that_cannot_be_imported_is_said_and_not_tried_again(environment: Path, home: Path) -> None:
    next(environment.rglob("serve.py")).write_text("import no_such_module")
    done = run(environment, ["engine"], home)
    assert done.returncode == 78
    assert b"no_such_module" in done.stderr
    assert b'"type":"engineChanged"' in done.stdout
    assert b"make setup" in done.stdout
