"""Where `--output` says that pictures go, checked before the work."""

import os
from dataclasses import dataclass
from pathlib import Path

from darkroom.errors import BadRequest
from darkroom.library.disk import reason_of
from darkroom.library.export import FORMATS


@dataclass(frozen=True)
class Target:
    """A folder that gets the pictures under the library's names, or a file that gets one (or, numbered, several)."""

    path: Path
    folder: bool
    count: int

    def place(self, index: int, name: str) -> Path:
        """Where picture `index`, called `name` in the library, goes."""
        if self.folder:
            return _free(self.path / name)
        if self.count == 1:
            return self.path
        return self.path.with_name(f"{self.path.stem}-{index + 1}{self.path.suffix}")


def target(text: str, count: int) -> Target:
    """What `--output` means. Raises BadRequest before anything is made in vain."""
    path = Path(os.path.expanduser(text)).absolute()
    if "\0" in text or not text:
        what = "has a NUL character" if text else "is empty"
        raise BadRequest(f"The output path {what}; name a file or folder.")
    _check_name(path)
    # os.path's functions say no where a folder may not be entered; Path's raise.
    if os.path.isdir(path) or text.endswith(("/", os.sep)):
        _make_folder(path)
        _check_writable(path)
        return Target(path, folder=True, count=count)
    if path.suffix.lower() not in FORMATS:
        raise BadRequest(
            f"Output {path.name!r} is neither a folder nor a .png, .webp or .jpg; "
            f"write {path.name}.png, or {path.name}/ for a folder."
        )
    if not os.path.isdir(path.parent):
        raise BadRequest(f"There is no folder {path.parent} for the output; make it or choose another.")
    _check_writable(path.parent)
    made = Target(path, folder=False, count=count)
    for index in range(count):
        _check_file(made.place(index, ""))
    return made


def _check_name(path: Path) -> None:
    """Raises BadRequest for a path that can exist nowhere here: a name too long, a loop of links."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    except OSError as error:
        raise BadRequest(f"The output {str(path)[:80]!r} cannot be ({reason_of(error)}); choose another.") from error


def _check_file(path: Path) -> None:
    """Raises BadRequest where a numbered name is too long, or is that of a folder."""
    _check_name(path)
    if os.path.isdir(path):
        raise BadRequest(f"The output {path} is a folder; choose another name, or write {path}/ to mean the folder.")


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadRequest(f"The folder {path} cannot be made ({reason_of(error)}); choose another output.") from error


def _check_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadRequest(f"The folder {folder} may not be written to; choose another output.")


def _free(path: Path) -> Path:
    """The path, numbered if something else has its name: a folder may hold pictures of another home."""
    number, free = 2, path
    while free.exists():
        number, free = number + 1, path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free
