"""Picture files: what they are called, how they get onto the disk, and how one is read back."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from darkroom import _native
from darkroom.errors import NotFound, PictureUnreadable
from darkroom.library.disk import write_durably
from darkroom.library.home import Home
from darkroom.library.metadata import picture_text, read_plan
from darkroom.messages import Picture, Plan

_NAME = re.compile(r"(\d{6,18})-(\d{4,9})\.png")


@dataclass(frozen=True)
class Place:
    """Picture `index` of job `job`; both numbers are in the file's name, so a re-run replaces and never doubles."""

    job: int
    index: int

    @property
    def name(self) -> str:
        return f"{self.job:06d}-{self.index:04d}.png"


def place_of(file: Path) -> Place | None:
    """The job and index a file name stands for, or None for a name that is not ours."""
    match = _NAME.fullmatch(file.name)
    place = Place(int(match[1]), int(match[2])) if match else None
    return place if place is not None and place.name == file.name else None


def now() -> str:
    """The local time for people to read; nothing is ordered by it."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def save_picture(home: Home, place: Place, folder: Path, attempt: int, plan: Plan, rgb: bytes) -> tuple[str, str]:
    """Encode the picture with its settings and put it on the disk durably.

    `rgb` holds height x width x 3 bytes; `folder` is in the home and fixed per job, like `place`. Returns the file
    relative to the home and its SHA-256. Raises HomeUnwritable or DiskFull, and then there is no torn file.
    """
    text = picture_text(plan)
    data = _native.encode_picture(rgb, plan.width, plan.height, "png", text=text)
    final = folder / place.name
    staged = home.staging / f"{place.name}.{attempt}.part"
    write_durably(final, data, staged)
    return str(final.relative_to(home.root)), hashlib.sha256(data).hexdigest()


def saved_plan(file: Path) -> tuple[Plan, str]:
    """The plan in one of our files, whole and undamaged, and the file's SHA-256. Raises PictureUnreadable."""
    try:
        data = file.read_bytes()
        return read_plan(_native.read_picture_text(data)), hashlib.sha256(data).hexdigest()
    except OSError as error:
        raise PictureUnreadable(f"{file} cannot be read: {error.strerror}; check its permissions.") from error
    except _native.NativeError as error:
        raise PictureUnreadable(f"{file} is no whole picture: {error}.") from error


def existing_file(home: Home, picture: Picture) -> Path:
    """Where the picture lies. Raises NotFound when somebody took the file away."""
    file = home.root / picture.file
    if not file.is_file():
        raise NotFound(f"The file of picture {picture.id} is gone from {file}; put it back or make the picture again.")
    return file
