"""What took long to find out, kept in a file that may be lost or damaged at any time."""

from pathlib import Path

import pytest

from darkroom.errors import ModelMissing
from darkroom.models.hashes import computed_hash, known_hash
from darkroom.models.kept import keep, kept


def test_what_is_kept_is_there_again_and_nothing_else_lies_about(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    keep(file, {"bf16": 0.5})

    assert kept(file) == {"bf16": 0.5}
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b"null", b'{"a": "\xff"}'])
def test_a_damaged_file_keeps_nothing(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "kept.json"
    file.write_bytes(data)

    assert kept(file) == {}
    assert kept(tmp_path / "missing.json") == {}


def test_a_file_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    keep(tmp_path / "nowhere" / "kept.json", {"a": 1})

    assert list(tmp_path.iterdir()) == []


def test_a_hash_is_known_until_its_file_changes(tmp_path: Path) -> None:
    model, cache = tmp_path / "model.safetensors", tmp_path / "hashes.json"
    model.write_bytes(b"abc")
    assert known_hash(model, cache) is None
    digest = computed_hash(model, cache, lambda _done, _total: None)
    assert digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert known_hash(model, cache) == digest

    model.write_bytes(b"abcd")
    assert known_hash(model, cache) is None
    model.unlink()
    with pytest.raises(ModelMissing, match="cannot be read"):
        known_hash(model, cache)
