"""Textual-inversion embeddings: vectors that prompts name as `embedding:name`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from darkroom.errors import ModelError
from darkroom.models.tensors import opened

KEYS = ("emb_params", "clip_l")
MOST_VECTORS = 75
SUFFIX = ".safetensors"


class Embeddings(Mapping[str, Tensor]):
    """Looks names up in `folders` when they are asked for: float32 tensors of shape (vectors, width).

    A file that is damaged or made for another width is unknown; `on_problem` is told why.
    """

    def __init__(self, folders: Sequence[Path], width: int, on_problem: Callable[[str], None] | None = None) -> None:
        self._folders = folders
        self._width = width
        self._on_problem = on_problem
        self._known: dict[str, Tensor | None] = {}

    def __getitem__(self, name: str) -> Tensor:
        vectors = self._vectors(name)
        if vectors is None:
            raise KeyError(name)
        return vectors

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._vectors(name) is not None

    def __iter__(self) -> Iterator[str]:
        return (name for name, vectors in self._known.items() if vectors is not None)

    def __len__(self) -> int:
        return sum(vectors is not None for vectors in self._known.values())

    def _vectors(self, name: str) -> Tensor | None:
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Tensor | None:
        stem = name.removesuffix(SUFFIX)
        if not stem or stem != Path(stem).name:
            return None
        for folder in self._folders:
            path = folder / f"{stem}{SUFFIX}"
            if path.is_file():
                return self._opened(path)
        return None

    def _opened(self, path: Path) -> Tensor | None:
        try:
            with opened(path) as file:
                key = next((key for key in KEYS if key in file.shapes), None)
                shape = file.shapes.get(key, ()) if key else ()
                if key is None or len(shape) != 2 or shape[1] != self._width or not 1 <= shape[0] <= MOST_VECTORS:
                    self._tell(f"Embedding {path.name} is {list(shape)}, not (vectors, {self._width}); it is ignored.")
                    return None
                return file.read(torch.float32, lambda _: None)[key]
        except ModelError as error:
            self._tell(error.sentence)
            return None

    def _tell(self, sentence: str) -> None:
        if self._on_problem:
            self._on_problem(sentence)
