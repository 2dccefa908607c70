"""The trash and the way back out of it."""

from pathlib import Path

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import NotFound
from darkroom.library.database import open_database
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
