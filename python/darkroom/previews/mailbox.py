"""Where the newest preview waits for whoever wants to show it. Older ones are gone: newest wins."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Preview:
    """An encoded picture of the running job."""

    job: int
    image: bytes
    mime: str


class Mailbox:
    """One slot, filled by the torch thread, read by any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: Preview | None = None
        self._count = 0

    def put(self, job: int, image: bytes, mime: str) -> str:
        """Replace what is in the slot; the key under which it can be fetched."""
        with self._lock:
            self._newest = Preview(job, image, mime)
            self._count += 1
            return f"{job}-{self._count}"

    def get(self, key: str) -> tuple[bytes, str] | None:
        """The newest preview of the key's job, which may be newer than the key; None when another job took the slot."""
        with self._lock:
            newest = self._newest
        if newest is None or not key.startswith(f"{newest.job}-"):
            return None
        return newest.image, newest.mime
