"""Pictures out of the library to where `--output` says: checked before the work, copied atomically after it."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from darkroom import _native
from darkroom.errors import BadRequest, DarkroomError
from darkroom.library.disk import disk_problem
from darkroom.library.metadata import read_picture_file

Format: TypeAlias = Literal["png", "webp", "jpeg"]

_FORMATS: dict[str, Format] = {".png": "png", ".webp": "webp", ".jpg": "jpeg", ".jpeg": "jpeg"}
_QUALITY = 95


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
    if path.is_dir() or text.endswith(("/", os.sep)):
        _make_folder(path)
        _check_writable(path)
        return Target(path, folder=True, count=count)
    if path.suffix.lower() not in _FORMATS:
        raise BadRequest(
            f"Output {path.name!r} is neither a folder nor a .png, .webp or .jpg; "
            f"write {path.name}.png, or {path.name}/ for a folder."
        )
    if not path.parent.is_dir():
        raise BadRequest(f"There is no folder {path.parent} for the output; make it or choose another.")
    _check_writable(path.parent)
    return Target(path, folder=False, count=count)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadRequest(f"The folder {path} cannot be made ({_reason(error)}); choose another output.") from error


def _check_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadRequest(f"The folder {folder} may not be written to; choose another output.")


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()


def copy_picture(source: Path, place: Path) -> None:
    """Copy a picture, in the format of `place`'s suffix, with its settings. `place` is old or new, never half.

    A PNG is copied byte by byte; JPEG and WebP keep the infotext. Raises DiskFull, HomeUnwritable, PictureUnreadable.
    """
    data = read_picture_file(source)
    kind = _FORMATS[place.suffix.lower()]
    if kind != "png":
        try:
            data = _converted(data, kind)
        except _native.NativeError as error:
            raise BadRequest(f"The picture is safe in {source}, but cannot be written as {kind}: {error}.") from error
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        _write(part, data)
        os.replace(part, place)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise _not_copied(error, source, place) from error


def _write(part: Path, data: bytes) -> None:
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _not_copied(error: OSError, source: Path, place: Path) -> DarkroomError:
    problem = disk_problem(error, place)
    return type(problem)(
        f"The picture is safe in {source}, but {place} could not be written ({_reason(error)}); copy it."
    )


def _converted(data: bytes, kind: Format) -> bytes:
    from io import BytesIO

    from PIL import Image

    texts = [(name, text) for name, text in _native.read_picture_text(data) if name == "parameters"]
    with Image.open(BytesIO(data), formats=["PNG"]) as opened:
        picture = opened.convert("RGB")
    return _native.encode_picture(picture.tobytes(), *picture.size, kind, quality=_QUALITY, text=texts)


def _free(path: Path) -> Path:
    """The path, numbered if something else has its name: a folder may hold pictures of another home."""
    number, free = 2, path
    while free.exists():
        number, free = number + 1, path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free
