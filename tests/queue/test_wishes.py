"""What people want of a queue: another order, a pause, a job gone, a job again."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import Code
from darkroom.messages import (
    CancelJob,
    Command,
    EngineChanged,
    GetSnapshot,
    JobRemoved,
    JobState,
    MoveJob,
    PauseQueue,
    Phase,
    QueuePaused,
    RemoveJob,
    ResumeQueue,
    RetryJob,
    Snapshot,
)
from darkroom.queue.handle import JobHandle
from following import phase, state, until
from refusals import refused
from standin import Gate, StandIn


@asynccontextmanager
async def paused(home: Path) -> AsyncGenerator[tuple[Engine, StandIn]]:
    stand_in = StandIn()
    async with Engine(home, perform=stand_in) as engine:
        await engine.handle(PauseQueue())
        yield engine, stand_in


async def submitted(engine: Engine, *prompts: str) -> list[JobHandle]:
    return [await engine.submit(TextToImage(prompt=prompt)) for prompt in prompts]


async def run_all(engine: Engine, jobs: list[JobHandle]) -> None:
    await engine.handle(ResumeQueue())
    for job in jobs:
        await job.pictures()


async def test_jobs_run_in_the_order_of_their_ids(home: Path) -> None:
    async with paused(home) as (engine, stand_in):
        await run_all(engine, await submitted(engine, "one", "two", "three"))

    assert stand_in.performed == ["one", "two", "three"]


async def test_a_moved_job_runs_where_it_was_put(home: Path) -> None:
    async with paused(home) as (engine, stand_in):
        one, two, three = await submitted(engine, "one", "two", "three")

        await engine.handle(MoveJob(job=three.id, before=one.id))
        await engine.handle(MoveJob(job=one.id, before=None))

        await run_all(engine, [one, two, three])
    assert stand_in.performed == ["three", "two", "one"]


async def test_higher_priority_runs_first_and_front_before_all(home: Path) -> None:
    async with paused(home) as (engine, stand_in):
        jobs = await submitted(engine, "plain")

        jobs.append(await engine.submit(TextToImage(prompt="urgent"), priority=3))
        jobs.append(await engine.submit(TextToImage(prompt="front"), front=True))

        await run_all(engine, jobs)
    assert stand_in.performed == ["front", "urgent", "plain"]


async def test_the_snapshot_lists_waiting_jobs_in_the_order_in_which_they_run(home: Path) -> None:
    async with paused(home) as (engine, _):
        one, two = await submitted(engine, "one", "two")
        await engine.handle(MoveJob(job=two.id, before=one.id))

        answer = await engine.handle(GetSnapshot())

    assert isinstance(answer, Snapshot)
    assert [job.id for job in answer.jobs] == [two.id, one.id]


async def test_only_waiting_jobs_can_be_moved(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        done, *_ = await submitted(engine, "done")
        await done.pictures()

        with refused(Code.QUEUE_ERROR, f"Job {done.id} is done", "only waiting jobs can be moved"):
            await engine.handle(MoveJob(job=done.id, before=None))


async def test_a_pause_lets_the_running_job_finish_and_starts_no_other(home: Path) -> None:
    gate = Gate()
    stand_in = StandIn(gates={Phase.SAMPLING: gate})
    async with Engine(home, perform=stand_in) as engine:
        running, waiting = await submitted(engine, "running", "waiting")
        await until(running.events(), phase(Phase.SAMPLING))
        everything = engine.events()

        await engine.handle(PauseQueue())
        gate.open()
        await running.pictures()
        await until(everything, lambda event: isinstance(event, EngineChanged))

        assert engine.job(waiting.id).id == waiting.id
        assert stand_in.performed == ["running"]
        await run_all(engine, [waiting])


async def test_a_pause_outlives_the_engine(home: Path) -> None:
    async with paused(home) as (engine, _):
        (job,) = await submitted(engine, "waits")

    stand_in = StandIn()
    async with Engine(home, perform=stand_in) as engine:
        answer = await engine.handle(GetSnapshot())
        assert isinstance(answer, Snapshot)
        assert answer.paused
        assert stand_in.performed == []
        await run_all(engine, [engine.job(job.id)])
    assert stand_in.performed == ["waits"]


async def test_pausing_twice_is_told_once(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        events = engine.events()

        for command in (PauseQueue(), PauseQueue(), ResumeQueue()):
            await engine.handle(command)

        seen = await until(events, lambda event: event == QueuePaused(paused=False))
    assert [event for event in seen if isinstance(event, QueuePaused)] == [
        QueuePaused(paused=True),
        QueuePaused(paused=False),
    ]


async def test_a_removed_job_is_gone_and_its_pictures_stay(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        (job,) = await submitted(engine, "x")
        (picture,) = await job.pictures()
        events = engine.events()

        await engine.handle(RemoveJob(job=job.id))

        await until(events, lambda event: isinstance(event, JobRemoved) and event.job == job.id)
        assert engine.picture_file(picture.id).is_file()
        with refused(Code.NOT_FOUND, f"no job {job.id}", "list the queue"):
            engine.job(job.id)


async def test_the_number_of_a_removed_job_never_comes_back(home: Path) -> None:
    async with paused(home) as (engine, _):
        (job,) = await submitted(engine, "x")
        await engine.handle(RemoveJob(job=job.id))

        (following,) = await submitted(engine, "y")

    assert following.id > job.id


async def test_waiting_for_a_job_that_is_removed_ends(home: Path) -> None:
    async with paused(home) as (engine, _):
        (job,) = await submitted(engine, "x")
        events = job.events()

        await engine.handle(RemoveJob(job=job.id))

        assert isinstance((await until(events, lambda event: isinstance(event, JobRemoved)))[-1], JobRemoved)


async def test_a_running_job_cannot_be_removed(home: Path) -> None:
    gate = Gate()
    async with Engine(home, perform=StandIn(gates={Phase.SAMPLING: gate})) as engine:
        (job,) = await submitted(engine, "x")
        await until(job.events(), phase(Phase.SAMPLING))

        with refused(Code.QUEUE_ERROR, f"Job {job.id} is running", "cancel it before removing it"):
            await engine.handle(RemoveJob(job=job.id))
        gate.open()


async def test_a_cancelled_job_can_be_retried(home: Path) -> None:
    async with paused(home) as (engine, _):
        (job,) = await submitted(engine, "x")
        await job.cancel()

        await engine.handle(RetryJob(job=job.id))

        await run_all(engine, [job])


async def test_a_waiting_or_finished_job_is_not_retried(home: Path) -> None:
    async with paused(home) as (engine, _):
        (job,) = await submitted(engine, "x")

        with refused(Code.QUEUE_ERROR, f"Job {job.id} is queued", "only a failed or cancelled job can be retried"):
            await engine.handle(RetryJob(job=job.id))
        await run_all(engine, [job])
        with refused(Code.QUEUE_ERROR, f"Job {job.id} is done", "only a failed or cancelled job can be retried"):
            await engine.handle(RetryJob(job=job.id))


@pytest.mark.parametrize(
    "command",
    [CancelJob(job=9), RetryJob(job=9), RemoveJob(job=9), MoveJob(job=9, before=None)],
    ids=lambda command: command.type,
)
async def test_an_unknown_job_is_named_in_the_refusal(home: Path, command: Command) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        with refused(Code.NOT_FOUND, "no job 9", "list the queue"):
            await engine.handle(command)


async def test_a_job_and_its_end_are_told_to_every_reader_in_the_same_order(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        readers = [engine.events() for _ in range(3)]
        (job,) = await submitted(engine, "x")

        seen = [await until(reader, state(JobState.DONE, job.id)) for reader in readers]

    assert seen[0] == seen[1] == seen[2]
