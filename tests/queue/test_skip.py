"""Skipping one picture of a job: the others are made, and the wish outlives crashes and crosses processes."""

from pathlib import Path

from darkroom import Engine, TextToImage
from darkroom.errors import Code
from darkroom.messages import JobChanged, JobState, Phase, RetryJob, SkipPicture
from following import phase, until
from refusals import refused
from standin import Gate, StandIn


async def test_a_skipped_picture_is_left_out_and_the_rest_is_made(home: Path) -> None:
    gate = Gate()
    async with Engine(home, perform=StandIn({Phase.DECODING: gate})) as engine:
        events = engine.events()
        job = await engine.submit(TextToImage(prompt="three", count=3))
        await until(events, phase(Phase.DECODING))

        await engine.handle(SkipPicture(job=job.id, index=0))
        await until(events, lambda event: isinstance(event, JobChanged) and event.row.skipped == 1)
        gate.open()

        assert [picture.index for picture in await job.pictures()] == [1, 2]
        (end,) = [event async for event in job.events()]
        assert isinstance(end, JobChanged)
        assert (end.row.state, end.row.pictures, end.row.skipped) == (JobState.DONE, 2, 1)


async def test_a_job_of_which_everything_was_skipped_is_cancelled_and_makes_all_when_retried(home: Path) -> None:
    gate = Gate()
    async with Engine(home, perform=StandIn({Phase.DECODING: gate})) as engine:
        events = engine.events()
        job = await engine.submit(TextToImage(prompt="one"))
        await until(events, phase(Phase.DECODING))

        await engine.handle(SkipPicture(job=job.id, index=0))
        with refused(Code.JOB_CANCELLED, f"Job {job.id} was cancelled", "retry it"):
            await job.pictures()
        gate.open()
        await engine.handle(RetryJob(job=job.id))

        assert len(await job.pictures()) == 1


async def test_a_wish_from_another_process_is_heard(home: Path) -> None:
    gate = Gate()
    async with (
        Engine(home, perform=StandIn({Phase.DECODING: gate})) as runner,
        Engine(home, run_queue=False) as other,
    ):
        events = runner.events()
        job = await runner.submit(TextToImage(prompt="two", count=2))
        await until(events, phase(Phase.DECODING))

        await other.handle(SkipPicture(job=job.id, index=0))
        await until(events, lambda event: isinstance(event, JobChanged) and event.row.skipped == 1)
        gate.open()

        assert [picture.index for picture in await job.pictures()] == [1]


async def test_a_wish_outlives_the_engine(home: Path) -> None:
    gate = Gate()
    async with Engine(home, perform=StandIn({Phase.DECODING: gate})) as engine:
        events = engine.events()
        job = await engine.submit(TextToImage(prompt="two", count=2))
        await until(events, phase(Phase.DECODING))
        await engine.handle(SkipPicture(job=job.id, index=0))

    async with Engine(home, perform=StandIn()) as engine:
        assert [picture.index for picture in await engine.job(job.id).pictures()] == [1]


async def test_only_a_picture_of_a_running_job_can_be_skipped(home: Path) -> None:
    gate = Gate()
    async with Engine(home, perform=StandIn({Phase.DECODING: gate})) as engine:
        events = engine.events()
        job = await engine.submit(TextToImage(prompt="one"))
        waiting = await engine.submit(TextToImage(prompt="waits"))
        await until(events, phase(Phase.DECODING))

        with refused(Code.BAD_REQUEST, f"Job {job.id} has no picture 1", "from 0 to 0"):
            await engine.handle(SkipPicture(job=job.id, index=1))
        with refused(Code.QUEUE_ERROR, f"Job {waiting.id} is queued", "only a picture of a running job"):
            await engine.handle(SkipPicture(job=waiting.id, index=0))
        gate.open()
        assert len(await job.pictures()) == 1
