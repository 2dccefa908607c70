"""One job from the wish to the picture, and every way it can end."""

from pathlib import Path

import pytest

from darkroom import Engine, TextToImage, _native
from darkroom.errors import (
    Cancelled,
    Code,
    DarkroomError,
    InternalError,
    ModelMissing,
    OutOfMemory,
)
from darkroom.library.metadata import read_plan
from darkroom.messages import GetSnapshot, JobProgressed, JobState, Phase, PictureSaved, RetryJob, Snapshot
from following import phase, state, states, until
from refusals import refused
from standin import Gate, StandIn, noise, plan_of


class PanicException(BaseException):
    """Derives from BaseException, as the real one does."""


class OutOfMemoryError(RuntimeError):
    """Named as torch names it."""


async def snapshot(engine: Engine) -> Snapshot:
    answer = await engine.handle(GetSnapshot())
    assert isinstance(answer, Snapshot)
    return answer


async def test_a_job_goes_from_queued_to_done_with_every_phase_told(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(TextToImage(prompt="a lighthouse", count=2, seed=5))

        events = [event async for event in job.events()]

    assert states(events) == [JobState.QUEUED, JobState.RUNNING, JobState.SAVING, JobState.DONE]
    told = [event.progress for event in events if isinstance(event, JobProgressed)]
    assert {progress.phase for progress in told} == set(Phase)
    assert [(at, progress.count) for at, progress in enumerate(told) if progress.phase == Phase.WAITING] == [(0, 2)]
    assert [event.picture.index for event in events if isinstance(event, PictureSaved)] == [0, 1]
    assert [event.seq for event in events] == sorted({event.seq for event in events})


async def test_a_saved_picture_is_whole_and_says_how_it_was_made(home: Path) -> None:
    request = TextToImage(prompt="雪 a lighthouse 🗼", seed=2**64 - 1)
    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(request)

        (picture,) = await job.pictures()
        file = engine.picture_file(picture.id)

    assert file.name == f"{job.id:06d}-0000.png"
    assert read_plan(_native.read_picture_text(file.read_bytes())) == plan_of(request, 0)
    assert picture.seed == 2**64 - 1
    assert len(noise(plan_of(request, 0))) == picture.width * picture.height * 3


async def test_a_seed_left_open_is_chosen_once_and_kept(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        first = await engine.submit(TextToImage(prompt="one"))
        second = await engine.submit(TextToImage(prompt="two"))

        seeds = [row.request.seed for row in (await snapshot(engine)).jobs]
        pictures = [*await first.pictures(), *await second.pictures()]

    assert None not in seeds
    assert [picture.seed for picture in pictures] == seeds
    assert seeds[0] != seeds[1]


async def test_a_bad_request_is_refused_and_leaves_no_job(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        with refused(Code.BAD_SIZE, "Width 513", "use 512"):
            await engine.submit(TextToImage(prompt="x", width=513))

        assert (await snapshot(engine)).jobs == ()


@pytest.mark.parametrize("held", [Phase.LOADING, Phase.ENCODING, Phase.SAMPLING, Phase.DECODING, Phase.SAVING])
async def test_cancelling_in_any_phase_ends_without_a_picture(home: Path, held: Phase) -> None:
    stand_in = StandIn(gates={held: Gate()})
    async with Engine(home, perform=stand_in) as engine:
        job = await engine.submit(TextToImage(prompt="never"))
        await until(job.events(), phase(held))

        await job.cancel()

        with refused(Code.JOB_CANCELLED, f"Job {job.id} was cancelled", "retry it"):
            await job.pictures()
        assert (await snapshot(engine)).pictures == ()
        assert not list(engine.home.pictures.rglob("*.png"))


async def test_cancelling_a_waiting_job_keeps_it_from_starting(home: Path) -> None:
    gate = Gate()
    stand_in = StandIn(gates={Phase.LOADING: gate})
    async with Engine(home, perform=stand_in) as engine:
        first = await engine.submit(TextToImage(prompt="first"))
        second = await engine.submit(TextToImage(prompt="second"))
        await until(first.events(), phase(Phase.LOADING))

        await second.cancel()
        gate.open()
        await first.pictures()

        with refused(Code.JOB_CANCELLED, f"Job {second.id} was cancelled", "retry it"):
            await second.pictures()
    assert stand_in.performed == ["first"]


async def test_cancelling_a_finished_job_is_refused(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(TextToImage(prompt="x"))
        await job.pictures()

        with refused(Code.QUEUE_ERROR, f"Job {job.id} is already done", "nothing left to cancel"):
            await job.cancel()


async def test_cancelling_keeps_the_pictures_that_were_finished_before(home: Path) -> None:
    stand_in = StandIn()
    async with Engine(home, perform=stand_in) as engine:
        gate = stand_in.gates.setdefault(Phase.DECODING, Gate())
        job = await engine.submit(TextToImage(prompt="x", count=2))
        events = job.events()
        await until(events, phase(Phase.DECODING))
        stand_in.gates[Phase.DECODING] = Gate()
        gate.open()
        await until(events, lambda event: isinstance(event, PictureSaved))

        await job.cancel()
        await until(events, state(JobState.CANCELLED))

        assert [picture.index for picture in (await snapshot(engine)).pictures] == [0]


@pytest.mark.parametrize(
    ("raised", "told", "words"),
    [
        (ModelMissing("no such model; pick another."), ModelMissing, "no such model"),
        (MemoryError(), OutOfMemory, "smaller size"),
        (OutOfMemoryError("CUDA out of memory"), OutOfMemory, "smaller size"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), OutOfMemory, "smaller size"),
        (ZeroDivisionError("division by zero"), InternalError, "ZeroDivisionError: division by zero"),
        (PanicException("index out of bounds"), InternalError, "PanicException: index out of bounds"),
        (Cancelled(), InternalError, "Cancelled"),
    ],
)
async def test_a_failing_task_fails_its_job_with_a_code_and_the_next_job_runs(
    home: Path, raised: BaseException, told: type[DarkroomError], words: str
) -> None:
    stand_in = StandIn(fails=(Phase.SAMPLING, raised))
    async with Engine(home, perform=stand_in) as engine:
        failing = await engine.submit(TextToImage(prompt="fails"))
        with pytest.raises(told, match=words):
            await failing.pictures()
        stand_in.fails = None

        following = await engine.submit(TextToImage(prompt="works"))

        assert len(await following.pictures()) == 1


async def test_an_unexpected_failure_is_logged_with_its_origin(home: Path) -> None:
    stand_in = StandIn(fails=(Phase.SAMPLING, ZeroDivisionError("division by zero")))
    async with Engine(home, perform=stand_in) as engine:
        job = await engine.submit(TextToImage(prompt="a secret"))
        with refused(Code.INTERNAL_ERROR, f"Job {job.id} failed with ZeroDivisionError", "retry it", "darkroom.log"):
            await job.pictures()

    log = (home / "logs" / "darkroom.log").read_text()
    assert "ZeroDivisionError" in log
    assert "standin.py" in log
    assert "a secret" not in log


async def test_a_task_that_skips_a_picture_does_not_get_away_with_done(home: Path) -> None:
    async with Engine(home, perform=lambda request, attempt: None) as engine:
        job = await engine.submit(TextToImage(prompt="x"))

        with refused(Code.INTERNAL_ERROR, f"Job {job.id} ended with 0 of 1 pictures", "retry it"):
            await job.pictures()


async def test_a_failed_job_retried_makes_only_the_missing_pictures(home: Path) -> None:
    stand_in = StandIn()
    async with Engine(home, perform=stand_in) as engine:
        gate = stand_in.gates.setdefault(Phase.DECODING, Gate())
        job = await engine.submit(TextToImage(prompt="x", count=2))
        events = job.events()
        await until(events, phase(Phase.DECODING))
        stand_in.fails = (Phase.SAMPLING, MemoryError())
        gate.open()
        await until(events, state(JobState.FAILED))
        stand_in.fails = None

        await engine.handle(RetryJob(job=job.id))
        again = await until(job.events(), state(JobState.DONE))

        assert [event.picture.index for event in again if isinstance(event, PictureSaved)] == [1]
        assert [picture.index for picture in await job.pictures()] == [0, 1]
        assert (await snapshot(engine)).jobs[0].problem is None


async def test_an_unknown_job_is_not_found(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        with refused(Code.NOT_FOUND, "no job 4711", "list the queue"):
            engine.job(4711)


async def test_previews_are_the_newest_and_only_of_the_running_job(home: Path) -> None:
    gate = Gate()
    async with Engine(home, perform=StandIn(gates={Phase.DECODING: gate})) as engine:
        job = await engine.submit(TextToImage(prompt="x"))
        seen = await until(job.events(), phase(Phase.DECODING))
        keys = [event.progress.preview for event in seen if isinstance(event, JobProgressed) and event.progress.preview]

        assert engine.preview(keys[0]) == (b"preview 4", "image/jpeg")
        assert engine.preview("999-1") is None
        gate.open()
        await job.pictures()
