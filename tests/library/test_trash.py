"""The trash and the way back out of it."""

import asyncio
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import HomeUnwritable, NotFound
from darkroom.library.database import Database, open_database
from darkroom.library.home import Home
from darkroom.library.trash import restore_pictures, trash_pictures
from darkroom.messages import ListPictures, PicturePage, PicturesChanged, RestorePictures, TrashPictures
from following import until
from standin import StandIn


async def pictures(engine: Engine, *, trashed: bool = False) -> list[int]:
    page = await engine.handle(ListPictures(trashed=trashed))
    assert isinstance(page, PicturePage)
    assert page.total == len(page.pictures)
    return [picture.id for picture in page.pictures]


async def three(engine: Engine) -> list[int]:
    job = await engine.submit(TextToImage(prompt="x", count=3))
    return [picture.id for picture in await job.pictures()]


async def test_a_trashed_picture_leaves_the_gallery_and_comes_back_where_it_was(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        one, two, three_ = await three(engine)
        place = engine.picture_file(two)
        content = place.read_bytes()

        await engine.handle(TrashPictures(pictures=(two,)))

        assert await pictures(engine) == [three_, one]
        assert await pictures(engine, trashed=True) == [two]
        assert not place.exists()
        assert engine.picture_file(two).read_bytes() == content

        await engine.handle(RestorePictures(pictures=(two,)))

        assert await pictures(engine) == [three_, two, one]
        assert engine.picture_file(two) == place
        assert place.read_bytes() == content


async def test_everyone_is_told_of_what_moved_and_only_of_that(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        one, two, _ = await three(engine)
        await engine.handle(TrashPictures(pictures=(one,)))
        events = engine.events()

        await engine.handle(TrashPictures(pictures=(one, two)))
        await engine.handle(RestorePictures(pictures=(one, two)))

        seen = await until(events, lambda event: isinstance(event, PicturesChanged) and not event.trashed)
    changes = [event for event in seen if isinstance(event, PicturesChanged)]
    assert changes == [
        PicturesChanged(pictures=(two,), trashed=True),
        PicturesChanged(pictures=(one, two), trashed=False),
    ]


async def test_an_unknown_picture_moves_nothing(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        one, *_ = await three(engine)

        with pytest.raises(NotFound, match="no picture 99"):
            await engine.handle(TrashPictures(pictures=(one, 99)))

        assert await pictures(engine, trashed=True) == []


async def test_a_trashed_picture_is_not_made_again_by_a_retry_or_a_restart(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        one, *_ = await three(engine)
        await engine.handle(TrashPictures(pictures=(one,)))

    async with Engine(home, perform=StandIn()) as engine:
        assert await pictures(engine, trashed=True) == [one]
        assert len(list(engine.home.pictures.rglob("*.png"))) == 2


async def test_a_crash_between_moving_the_file_and_its_row_is_put_right(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        one, two, three_ = await three(engine)
        await engine.handle(TrashPictures(pictures=(one,)))
        moved = engine.picture_file(one)
    database = open_database(home / "library.db")
    with database.transaction():
        database.run(
            "UPDATE pictures SET trashed = 0, file = ? WHERE id = ?",
            (f"pictures/{moved.parent.name}/{moved.name}", one),
        )
    database.close()

    async with Engine(home, perform=StandIn()) as engine:
        assert await pictures(engine) == [three_, two]
        assert await pictures(engine, trashed=True) == [one]
        assert engine.picture_file(one) == moved


async def made_with_an_obstacle(home: Path) -> list[int]:
    """Three pictures, the last of which cannot be moved to the trash."""
    async with Engine(home, perform=StandIn()) as engine:
        made = await three(engine)
        file = engine.picture_file(made[-1])
    elsewhere = home / "pictures" / "favourites" / file.name
    elsewhere.parent.mkdir()
    file.rename(elsewhere)
    (home / "trash" / "favourites").touch()
    return made


@pytest.mark.parametrize(("batch", "moved"), [(3, 0), (2, 2), (1, 2)])
async def test_a_failure_on_the_way_leaves_every_picture_whole_here_or_there(
    home: Path, monkeypatch: pytest.MonkeyPatch, batch: int, moved: int
) -> None:
    made = await made_with_an_obstacle(home)
    monkeypatch.setattr("darkroom.library.trash.BATCH", batch)
    async with Engine(home, perform=StandIn()) as engine:
        events = engine.events()

        with pytest.raises(HomeUnwritable, match="favourites"):
            await engine.handle(TrashPictures(pictures=tuple(made)))

        assert await pictures(engine, trashed=True) == made[:moved][::-1]
        assert await pictures(engine) == made[moved:][::-1]
        assert all(engine.picture_file(picture).is_file() for picture in made)
        assert all(engine.picture_file(picture).is_relative_to(home / "trash") for picture in made[:moved])
    told = [event.pictures async for event in events if isinstance(event, PicturesChanged)]
    assert [picture for some in told for picture in some] == made[:moved]


@contextmanager
def another_connection(home: Path) -> Generator[Database]:
    with closing(open_database(home / "library.db")) as database:
        yield database


async def test_the_engine_answers_while_pictures_wait_to_be_moved(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        one, two, three_ = await three(engine)
        with another_connection(home) as other:
            other.run("BEGIN IMMEDIATE")

            async def look_and_let_go() -> list[int]:
                shown = await pictures(engine)
                other.run("COMMIT")
                return shown

            _, shown = await asyncio.gather(engine.handle(TrashPictures(pictures=(one,))), look_and_let_go())

        assert shown == [three_, two, one]
        assert await pictures(engine) == [three_, two]


Move = Callable[[Home, Database, Sequence[int]], None]


@pytest.mark.parametrize(
    ("move", "command", "trashed"),
    [(trash_pictures, TrashPictures, True), (restore_pictures, RestorePictures, False)],
)
async def test_what_another_process_moves_at_the_same_moment_is_moved_once(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    move: Move,
    command: type[TrashPictures | RestorePictures],
    trashed: bool,
) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        one, two, _ = await three(engine)
        if not trashed:
            await engine.handle(TrashPictures(pictures=(one, two)))
        with another_connection(home) as other:
            begin, others = Database.transaction, [one]

            def overtaken(database: Database) -> AbstractContextManager[None]:
                if others:
                    move(engine.home, other, [others.pop()])
                return begin(database)

            monkeypatch.setattr(Database, "transaction", overtaken)
            await engine.handle(command(pictures=(one, two)))

        assert set(await pictures(engine, trashed=trashed)) >= {one, two}
        assert engine.picture_file(one).is_file()
        assert engine.picture_file(two).is_file()


async def test_a_picture_whose_file_is_gone_stays_where_it_is_and_is_named(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        one, two, three_ = await three(engine)
        file = engine.picture_file(one)
        file.unlink()

        with pytest.raises(NotFound, match=file.name):
            await engine.handle(TrashPictures(pictures=(one, two)))

        assert await pictures(engine) == [three_, one]
        assert await pictures(engine, trashed=True) == [two]


async def test_pages_are_newest_first_and_complete(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(TextToImage(prompt="x", count=7))
        made = [picture.id for picture in await job.pictures()]
        seen: list[int] = []
        before = None
        while True:
            page = await engine.handle(ListPictures(before=before, limit=3))
            assert isinstance(page, PicturePage)
            assert page.total == 7
            if not page.pictures:
                break
            seen += [picture.id for picture in page.pictures]
            before = seen[-1]

    assert seen == sorted(made, reverse=True)
