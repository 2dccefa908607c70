"""Which files a model is made of, and opening one that nobody vouches for. Imports no torch."""

import json
import os
import stat
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from darkroom import _native
from darkroom.errors import ModelMissing, ModelUnsafe, ModelUnsupported

Stamp = tuple[tuple[str, int, int], ...]
"""Path, size in bytes and time of change in nanoseconds of each file."""

_FLAGS = ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
"""Where the platform has them; without the first, opening a named pipe waits for somebody to write into it."""

MOST_CONFIG_BYTES = 1 << 20

_READ_WITH_THE_WEIGHTS = frozenset({".safetensors", ".json", ".txt"})


@contextmanager
def regular_file(path: Path) -> Generator[int, None, None]:
    """A descriptor of the file at `path`, open for reading. Raises ModelMissing, or ModelUnsafe if it is no file."""
    flags = os.O_RDONLY
    for flag in _FLAGS:
        flags |= getattr(os, flag, 0)
    try:
        fd = os.open(path, flags)
    except OSError as error:
        raise ModelMissing(f"{path} cannot be opened ({error.strerror}); put the file back or pick another.") from error
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise ModelUnsafe(f"{path} is not a regular file; put the file itself there or pick another.")
        yield fd
    finally:
        os.close(fd)


def small_file(path: Path, most: int) -> bytes:
    """The bytes of the file at `path`. Raises ModelMissing, or ModelUnsafe if it is no file or more than `most`."""
    with regular_file(path) as fd:
        try:
            with open(fd, "rb", closefd=False) as opened:
                data = opened.read(most + 1)
        except OSError as error:
            raise ModelMissing(f"{path} cannot be read ({error.strerror}); get the model again.") from error
    if len(data) > most:
        raise ModelUnsafe(f"{path} is larger than {most >> 20} MB and not what its name says; use another model.")
    return data


def json_object(path: Path, most: int = MOST_CONFIG_BYTES) -> dict[str, Any]:
    """The JSON object in the file at `path`. Raises ModelMissing, or ModelUnsafe if it is anything else."""
    try:
        value = json.loads(small_file(path, most))
    except (ValueError, RecursionError) as error:
        raise ModelUnsafe(f"{path} is not valid JSON; get the model folder again.") from error
    if not isinstance(value, dict):
        raise ModelUnsafe(f"{path} holds no JSON object; get the model folder again.")
    return cast("dict[str, Any]", value)


@contextmanager
def checked_file(path: Path) -> Generator[tuple[int, _native.CheckedHeader], None, None]:
    """A descriptor of the safetensors file at `path` and its header. Raises ModelMissing or ModelUnsafe."""
    with regular_file(path) as fd:
        try:
            header = _native.check_safetensors(fd)
        except _native.NativeError as error:
            raise ModelUnsafe(f"{path.name}: {error}") from error
        yield fd, header


def component_weights(folder: Path) -> Path:
    """The one weight file of a component. Sharded components and pickles are refused by name."""
    for stem in ("diffusion_pytorch_model", "model"):
        for suffix in (".safetensors", ".fp16.safetensors"):
            if os.path.isfile(folder / f"{stem}{suffix}"):
                return folder / f"{stem}{suffix}"
    if next(folder.glob("*.index.json"), None) is not None:
        raise ModelUnsupported(f"{folder.name} is split into several files; use a model with one file per component.")
    if next(folder.glob("*.bin"), None) is not None:
        raise ModelUnsupported(f"{folder.name} is stored as pickle, which is never loaded; use a safetensors version.")
    raise ModelMissing(f"{folder} holds no weights; get the model folder again.")


def stamp_of(model: Path) -> Stamp:
    """What changes when a file of the model does: the checkpoint itself, or a folder's weights and configurations.

    Raises ModelMissing if the model is gone.
    """
    return stamp_of_files(_parts(model))


def stamp_of_files(files: Iterable[Path]) -> Stamp:
    """What changes when one of `files` does. Raises ModelMissing if one is gone."""
    return tuple((str(file), *_size_and_time(file)) for file in files)


def _size_and_time(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError as error:
        raise ModelMissing(f"{file} cannot be read ({error.strerror}); put the file back or pick another.") from error
    return status.st_size, status.st_mtime_ns


def _parts(model: Path) -> list[Path]:
    if not os.path.isdir(model):
        return [model]
    files = [*model.glob("*.json"), *model.glob("*/*")]
    return sorted(file for file in files if file.suffix in _READ_WITH_THE_WEIGHTS)
