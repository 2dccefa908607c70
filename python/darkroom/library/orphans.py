"""Rows and files brought together again after a crash, or after somebody moved files by hand."""

import os
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from darkroom.errors import PictureUnreadable
from darkroom.library.database import Database
from darkroom.library.disk import free_name, move_durably, writing
from darkroom.library.home import Home
from darkroom.library.pictures import Place, place_of, saved_plan
from darkroom.library.store import NewPicture, PictureTable
from darkroom.messages import Picture

STAGED = "*.part"


@dataclass(frozen=True)
class Found:
    """What `bring_together` did, in numbers of files."""

    adopted: int = 0
    set_aside: int = 0


def sweep_staging(home: Home) -> None:
    """Remove half-written files of dead attempts: nothing in them was ever promised to anybody."""
    with writing(home.staging):
        for file in home.staging.glob(STAGED):
            file.unlink(missing_ok=True)


def bring_together(
    home: Home, database: Database, unwanted: AbstractSet[int], adopted: Callable[[Picture], object]
) -> Found:
    """Give every picture file a row, or set it aside; a row whose file lies elsewhere follows it.

    `unwanted` are jobs whose new files are set aside. `adopted` is told of each new row. Inside a transaction; the
    caller holds the runner's lock.
    """
    table = PictureTable(database)
    known = table.files()
    strays = list(_strays(home, known))
    taken = [
        _set_aside(home, file)
        if place is None or place.job in unwanted
        else _take_in(home, table, known, file, place, adopted)
        for file, place in strays
    ]
    _keep_ids_unused(database, [place.job for _, place in strays if place is not None])
    return Found(adopted=sum(taken), set_aside=len(taken) - sum(taken))


def _strays(home: Home, known: dict[tuple[int, int], tuple[int, str]]) -> Iterator[tuple[Path, Place | None]]:
    """Every PNG below pictures and trash that no row names."""
    # Text, because there are tens of thousands, and each start looks at all of them.
    named = {os.path.join(home.root, file) for _, file in known.values()}
    for file in (*_pngs(home.pictures), *_pngs(home.trash, besides=home.set_aside)):
        if file not in named:
            path = Path(file)
            yield path, place_of(path)


def _pngs(root: Path, besides: Path | None = None) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        if besides is None or folder != str(besides):
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".png"))


def _take_in(
    home: Home,
    table: PictureTable,
    known: dict[tuple[int, int], tuple[int, str]],
    file: Path,
    place: Place,
    adopted: Callable[[Picture], object],
) -> bool:
    """Whether the file got a row; else it was set aside."""
    row = known.get((place.job, place.index))
    if row is not None and (home.root / row[1]).is_file():
        return _set_aside(home, file)
    try:
        plan, sha256 = saved_plan(file)
    except PictureUnreadable:
        return _set_aside(home, file)
    name, trashed = str(file.relative_to(home.root)), file.is_relative_to(home.trash)
    if row is not None:
        table.place(row[0], name, trashed=trashed)
        return True
    adopted(
        table.put(
            NewPicture(
                job=place.job,
                index=place.index,
                file=name,
                plan=plan,
                sha256=sha256,
                created=_modified(file),
                trashed=trashed,
            )
        )
    )
    known[place.job, place.index] = (0, name)
    return True


def _set_aside(home: Home, file: Path) -> bool:
    move_durably(file, free_name(home.set_aside / file.name))
    return False


def _modified(file: Path) -> str:
    return datetime.fromtimestamp(file.stat().st_mtime).astimezone().isoformat(timespec="seconds")


def _keep_ids_unused(database: Database, jobs: list[int]) -> None:
    """No new job may get a number that a picture file already carries."""
    if jobs:
        database.run("INSERT INTO sqlite_sequence (name, seq) SELECT 'jobs', 0 WHERE NOT EXISTS"
                     " (SELECT 1 FROM sqlite_sequence WHERE name = 'jobs')")  # fmt: skip
        database.run("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'jobs'", (max(jobs),))
