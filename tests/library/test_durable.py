"""The order in which things reach the disk: what a name stands for is durable before the name, and both in the end."""

import os
from pathlib import Path

import pytest

from darkroom.library.disk import moving, write_durably

Step = tuple[str, int | str]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """What is made durable, by inode, and what is renamed, by its new name."""
    seen: list[Step] = []
    sync, replace = os.fsync, os.replace

    def watched_sync(handle: int) -> None:
        seen.append(("sync", os.fstat(handle).st_ino))
        sync(handle)

    def watched_replace(source: Path, target: Path) -> None:
        seen.append(("rename", target.name))
        replace(source, target)

    monkeypatch.setattr("os.fsync", watched_sync)
    monkeypatch.setattr("os.replace", watched_replace)
    return seen


def synced(path: Path) -> Step:
    return ("sync", path.stat().st_ino)


def test_a_file_is_durable_before_it_has_its_name_and_its_name_before_anybody_is_told(
    tmp_path: Path, steps: list[Step]
) -> None:
    final, staged = tmp_path / "pictures" / "today" / "a.png", tmp_path / "a.part"

    write_durably(final, b"data", staged)

    assert steps == [
        synced(final),
        synced(tmp_path),
        synced(tmp_path / "pictures"),
        ("rename", "a.png"),
        synced(final.parent),
    ]
    assert final.read_bytes() == b"data"
    assert not staged.exists()


def test_files_that_move_have_their_new_names_for_good_before_they_lose_the_old_ones(
    tmp_path: Path, steps: list[Step]
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    for name in "ab":
        (here / name).touch()

    with moving() as moves:
        for name in "ab":
            moves.move(here / name, there / name)
        moves.sync()

    assert steps == [("rename", "a"), ("rename", "b"), synced(there), synced(here)]
    assert sorted(os.listdir(there)) == ["a", "b"]
