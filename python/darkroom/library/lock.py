"""A lock between processes that the kernel lets go when its holder dies."""

import fcntl
import os
import time
from pathlib import Path

from darkroom.errors import HomeError
from darkroom.library.disk import PRIVATE_FILE, writing

# What another process does under a lock that is waited for takes milliseconds; a suspended one takes for ever.
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.01


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
        return self.held or self._take()

    def wait(self) -> None:
        """Take the lock, waiting for whoever has it. Raises HomeError when that takes too long."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.take():
            if time.monotonic() >= end:
                raise HomeError(
                    f"Another Darkroom has held {self._file} for {PATIENCE_SECONDS:.0f} s; end it and try again."
                )
            time.sleep(LOOK_SECONDS)

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> "FileLock":
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _take(self) -> bool:
        with writing(self._file):
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True


def is_held(file: Path) -> bool:
    """Whether a process holds the lock on `file`. Nothing is written, and nobody is kept from taking the lock.

    Whoever tries in the microsecond of the asking tries again: a process on a home does so all the time.
    """
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
