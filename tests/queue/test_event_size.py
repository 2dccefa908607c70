"""No event reaches 4 KB, whatever is in the rows it tells of; nothing is cut silently, and all of it can be had."""

from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from darkroom import Engine, TextToImage
from darkroom.bridge.dispatch import LARGEST_SETTINGS, told
from darkroom.errors import InternalError, NotFound
from darkroom.library.brief import LARGEST_EVENT, brief
from darkroom.library.changes import since
from darkroom.library.database import open_database
from darkroom.library.trash import BATCH
from darkroom.messages import (
    EVENTS,
    EngineChanged,
    EngineState,
    Event,
    GetJob,
    GetPicture,
    GetSnapshot,
    Job,
    JobChanged,
    JobDetails,
    JobState,
    ListPictures,
    Phase,
    Picture,
    PictureDetails,
    PicturePage,
    PictureSaved,
    PicturesChanged,
    SaveSettings,
    Settings,
    SettingsChanged,
    Snapshot,
    problem_of,
)
from darkroom.queue.subscriptions import Broadcast
from darkroom.tasks.request import LARGEST_PROMPT, checked
from darkroom.wire import encode
from following import phase, state, until
from standin import Gate, StandIn

# One byte of a prompt that is six of JSON, one that is two, letters of two to four bytes, and a character of many.
WORST = ["\x01", '"', "\n", "ß", "灯", "🌙", "e\u0301", "👩‍👩‍👧‍👦", "🇩🇪"]
LONG = TextToImage(prompt="a lighthouse, " * 2000 + "at the end", negative="fog, " * 2000 + "at the end", seed=7)

# Texts that Darkroom makes itself; whatever else is a text may be as long as a prompt.
OURS = {"created": "2026-11-20T18:29:00.123456+01:00", "preview": f"{2**63 - 1}-{2**63 - 1}"}
MOST = {"pictures": BATCH, "model_folders": 100}
NUMBERS = {bool: False, int: 2**64 - 1, float: -2.2250738585072014e-308}


