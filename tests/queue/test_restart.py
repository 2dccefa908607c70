"""What a later engine makes of what an earlier one left."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import Cancelled, Code
from darkroom.library.database import Database, open_database
from darkroom.messages import GetSnapshot, JobEvent, JobState, Phase, PictureSaved, RetryJob, Snapshot
from darkroom.queue.runs import Runs
from darkroom.tasks.attempt import Attempt
from following import phase, state, until
from refusals import refused
from standin import Gate, StandIn, noise, plan_of


def die_while_running(home: Path, job: int, *, cancel: bool = False) -> None:
    """Leave the rows as a killed engine leaves them."""
    database = open_database(home / "library.db")
    with database.transaction():
        database.run(
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, cancel = ? WHERE id = ?", (int(cancel), job)
        )
    database.close()


def stored(home: Path) -> Database:
    return open_database(home / "library.db")


def marks(home: Path) -> list[str]:
    return [file.name for file in home.glob("staging/*.let-go")]


async def accepted(home: Path, count: int = 1) -> int:
    """A job in the queue of a home where nobody runs it."""
    async with Engine(home, run_queue=False) as engine:
        return (await engine.submit(TextToImage(prompt="x", count=count))).id


async def test_an_accepted_job_is_run_by_the_next_engine(home: Path) -> None:
    job = await accepted(home)

    async with Engine(home, perform=StandIn()) as engine:
        assert len(await engine.job(job).pictures()) == 1


async def test_closing_interrupts_the_running_job_and_the_next_engine_continues_it(home: Path) -> None:
    stand_in = StandIn()
    gate = stand_in.gates.setdefault(Phase.DECODING, Gate())
    async with Engine(home, perform=stand_in) as engine:
        job = (await engine.submit(TextToImage(prompt="x", count=3))).id
        events = engine.events()
        await until(events, phase(Phase.DECODING))
        stand_in.gates[Phase.DECODING] = Gate()
        gate.open()
        await until(events, lambda event: isinstance(event, PictureSaved))

    database = stored(home)
    assert database.row("SELECT state, deaths FROM jobs") == (JobState.INTERRUPTED, 0)
    database.close()
    async with Engine(home, perform=StandIn()) as engine:
        handle = engine.job(job)
        again = [event async for event in handle.events()]
        assert [event.picture.index for event in again if isinstance(event, PictureSaved)] == [1, 2]
        assert [picture.index for picture in await handle.pictures()] == [0, 1, 2]


async def test_waiting_for_pictures_ends_when_the_engine_closes(home: Path) -> None:
    gate = Gate()
    async with Engine(home, perform=StandIn(gates={Phase.SAMPLING: gate})) as engine:
        job = await engine.submit(TextToImage(prompt="x"))
        waiting = asyncio.create_task(job.pictures())
        await until(job.events(), phase(Phase.SAMPLING))

    with refused(Code.ENGINE_LOST, f"before job {job.id} ended", "goes on when one is opened"):
        await waiting


async def test_a_task_that_does_not_let_go_cannot_save_after_its_engine_closed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.queue.queue.DRAIN_SECONDS", 0)
    loop, runs, left = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    deaf = threading.Event()
    refused: list[BaseException] = []

    def perform(request: TextToImage, attempt: Attempt) -> None:
        loop.call_soon_threadsafe(runs.set)
        deaf.wait()
        plan = plan_of(request, 0)
        try:
            attempt.save(0, plan, noise(plan))
        except BaseException as error:
            refused.append(error)
            raise
        finally:
            loop.call_soon_threadsafe(left.set)

    # As if the wish to stop had been overlooked: the row alone has to refuse the picture.
    monkeypatch.setattr("darkroom.queue.attempt.JobAttempt.check", lambda _: None)
    async with Engine(home, perform=perform) as engine:
        job = (await engine.submit(TextToImage(prompt="x"))).id
        await runs.wait()
    deaf.set()
    await left.wait()

    assert [type(error) for error in refused] == [Cancelled]
    database = stored(home)
    assert database.row("SELECT state FROM jobs WHERE id = ?", (job,)) == (JobState.INTERRUPTED,)
    assert database.value("SELECT count(*) FROM pictures") == 0
    database.close()


async def test_a_close_that_is_cut_short_is_no_death_of_the_engine(home: Path) -> None:
    loop, runs, deaf = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def perform(request: TextToImage, attempt: Attempt) -> None:
        loop.call_soon_threadsafe(runs.set)
        deaf.wait()

    async def cut_short() -> None:
        async with asyncio.timeout(None) as limit, Engine(home, perform=perform) as engine:
            await engine.submit(TextToImage(prompt="x"))
            await runs.wait()
            limit.reschedule(loop.time())

    with pytest.raises(TimeoutError):
        await cut_short()

    database = stored(home)
    assert database.row("SELECT state, deaths FROM jobs") == (JobState.INTERRUPTED, 0)
    database.close()
    deaf.set()


async def test_a_close_that_can_neither_wait_nor_write_is_no_death_of_the_engine(
    home: Path, fails_once: Callable[..., list[Exception]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.queue.queue.DRAIN_SECONDS", 0)
    loop, runs, deaf = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def perform(request: TextToImage, attempt: Attempt) -> None:
        loop.call_soon_threadsafe(runs.set)
        deaf.wait()

    async with Engine(home, perform=perform) as engine:
        await engine.submit(TextToImage(prompt="x"))
        await runs.wait()
        (home / "staging" / "ballast").unlink()
        failed = fails_once(Runs, "finish")
    deaf.set()

    assert failed
    async with Engine(home, perform=StandIn(gates={Phase.LOADING: Gate()})):
        database = stored(home)
        assert database.row("SELECT state, deaths FROM jobs") == (JobState.INTERRUPTED, 0)
        database.close()


async def test_a_job_that_ended_the_engine_three_times_is_given_up_and_the_queue_goes_on(home: Path) -> None:
    deadly = await accepted(home)
    following = await accepted(home)
    for _ in range(2):
        die_while_running(home, deadly)
        async with Engine(home, perform=StandIn(gates={Phase.LOADING: Gate()})):
            pass
    die_while_running(home, deadly)

    async with Engine(home, perform=StandIn()) as engine:
        await engine.job(following).pictures()
        with refused(Code.JOB_POISONED, f"Job {deadly} ended the engine 3 times", "retry it"):
            await engine.job(deadly).pictures()

        await engine.handle(RetryJob(job=deadly))
        assert len(await engine.job(deadly).pictures()) == 1


async def test_a_new_picture_between_deaths_means_the_job_is_not_the_cause(home: Path) -> None:
    job = await accepted(home, count=9)
    for _ in range(5):
        die_while_running(home, job)
        stand_in = StandIn()
        gate = stand_in.gates.setdefault(Phase.DECODING, Gate())
        async with Engine(home, perform=stand_in) as engine:
            events = engine.events()
            await until(events, phase(Phase.DECODING))
            stand_in.gates[Phase.DECODING] = Gate()
            gate.open()
            await until(events, lambda event: isinstance(event, PictureSaved))

    async with Engine(home, perform=StandIn()) as engine:
        assert len(await engine.job(job).pictures()) == 9


async def test_a_wish_to_cancel_outlives_the_engine(home: Path) -> None:
    job = await accepted(home)
    die_while_running(home, job, cancel=True)

    async with Engine(home, perform=StandIn()) as engine:
        with refused(Code.JOB_CANCELLED, f"Job {job} was cancelled", "retry it"):
            await engine.job(job).pictures()


async def test_events_after_a_death_have_higher_numbers_than_any_told_before(home: Path) -> None:
    job = await accepted(home)
    async with Engine(home, run_queue=False) as follower:
        events = follower.events()
        die_while_running(home, job)
        async with Engine(home, perform=StandIn()):
            seen = await until(events, state(JobState.DONE, job))

    numbers = [event.seq for event in seen if isinstance(event, JobEvent)]
    assert numbers == sorted(set(numbers))
    assert numbers[0] > 1 << 20


async def test_the_rows_of_a_queue_are_shown_after_a_restart(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(TextToImage(prompt="kept", seed=3))
        await job.pictures()

    async with Engine(home, perform=StandIn()) as engine:
        answer = await engine.handle(GetSnapshot())

    assert isinstance(answer, Snapshot)
    assert [(row.id, row.state, row.request.prompt) for row in answer.jobs] == [(job.id, JobState.DONE, "kept")]
    assert [picture.seed for picture in answer.pictures] == [3]


async def test_an_engine_that_is_killed_while_it_closes_has_not_died_of_its_job(home: Path) -> None:
    let_go = threading.Event()

    def stubborn(request: TextToImage, attempt: Attempt) -> None:
        assert let_go.wait(30)
        attempt.check()

    engine = await Engine(home, perform=stubborn).__aenter__()
    job = await engine.submit(TextToImage(prompt="x"))
    await until(job.events(), state(JobState.RUNNING))
    closing = asyncio.create_task(engine.__aexit__())
    # The closing begins; it waits for the task, which does not look whether it is to stop.
    await asyncio.sleep(0)

    # What a recovery would find if the process ended now.
    assert marks(home) == ["1-1.let-go"]
    let_go.set()
    await closing
    assert marks(home) == []
