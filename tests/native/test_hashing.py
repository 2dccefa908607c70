"""Hashes equal hashlib's, progress is told and can end the reading."""

import hashlib
from pathlib import Path

import pytest

from darkroom import _native

STRIDE = 64 << 20


@pytest.mark.parametrize("size", [0, 1, 55, 64, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_333_333])
def test_the_hash_is_that_of_hashlib(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes((bytes(range(251)) * (size // 251 + 1))[:size])

    assert _native.hash_file(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_handle_is_hashed_from_its_beginning_and_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")

    with path.open("rb") as file:
        file.seek(7)
        digest, position = _native.hash_file(file.fileno()), file.tell()

    assert (digest, position) == (hashlib.sha256(b"0123456789").hexdigest(), 7)


def large(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(2 * STRIDE + 5)
    return path


def test_progress_is_told_at_each_stride_and_at_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    total = 2 * STRIDE + 5

    _native.hash_file(large(tmp_path / "file"), lambda done, of: told.append((done, of)))

    assert told == [(STRIDE, total), (2 * STRIDE, total), (total, total)]


class Stopped(BaseException):
    """What a cancelled job raises."""


def test_what_progress_raises_ends_the_reading(tmp_path: Path) -> None:
    told: list[int] = []

    def stop(done: int, _: int) -> None:
        told.append(done)
        raise Stopped

    with pytest.raises(Stopped):
        _native.hash_file(large(tmp_path / "file"), stop)

    assert told == [STRIDE]


def test_a_file_that_grows_meanwhile_is_refused(tmp_path: Path) -> None:
    path = large(tmp_path / "file")

    def grow(_done: int, _total: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(_native.NativeError) as caught:
        _native.hash_file(path, grow)

    assert caught.value.code == "file-changed"


def test_a_file_that_shrinks_meanwhile_is_refused(tmp_path: Path) -> None:
    path = large(tmp_path / "file")

    def shrink(_done: int, _total: int) -> None:
        with path.open("rb+") as file:
            file.truncate(STRIDE)

    with pytest.raises(_native.NativeError) as caught:
        _native.hash_file(path, shrink)

    assert caught.value.code == "file-changed"
