"""Files without rows and rows without files."""

import shutil
from pathlib import Path

from darkroom import Engine, Picture, TextToImage
from darkroom.library.database import open_database
from darkroom.messages import GetPicture, ListPictures, PictureDetails, PicturePage
from standin import StandIn


async def made(home: Path, count: int = 2) -> list[Picture]:
    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(TextToImage(prompt="kept", seed=11, count=count))
        return await job.pictures()


async def shown(home: Path) -> list[Picture]:
    async with Engine(home, perform=StandIn()) as engine:
        page = await engine.handle(ListPictures())
        assert isinstance(page, PicturePage)
        return list(page.pictures)


def forget(home: Path, picture: Picture) -> None:
    database = open_database(home / "library.db")
    with database.transaction():
        database.run("DELETE FROM pictures WHERE id = ?", (picture.id,))
    database.close()


async def test_a_file_whose_row_was_never_written_is_adopted_with_all_its_settings(home: Path) -> None:
    first, second = await made(home)
    async with Engine(home, perform=StandIn()) as engine:
        before = await engine.handle(GetPicture(picture=second.id))
    forget(home, second)

    adopted = (await shown(home))[0]

    assert (adopted.job, adopted.index, adopted.file) == (second.job, second.index, second.file)
    assert (adopted.prompt, adopted.seed) == ("kept", 12)
    async with Engine(home, perform=StandIn()) as engine:
        after = await engine.handle(GetPicture(picture=adopted.id))
    assert isinstance(before, PictureDetails)
    assert isinstance(after, PictureDetails)
    assert after.plan == before.plan
    assert first.id != adopted.id


async def test_a_torn_or_foreign_file_is_set_aside_and_kept(home: Path) -> None:
    (picture,) = await made(home, count=1)
    folder = (home / picture.file).parent
    whole = (home / picture.file).read_bytes()
    torn, foreign = folder / "000099-0000.png", folder / "holiday.png"
    torn.write_bytes(whole[: len(whole) // 2])
    foreign.write_bytes(whole)

    assert [other.id for other in await shown(home)] == [picture.id]

    aside = home / "trash" / "set-aside"
    assert (aside / torn.name).read_bytes() == whole[: len(whole) // 2]
    assert (aside / foreign.name).read_bytes() == whole
    assert sorted(path.name for path in folder.iterdir()) == [Path(picture.file).name]


async def test_a_second_file_of_the_same_picture_is_set_aside(home: Path) -> None:
    (picture,) = await made(home, count=1)
    elsewhere = home / "pictures" / "2020-01-01" / Path(picture.file).name
    elsewhere.parent.mkdir()
    shutil.copy(home / picture.file, elsewhere)

    assert [other.file for other in await shown(home)] == [picture.file]

    assert not elsewhere.exists()
    assert (home / "trash" / "set-aside" / elsewhere.name).is_file()


async def test_a_row_follows_a_file_that_somebody_moved(home: Path) -> None:
    (picture,) = await made(home, count=1)
    elsewhere = home / "pictures" / "favourites" / Path(picture.file).name
    elsewhere.parent.mkdir()
    (home / picture.file).rename(elsewhere)

    (found,) = await shown(home)

    assert (found.id, found.file) == (picture.id, f"pictures/favourites/{elsewhere.name}")


async def test_files_that_are_no_pictures_of_ours_are_left_alone(home: Path) -> None:
    (picture,) = await made(home, count=1)
    note = (home / picture.file).with_name("notes.txt")
    note.write_text("mine")

    await shown(home)

    assert note.read_text() == "mine"


async def test_a_half_written_file_of_a_dead_attempt_is_swept_away(home: Path) -> None:
    await made(home, count=1)
    part = home / "staging" / "000007-0000.png.1.part"
    part.write_bytes(b"half")

    await shown(home)

    assert not part.exists()


async def test_new_jobs_never_take_the_number_of_a_file(home: Path) -> None:
    (picture,) = await made(home, count=1)
    (home / picture.file).rename((home / picture.file).with_name("000500-0000.png"))
    for name in ("library.db", "library.db-wal", "library.db-shm"):
        (home / name).unlink(missing_ok=True)

    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(TextToImage(prompt="new"))
        await job.pictures()

    assert job.id == 501
    assert [other.job for other in await shown(home)] == [501, 500]
