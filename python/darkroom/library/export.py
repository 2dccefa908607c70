"""Pictures out of the library to where the user wants them, in the format that the file's name asks for."""

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeAlias

from darkroom import _native
from darkroom.errors import BadRequest, DarkroomError, NotFound, PictureUnreadable
from darkroom.library.disk import disk_problem, reason_of, write_synced
from darkroom.library.home import Home
from darkroom.library.metadata import INFOTEXT_CHUNK, read_picture_file

Format: TypeAlias = Literal["png", "webp", "jpeg"]

FORMATS: Mapping[str, Format] = {".png": "png", ".webp": "webp", ".jpg": "jpeg", ".jpeg": "jpeg"}
_QUALITY = 95
# The user's mask decides who may read it, as with every file that is not in the home.
_PUBLIC_FILE = 0o666


def export_picture(home: Home, source: Path, path: str) -> None:
    """`copy_picture` to a path that the user typed or chose; one without a suffix becomes a PNG.

    Raises NotFound for a folder that does not exist and BadRequest for a suffix that is no format, for what cannot be
    a name and for a place among the library's own files.
    """
    place = _named(path)
    # Path's functions raise where a folder may not be entered.
    if not os.path.isdir(place.parent):
        raise NotFound(f"There is no folder {place.parent} to export to; pick one that exists.")
    if place.suffix and place.suffix.lower() not in FORMATS:
        raise BadRequest(
            f"Darkroom writes no {place.suffix} files; call it {place.name}.png, or let it end in .webp or .jpg."
        )
    refuse_own(home, place)
    copy_picture(source, place)


def _named(path: str) -> Path:
    """Raises BadRequest for what no file can be called."""
    place = Path(os.path.expanduser(path))
    try:
        possible = bool(place.name) and b"\0" not in os.fsencode(place)
    except UnicodeEncodeError:
        possible = False
    if not possible:
        raise BadRequest(f"{path[:80]!a} cannot be the name of a file; write one like picture.png.")
    return place


def refuse_own(home: Home, place: Path) -> None:
    """Raise BadRequest for a place among the library's own files: a copy there would replace or pose as one of them."""
    real = Path(os.path.realpath(place))
    folders = [Path(os.path.realpath(own)) for own in (home.pictures, home.trash, home.staging)]
    if real.parent == Path(os.path.realpath(home.root)) or any(real.is_relative_to(own) for own in folders):
        raise BadRequest(f"{place} is where the library keeps its own files; choose a place outside {home.root}.")


def copy_picture(source: Path, place: Path) -> None:
    """Copy a picture, in the format of `place`'s suffix, with its settings. `place` is old or new, never half.

    Where `place` is a link, the file that it leads to is written.

    A PNG is copied byte by byte; JPEG and WebP keep the infotext. Raises DiskFull, HomeUnwritable, PictureUnreadable,
    NotFound, or BadRequest for settings that the format has no room for and for a place that is no file.
    """
    real = _end_of_links(place)
    data = read_picture_file(source)
    kind = FORMATS.get(place.suffix.lower(), "png")
    if kind != "png":
        data = _converted(data, kind, source)
    # Random, because threads of one process may export to the same folder, and short, as `place` may be long.
    part = real.with_name(f".darkroom-{secrets.token_hex(8)}.part")
    try:
        write_synced(part, data, _PUBLIC_FILE)
        os.replace(part, real)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise _not_copied(error, source, place) from error


def _end_of_links(place: Path) -> Path:
    """Raises BadRequest for what a copy must not replace: whoever may write /dev would lose /dev/null."""
    real = Path(os.path.realpath(place))
    with suppress(OSError):
        kind = real.stat().st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            raise BadRequest(f"{place} is a pipe, a socket or a device; name a file like picture.png.")
    return real


def _not_copied(error: OSError, source: Path, place: Path) -> DarkroomError:
    return type(disk_problem(error, place))(
        f"The picture is safe in {source}, but {place} could not be written ({reason_of(error)}); "
        "copy it, or pick another place."
    )


def _converted(data: bytes, kind: Format, source: Path) -> bytes:
    from io import BytesIO

    from PIL import Image

    try:
        texts = [(name, text) for name, text in _native.read_picture_text(data) if name == INFOTEXT_CHUNK]
        with Image.open(BytesIO(data), formats=["PNG"]) as opened:
            picture = opened.convert("RGB")
    except (_native.NativeError, OSError) as error:
        raise PictureUnreadable(f"{source} is no whole picture ({error}); make it again.") from error
    try:
        return _native.encode_picture(picture.tobytes(), *picture.size, kind, quality=_QUALITY, text=texts)
    except _native.NativeError as error:
        raise BadRequest(f"The picture is safe in {source}, but cannot be written as {kind}: {error}.") from error
