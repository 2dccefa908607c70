"""10,000 damaged headers: refused by a rule, or accepted and then really without fault."""

import json
import math
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import deserialize
from safetensors.numpy import save

from darkroom import _native

COUNT = 10_000
SEED = 20_261_121
_BY_BITS = {
    4: ("F4",),
    8: ("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0"),
    16: ("F16", "BF16", "I16", "U16"),
    32: ("I32", "U32", "F32"),
    64: ("F64", "I64", "U64", "C64"),
}
BITS = {dtype: bits for bits, dtypes in _BY_BITS.items() for dtype in dtypes}
EXTREMES = (b"0", b"1", b"-1", b"2147483648", b"4294967296", b"9223372036854775808", b"18446744073709551615", b"1e9")
PIECES = (
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\0",
    b"\xff",
    b"null",
    b"\\u0000",
    b"\\ud800",
    b'"a":',
    b" ",
)

Mutation = Callable[[random.Random, bytes], bytes]


def originals() -> list[bytes]:
    small = {"a": np.zeros(4, np.float32)}
    model = {f"blocks.{index}.{part}": np.ones((2, index), np.float16) for index in range(6) for part in ("w", "b")}
    mixed: dict[str, npt.NDArray[Any]] = {
        "flag": np.array([True, False]),
        "n": np.array([3], np.int64),
        "e": np.zeros((0, 5), np.uint8),
    }
    return [save(small), save(model, {"format": "pt", "note": 'é🐈"\\'}), save(mixed, {"k": ""})]


def flip(source: random.Random, header: bytes) -> bytes:
    at = source.randrange(len(header))
    return header[:at] + bytes([header[at] ^ (1 << source.randrange(8))]) + header[at + 1 :]


def insert(source: random.Random, header: bytes) -> bytes:
    at = source.randrange(len(header) + 1)
    return header[:at] + source.choice(PIECES) + header[at:]


def remove(source: random.Random, header: bytes) -> bytes:
    at = source.randrange(len(header))
    return header[:at] + header[at + source.randrange(1, 9) :]


def repeat(source: random.Random, header: bytes) -> bytes:
    start, end = sorted(source.randrange(len(header) + 1) for _ in range(2))
    return header[:end] + header[start:end] + header[end:]


def digits(source: random.Random, header: bytes) -> bytes:
    places = [at for at, byte in enumerate(header) if chr(byte).isdigit()]
    at = source.choice(places)
    return header[:at] + source.choice((*EXTREMES, b"%d" % source.randrange(100))) + header[at + 1 :]


def double_entry(source: random.Random, header: bytes) -> bytes:
    entries = json.loads(header)
    name = source.choice(list(entries))
    again = json.dumps({source.choice((name, name + "2")): entries[name]}).encode()
    return header.rstrip()[:-1] + b"," + again[1:]


def change_field(source: random.Random, header: bytes) -> bytes:
    entries = json.loads(header)
    entry = entries[source.choice([name for name in entries if name != "__metadata__"])]
    change: dict[str, Any] = {
        "dtype": source.choice([*BITS, "F7", "", 8]),
        "shape": [source.choice([0, 1, 2, 3, 4, 1 << 31, 1 << 40]) for _ in range(source.randrange(10))],
        "data_offsets": [source.randrange(64) for _ in range(source.randrange(1, 4))],
        "extra": None,
    }
    field = source.choice(list(change))
    entry[field] = change[field]
    return json.dumps(entries, ensure_ascii=source.random() < 0.5).encode()


def rename(source: random.Random, header: bytes) -> bytes:
    entries = json.loads(header)
    name = source.choice([name for name in entries if name != "__metadata__"])
    new = source.choice(["x", "", "é" * 300, "\u202e", "tab\t", "a.__class__", "🐈", "n" * 512])
    return json.dumps({(new if key == name else key): value for key, value in entries.items()}).encode()


MUTATIONS: tuple[Mutation, ...] = (flip, insert, remove, repeat, digits, double_entry, change_field, rename)


def mutated(source: random.Random) -> Iterator[bytes]:
    files = originals()
    while True:
        file = source.choice(files)
        length = int.from_bytes(file[:8], "little")
        header, data = source.choice(MUTATIONS)(source, file[8 : 8 + length]), file[8 + length :]
        said = len(header) + source.choice((0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1, 1 << 20))
        end = source.choice((None, None, None, None, None, None, None, None, -1))
        yield max(said, 0).to_bytes(8, "little") + header + (data + source.choice((b"", b"", b"", b"\0")))[:end]


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    assert len(set(keys)) == len(keys)
    return dict(pairs)


def assert_faultless(content: bytes, accepted: _native.CheckedHeader) -> None:
    """Every rule again, in other words than the extension's."""
    length = int.from_bytes(content[:8], "little")
    entries = json.loads(content[8 : 8 + length], object_pairs_hook=once)
    metadata = entries.pop("__metadata__", {})
    assert accepted.metadata == metadata
    assert {entry.name for entry in accepted.tensors} == set(entries)
    expected = 8 + length
    for entry in accepted.tensors:
        assert set(entries[entry.name]) == {"dtype", "shape", "data_offsets"}
        assert entry.name.strip()
        assert len(entry.name.encode()) <= 512
        assert entry.name.isprintable()
        assert len(entry.shape) <= 8
        assert all(0 <= dimension <= 1 << 31 for dimension in entry.shape)
        assert entry.start == expected
        assert (entry.end - entry.start) * 8 == math.prod(entry.shape) * BITS[entry.dtype]
        if entry.dtype == "BOOL":
            assert set(content[entry.start : entry.end]) <= {0, 1}
        expected = entry.end
    assert expected == len(content)


def outcome(handle: int) -> _native.CheckedHeader | str:
    try:
        return _native.check_safetensors(handle)
    except _native.NativeError as error:
        return error.code


def test_no_damaged_header_gets_through(tmp_path: Path) -> None:
    contents = mutated(random.Random(SEED))
    outcomes: Counter[str] = Counter()

    with (tmp_path / "model.safetensors").open("wb+", buffering=0) as file:
        for content in (next(contents) for _ in range(COUNT)):
            os.pwrite(file.fileno(), content, 0)
            file.truncate(len(content))
            checked = outcome(file.fileno())
            if isinstance(checked, str):
                outcomes[checked] += 1
                continue
            outcomes["accepted"] += 1
            assert_faultless(content, checked)
            theirs = {name: (tensor["dtype"], tuple(tensor["shape"])) for name, tensor in deserialize(content)}
            assert {entry.name: (entry.dtype, entry.shape) for entry in checked.tensors} == theirs

    assert set(outcomes) <= {"accepted", *_native.error_codes()}
    assert outcomes["accepted"] > COUNT // 100, "the mutations are so wild that acceptance is not tested"
    assert len(outcomes) > 15, "the mutations reach too few rules"
    assert "internal" not in outcomes
