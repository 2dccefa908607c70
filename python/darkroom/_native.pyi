"""The Rust extension: what must be fast, must not hold the GIL, or must not be fooled by hostile bytes.

Every function works without the GIL and raises `NativeError` for what it refuses. Buffers are anything with the buffer
protocol (bytes, numpy arrays, `tensor.numpy()`); they are copied before the GIL is let go.
"""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, Literal, TypeAlias, final

import numpy.typing as npt
from typing_extensions import Buffer

__all__ = [
    "CheckedHeader",
    "NativeError",
    "TensorEntry",
    "check_safetensors",
    "die_with_parent",
    "encode_picture",
    "error_codes",
    "hash_file",
    "latents_preview",
    "picture_size",
    "pixels_from_float",
    "read_picture_text",
    "thumbnail",
]

_Format: TypeAlias = Literal["png", "webp", "jpeg"]
# numpy declares the buffer protocol from Python 3.12 on only.
_Buffer: TypeAlias = Buffer | npt.NDArray[Any]
_Source: TypeAlias = int | str | PathLike[str]

class NativeError(ValueError):
    """A refusal: one sentence with the value and the way out, and a stable code of `error_codes()`."""

    code: str

@final
class TensorEntry:
    """One tensor of a safetensors file. `start` and `end` are byte positions in the file."""

    @property
    def name(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...

@final
class CheckedHeader:
    """A safetensors file that broke no rule when it was checked."""

    @property
    def tensors(self) -> tuple[TensorEntry, ...]:
        """In the order of their bytes."""
    @property
    def metadata(self) -> dict[str, str]: ...
    @property
    def data_start(self) -> int:
        """Bytes before the first tensor."""
    @property
    def head_hash(self) -> str:
        """SHA-256 of those bytes, in hexadecimal."""
    @property
    def identity(self) -> tuple[int, int, int, int]:
        """Device, inode, size in bytes and time of the last change in nanoseconds; equal means unchanged."""

def check_safetensors(source: _Source) -> CheckedHeader:
    """Check a safetensors file before anything else reads it; the error's code is the rule it breaks.

    Pass the handle that will then be read, not the path: nobody can swap the file in between. The handle's position
    stays where it is. Reads the header (and the values of BOOL tensors), not the other tensors.
    """

def hash_file(source: _Source, progress: Callable[[int, int], object] | None = None) -> str:
    """SHA-256 of a file as 64 hexadecimal digits; the first ten are what other tools call AutoV2.

    `progress(done, total)` is called about every 64 MB and at the end; what it raises ends the reading.
    """

def latents_preview(
    latents: _Buffer,
    channels: int,
    height: int,
    width: int,
    factors: Sequence[Sequence[float]],
    bias: Sequence[float],
    format: Literal["jpeg", "webp", "png", "rgb"] = "jpeg",
    quality: int = 80,
) -> bytes:
    """A small picture of latents (channels, height, width), float32: one pixel per latent.

    `factors` has one row of three per channel, `bias` three numbers; their result in -1..1 is the colour. "rgb" is the
    plain bytes (height, width, 3). NaN or infinite latents are refused (code not-finite).
    """

def pixels_from_float(chw: _Buffer, height: int, width: int) -> bytes:
    """A decoded picture (3, height, width), float32 in -1..1, as 8-bit pixels (height, width, 3).

    v = x/2 + 0.5 within 0..1, then floor(255·v) as other tools do it. NaN or infinite values are refused (not-finite).
    """

def encode_picture(
    rgb: _Buffer,
    width: int,
    height: int,
    format: _Format = "png",
    quality: int = 90,
    text: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Pixels (height, width, 3), uint8, as a file.

    `quality` 1 to 100 is for WebP (lossless at 100) and JPEG. `text` are pairs of keyword and text; PNG keeps any,
    the other two only one named "parameters", as EXIF user comment.
    """

def read_picture_text(data: bytes, max_bytes: int = 16777216, max_texts: int = 1000) -> list[tuple[str, str]]:
    """The texts of a PNG, or the EXIF user comment of a JPEG or WebP as "parameters", from untrusted bytes.

    A PNG that passes is complete and undamaged. `max_bytes` counts all texts after decompression.
    """

def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, as stored, of a PNG, JPEG or WebP. Nothing is decoded."""

def thumbnail(data: bytes, max_edge: int = 256, format: _Format = "webp") -> bytes:
    """A copy of at most `max_edge` pixels on the longer side, upright, without transparency and without texts.

    Pictures of more than 64 megapixels are refused before anything is decoded (picture-too-large).
    """

def die_with_parent() -> bool:
    """Ask the kernel to kill this process when its parent ends; True where that is possible (Linux).

    The kernel means the parent's thread that started this process. A parent that ended before this call is not
    noticed: compare `os.getppid()` afterwards.
    """

def error_codes() -> dict[str, str]:
    """Every code with its sentence, in which the values stand as `{names}`."""
