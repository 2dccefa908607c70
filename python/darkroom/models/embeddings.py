"""Textual-inversion embeddings: vectors that prompts name as `embedding:name`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from darkroom.errors import ModelError
from darkroom.models.embedding_files import KEYS, MOST_VECTORS, EmbeddingStamp, embedding_file
from darkroom.models.tensors import opened


@dataclass(frozen=True)
class _Known:
    """What a name meant when it was looked up: nothing, or the file it was read from. Not every file is usable."""

    stamp: EmbeddingStamp | None
    vectors: Tensor | None


class Embeddings(Mapping[str, Tensor]):
    """Looks names up in `folders` when they are asked for: float32 tensors of shape (vectors, width).

    A file that is damaged or made for another width is unknown; `on_problem` is told why. What was looked up is kept
    until `refresh` finds that its file is another.
    """

    def __init__(self, folders: Sequence[Path], width: int, on_problem: Callable[[str], None] | None = None) -> None:
        self._folders = folders
        self._width = width
        self._on_problem = on_problem
        self._known: dict[str, _Known] = {}

    def __getitem__(self, name: str) -> Tensor:
        vectors = self._vectors(name)
        if vectors is None:
            raise KeyError(name)
        return vectors

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._vectors(name) is not None

    def __iter__(self) -> Iterator[str]:
        return (name for name, known in self._known.items() if known.vectors is not None)

    def __len__(self) -> int:
        return sum(known.vectors is not None for known in self._known.values())

    def refresh(self) -> bool:
        """Forget every name whose file came, changed or went since it was read; whether there was one."""
        changed = [name for name, known in self._known.items() if known.stamp != embedding_file(self._folders, name)]
        for name in changed:
            del self._known[name]
        return bool(changed)

    def _vectors(self, name: str) -> Tensor | None:
        if name not in self._known:
            # The stamp first: a file that changes while it is read has another one the next time.
            stamp = embedding_file(self._folders, name)
            self._known[name] = _Known(stamp, self._opened(stamp[0]) if stamp else None)
        return self._known[name].vectors

    def _opened(self, path: Path) -> Tensor | None:
        try:
            with opened(path) as file:
                key = next((key for key in KEYS if key in file.shapes), "")
                shape = file.shapes.get(key, ())
                if len(shape) != 2 or shape[1] != self._width or not 1 <= shape[0] <= MOST_VECTORS:
                    self._tell(f"Embedding {path.name} is {list(shape)}, not (vectors, {self._width}); it is ignored.")
                    return None
                vectors = file.read(torch.float32, lambda _: None, (key,))[key]
        except ModelError as error:
            self._tell(error.sentence)
            return None
        if not vectors.is_floating_point():
            self._tell(f"Embedding {path.name} is stored as {vectors.dtype}; it is ignored.")
            return None
        return vectors

    def _tell(self, sentence: str) -> None:
        if self._on_problem:
            self._on_problem(sentence)
