"""Rows and files brought together again after a crash, or after somebody moved files by hand."""

import os
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from darkroom.errors import PictureUnreadable
from darkroom.library.database import Database
from darkroom.library.disk import Moves, free_name, moving, writing
from darkroom.library.home import Home
from darkroom.library.pictures import Place, place_of, saved_plan
from darkroom.library.store import NewPicture, PictureTable
from darkroom.messages import Picture

STAGED = "*.part"
# Files in one transaction. What a killed start had done before, the next one finds done.
BATCH = 200


@dataclass(frozen=True)
class Found:
    """What was done, in numbers of files."""

    adopted: int = 0
    set_aside: int = 0


@dataclass(frozen=True)
class Stray:
    """A PNG that no row named when it was found; `place` is None for a name that is not ours."""

    file: Path
    place: Place | None


def sweep_staging(home: Home) -> None:
    """Remove half-written files of dead attempts: nothing in them was ever promised to anybody."""
    with writing(home.staging):
        for file in home.staging.glob(STAGED):
            file.unlink(missing_ok=True)


def find_strays(home: Home, database: Database) -> Sequence[Stray]:
    """Every PNG below pictures and trash that no row names; no new job gets the number of one. Inside a transaction."""
    # Text, because there are tens of thousands, and each start looks at all of them.
    named = {os.path.join(home.root, file) for file in PictureTable(database).files()}
    files = (*_pngs(home.pictures), *_pngs(home.trash, besides=home.set_aside))
    paths = [Path(file) for file in files if file not in named]
    strays = [Stray(path, place_of(path)) for path in paths]
    _keep_ids_unused(database, [stray.place.job for stray in strays if stray.place is not None])
    return strays


def bring_together(
    home: Home,
    database: Database,
    strays: Sequence[Stray],
    unwanted: Callable[[], AbstractSet[int]],
    adopted: Callable[[Picture], object],
) -> Found:
    """Give every stray a row, or set it aside; a row whose file lies elsewhere follows it.

    `unwanted` are the jobs whose new files are set aside, and `adopted` is told of each new row; both are called inside
    transactions. Takes milliseconds per file and commits every few; only for the process that holds the runner's lock.
    Others may use the library and move its files meanwhile.
    """
    reunion = _Reunion(home, database, unwanted, adopted)
    batches = (strays[start : start + BATCH] for start in range(0, len(strays), BATCH))
    took = [taken for batch in batches for taken in reunion.settle(batch)]
    return Found(adopted=took.count(True), set_aside=took.count(False))


def _pngs(root: Path, besides: Path | None = None) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        if besides is None or folder != str(besides):
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".png"))


def _read(home: Home, stray: Stray) -> NewPicture | None:
    """The row that the file would get; None if it is not one of ours, whole and undamaged."""
    if stray.place is None:
        return None
    try:
        plan, sha256 = saved_plan(stray.file)
        return NewPicture(
            job=stray.place.job,
            index=stray.place.index,
            file=str(stray.file.relative_to(home.root)),
            plan=plan,
            sha256=sha256,
            created=_modified(stray.file),
            trashed=stray.file.is_relative_to(home.trash),
        )
    except (PictureUnreadable, OSError):
        return None


@dataclass(frozen=True)
class _Reunion:
    home: Home
    database: Database
    unwanted: Callable[[], AbstractSet[int]]
    adopted: Callable[[Picture], object]

    def settle(self, strays: Sequence[Stray]) -> list[bool | None]:
        """For each file whether it got a row or else was set aside; None if it is no stray any more."""
        # Reading takes long, so nobody's commit waits for it.
        read = [_read(self.home, stray) for stray in strays]
        with moving() as moves, self.database.transaction():
            unwanted = self.unwanted()
            wanted = [None if new is None or new.job in unwanted else new for new in read]
            settled = [self._settle(moves, *pair) for pair in zip(strays, wanted, strict=True)]
            moves.sync()
        return settled

    def _settle(self, moves: Moves, stray: Stray, new: NewPicture | None) -> bool | None:
        table, file = PictureTable(self.database), str(stray.file.relative_to(self.home.root))
        row = None if stray.place is None else table.at(stray.place.job, stray.place.index)
        if not stray.file.is_file() or (row is not None and row[1] == file):
            return None
        if new is None or (row is not None and (self.home.root / row[1]).is_file()):
            moves.move(stray.file, free_name(self.home.set_aside / stray.file.name))
            return False
        if row is None:
            self.adopted(table.put(new))
        else:
            table.place(row[0], new.file, trashed=new.trashed)
        return True


def _modified(file: Path) -> str:
    return datetime.fromtimestamp(file.stat().st_mtime).astimezone().isoformat(timespec="seconds")


def _keep_ids_unused(database: Database, jobs: list[int]) -> None:
    """No new job may get a number that a picture file already carries."""
    if jobs:
        database.run("INSERT INTO sqlite_sequence (name, seq) SELECT 'jobs', 0 WHERE NOT EXISTS"
                     " (SELECT 1 FROM sqlite_sequence WHERE name = 'jobs')")  # fmt: skip
        database.run("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'jobs'", (max(jobs),))
