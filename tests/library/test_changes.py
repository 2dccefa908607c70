"""Events in rows: each is read once, in order, and old ones do not pile up."""

from contextlib import closing
from pathlib import Path

import pytest

from darkroom.library import changes
from darkroom.library.changes import forget_old, newest, record, since
from darkroom.library.database import open_database
from darkroom.library.home import open_home
from darkroom.messages import PicturesChanged


def test_the_newest_events_are_kept_and_the_others_forgotten(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "KEPT", 3)
    events = [PicturesChanged(pictures=(number,), trashed=False) for number in range(1, 6)]
    with closing(open_database(open_home(home).database)) as database:
        assert newest(database) == 0
        with database.transaction():
            for event in events:
                record(database, event)

        assert since(database, 3) == [(4, events[3]), (5, events[4])]
        with database.transaction():
            forget_old(database)
        assert since(database, 0) == [(3, events[2]), (4, events[3]), (5, events[4])]
        assert newest(database) == 5
