"""What went wrong inside: written for the user's eyes, in no more room than was meant for it."""

import os
import stat
from pathlib import Path

import pytest

from darkroom.library import log
from darkroom.library.home import open_home
from darkroom.library.log import Log


def test_old_lines_go_when_there_are_many_and_every_file_is_private(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LARGEST", 200)
    kept = Log(open_home(home))
    for number in range(40):
        kept.note(f"Line {number} of many.")
    kept.close()

    names = ["darkroom.log", *(f"darkroom.log.{number}" for number in range(1, log.KEPT + 1))]
    assert sorted(os.listdir(home / "logs")) == names
    assert "Line 39" in (home / "logs" / names[0]).read_text()
    for file in (home / "logs").iterdir():
        assert file.stat().st_size <= 200
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
