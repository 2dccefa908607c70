"""Which files a model is made of, and opening one that nobody vouches for. Imports no torch."""

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from darkroom import _native
from darkroom.errors import ModelMissing, ModelUnsafe, ModelUnsupported

Stamp = tuple[tuple[str, int, int], ...]
"""Path, size in bytes and time of change in nanoseconds of each file."""

_FLAGS = ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
"""Where the platform has them; without the first, opening a named pipe waits for somebody to write into it."""

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
            raise ModelUnsafe(f"{path} is not a regular file; pick a .safetensors file.")
        yield fd
    finally:
        os.close(fd)


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
    try:
        return tuple(
            (str(file), status.st_size, status.st_mtime_ns) for file in _parts(model) for status in (file.stat(),)
        )
    except OSError as error:
        raise ModelMissing(f"{model} cannot be read ({error.strerror}); put the model back or pick another.") from error


def _parts(model: Path) -> list[Path]:
    if not os.path.isdir(model):
        return [model]
    files = [*model.glob("*.json"), *model.glob("*/*")]
    return sorted(file for file in files if file.suffix in _READ_WITH_THE_WEIGHTS)
