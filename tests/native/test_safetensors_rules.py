"""Each rule of the safetensors pre-check, and that a good file passes with what is in it."""

import hashlib
import json
import os
import pickle
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import save, save_file

from darkroom import _native


def file_of(header: bytes, data: bytes = b"", length: int | None = None) -> bytes:
    return (len(header) if length is None else length).to_bytes(8, "little") + header + data


def one(dtype: str = "F32", shape: str = "[1]", offsets: str = "[0,4]", name: str = "a", more: str = "") -> bytes:
    return f'{{"{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}{more}}}}}'.encode()


def two(second: str) -> bytes:
    return ('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},' + second + "}").encode()


def many_tensors() -> bytes:
    entry = {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}
    return json.dumps({str(index): entry for index in range(100_001)}).encode()


def many_texts() -> bytes:
    return json.dumps({"__metadata__": {str(index): "" for index in range(10_001)}}).encode()


FOUR = bytes(4)
BROKEN: Mapping[str, tuple[str, bytes]] = {
    "empty file": ("header-missing", b""),
    "seven bytes": ("header-missing", bytes(7)),
    "header of 16 MiB and a byte": ("header-too-large", file_of(b"{}", length=(16 << 20) + 1)),
    "header of 2^63 bytes": ("header-too-large", file_of(b"{}", length=1 << 63)),
    "header of 2^64 - 8 bytes": ("header-too-large", file_of(b"{}", length=(1 << 64) - 8)),
    "file ends in its header": ("header-cut", file_of(b'{"a":', length=100)),
    "header is not UTF-8": ("header-not-text", file_of(b'{"\xff":{}}')),
    "header is empty": ("header-syntax", file_of(b"")),
    "space in front": ("header-syntax", file_of(b" {}")),
    "header is a list": ("header-syntax", file_of(b"[]")),
    "five million brackets": ("header-syntax", file_of(b"{" + b"[" * 5_000_000)),
    "text behind the header": ("header-syntax", file_of(b"{} x")),
    "NUL behind the header": ("header-syntax", file_of(b"{}\0")),
    "comma at the end": ("header-syntax", file_of(b'{"__metadata__":{},}')),
    "number with a point": ("header-syntax", file_of(one(shape="[1.0]"), FOUR)),
    "number with an exponent": ("header-syntax", file_of(one(shape="[1e0]"), FOUR)),
    "number with a leading zero": ("header-syntax", file_of(one(shape="[01]"), FOUR)),
    "negative dimension": ("header-syntax", file_of(one(shape="[-1]"), FOUR)),
    "negative offset": ("header-syntax", file_of(one(offsets="[-4,0]"), FOUR)),
    "offset of 2^64": ("header-syntax", file_of(one(offsets="[0,18446744073709551616]"), FOUR)),
    "one offset": ("header-syntax", file_of(one(offsets="[0]"), FOUR)),
    "three offsets": ("header-syntax", file_of(one(offsets="[0,4,8]"), FOUR)),
    "half a surrogate": ("header-syntax", file_of(one(name="\\ud800"), FOUR)),
    "two first halves": ("header-syntax", file_of(one(name="\\ud800\\ud800"), FOUR)),
    "line break in a string": ("header-syntax", file_of(one(name="a\nb"), FOUR)),
    "unknown escape": ("header-syntax", file_of(one(name="\\x41"), FOUR)),
    "NaN": ("header-syntax", file_of(one(shape="[NaN]"), FOUR)),
    "tensor is null": ("header-syntax", file_of(b'{"a":null}')),
    "duplicate tensor": ("duplicate-key", file_of(two('"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}'), FOUR)),
    "duplicate in other letters": (
        "duplicate-key",
        file_of(two('"\\u0061":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}'), FOUR),
    ),
    "duplicate field": ("duplicate-key", file_of(one(more=',"dtype":"F32"'), FOUR)),
    "duplicate metadata": ("duplicate-key", file_of(b'{"__metadata__":{"x":"1","x":"2"}}')),
    "second metadata": ("duplicate-key", file_of(b'{"__metadata__":{},"__metadata__":{}}')),
    "unknown field": ("unknown-field", file_of(one(more=',"strides":[1]'), FOUR)),
    "no dtype": ("missing-field", file_of(b'{"a":{"shape":[1],"data_offsets":[0,4]}}', FOUR)),
    "no shape": ("missing-field", file_of(b'{"a":{"dtype":"F32","data_offsets":[0,4]}}', FOUR)),
    "no offsets": ("missing-field", file_of(b'{"a":{"dtype":"F32","shape":[1]}}', FOUR)),
    "metadata with a number": ("metadata-not-text", file_of(b'{"__metadata__":{"steps":20}}')),
    "10,001 metadata entries": ("metadata-too-many", file_of(many_texts())),
    "100,001 tensors": ("too-many-tensors", file_of(many_tensors())),
    "empty name": ("name-empty", file_of(one(name=""), FOUR)),
    "name of 513 bytes": ("name-too-long", file_of(one(name="a" * 513), FOUR)),
    "name of 171 characters and 513 bytes": ("name-too-long", file_of(one(name="\u20ac" * 171), FOUR)),
    "bell in the name": ("name-unprintable", file_of(one(name="\\u0007"), FOUR)),
    "name that runs backwards": ("name-unprintable", file_of(one(name="\u202egpj"), FOUR)),
    "invisible name": ("name-unprintable", file_of(one(name="\u200b"), FOUR)),
    "unknown dtype": ("unknown-dtype", file_of(one(dtype="F31"), FOUR)),
    "nine dimensions": ("rank-too-high", file_of(one(shape="[1,1,1,1,1,1,1,1,1]"), FOUR)),
    "dimension of 2^31 + 1": ("dimension-too-large", file_of(one(shape="[2147483649]"), FOUR)),
    "nothing times 2^40": ("dimension-too-large", file_of(one(shape="[0,1099511627776]", offsets="[0,0]"))),
    "more elements than a number": ("shape-too-large", file_of(one(shape=f"[{1 << 31},{1 << 31},4]"), FOUR)),
    "half a byte": ("shape-not-whole", file_of(one(dtype="F4", shape="[1]", offsets="[0,1]"), b"\0")),
    "end before start": ("range-reversed", file_of(one(offsets="[4,0]"), FOUR)),
    "shape larger than its bytes": ("size-mismatch", file_of(one(shape="[2]"), FOUR)),
    "shape smaller than its bytes": ("size-mismatch", file_of(one(shape="[]", offsets="[0,8]"), bytes(8))),
    "bytes in front": ("hole", file_of(one(offsets="[4,8]"), bytes(8))),
    "bytes between": ("hole", file_of(two('"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}'), bytes(6))),
    "same bytes twice": ("overlap", file_of(two('"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}'), FOUR)),
    "partly the same bytes": ("overlap", file_of(two('"b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}'), bytes(7))),
    "file ends in its tensors": ("data-cut", file_of(one(), bytes(3))),
    "a byte behind the tensors": ("trailing-bytes", file_of(one(), bytes(5))),
    "BOOL tensors of 64 MiB and a byte": (
        "bool-too-large",
        file_of(one(dtype="BOOL", shape="[67108865]", offsets="[0,67108865]"), bytes((64 << 20) + 1)),
    ),
    "BOOL of 7": ("bool-value", file_of(one(dtype="BOOL", shape="[2]", offsets="[0,2]"), b"\1\7")),
    "pickle": ("is-pickle", pickle.dumps({"state_dict": list(range(100))})),
    "GGUF": ("is-gguf", b"GGUF\3\0\0\0" + bytes(64)),
    "web page": ("is-html", b"\n<!DOCTYPE html><html><body>404</body></html>"),
    "LFS pointer": ("is-lfs-pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4265380512\n"),
    "random": ("header-too-large", bytes(range(64, 128))),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


def refusal(path: Path) -> _native.NativeError:
    with pytest.raises(_native.NativeError) as caught:
        _native.check_safetensors(path)
    return caught.value


@pytest.mark.parametrize(("code", "content"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rule_is_named_by_its_own_code(path: Path, code: str, content: bytes) -> None:
    path.write_bytes(content)

    error = refusal(path)

    assert error.code == code
    for value in re.findall(r"{\w+", _native.error_codes()[code]):
        assert value not in str(error)


def test_a_zip_archive_is_named(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"")

    assert refusal(path).code == "is-zip"


def test_a_length_that_looks_like_a_pickle_is_still_a_header(path: Path) -> None:
    header = one().ljust(0x0280)
    path.write_bytes(file_of(header, FOUR))

    assert [entry.name for entry in _native.check_safetensors(path).tensors] == ["a"]


def test_the_limits_themselves_are_allowed(path: Path) -> None:
    shape = f"[0,{1 << 31},1,1,1,1,1,1]"
    path.write_bytes(file_of(one(name="n" * 512, shape=shape, offsets="[0,0]").ljust(16 << 20)))

    (entry,) = _native.check_safetensors(path).tensors

    assert entry.shape == (0, 1 << 31, 1, 1, 1, 1, 1, 1)


def test_a_good_file_is_described(path: Path) -> None:
    tensors: dict[str, npt.NDArray[Any]] = {
        "b.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a": np.array([1.5], np.float16),
        "flag": np.array(True),
    }
    save_file(tensors, path, metadata={"format": "pt", "title": "cat 🐈", "quote": '"\\\n\t'})

    header = _native.check_safetensors(path)

    content = path.read_bytes()
    read = {entry.name: (entry.dtype, entry.shape, content[entry.start : entry.end]) for entry in header.tensors}
    assert read == {
        "b.weight": ("F32", (2, 3), tensors["b.weight"].tobytes()),
        "a": ("F16", (1,), tensors["a"].tobytes()),
        "flag": ("BOOL", (), b"\1"),
    }
    assert header.metadata == {"format": "pt", "title": "cat 🐈", "quote": '"\\\n\t'}
    assert header.head_hash == hashlib.sha256(content[: header.data_start]).hexdigest()
    about = path.stat()
    assert header.identity == (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns)


def test_a_handle_is_checked_where_it_is_and_stays_usable(path: Path) -> None:
    path.write_bytes(save({"a": np.zeros(3)}))

    with path.open("rb") as file:
        file.seek(5)
        path.unlink()
        names = [entry.name for entry in _native.check_safetensors(file.fileno()).tensors]
        position = file.tell()

    assert (names, position) == (["a"], 5)


def test_a_named_pipe_is_refused_at_once(path: Path) -> None:
    os.mkfifo(path)

    assert refusal(path).code == "not-a-file"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "not-a-file"


def test_a_missing_file_is_refused(path: Path) -> None:
    assert refusal(path).code == "io"


def test_a_closed_handle_is_refused(path: Path) -> None:
    path.write_bytes(save({"a": np.zeros(3)}))
    with path.open("rb") as file:
        handle = os.dup(file.fileno())
    os.close(handle)

    with pytest.raises(_native.NativeError) as caught:
        _native.check_safetensors(handle)

    assert caught.value.code == "bad-handle"
