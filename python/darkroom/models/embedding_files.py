"""Where textual-inversion embeddings lie, and how many vectors one has. Imports no torch."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from darkroom.errors import ModelError
from darkroom.models.files import checked_file

KEYS = ("emb_params", "clip_l")
"""The tensor that holds the vectors, in order of preference."""
MOST_VECTORS = 75
SUFFIX = ".safetensors"

EmbeddingStamp = tuple[Path, int, int]
"""Where a file is, its size in bytes and its time of change in nanoseconds."""


def embedding_file(folders: Sequence[Path], name: str) -> EmbeddingStamp | None:
    """The file that a prompt calls `name`, in the first of `folders` that has it; None without one."""
    stem = name.removesuffix(SUFFIX)
    if not stem or stem != Path(stem).name:
        return None
    for folder in folders:
        path = folder / f"{stem}{SUFFIX}"
        # Names come out of prompts: too long for the file system, or none that it could hold.
        with suppress(OSError, ValueError):
            status = path.stat()
            return path, status.st_size, status.st_mtime_ns
    return None


def vectors_in(folders: Sequence[Path], name: str) -> int:
    """How many vectors the embedding has by its file's header; 0 if it cannot be used."""
    found = embedding_file(folders, name)
    if found is None:
        return 0
    try:
        with checked_file(found[0]) as (_, header):
            shapes = {entry.name: tuple(entry.shape) for entry in header.tensors}
    except ModelError:
        return 0
    shape = next((shapes[key] for key in KEYS if key in shapes), ())
    return shape[0] if len(shape) == 2 and shape[0] <= MOST_VECTORS else 0
