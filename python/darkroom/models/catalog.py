"""What models there are: the built-in one, and whatever lies in the user's folders. Imports no torch."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from darkroom.errors import DarkroomError, ModelMissing, ModelUnsafe, ModelUnsupported
from darkroom.library.home import Home
from darkroom.library.settings import stored_settings
from darkroom.messages import Model, problem_of
from darkroom.models.family import FAMILIES, SD15, STARTER, Family
from darkroom.models.files import checked_file
from darkroom.models.sniff import family_of

BUILT_IN = "starter"
BUILT_IN_FOLDER = Path(__file__).parents[1] / "starter" / "model"
INDEX = "model_index.json"
EMBEDDINGS = "embeddings"
"""The folder, directly in a model folder, that holds what prompts name and no models."""
SAFETENSORS = ".safetensors"
PICKLES = frozenset({".ckpt", ".pt", ".pth", ".bin"})
CHECKPOINTS = PICKLES | {SAFETENSORS}
MOST_SHOWN = 200
MOST_ENTRIES = 10_000
"""A model folder pointed at a whole disk must not hang the list."""


@dataclass(frozen=True)
class Entry:
    """A model on disk: what its `Model` message says, and where it is."""

    id: str
    path: Path
    kind: Literal["folder", "file"]
    family: str
    problem: DarkroomError | None = None

    def message(self) -> Model:
        row: Family = FAMILIES.get(self.family, FAMILIES["sd15"])
        return Model(
            id=self.id,
            name=_shown(_name(self.path)) if self.id != BUILT_IN else "Starter (built in)",
            family=self.family,
            kind=self.kind,
            size_bytes=size_of(self.path),
            width=row.width,
            height=row.height,
            steps=row.steps,
            guidance=row.guidance,
            sampler=row.sampler,
            schedule=row.schedule,
            clip_skip=row.clip_skip,
            problem=problem_of(self.problem) if self.problem else None,
        )


@dataclass(frozen=True)
class Catalog:
    """Looks into `folders` each time it is asked: files come and go while the app runs."""

    folders: Sequence[Path] = ()

    def entries(self) -> list[Entry]:
        """The built-in model, then every checkpoint and diffusers folder, by name. Unusable ones say why."""
        return [_built_in(), *(_entry(path, id) for id, path in self._places())]

    def models(self) -> tuple[Model, ...]:
        return tuple(entry.message() for entry in self.entries())

    def find(self, name: str | None) -> Entry:
        """The model with this id, at this path, or with this file name; only that one's file is opened.

        Raises ModelMissing, or what is wrong with the file.
        """
        if name is None or name in (BUILT_IN, str(BUILT_IN_FOLDER)):
            return _built_in()
        if not name.strip():
            raise ModelMissing("The model's name is empty; name a model or leave it out for the default one.")
        places = self._places()
        for known_as in _KNOWN_AS:
            for id, path in places:
                if name == known_as(id, path):
                    return _usable(_entry(path, id))
        path = expanded(name)
        if path is not None and os.path.exists(path):
            return _usable(_entry(path.absolute(), str(path.absolute())))
        raise _missing(name, [BUILT_IN, *(id for id, _ in places)])

    def _places(self) -> list[tuple[str, Path]]:
        """Id and path of everything in the folders; no file is opened."""
        found = {path: folder for folder in reversed(self.folders) for path in _candidates(folder)}
        return _with_ids([(path, path.relative_to(folder).as_posix()) for path, folder in found.items()])


_KNOWN_AS: Sequence[Callable[[str, Path], str]] = (
    lambda id, _: id,
    lambda _, path: str(path),
    lambda _, path: path.name,
)
"""What a model may be called, the most exact first: two may have the same file name."""


def expanded(name: str) -> Path | None:
    """The path a user wrote, with `~` replaced; None if no file system can have it or nobody knows that user."""
    if not name.strip() or "\0" in name:
        return None
    try:
        name.encode("utf-8")
        return Path(name).expanduser()
    except (RuntimeError, UnicodeEncodeError):
        return None


def catalog_of(home: Home) -> "Catalog":
    """What there is in the home's own model folder and in those that its settings name."""
    return Catalog([home.models, *folders_named(stored_settings(home).model_folders)])


