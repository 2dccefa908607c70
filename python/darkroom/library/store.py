"""The rows of the pictures: one per (job, place), pages of them, and the settings each was made with."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from darkroom.errors import BadMessage, NotFound
from darkroom.library.database import LARGEST_NUMBER, Database, newer_row
from darkroom.library.infotext import infotext
from darkroom.messages import Picture, PictureDetails, PicturePage, Plan
from darkroom.wire import encode, from_wire

LARGEST_PAGE = 1000

_COLUMNS = "id, job, place, file, width, height, seed, prompt, created, trashed"


@dataclass(frozen=True, kw_only=True)
class NewPicture:
    """What is known of a picture file before it has a row. `file` is relative to the home."""

    job: int
    index: int
    file: str
    plan: Plan
    sha256: str
    created: str
    trashed: bool = False


class PictureTable:
    """Reads on its own; writes belong into a transaction of the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, new: NewPicture) -> Picture:
        """Add the row, or replace the one of the same job and index. Inside a transaction."""
        plan = new.plan
        values = (new.job, new.index, new.file, plan.width, plan.height, str(plan.seed), plan.prompt)
        stored = (encode(plan).decode(), new.sha256, new.created, int(new.trashed))
        self._database.run(
            "INSERT INTO pictures (job, place, file, width, height, seed, prompt, plan, sha256, created, trashed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job, place) DO UPDATE SET file = excluded.file,"
            " width = excluded.width, height = excluded.height, seed = excluded.seed, prompt = excluded.prompt,"
            " plan = excluded.plan, sha256 = excluded.sha256, trashed = excluded.trashed",
            values + stored,
        )
        row = self._database.row(f"SELECT {_COLUMNS} FROM pictures WHERE job = ? AND place = ?", values[:2])
        return _picture(row or ())

    def place(self, picture: int, file: str, *, trashed: bool) -> None:
        """The picture's file lies elsewhere now. Inside a transaction."""
        self._database.run("UPDATE pictures SET file = ?, trashed = ? WHERE id = ?", (file, int(trashed), picture))

    def picture(self, picture: int) -> Picture:
        """The picture with this id. Raises NotFound."""
        row = self._database.row(f"SELECT {_COLUMNS} FROM pictures WHERE id = ?", (picture,))
        if row is None:
            raise NotFound(
                f"There is no picture {picture} in the library; it was never made, or was made in another home."
            )
        return _picture(row)

    def plan(self, picture: int) -> Plan:
        """What the picture was made with. Raises NotFound, or HomeNewer for a picture of a newer Darkroom's."""
        self.picture(picture)
        stored = self._database.value("SELECT plan FROM pictures WHERE id = ?", (picture,))
        try:
            return from_wire(orjson.loads(stored), Plan)
        except BadMessage as error:
            raise newer_row(self._database.file, f"Picture {picture}", error.sentence) from error

    def details(self, picture: int) -> PictureDetails:
        """The picture and all that it was made with. Raises as `plan` does."""
        plan = self.plan(picture)
        return PictureDetails(picture=self.picture(picture), plan=plan, infotext=infotext(plan))

    def of_job(self, job: int) -> list[Picture]:
        """The job's pictures in their order."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM pictures WHERE job = ? ORDER BY place", (job,))
        return [_picture(row) for row in rows]

    def page(self, before: int | None, limit: int, *, trashed: bool = False) -> PicturePage:
        """At most `limit` pictures with an id below `before`, newest first, and how many there are in all."""
        bounded = max(1, min(limit, LARGEST_PAGE))
        below = LARGEST_NUMBER if before is None else max(0, min(before, LARGEST_NUMBER))
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM pictures WHERE trashed = ? AND id < ? ORDER BY id DESC LIMIT ?",
            (int(trashed), below, bounded),
        )
        total = self._database.value("SELECT count(*) FROM pictures WHERE trashed = ?", (int(trashed),))
        return PicturePage(pictures=tuple(_picture(row) for row in rows), total=int(total))

    def some(self, pictures: Iterable[int], *, trashed: bool) -> list[Picture]:
        """Those of `pictures` that are (or are not) in the trash."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM pictures WHERE trashed = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (int(trashed), json.dumps(list(pictures))),
        )
        return [_picture(row) for row in rows]

    def files(self) -> set[str]:
        """The file of every row."""
        return {file for (file,) in self._database.rows("SELECT file FROM pictures")}

    def at(self, job: int, index: int) -> tuple[int, str] | None:
        """The picture with this job and index, and its file."""
        row = self._database.row("SELECT id, file FROM pictures WHERE job = ? AND place = ?", (job, index))
        return None if row is None else (row[0], row[1])


def _picture(row: tuple[Any, ...]) -> Picture:
    number, job, place, file, width, height, seed, prompt, created, trashed = row
    return Picture(
        id=number,
        job=job,
        index=place,
        file=file,
        width=width,
        height=height,
        seed=int(seed),
        prompt=prompt,
        created=created,
        trashed=bool(trashed),
    )
