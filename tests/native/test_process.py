"""A process ends with its parent."""

import subprocess
import sys

import pytest

CHILD = """
import signal
from darkroom import _native
assert _native.die_with_parent()
print("armed", flush=True)
signal.pause()
"""
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
child.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_a_child_is_killed_when_its_parent_is() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent, parent.stdout as output:
        assert output.readline() == b"armed\n"

        parent.kill()

        # The pipe ends when the last process that holds it is gone: the child, or this test would wait for ever.
        assert output.read() == b""
