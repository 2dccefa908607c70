"""Writing so that it survives a crash, and saying plainly why it could not."""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Generator
from pathlib import Path

from darkroom.errors import DarkroomError, DiskFull, HomeUnwritable

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextlib.contextmanager
def writing(where: Path, needed: int = 0) -> Generator[None]:
    """Turn an OSError of the body into DiskFull or HomeUnwritable about `where`; `needed` is in bytes."""
    try:
        yield
    except OSError as error:
        raise disk_problem(error, where, needed) from error


def disk_problem(error: OSError, where: Path, needed: int = 0) -> DarkroomError:
    """The error as the user can act on it."""
    if error.errno in FULL:
        return disk_full(where, needed)
    reason = error.strerror or type(error).__name__
    return HomeUnwritable(
        f"Cannot write to {where}: {reason}; make it writable or pick another folder (DARKROOM_HOME names the home)."
    )


def reason_of(error: OSError) -> str:
    """Why the system refused, in words that go on in a sentence."""
    return (error.strerror or "unknown reason").lower()


def disk_full(where: Path, needed: int = 0) -> DiskFull:
    """`needed` bytes did not fit where `where` lies."""
    wanted = f" for {_readable(needed)}" if needed else ""
    return DiskFull(f"The disk is full: no room{wanted} in {where}{_free(where)}; free some space and try again.")


def _free(where: Path) -> str:
    with contextlib.suppress(OSError):
        return f" ({_readable(shutil.disk_usage(where).free)} free)"
    return ""


def _readable(size: int) -> str:
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def make_folder(folder: Path) -> None:
    """Make `folder` durably, for this user's eyes only. Raises HomeUnwritable or DiskFull."""
    if folder.is_dir():
        return
    with writing(folder):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            sync_folder(path.parent)


def refuse_special(file: Path) -> None:
    """Raise HomeUnwritable for what is there and no file; opening a pipe or a device may never end."""
    with contextlib.suppress(OSError):
        if not stat.S_ISREG(file.stat().st_mode):
            raise HomeUnwritable(f"{file} is no ordinary file; move it away and start Darkroom again.")


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(final: Path, data: bytes, staged: Path) -> None:
    """Put `data` under the name `final`: written to `staged`, fsync, rename, fsync folder.

    A reader sees the old file or the whole new one, also after a crash. `staged` is on the same file system and is
    gone afterwards, whatever happens. Raises HomeUnwritable or DiskFull.
    """
    with writing(final.parent, len(data)):
        try:
            # First: where the home has gone, no folder of it is made anew.
            write_synced(staged, data)
            make_folder(final.parent)
            os.replace(staged, final)
        except OSError:
            with contextlib.suppress(OSError):
                staged.unlink()
            raise
        sync_folder(final.parent)


def write_synced(file: Path, data: bytes, mode: int = PRIVATE_FILE) -> None:
    """Write a file whose bytes, though not yet its name, survive a crash. Raises OSError."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def move_durably(source: Path, target: Path) -> None:
    """Rename `source` to `target`, both names durable. Raises HomeUnwritable or DiskFull."""
    with moving() as moves:
        moves.move(source, target)
        moves.sync()


class Moves:
    """Renames that become durable together, each folder synced once. Its methods raise HomeUnwritable or DiskFull."""

    def __init__(self) -> None:
        self._made: list[tuple[Path, Path]] = []

    def move(self, source: Path, target: Path) -> None:
        make_folder(target.parent)
        with writing(target.parent):
            os.replace(source, target)
        self._made.append((source, target))

    def sync(self) -> None:
        """Make the new names durable, and then that the old ones are gone."""
        targets, sources = ([pair[side].parent for pair in self._made] for side in (1, 0))
        for folder in dict.fromkeys((*targets, *sources)):
            with writing(folder):
                sync_folder(folder)

    def take_back(self) -> None:
        """Undo the renames as far as that goes."""
        for source, target in reversed(self._made):
            with contextlib.suppress(OSError):
                os.replace(target, source)


@contextlib.contextmanager
def moving() -> Generator[Moves]:
    """Renames that are taken back when the block fails."""
    moves = Moves()
    try:
        yield moves
    except BaseException:
        moves.take_back()
        raise


def probe(folder: Path) -> None:
    """Make a file in `folder` and take it away again: to fail now rather than after minutes. Raises OSError."""
    file = folder / f".probe-{os.getpid()}"
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT, PRIVATE_FILE))
    file.unlink(missing_ok=True)


def takes_files(folder: Path) -> bool:
    """Whether a file can be made in `folder`, or in the first of its parents that exists."""
    try:
        probe(next(path for path in (folder, *folder.parents) if path.exists()))
    except OSError:
        return False
    return True


def free_name(wanted: Path) -> Path:
    """`wanted`, or the first of wanted-2, wanted-3, … that is not taken."""
    number, name = 1, wanted
    while name.exists():
        number += 1
        name = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    return name
