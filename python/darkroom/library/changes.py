"""Events that are as durable as what they tell: a row, written in the transaction that made it true.

Every process on a home reads the same rows in the same order; nothing is lost between the commit and the telling.
"""

from darkroom.errors import BadMessage
from darkroom.library.brief import brief
from darkroom.library.database import Database
from darkroom.messages import Event
from darkroom.wire import decode_event, encode

KEPT = 10_000


def record(database: Database, event: Event) -> None:
    """Tell `event` when the surrounding transaction commits."""
    database.run("INSERT INTO changes (event) VALUES (?)", (encode(brief(event)).decode(),))


def newest(database: Database) -> int:
    """The id of the last event, 0 before the first."""
    return int(database.value("SELECT coalesce(max(id), 0) FROM changes"))


def since(database: Database, seen: int) -> list[tuple[int, Event | None]]:
    """The events after the one with id `seen`, in the order in which they became true.

    None stands for one that a newer Darkroom, at work on the same home, told in a way this one does not know.
    """
    rows = database.rows("SELECT id, event FROM changes WHERE id > ? ORDER BY id", (seen,))
    return [(int(number), _event(event)) for number, event in rows]


def _event(stored: str) -> Event | None:
    try:
        return decode_event(stored.encode())
    except BadMessage:
        return None


def forget_old(database: Database) -> None:
    """Drop events that every living reader has long seen. Inside a transaction."""
    database.run("DELETE FROM changes WHERE id <= (SELECT max(id) FROM changes) - ?", (KEPT,))
