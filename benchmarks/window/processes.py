"""Processes as Linux shows them: who belongs to whom, what they have computed, who runs a queue."""

import os
import select
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SETTLED = 0.03
"""Of a core: below it, what a start or a picture left to do is done."""
SETTLING = 120
"""Seconds for that on a busy machine."""
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 15
"""Seconds; an engine takes up to five to end in order."""


@dataclass(frozen=True)
class Status:
    """One line of /proc/PID/stat."""

    name: str
    state: str
    parent: int
    seconds: float
    """Of computing, in user and kernel mode, threads that have ended included."""


def status(process: int) -> Status | None:
    """What a process is doing; None when there is none."""
    try:
        line = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    name = line[line.index("(") + 1 : line.rindex(")")]
    fields = line[line.rindex(")") + 2 :].split()
    return Status(name, fields[0], int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS)


def alive(process: int) -> bool:
    """Whether a process can still do something; one that nobody has waited for cannot."""
    found = status(process)
    return found is not None and found.state not in "ZX"


def tree(process: int) -> list[int]:
    """A process and everything it has started, directly or not."""
    everyone = {int(entry.name): status(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found = [process]
    for parent in found:
        found += [child for child, about in everyone.items() if about is not None and about.parent == parent]
    return found


def computed(process: int) -> dict[tuple[int, str], float]:
    """(process, name) → seconds of computing, for the whole tree."""
    parts = {part: status(part) for part in tree(process)}
    return {(part, about.name): about.seconds for part, about in parts.items() if about is not None}


def settle(process: int) -> None:
    """Wait until nothing of the tree computes any more: a spare imports for seconds after the engine is ready."""
    until = time.monotonic() + SETTLING
    used = sum(computed(process).values())
    while time.monotonic() < until:
        time.sleep(1)
        before, used = used, sum(computed(process).values())
        if used - before < SETTLED:
            return
    raise RuntimeError(f"The processes of the window (process {process}) still compute after {SETTLING} s of idleness.")


def runner(home: Path) -> int:
    """The process that runs the queue of a home: it holds the lock. Raises RuntimeError when there is none."""
    file = (home / "runner.lock").stat().st_ino
    for line in Path("/proc/locks").read_text().splitlines():
        fields = line.split()
        if "->" not in fields and int(fields[5].rpartition(":")[2]) == file:
            return int(fields[4])
    raise RuntimeError(f"No process runs the queue of {home}.")


class Ending:
    """The end of a process that need not be a child."""

    def __init__(self, process: int) -> None:
        # A number may be used again, a handle is this process's for ever.
        self._handle: int | None = None
        with suppress(ProcessLookupError):
            self._handle = os.pidfd_open(process)

    def wait(self, patience: float = PATIENCE) -> None:
        """Wait for it, and kill the process when that takes too long."""
        if self._handle is None:
            return
        try:
            if not select.select([self._handle], [], [], patience)[0]:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                select.select([self._handle], [], [], patience)
        finally:
            os.close(self._handle)
            self._handle = None
