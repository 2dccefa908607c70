"""The trash: pictures move there and back; nothing is ever deleted."""

from collections.abc import Sequence
from pathlib import Path

from darkroom.library.changes import record
from darkroom.library.database import Database
from darkroom.library.disk import free_name, move_durably
from darkroom.library.home import Home
from darkroom.library.store import PictureTable
from darkroom.messages import Picture, PicturesChanged


def trash_pictures(home: Home, database: Database, pictures: Sequence[int]) -> None:
    """Move pictures to the trash; those already there are left. Raises NotFound before anything moves."""
    _move(home, database, pictures, home.pictures, home.trash)


def restore_pictures(home: Home, database: Database, pictures: Sequence[int]) -> None:
    """Bring pictures back from the trash to where they were. Raises NotFound before anything moves."""
    _move(home, database, pictures, home.trash, home.pictures)


def _move(home: Home, database: Database, pictures: Sequence[int], source: Path, target: Path) -> None:
    table, trashed = PictureTable(database), target == home.trash
    for picture in pictures:
        table.picture(picture)
    moving = table.some(pictures, trashed=not trashed)
    if not moving:
        return
    with database.transaction():
        for picture in moving:
            table.place(picture.id, _moved(home, picture, source, target), trashed=trashed)
        record(database, PicturesChanged(pictures=tuple(picture.id for picture in moving), trashed=trashed))


def _moved(home: Home, picture: Picture, source: Path, target: Path) -> str:
    """Move the file; after a crash between here and the commit the row follows its file at the next start."""
    old = home.root / picture.file
    new = free_name(target / old.relative_to(source))
    if old.is_file():
        move_durably(old, new)
    return str(new.relative_to(home.root))
