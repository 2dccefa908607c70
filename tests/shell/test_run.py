"""What `make run` starts: the window in the terminal's place; without a display a picture, or what is in its way."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from shell.driver import PROGRAM, ROOT

RUN = ROOT / "tools/run_window.py"
WITH_ANOTHER_PROGRAM = f"""
import sys
sys.path.insert(0, {str(RUN.parent)!r})
import run_window
run_window.PROGRAM = sys.argv.pop()
sys.exit(run_window.main())
"""
ENDS_IN_ORDER = f"""#!{sys.executable}
import signal, sys
signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
print("ready", flush=True)
signal.pause()
"""


def test_ctrl_c_in_the_terminal_is_the_windows_alone(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(ENDS_IN_ORDER)
    program.chmod(0o755)
    command = [sys.executable, "-c", WITH_ANOTHER_PROGRAM, program]
    variables = os.environ | {"DISPLAY": ":0"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=variables, stdout=pipe, stderr=pipe, process_group=0) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline() == b"ready\n"

        os.killpg(run.pid, signal.SIGINT)

        assert run.wait() == 0
        assert run.stderr.read() == b""


def test_without_a_display_what_is_in_the_way_of_the_picture_is_said_at_once(tmp_path: Path) -> None:
    assert PROGRAM.exists(), "run `make setup`"
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, no folder")
    named = {"DARKROOM_HOME": str(blocked / "home")}
    variables = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}

    run = subprocess.run(
        [sys.executable, RUN, "--out", tmp_path / "out"],
        env=variables | named,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert str(blocked) in run.stderr
    assert len(run.stderr.splitlines()) == 1, run.stderr
