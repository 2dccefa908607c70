"""What a newer Darkroom left in a home, as far as its format did not change, and what it does meanwhile."""

from pathlib import Path

import orjson
import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import HomeDamaged, HomeNewer
from darkroom.library.database import open_database
from darkroom.messages import EngineChanged, Event, GetPicture, JobChanged, JobState, ListPictures, PicturePage
from following import until
from standin import StandIn

NEWER = r"written by a newer Darkroom \(.*\); update Darkroom or set DARKROOM_HOME to another folder"
REQUEST = orjson.dumps({"prompt": "x", "denoise": 0.5}).decode()


async def used(home: Path) -> int:
    """A home with a done job, and one that waits."""
    async with Engine(home, perform=StandIn()) as engine:
        await (await engine.submit(TextToImage(prompt="done", seed=1))).pictures()
    async with Engine(home, run_queue=False) as engine:
        return (await engine.submit(TextToImage(prompt="waits"))).id


def store(home: Path, *statements: str) -> None:
    """Write to the library past everything that would look at it."""
    database = open_database(home / "library.db")
    for statement in statements:
        database.run(statement)
    database.close()


@pytest.mark.parametrize("run_queue", [True, False])
@pytest.mark.parametrize(
    "columns", [f"request = '{REQUEST}'", "state = 'failed', code = 'too-beautiful', message = 'It is.'"]
)
async def test_a_job_of_a_newer_darkroom_is_said_and_nothing_is_touched(
    home: Path, columns: str, run_queue: bool
) -> None:
    job = await used(home)
    store(home, "UPDATE jobs SET state = 'running' WHERE id = 1", f"UPDATE jobs SET {columns} WHERE id = {job}")
    stray = home / "pictures" / "stray.png"
    stray.touch()
    content = (home / "library.db").read_bytes()

    with pytest.raises(HomeNewer, match=NEWER):
        async with Engine(home, perform=StandIn(), run_queue=run_queue):
            pass

    assert (home / "library.db").read_bytes() == content
    assert stray.is_file()
    store(home, f"DELETE FROM jobs WHERE id = {job}")
    async with Engine(home, perform=StandIn()) as engine:
        assert len(await (await engine.submit(TextToImage(prompt="goes on"))).pictures()) == 1


async def test_a_row_that_its_seal_calls_damaged_is_not_taken_for_a_newer_one(home: Path) -> None:
    await used(home)
    store(home, "DROP TRIGGER jobs_changed", f"UPDATE jobs SET request = '{REQUEST}'")

    with pytest.raises(HomeDamaged, match="is damaged"):
        async with Engine(home, run_queue=False):
            pass


async def test_a_picture_of_a_newer_darkroom_is_shown_without_its_settings(home: Path) -> None:
    await used(home)
    store(home, "UPDATE pictures SET plan = json_set(plan, '$.denoise', 0.5)")

    async with Engine(home, run_queue=False) as engine:
        page = await engine.handle(ListPictures())
        with pytest.raises(HomeNewer, match=NEWER):
            await engine.handle(GetPicture(picture=1))

    assert isinstance(page, PicturePage)
    assert [picture.prompt for picture in page.pictures] == ["done"]


async def test_what_a_newer_darkroom_tells_meanwhile_is_told_as_the_jobs_stand(home: Path) -> None:
    job = await used(home)
    async with Engine(home, run_queue=False) as engine:
        events = engine.events()
        told = {"type": "jobChanged", "job": job, "seq": 7, "colour": "red"}
        store(
            home,
            "BEGIN",
            f"UPDATE jobs SET state = 'cancelled', seq = 7 WHERE id = {job}",
            f"INSERT INTO changes (event) VALUES ('{orjson.dumps(told).decode()}')",
            'INSERT INTO changes (event) VALUES (\'{"type":"coffeeMade"}\')',
            "COMMIT",
        )

        seen = await until(events, lambda event: isinstance(event, JobChanged) and event.job == job)

        last = seen[-1]
        assert isinstance(last, JobChanged)
        assert (last.row.state, last.seq) == (JobState.CANCELLED, 7)
        assert len([event async for event in engine.job(job).events()]) == 1


async def test_a_job_that_a_newer_darkroom_adds_meanwhile_is_said_to_be_one(home: Path) -> None:
    job = await used(home)
    async with Engine(home, run_queue=False) as engine:
        events = engine.events()
        store(
            home,
            "BEGIN",
            f"UPDATE jobs SET request = '{REQUEST}' WHERE id = {job}",
            'INSERT INTO changes (event) VALUES (\'{"type":"jobChanged","colour":"red"}\')',
            "COMMIT",
        )

        def said(event: Event) -> bool:
            return isinstance(event, EngineChanged) and event.problem is not None

        last = (await until(events, said))[-1]

    assert isinstance(last, EngineChanged)
    assert last.problem is not None
    assert (last.problem.code, "update Darkroom" in last.problem.message) == (HomeNewer.code, True)
