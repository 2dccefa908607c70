"""A spare for a dead engine, on Linux: a process that has imported everything and forks an engine when one is needed.

Importing takes seconds, forking milliseconds. The spare runs no tensor operation and has no thread beside its own when
it forks, because neither would survive it. Behind the window the same process is `darkroom spare`, where the fork is
the shell's own and makes the engine the window's child (`src-tauri/src/interpreter/fork.rs`).

Its stdin is one end of a pair of SOCK_SEQPACKET Unix sockets. Each request is the engine's home folder (nothing means
the default one) with three descriptors attached: what is to be the engine's stdin, stdout and stderr. The spare says

- `ready` once, when it has imported everything;
- `started PID`, with a pidfd attached: it names this process for ever, also after its number is used again;
- `ended PID CODE` when an engine has ended, the negative number of the signal if one killed it; only of its own
  children, whose end nobody else is told.

When the socket closes, the spare ends. Its engines live until their own stdin closes, like every engine.
"""

import gc
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from darkroom.bridge.serve import serve
from darkroom.errors import EngineLost
from darkroom.models.imports import import_networks

READY = b"ready"
STARTED = b"started"
ENDED = b"ended"
LONGEST_MESSAGE = 1 << 14
STREAMS = 3
LOWEST_PRIORITY = 19
ALONE_SECONDS = 60.0
PAUSE_SECONDS = 0.01


# ---- the window's end ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SpareEngine:
    """An engine that a spare has forked. Whoever asked for it closes the pidfd."""

    pid: int
    pidfd: int


@dataclass
class Spare:
    """The process that stands by. Where there is no fork (`start` returns None), an engine is started from nothing."""

    process: subprocess.Popen[bytes]
    _control: socket.socket
    _ready: bool = False
    _ended: dict[int, int] = field(default_factory=dict[int, int])

    @classmethod
    def start(cls) -> "Spare | None":
        """Begin to import in a process of its own; None where a process cannot be forked and named safely."""
        if sys.platform != "linux":
            return None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # A Ctrl-C in the terminal is the window's.
            process = subprocess.Popen(
                [sys.executable, "-m", __name__], stdin=theirs.fileno(), stdout=subprocess.DEVNULL, process_group=0
            )
        return cls(process, ours)

    def wait_until_ready(self) -> None:
        """Block until everything is imported. Raises EngineLost when the spare has died."""
        while not self._ready:
            self._listen()

    def engine(self, home: Path | str | None, streams: Sequence[int]) -> SpareEngine:
        """Fork an engine onto `streams`, its stdin, stdout and stderr; the caller closes its own copies.

        Raises EngineLost when the spare has died: start an engine from nothing then.
        """
        request = b"" if home is None else os.fsencode(home)
        try:
            socket.send_fds(self._control, [request], list(streams))
        except OSError as error:
            raise _lost(error) from error
        while True:
            started = self._listen()
            if started is not None:
                return started

    def wait(self, engine: SpareEngine) -> int:
        """Block until `engine` has ended; its exit code, negative for a signal. Raises EngineLost."""
        while engine.pid not in self._ended:
            self._listen()
        return self._ended.pop(engine.pid)

    def close(self) -> None:
        """End the spare and wait for its end. Its engines live on."""
        self._control.close()
        self.process.wait()

    def _listen(self) -> SpareEngine | None:
        """Take in one message; the engine, if it says that one was started."""
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, LONGEST_MESSAGE, 1)
        except OSError as error:
            raise _lost(error) from error
        match message.split():
            case [b"ready"]:
                self._ready = True
            case [b"started", pid]:
                return SpareEngine(int(pid), descriptors[0])
            case [b"ended", pid, code]:
                self._ended[int(pid)] = int(code)
            case _:
                raise _lost("it closed its socket")
        return None


def _lost(reason: object) -> EngineLost:
    return EngineLost(f"The spare engine is gone ({reason}); start an engine without it.")


# ---- the spare's end -----------------------------------------------------------------------------------------------


def engine_home(fork: Callable[[], int] = os.fork) -> str | None:
    """Be the spare whose control socket is stdin. Returns in each forked engine, on its own streams, with its home."""
    control = socket.socket(fileno=0)
    home = _stand_by(control, fork)
    control.detach()
    return home


def _stand_by(control: socket.socket, fork: Callable[[], int]) -> str | None:
    """Import everything, then fork at each request. The spare itself never returns: it ends when `control` closes."""
    _import_everything()
    _say(control, READY)
    engines: dict[int, int] = {}  # pidfd → pid
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor in engines:
                poll.unregister(descriptor)
                _tell_end(control, engines.pop(descriptor), descriptor)
                continue
            request, streams = _request(control)
            pid = fork()
            if pid == 0:
                _put_on(streams, [*streams, *engines])
                return os.fsdecode(request) or None
            for stream in streams:
                os.close(stream)
            pidfd = os.pidfd_open(pid)
            _say(control, b"%s %d" % (STARTED, pid), [pidfd])
            engines[pidfd] = pid
            poll.register(pidfd, select.POLLIN)


def _import_everything() -> None:
    # numpy's linear algebra would start a thread for each core at import; the engine computes with torch.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()
    # On another thread, because a priority once lowered cannot be raised again, and no engine is to inherit it.
    with ThreadPoolExecutor(1) as leisure:
        leisure.submit(_import_at_leisure).result()
    _wait_until_alone()
    # What a collection marks is written to, and what is written to is no longer shared with the engines.
    gc.freeze()


def _import_at_leisure() -> None:
    """A picture that is being made has the processor first."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST_PRIORITY)
    import_networks()
    import_module("darkroom.tasks.text_to_image")


def _wait_until_alone() -> None:
    """Until the import's thread has ended for the kernel, too, and those that libraries begin and end by themselves.

    Linked into the window's program, an allocator keeps a thread for some seconds after it was last used.
    """
    until = time.monotonic() + ALONE_SECONDS
    while len(threads := os.listdir("/proc/self/task")) > 1:
        if time.monotonic() > until:
            names = {Path(f"/proc/self/task/{thread}/comm").read_text("utf-8").strip() for thread in threads}
            raise _lost(f"a fork would lose one of its threads: {', '.join(names)}")
        time.sleep(PAUSE_SECONDS)


def _request(control: socket.socket) -> tuple[bytes, list[int]]:
    """The next request. Ends the process when there is nobody left to ask."""
    try:
        request, streams, _, _ = socket.recv_fds(control, LONGEST_MESSAGE, STREAMS)
    except OSError:
        request, streams = b"", []
    if len(streams) != STREAMS:
        os._exit(0)
    return request, streams


def _tell_end(control: socket.socket, pid: int, pidfd: int) -> None:
    os.close(pidfd)
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return
    _say(control, b"%s %d %d" % (ENDED, pid, os.waitstatus_to_exitcode(status)))


def _say(control: socket.socket, message: bytes, descriptors: Sequence[int] = ()) -> None:
    """Tell the window. Ends the process when there is nobody left to be told."""
    try:
        socket.send_fds(control, [message], list(descriptors))
    except OSError:
        os._exit(0)


def _put_on(streams: Sequence[int], others: Sequence[int]) -> None:
    """In the engine: its own standard streams, and nothing left of the spare's."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for descriptor in others:
        os.close(descriptor)
    gc.enable()


if __name__ == "__main__":
    serve(engine_home())
