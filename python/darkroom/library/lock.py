"""A lock between processes that the kernel lets go when its holder dies."""

import fcntl
import os
from pathlib import Path

from darkroom.library.disk import PRIVATE_FILE, writing


class FileLock:
    """One flock on one file. Two locks on one file exclude each other also within a process."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        return self._handle is not None

    def take(self) -> bool:
        """Take the lock if nobody has it; say whether it is ours now."""
        return self.held or self._take(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def wait(self) -> None:
        """Take the lock, waiting for whoever has it."""
        if not self.held:
            self._take(fcntl.LOCK_EX)

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> "FileLock":
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _take(self, how: int) -> bool:
        with writing(self._file):
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True
