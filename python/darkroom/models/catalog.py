"""What models there are: the built-in one, and whatever lies in the user's folders. Imports no torch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from darkroom import _native
from darkroom.errors import DarkroomError, ModelMissing, ModelUnsafe, ModelUnsupported
from darkroom.messages import Model, problem_of
from darkroom.models.family import FAMILIES, STARTER, Family
from darkroom.models.sniff import family_of

BUILT_IN = "starter"
BUILT_IN_FOLDER = Path(__file__).parents[1] / "starter" / "model"
PICKLES = frozenset({".ckpt", ".pt", ".pth", ".bin"})
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
            name=self.path.stem if self.id != BUILT_IN else "Starter (built in)",
            family=self.family,
            kind=self.kind,
            size_bytes=size_of(self.path),
            width=row.width,
            height=row.height,
            problem=problem_of(self.problem) if self.problem else None,
        )


@dataclass(frozen=True)
class Catalog:
    """Looks into `folders` each time it is asked: files come and go while the app runs."""

    folders: Sequence[Path] = ()

    def entries(self) -> list[Entry]:
        """The built-in model, then every checkpoint and diffusers folder, by name. Unusable ones say why."""
        entries = [_built_in()]
        for folder in self.folders:
            entries += [_entry(path, path.relative_to(folder).as_posix()) for path in _candidates(folder)]
        return _unique(entries)

    def models(self) -> tuple[Model, ...]:
        return tuple(entry.message() for entry in self.entries())

    def find(self, name: str | None) -> Entry:
        """The model called `name`, or at that path. Raises ModelMissing, or what is wrong with the file."""
        if name is None or name == BUILT_IN:
            return _built_in()
        entries = self.entries()
        for entry in entries:
            if name in (entry.id, entry.path.name, str(entry.path)):
                return _usable(entry)
        path = Path(name).expanduser()
        if path.exists():
            return _usable(_entry(path.absolute(), str(path.absolute())))
        near = get_close_matches(name, [entry.id for entry in entries], n=1)
        hint = f"did you mean {near[0]}?" if near else "put it into a model folder or give its path."
        raise ModelMissing(f"Model {name} was not found; {hint}")


def _usable(entry: Entry) -> Entry:
    if entry.problem:
        raise entry.problem
    return entry


def _built_in() -> Entry:
    problem = None
    if not (BUILT_IN_FOLDER / "model_index.json").is_file():
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
            if path.is_dir() and not path.is_symlink():
                (found if (path / "model_index.json").is_file() else pending).append(path)
            elif path.suffix.lower() == ".safetensors" or path.suffix.lower() in PICKLES:
                found.append(path)
    return sorted(found)


def _listed(folder: Path) -> Iterable[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return ()


def _entry(path: Path, name: str) -> Entry:
    if path.is_dir():
        if not (path / "model_index.json").is_file():
            problem = ModelMissing(
                f"{path} has no model_index.json; pick a diffusers model folder or a checkpoint file."
            )
            return Entry(name, path, "folder", "", problem)
        return Entry(name, path, "folder", "sd15")
    try:
        return Entry(name, path, "file", _family(path))
    except (ModelMissing, ModelUnsafe, ModelUnsupported) as problem:
        return Entry(name, path, "file", "", problem)


def _family(path: Path) -> str:
    if path.suffix.lower() in PICKLES:
        raise ModelUnsafe(
            f"{path.name} is a pickle, which can run code and is never loaded; use a safetensors version."
        )
    try:
        with path.open("rb") as file:
            header = _native.check_safetensors(file.fileno())
    except OSError as error:
        raise ModelMissing(f"{path} cannot be opened ({error.strerror}); put the file back or pick another.") from error
    except _native.NativeError as error:
        raise ModelUnsafe(f"{path.name}: {error}") from error
    return family_of({entry.name: tuple(entry.shape) for entry in header.tensors})


def _unique(entries: list[Entry]) -> list[Entry]:
    """Names without their suffix where that is unambiguous, as people know their models."""
    stems = [Path(entry.id).stem for entry in entries]
    return [
        replace(entry, id=stem) if stems.count(stem) == 1 and entry.id != BUILT_IN else entry
        for entry, stem in zip(entries, stems, strict=True)
    ]


def size_of(path: Path) -> int:
    """Bytes of a file, or of all safetensors files below a folder."""
    files = path.rglob("*.safetensors") if path.is_dir() else (path,)
    try:
        return sum(file.stat().st_size for file in files)
    except OSError:
        return 0