def folders_named(names: Iterable[str]) -> list[Path]:
    """The model folders that the settings name; names that cannot be a folder's are left out."""
    return [path for path in map(expanded, names) if path is not None]


def _missing(name: str, ids: Sequence[str]) -> ModelMissing:
    shown = _shown(name)[:MOST_SHOWN]
    near = get_close_matches(shown, ids, n=1)
    hint = f"did you mean {near[0]}?" if near else "put it into a model folder or give its path."
    return ModelMissing(f"Model {shown} was not found; {hint}")


def _shown(text: str) -> str:
    """Without what no message can carry: bytes of a file name that are no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _usable(entry: Entry) -> Entry:
    if entry.problem:
        raise entry.problem
    return entry


def _built_in() -> Entry:
    problem = None
    if not (BUILT_IN_FOLDER / INDEX).is_file():
        problem = ModelMissing(
            "The built-in model is not installed; reinstall Darkroom or train it with `make starter`."
        )
    return Entry(BUILT_IN, BUILT_IN_FOLDER, "folder", STARTER.name, problem)


def _candidates(folder: Path) -> list[Path]:
    """Checkpoints and model folders below `folder`, without following links out of it."""
    found: list[Path] = []
    pending = [folder]
    seen = 0
    while pending and seen < MOST_ENTRIES:
        for path in _listed(pending.pop()):
            seen += 1
            if path == folder / EMBEDDINGS:
                continue
            # os.path's functions say no where a folder may not be entered; Path's raise.
            if os.path.isdir(path) and not os.path.islink(path):
                (found if os.path.isfile(path / INDEX) else pending).append(path)
            elif path.suffix.lower() in CHECKPOINTS:
                found.append(path)
    return sorted(found)


def _listed(folder: Path) -> Iterable[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return ()


def _entry(path: Path, id: str) -> Entry:
    is_folder = os.path.isdir(path)
    try:
        return Entry(id, path, "folder" if is_folder else "file", _family(path, is_folder))
    except (ModelMissing, ModelUnsafe, ModelUnsupported) as problem:
        return Entry(id, path, "folder" if is_folder else "file", "", problem)


def _family(path: Path, is_folder: bool) -> str:
    if str(path) != _shown(str(path)):
        raise ModelUnsupported(f"The name of {_shown(path.name)} is not UTF-8; rename it.")
    if is_folder:
        if not os.path.isfile(path / INDEX):
            raise ModelMissing(f"{path} has no {INDEX}; pick a diffusers model folder or a checkpoint file.")
        return SD15.name
    if path.suffix.lower() in PICKLES:
        raise ModelUnsafe(
            f"{path.name} is a pickle, which can run code and is never loaded; use a safetensors version."
        )
    with checked_file(path) as (_, header):
        return family_of({entry.name: tuple(entry.shape) for entry in header.tensors})


def _with_ids(found: Sequence[tuple[Path, str]]) -> list[tuple[str, Path]]:
    """Each path with its name, as people know their models: without its folder and suffix where that is unambiguous.

    `found` are paths, and their names within their model folder.
    """
    names = Counter([BUILT_IN, *(_name(path) for path, _ in found)])
    short = [_shown(_name(path) if names[_name(path)] == 1 else within) for path, within in found]
    ids = Counter([BUILT_IN, *short])
    return [(id if ids[id] == 1 else _shown(str(path)), path) for id, (path, _) in zip(short, found, strict=True)]


def _name(path: Path) -> str:
    """A folder may have a version in its name, and a suffix that we do not read is part of what is wrong."""
    return path.stem if path.suffix.lower() == SAFETENSORS and not os.path.isdir(path) else path.name


def size_of(path: Path) -> int:
    """Bytes of a file, or of all safetensors files below a folder."""
    files = path.rglob("*.safetensors") if os.path.isdir(path) else (path,)
    try:
        return sum(file.stat().st_size for file in files)
    except OSError:
        return 0
