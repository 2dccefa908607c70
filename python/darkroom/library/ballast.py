"""A little room kept back, so that on a full disk the library can still write down what happened."""

import os
import shutil

from darkroom.library.disk import PRIVATE_FILE
from darkroom.library.home import Home

SIZE = 1 << 18
# With less than this a disk counts as full: the picture of an ordinary job might not fit.
ROOM = 1 << 24


class Ballast:
    """A file of nothing in the staging folder, given up when a commit finds no room."""

    def __init__(self, home: Home) -> None:
        self._file = home.staging / "ballast"

    def take(self) -> bool:
        """Keep room back; False, and nothing kept, when the disk has none or cannot be written."""
        try:
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
            with open(handle, "wb") as file:
                file.write(bytes(SIZE))
                file.flush()
                os.fsync(file.fileno())
            return shutil.disk_usage(self._file.parent).free >= ROOM
        except OSError:
            self.give()
            return False

    def give(self) -> bool:
        """Give the room back; whether there was any."""
        try:
            self._file.unlink()
        except OSError:
            return False
        return True
