"""Reading a safetensors file that nobody vouches for: checked in Rust, then read through the same open handle.

Nothing is mapped: a file that shrinks while it is used must be an error, not a SIGBUS.
"""

import math
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from darkroom import _native
from darkroom.errors import ModelUnsafe
from darkroom.models.files import checked_file
from darkroom.models.memory import refuse_weights_beyond_memory

STRIDE = 8 << 20
"""Bytes between two looks at the cancel flag and two progress reports."""

CONVOLUTION = 4
"""Dimensions of a convolution's weight."""

DTYPES: dict[str, torch.dtype] = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


@dataclass(frozen=True)
class TensorFile:
    """An open, checked safetensors file."""

    path: Path
    fd: int
    header: _native.CheckedHeader

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {entry.name: tuple(entry.shape) for entry in self.header.tensors}

    def size(self, prefixes: tuple[str, ...] = ("",)) -> int:
        """Bytes of the tensors whose names start with one of `prefixes`."""
        return sum(entry.end - entry.start for entry in self._entries(prefixes))

    def read(
        self, dtype: torch.dtype, on_bytes: Callable[[int], None], prefixes: tuple[str, ...] = ("",)
    ) -> dict[str, Tensor]:
        """The tensors whose names start with one of `prefixes`, floating ones cast to `dtype`, convolutions
        channels-last. `on_bytes(n)` after each n bytes may raise to stop.

        Raises ModelUnsafe, or OutOfMemory for more than this machine can hold.
        """
        entries = self._entries(prefixes)
        least = sum(min(entry.end - entry.start, math.prod(entry.shape) * dtype.itemsize) for entry in entries)
        refuse_weights_beyond_memory(self.path.name, least)
        return {entry.name: self._tensor(entry, dtype, on_bytes) for entry in entries}

    def _entries(self, prefixes: tuple[str, ...]) -> list[_native.TensorEntry]:
        return [entry for entry in self.header.tensors if entry.name.startswith(prefixes)]

    def _tensor(self, entry: _native.TensorEntry, dtype: torch.dtype, on_bytes: Callable[[int], None]) -> Tensor:
        stored = DTYPES.get(entry.dtype)
        if stored is None:
            raise ModelUnsafe(
                f"{self.path.name} stores {entry.name} as {entry.dtype}, which Darkroom cannot read; use an fp16 file."
            )
        data = bytearray(entry.end - entry.start)
        self._fill(memoryview(data), entry.start, on_bytes)
        if not data:
            return torch.empty(tuple(entry.shape), dtype=stored)
        tensor = torch.frombuffer(data, dtype=stored).reshape(tuple(entry.shape))
        if not tensor.is_floating_point():
            return tensor
        # Here, tensor by tensor: converting a whole network would hold its weights twice. 0.9 of the VAE's time.
        is_convolution = tensor.dim() == CONVOLUTION
        return tensor.to(dtype, memory_format=torch.channels_last if is_convolution else torch.preserve_format)

    def _fill(self, into: memoryview, offset: int, on_bytes: Callable[[int], None]) -> None:
        done = 0
        while done < len(into):
            count = os.preadv(self.fd, [into[done : done + STRIDE]], offset + done)
            if count == 0:
                raise ModelUnsafe(f"{self.path.name} became shorter while it was read; copy the file again.")
            done += count
            on_bytes(count)


@contextmanager
def opened(path: Path) -> Generator[TensorFile, None, None]:
    """The file at `path`, checked. Raises ModelMissing or ModelUnsafe with what is wrong."""
    with checked_file(path) as (fd, header):
        yield TensorFile(path, fd, header)
