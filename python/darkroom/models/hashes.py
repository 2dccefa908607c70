"""SHA-256 of model files, remembered by size and time of change: hashing gigabytes at every start helps nobody."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from darkroom import _native
from darkroom.errors import ModelMissing
from darkroom.models.files import component_weights, stamp_of_files
from darkroom.models.kept import keep, kept


def weights_of(model: Path) -> Path:
    """The file whose hash names a model: the checkpoint itself, or a folder's UNet. Raises ModelError."""
    return component_weights(model / "unet") if os.path.isdir(model) else model


def known_hash(model: Path, cache: Path) -> str | None:
    """The hash if the file is unchanged since it was last computed. Raises ModelError."""
    file = weights_of(model)
    entry = kept(cache).get(str(file))
    if not isinstance(entry, dict):
        return None
    found = cast("dict[str, Any]", entry)
    return str(found.get("sha256")) if found.get("stamp") == _stamp(file) else None


def computed_hash(model: Path, cache: Path, on_bytes: Callable[[int, int], None]) -> str:
    """SHA-256 in hex, remembered in `cache`. `on_bytes(done, total)` may raise to stop.

    Raises ModelError.
    """
    file = weights_of(model)
    stamp = _stamp(file)
    try:
        digest = _native.hash_file(file, on_bytes)
    except _native.NativeError as error:
        raise ModelMissing(f"{file} cannot be read ({error}); put the file back or pick another.") from error
    keep(cache, {**kept(cache), str(file): {"stamp": stamp, "sha256": digest}})
    return digest


def _stamp(file: Path) -> list[int]:
    ((_, size, changed),) = stamp_of_files([file])
    return [size, changed]