def largest(kind: Any, name: str, character: str) -> Any:  # noqa: ANN401 - a value of whatever type is asked for
    """A value of the type that is long in JSON, with texts of one character."""
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{field.name: largest(hints[field.name], field.name, character) for field in fields(kind)})
    if kind is str:
        return OURS.get(name, character * (LARGEST_PROMPT // len(character.encode())))
    if kind in NUMBERS:
        return NUMBERS[kind]
    if get_origin(kind) is tuple:
        assert name in MOST, f"say in MOST how long {name} can be"
        return (largest(get_args(kind)[0], name, character),) * MOST[name]
    if get_origin(kind) is Literal:
        return max(get_args(kind), key=lambda value: len(str(value)))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return max(kind, key=len)
    (given,) = set(get_args(kind)) - {NoneType}
    return largest(given, name, character)


def size(event: Event) -> int:
    return max(map(len, told(event)))


@pytest.mark.parametrize("character", WORST, ids=ascii)
@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS.keys())
def test_the_largest_event_of_each_kind_stays_below_4_kb(kind: type[Event], character: str) -> None:
    event = largest(kind, "", character)

    assert LARGEST_EVENT == 4096
    assert size(brief(event)) < LARGEST_EVENT
    assert brief(brief(event)) == brief(event)


def test_events_with_ordinary_rows_are_told_as_they_are() -> None:
    request = checked(TextToImage(prompt="a lighthouse, " * 45, negative="fog, " * 60, model="/models/a.safetensors"))
    job = Job(id=1, state=JobState.QUEUED, request=request, position=1.0)
    picture = Picture(
        id=1, job=1, index=0, file="pictures/a.png", width=64, height=64, seed=1, prompt=request.prompt, created=""
    )
    events: list[Event] = [
        JobChanged(job=1, seq=1, row=job),
        PictureSaved(job=1, seq=2, picture=picture),
        SettingsChanged(settings=Settings(model_folders=("/models",) * 20)),
    ]

    assert [brief(event) for event in events] == events


@pytest.mark.parametrize("text", ["prompt", "negative", "model"])
def test_a_row_that_is_cut_says_so(text: str) -> None:
    request = replace(TextToImage(prompt="a boat"), **{text: "a lighthouse, " * 100})
    whole = JobChanged(job=1, seq=1, row=Job(id=1, state=JobState.QUEUED, request=request, position=1.0))

    told = brief(whole)

    assert isinstance(told, JobChanged)
    assert told.row.cut
    assert len(getattr(told.row.request, text)) < len(getattr(request, text))
    assert replace(told.row, request=request, cut=False) == whole.row


async def test_every_event_of_a_job_with_long_prompts_is_small_for_whoever_hears_it(home: Path) -> None:
    stand_in = StandIn()
    async with Engine(home, perform=stand_in) as engine, Engine(home, run_queue=False) as follower:
        here, there = engine.events(), follower.events()
        job = await engine.submit(LONG)
        done = state(JobState.DONE, job.id)
        heard = [*await until(here, done), *await until(there, done), *[event async for event in job.events()]]
        database = open_database(engine.home.database)
        stored = [event for _, event in since(database, 0) if event is not None]
        database.close()

    rows = [event.row for event in heard + stored if isinstance(event, JobChanged)]
    pictures = [event.picture for event in heard + stored if isinstance(event, PictureSaved)]
    assert max(map(size, heard)) < LARGEST_EVENT
    assert max(len(encode(event)) for event in stored) < LARGEST_EVENT
    assert {row.cut for row in rows} == {picture.cut for picture in pictures} == {True}
    assert stand_in.performed == [LONG.prompt]


async def test_whoever_asks_for_a_job_or_a_picture_gets_all_of_it(home: Path) -> None:
    gate = Gate()
    async with Engine(home, perform=StandIn({Phase.SAMPLING: gate})) as engine:
        job = await engine.submit(LONG)
        await until(job.events(), phase(Phase.SAMPLING))
        async with Engine(home, run_queue=False) as other:
            answer = await other.handle(GetJob(job=job.id))
            row = other.job(job.id).row()
        gate.open()
        (picture,) = await job.pictures()
        details = await engine.handle(GetPicture(picture=picture.id))

    assert isinstance(answer, JobDetails)
    assert isinstance(details, PictureDetails)
    assert answer.job == row
    assert (row.request, row.state, row.cut) == (LONG, JobState.RUNNING, False)
    assert (picture.prompt, picture.cut) == (LONG.prompt, False)
    assert (details.picture, details.plan.negative) == (picture, LONG.negative)


async def test_the_next_engine_makes_a_job_with_all_of_its_prompt(home: Path) -> None:
    gate, stand_in = Gate(), StandIn()
    async with Engine(home, perform=StandIn({Phase.SAMPLING: gate})) as engine:
        job = await engine.submit(LONG)
        await until(job.events(), phase(Phase.SAMPLING))
    async with Engine(home, perform=stand_in) as engine:
        (picture,) = await engine.job(job.id).pictures()

    assert stand_in.performed == [LONG.prompt]
    assert picture.prompt == LONG.prompt


async def test_the_snapshot_and_the_pages_of_the_gallery_are_as_brief_as_events(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        await (await engine.submit(LONG)).pictures()
        snapshot = await engine.handle(GetSnapshot())
        page = await engine.handle(ListPictures())

    assert isinstance(snapshot, Snapshot)
    assert isinstance(page, PicturePage)
    assert [job.cut for job in snapshot.jobs] == [picture.cut for picture in page.pictures] == [True]
    assert page.pictures == snapshot.pictures
    assert len(encode(snapshot)) + len(encode(page)) < 2 * LARGEST_EVENT


async def test_a_job_that_is_not_there_is_not_found(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        with pytest.raises(NotFound, match="17"):
            await engine.handle(GetJob(job=17))


async def test_a_failure_with_a_long_value_keeps_the_way_out(home: Path) -> None:
    error = InternalError(f"The part {'x' * 10_000} is missing; get it.")
    async with Engine(home, perform=StandIn(fails=(Phase.LOADING, error))) as engine:
        job = await engine.submit(TextToImage(prompt="x"))
        seen = await until(job.events(), state(JobState.FAILED))
        row = job.row()

    assert isinstance(seen[-1], JobChanged)
    assert seen[-1].row.cut
    told, kept = seen[-1].row.problem, row.problem
    assert told is not None
    assert kept is not None
    assert told.message.startswith("The part xxx")
    assert told.message.endswith("xxx is missing; get it.")
    assert kept.message == error.sentence


async def test_settings_too_large_for_an_event_are_told_without_them_and_kept(home: Path) -> None:
    many = Settings(theme="dark", model_folders=tuple(f"/models/{number:04d}" for number in range(1000)))
    assert len(encode(SaveSettings(settings=many))) < LARGEST_SETTINGS
    async with Engine(home, perform=StandIn()) as engine:
        events = engine.events()
        await engine.handle(SaveSettings(settings=many))
        seen = await until(events, lambda event: isinstance(event, SettingsChanged))
        snapshot = await engine.handle(GetSnapshot())

    assert seen[-1] == SettingsChanged(settings=None)
    assert isinstance(snapshot, Snapshot)
    assert snapshot.settings == many


def test_many_pictures_at_once_are_told_in_events_of_a_batch() -> None:
    assert size(PicturesChanged(pictures=(2**63 - 1,) * BATCH, trashed=False)) < LARGEST_EVENT


async def test_a_state_with_a_long_problem_is_told_briefly() -> None:
    broadcast = Broadcast()
    reader = broadcast.subscribe()
    problem = problem_of(InternalError(f"Cannot read {'/long' * 1000}; make it readable."))
    broadcast.publish(EngineChanged(state=EngineState.READY, problem=problem))

    event = await anext(reader)

    assert isinstance(event, EngineChanged)
    assert event.problem is not None
    assert event.problem.message.startswith("Cannot read /long")
    assert event.problem.message.endswith("/long; make it readable.")
    assert size(event) < LARGEST_EVENT
