"""What went wrong inside, for whoever has to find out. Prompts do not belong here."""

import contextlib
import logging
import os
from logging.handlers import RotatingFileHandler

from darkroom.library.disk import PRIVATE_FILE
from darkroom.library.home import Home

LARGEST = 1_000_000
KEPT = 3


class Log:
    """`logs/darkroom.log` of a home, rotated."""

    def __init__(self, home: Home) -> None:
        file = home.logs / "darkroom.log"
        self._logger = logging.Logger("darkroom")
        self._handler = _PrivateFile(file, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True)
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
        self._logger.addHandler(self._handler)

    def note(self, sentence: str) -> None:
        self._logger.info(sentence)

    def failure(self, sentence: str, error: BaseException) -> None:
        """The sentence and where the error came from."""
        self._logger.error(sentence, exc_info=(type(error), error, error.__traceback__))

    def close(self) -> None:
        self._handler.close()


class _PrivateFile(RotatingFileHandler):
    def _open(self) -> "logging.TextIOWrapper":  # type: ignore[name-defined]
        return open(
            os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE), "a", encoding="utf-8"
        )

    def close(self) -> None:
        # What could not be written before cannot be now; the file is closed all the same.
        with contextlib.suppress(OSError):
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk must not stop the queue because a line about it cannot be written."""
