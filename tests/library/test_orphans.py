"""Files without rows and rows without files."""

import asyncio
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from darkroom import Engine, Picture, TextToImage
from darkroom.library import orphans
from darkroom.library.database import open_database
from darkroom.library.home import Home
from darkroom.library.pictures import saved_plan
from darkroom.messages import GetPicture, ListPictures, PictureDetails, PicturePage, Plan
from darkroom.queue.runs import Runs
from darkroom.queue.table import JobTable
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
    noon = datetime.fromisoformat("2026-01-02T12:00:00+00:00")
    os.utime(home / second.file, (0, noon.timestamp()))

    adopted = (await shown(home))[0]

    assert (adopted.job, adopted.index, adopted.file) == (second.job, second.index, second.file)
    assert (adopted.prompt, adopted.seed) == ("kept", 12)
    assert datetime.fromisoformat(adopted.created) == noon
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
    assert [other.id for other in await shown(home)] == [picture.id]
    assert sorted(os.listdir(aside)) == [torn.name, foreign.name]
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


def lose_library(home: Path) -> None:
    for name in ("library.db", "library.db-wal", "library.db-shm"):
        (home / name).unlink(missing_ok=True)


def at_each_file(monkeypatch: pytest.MonkeyPatch, happens: Callable[[int], object]) -> None:
    """Let something happen whenever a recovery reads a file; it is told how many were read before."""
    read: list[Path] = []

    def saved(file: Path) -> tuple[Plan, str]:
        read.append(file)
        happens(len(read) - 1)
        return saved_plan(file)

    monkeypatch.setattr(orphans, "saved_plan", saved)


async def test_what_was_recovered_before_a_crash_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_before = await made(home, count=5)
    lose_library(home)

    def crash(read: int) -> None:
        if read == 4:
            raise MemoryError("the machine has no more")

    with monkeypatch.context() as broken:
        broken.setattr(orphans, "BATCH", 2)
        at_each_file(broken, crash)
        with pytest.raises(MemoryError):
            await shown(home)

    with closing(open_database(home / "library.db")) as database:
        assert database.value("SELECT count(*) FROM pictures") == 4
    assert [(other.job, other.index) for other in await shown(home)][::-1] == [
        (picture.job, picture.index) for picture in made_before
    ]
    assert os.listdir(home / "trash" / "set-aside") == []


async def test_the_loop_turns_while_a_library_is_recovered(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await made(home, count=1)
    lose_library(home)
    turned = threading.Event()

    def wait_for_the_loop(_: int) -> None:
        assert turned.wait(30)

    async def turn() -> None:
        turned.set()

    at_each_file(monkeypatch, wait_for_the_loop)
    found, _ = await asyncio.gather(shown(home), turn())

    assert len(found) == 1


async def test_others_may_add_jobs_during_a_recovery(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (picture,) = await made(home, count=1)
    (home / picture.file).rename((home / picture.file).with_name("000500-0000.png"))
    lose_library(home)
    added: list[int] = []

    def add(_: int) -> None:
        with closing(open_database(home / "library.db")) as other:
            added.append(JobTable(other).add(TextToImage(prompt="new", seed=1), front=False, priority=0).id)

    at_each_file(monkeypatch, add)
    async with Engine(home, perform=StandIn()) as engine:
        assert len(await engine.job(added[0]).pictures()) == 1

    assert added == [501]


async def test_two_recoveries_at_once_adopt_each_picture_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_before = await made(home, count=3)
    lose_library(home)
    found: list[orphans.Found] = []

    def recover() -> None:
        with closing(open_database(home / "library.db")) as database:
            found.append(Runs(JobTable(database)).recover(Home(home)))

    at_each_file(monkeypatch, lambda read: recover() if read == 0 else None)
    recover()

    assert found == [orphans.Found(adopted=3), orphans.Found()]
    assert [(other.job, other.index) for other in await shown(home)][::-1] == [
        (picture.job, picture.index) for picture in made_before
    ]
    assert os.listdir(home / "trash" / "set-aside") == []


async def test_a_stray_that_leaves_during_a_recovery_is_let_go(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = await made(home)
    lose_library(home)
    at_each_file(monkeypatch, lambda read: (home / second.file).unlink() if read == 0 else None)

    assert [other.file for other in await shown(home)] == [first.file]
    assert os.listdir(home / "trash" / "set-aside") == []
