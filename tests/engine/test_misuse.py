"""An engine used as a notebook or a service may use it by mistake: refused in words, and nothing held up by it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import Code
from darkroom.messages import GetSnapshot, JobState, Phase, Settings
from darkroom.messages import SaveSettings as Save
from darkroom.queue.handle import JobHandle
from following import phase, until
from refusals import refused
from standin import Gate, StandIn

Use = Callable[[Engine, JobHandle], Coroutine[Any, Any, object]]


async def read_job(_: Engine, job: JobHandle) -> object:
    return job.row()


@pytest.mark.parametrize(
    "use",
    [
        lambda engine, _: engine.submit(TextToImage(prompt="x")),
        lambda engine, _: engine.handle(GetSnapshot()),
        lambda _, job: job.pictures(),
        lambda engine, _: anext(engine.events()),
    ],
    ids=["submit", "handle", "pictures", "events"],
)
async def test_another_event_loop_is_refused_and_not_left_waiting(
    home: Path, use: Callable[[Engine, JobHandle], Awaitable[object]]
) -> None:
    gate = Gate()

    async def there(engine: Engine, job: JobHandle) -> None:
        with refused(Code.ENGINE_LOST, "another event loop", "run_coroutine_threadsafe"):
            await use(engine, job)

    async with Engine(home, perform=StandIn(gates={Phase.SAMPLING: gate})) as engine:
        job = await engine.submit(TextToImage(prompt="x"))
        await asyncio.to_thread(lambda: asyncio.run(there(engine, job)))

        gate.open()
        assert len(await job.pictures()) == 1


async def test_an_open_engine_cannot_be_entered_again(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        with refused(Code.ENGINE_LOST, "is open already", "async with Engine()"):
            await engine.__aenter__()

        assert len(await (await engine.submit(TextToImage(prompt="x"))).pictures()) == 1
    async with Engine(home, perform=StandIn()) as engine:
        assert engine.runs_queue


@pytest.mark.parametrize(
    "use", [read_job, lambda _, job: job.pictures(), lambda _, job: job.cancel()], ids=["row", "pictures", "cancel"]
)
async def test_a_job_of_an_engine_that_is_closed_says_so(home: Path, use: Use) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(TextToImage(prompt="x"))
        await job.pictures()

    with refused(Code.ENGINE_LOST, home / "library.db", "open an engine again"):
        await use(engine, job)


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda engine: engine.submit("a lighthouse"), ("str", "TextToImage(prompt=...)")),
        (lambda engine: engine.submit({"prompt": "a lighthouse"}), ("dict", "TextToImage(prompt=...)")),
        (lambda engine: engine.submit(TextToImage(prompt="x"), priority=1.5), ("Priority 1.5", "whole numbers")),
        (lambda engine: engine.handle("generate"), ("str is no command", "darkroom.messages")),
        (lambda engine: engine.handle(Save(settings=Settings(model="\ud800"))), ("\\ud800", "type it again")),
    ],
    ids=["text", "dict", "priority", "command", "settings"],
)
async def test_what_no_engine_can_be_asked_is_refused(
    home: Path, use: Callable[[Engine], Coroutine[Any, Any, object]], words: tuple[str, ...]
) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        with refused(Code.BAD_REQUEST, *words):
            await use(engine)


def test_an_engine_whose_loop_ended_gives_its_queue_to_the_next(home: Path) -> None:
    abandoned: list[Engine] = []

    async def left_open() -> None:
        engine = await Engine(home, perform=StandIn(gates={Phase.SAMPLING: Gate()})).__aenter__()
        job = await engine.submit(TextToImage(prompt="x", count=2))
        await until(job.events(), phase(Phase.SAMPLING))
        abandoned.append(engine)

    async def next_one() -> None:
        async with Engine(home, perform=StandIn()) as engine:
            assert engine.runs_queue
            job = engine.job(1)
            assert len(await job.pictures()) == 2
            assert (job.row().state, job.row().attempt) == (JobState.DONE, 2)

    asyncio.run(left_open())
    asyncio.run(next_one())
    asyncio.run(abandoned[0].__aexit__())
