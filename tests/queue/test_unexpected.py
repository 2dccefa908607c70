"""Failures outside a task: told, survived where the home explains them, and else the home is let go of."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import Code, HomeUnwritable
from darkroom.library import changes
from darkroom.library.database import Database
from darkroom.library.home import open_home
from darkroom.library.log import Log
from darkroom.messages import (
    EngineChanged,
    EngineState,
    GetSnapshot,
    JobProgressed,
    JobState,
    Phase,
    Progress,
    SaveSettings,
    Settings,
    Snapshot,
    problem_of,
)
from darkroom.queue.queue import Queue
from darkroom.queue.runs import Runs
from darkroom.queue.table import JobTable
from darkroom.tasks.attempt import Attempt
from following import phase, state, until
from refusals import refused
from standin import Gate, StandIn

FailsOnce = Callable[..., list[Exception]]
GONE = HomeUnwritable("The home is gone for a moment; try again.")
REQUEST = TextToImage(prompt="x", seed=1)


@asynccontextmanager
async def opened(home: Path, *, run: bool, job: bool = False) -> AsyncGenerator[Queue]:
    """The queue of a home, with a job in it before it is started."""
    log = Log(open_home(home))
    queue = Queue(open_home(home), log, StandIn(), lambda: None, run=run)
    if job:
        queue.add(REQUEST, front=False, priority=0)
    queue.start()
    yield queue
    await queue.close()
    log.close()


async def test_a_library_that_cannot_be_read_before_the_first_job_does_not_stop_the_queue(
    home: Path, fails_once: FailsOnce
) -> None:
    failed = fails_once(JobTable, "first_waiting")

    async with opened(home, run=True, job=True) as queue:
        await until(queue.broadcast.subscribe(), state(JobState.DONE))

    assert failed


async def test_a_job_whose_earlier_pictures_cannot_be_looked_at_fails_and_the_next_runs(
    home: Path, fails_once: FailsOnce
) -> None:
    fails_once(Runs, "saved")

    async with Engine(home, perform=StandIn()) as engine:
        first, second = [await engine.submit(REQUEST) for _ in range(2)]
        with pytest.raises(HomeUnwritable, match="for a moment"):
            await first.pictures()
        assert len(await second.pictures()) == 1


@pytest.mark.parametrize(
    "raised",
    [StopIteration(), SystemExit(1), asyncio.CancelledError(), ValueError("half a character: \ud800")],
    ids=lambda raised: type(raised).__name__,
)
async def test_whatever_a_library_raises_fails_the_job_and_the_next_runs(home: Path, raised: BaseException) -> None:
    async with asyncio.timeout(60), Engine(home, perform=StandIn(fails=(Phase.SAMPLING, raised))) as engine:
        for _ in range(2):
            with refused(Code.INTERNAL_ERROR, f"failed with {type(raised).__name__}", "retry it"):
                await (await engine.submit(REQUEST)).pictures()


async def test_the_last_word_of_an_engine_that_closes_over_a_job_is_that_it_stops(home: Path) -> None:
    async with Engine(home, perform=StandIn(gates={Phase.SAMPLING: Gate()})) as engine:
        events = engine.events()
        await engine.submit(REQUEST)
        await until(events, phase(Phase.SAMPLING))

    told = [event for event in [event async for event in events] if isinstance(event, EngineChanged)]
    assert told == [EngineChanged(state=EngineState.STOPPING)]


async def test_settings_that_cannot_be_told_stay_as_they_were(home: Path, fails_once: FailsOnce) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        fails_once(Database, "run")
        with pytest.raises(HomeUnwritable, match="for a moment"):
            await engine.handle(SaveSettings(settings=Settings(theme="dark")))

        snapshot = await engine.handle(GetSnapshot())
    assert isinstance(snapshot, Snapshot)
    assert snapshot.settings == Settings()


async def test_a_trouble_that_has_passed_is_no_longer_told_though_nothing_waits(
    home: Path, monkeypatch: pytest.MonkeyPatch, fails_once: FailsOnce
) -> None:
    monkeypatch.setattr("darkroom.queue.worker.RETRY_SECONDS", 0)
    fails_once(Runs, "claim")

    async with Engine(home, perform=StandIn()) as engine:
        events = engine.events()
        await until(events, lambda event: isinstance(event, EngineChanged) and event.problem == problem_of(GONE))
        await until(events, lambda event: event == EngineChanged(state=EngineState.READY))


async def test_a_queue_that_cannot_go_on_says_so_and_lets_go_of_home_and_waiters(
    home: Path, fails_once: FailsOnce
) -> None:
    fails_once(Runs, "claim", ValueError("a mistake of ours"))

    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(REQUEST)
        events = engine.events()
        with refused(Code.ENGINE_LOST, f"before job {job.id} ended", "goes on when one is opened"):
            await job.pictures()
        last = [event async for event in events][-1]
        assert isinstance(last, EngineChanged)
        assert last.state == EngineState.STOPPING
        assert last.problem is not None
        assert last.problem.code == Code.INTERNAL_ERROR
        assert "a mistake of ours; start Darkroom again" in last.problem.message

        async with Engine(home, perform=StandIn()) as again:
            assert again.runs_queue
            assert len(await again.job(job.id).pictures()) == 1


async def test_progress_that_a_failing_look_at_the_library_met_is_told_by_the_next(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    armed, reported, heard = Flag(), Flag(), Flag()
    right, failed = changes.since, list[int]()

    def since(database: Database, seen: int) -> Any:  # noqa: ANN401
        if armed.is_set() and not failed:
            failed.extend([seen] * reported.is_set())
            raise GONE
        return right(database, seen)

    def perform(request: TextToImage, attempt: Attempt) -> None:
        armed.set()
        attempt.report(Progress(phase=Phase.SAMPLING, step=3, steps=4))
        reported.set()
        heard.wait()
        StandIn()(request, attempt)

    monkeypatch.setattr(changes, "since", since)
    async with Engine(home, perform=perform) as engine:
        job = await engine.submit(REQUEST)
        await until(job.events(), lambda event: isinstance(event, JobProgressed) and event.progress.step == 3)
        heard.set()
        await job.pictures()
    assert failed


async def test_what_a_failing_look_at_the_library_missed_is_told_by_the_next(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, failed = changes.since, list[int]()

    async with opened(home, run=False) as here, opened(home, run=False) as there:

        def since(database: Database, seen: int) -> Any:  # noqa: ANN401
            if database is there.database and not failed:
                failed.append(seen)
                raise GONE
            return right(database, seen)

        monkeypatch.setattr(changes, "since", since)
        events = there.broadcast.subscribe()
        here.add(REQUEST, front=False, priority=0)

        await until(events, state(JobState.QUEUED))
        assert len(failed) == 1


async def test_the_log_hears_once_of_a_home_that_cannot_be_looked_at(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, failed = Database.foreign_version, list[int]()

    async with opened(home, run=False) as here, opened(home, run=False) as there:

        def foreign_version(self: Database) -> int:
            if self is there.database and len(failed) < 3:
                failed.append(1)
                raise GONE
            return right(self)

        monkeypatch.setattr(Database, "foreign_version", foreign_version)
        events = there.broadcast.subscribe()
        here.add(REQUEST, front=False, priority=0)
        await until(events, state(JobState.QUEUED))

    told = (home / "logs" / "darkroom.log").read_text()
    assert told.count("Traceback") == 1
    assert told.count("can be looked at again") == 1
