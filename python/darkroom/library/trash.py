"""The trash: pictures move there and back; nothing is ever deleted."""

from collections.abc import Sequence
from pathlib import Path

from darkroom.library.changes import record
from darkroom.library.database import Database
from darkroom.library.disk import Moves, free_name, moving
from darkroom.library.home import Home
from darkroom.library.pictures import existing_file
from darkroom.library.store import PictureTable
from darkroom.messages import Picture, PicturesChanged

# Pictures in one transaction: another writer, such as a job that saves, waits for no more than these.
BATCH = 50


def trash_pictures(home: Home, database: Database, pictures: Sequence[int]) -> None:
    """Move pictures to the trash; those already there are left.

    Raises NotFound for an unknown one before anything moves, and for one whose file is gone after all others have
    moved. Raises HomeUnwritable or DiskFull with each picture wholly there or wholly here.
    """
    _move(home, database, pictures, home.pictures, home.trash)


def restore_pictures(home: Home, database: Database, pictures: Sequence[int]) -> None:
    """Bring pictures back from the trash to where they were. Raises as `trash_pictures` does."""
    _move(home, database, pictures, home.trash, home.pictures)


def _move(home: Home, database: Database, pictures: Sequence[int], source: Path, target: Path) -> None:
    table = PictureTable(database)
    for picture in pictures:
        table.picture(picture)
    gone: list[Picture] = []
    for start in range(0, len(pictures), BATCH):
        gone += _move_batch(home, database, pictures[start : start + BATCH], source, target)
    for picture in gone:
        existing_file(home, picture)


def _move_batch(
    home: Home, database: Database, pictures: Sequence[int], source: Path, target: Path
) -> Sequence[Picture]:
    """Move a few pictures, all or none; those that cannot be moved, because their files are gone.

    After a crash between the renames and the commit the rows follow their files at the next start.
    """
    table, trashed = PictureTable(database), target == home.trash
    with moving() as moves, database.transaction():
        wanted = table.some(pictures, trashed=not trashed)
        there = [picture for picture in wanted if (home.root / picture.file).is_file()]
        for picture in there:
            table.place(picture.id, _moved(home, moves, picture, source, target), trashed=trashed)
        if there:
            moves.sync()
            record(database, PicturesChanged(pictures=tuple(picture.id for picture in there), trashed=trashed))
    return [picture for picture in wanted if picture not in there]


def _moved(home: Home, moves: Moves, picture: Picture, source: Path, target: Path) -> str:
    """Move the file; where it lies now, relative to the home."""
    old = home.root / picture.file
    new = free_name(target / old.relative_to(source))
    moves.move(old, new)
    return str(new.relative_to(home.root))
