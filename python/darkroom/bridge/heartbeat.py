"""Signs of life, each second, from a thread beside the loop.

The payload says for how many milliseconds the loop has not taken its turn: a silent engine hangs with the
interpreter's lock, one with a growing figure hangs in the loop. Inside the shell a thread that needs no interpreter
passes the last figure on.
"""

import struct
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable

from darkroom.bridge.frames import Frame, Kind

LAG = struct.Struct("<I")
PERIOD = 1.0


class Heartbeat:
    """Sends a heartbeat frame every `period` seconds until `stop`."""

    def __init__(self, loop: AbstractEventLoop, send: Callable[[Frame], object], period: float = PERIOD) -> None:
        self._loop = loop
        self._send = send
        self._period = period
        self._asked: float | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No heartbeat is sent after this."""
        self._stopped.set()
        self._thread.join()

    def lag(self) -> int:
        """Milliseconds for which the loop has owed an answer."""
        asked = self._asked
        return 0 if asked is None else int((time.monotonic() - asked) * 1000)

    def _beat(self) -> None:
        while True:
            self._send(Frame(Kind.HEARTBEAT, 0, LAG.pack(min(self.lag(), 0xFFFFFFFF))))
            if self._asked is None:
                self._asked = time.monotonic()
                self._loop.call_soon_threadsafe(self._answered)
            if self._stopped.wait(self._period):
                return

    def _answered(self) -> None:
        self._asked = None
