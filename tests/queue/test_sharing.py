"""Several processes on one home: one runs the queue, the others add to it and follow, and take over."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from darkroom import Engine, TextToImage
from darkroom.errors import Code
from darkroom.messages import (
    EngineChanged,
    EngineState,
    Event,
    GetSnapshot,
    JobProgressed,
    JobState,
    MoveJob,
    PauseQueue,
    Phase,
    PictureSaved,
    QueuePaused,
    RetryJob,
    SaveSettings,
    Settings,
    SettingsChanged,
    Snapshot,
)
from darkroom.wire import decode_event
from following import phase, state, states, until
from refusals import refused
from standin import Gate, StandIn


class Companion:
    """The other process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self._input, self._output = process.stdin, process.stdout

    def say(self, line: str) -> None:
        self._input.write(f"{line}\n".encode())

    async def line(self, start: str) -> str:
        """What follows `start` in the first line that begins with it."""
        while line := (await self._output.readline()).decode():
            if line.startswith(start):
                return line.removeprefix(start).strip()
        raise AssertionError(f"the companion ended without saying {start!r}")

    async def events(self) -> AsyncIterator[Event]:
        while line := (await self._output.readline()).strip():
            if line.startswith(b"{"):
                yield decode_event(line)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)


@asynccontextmanager
async def companion(home: Path, *arguments: str) -> AsyncGenerator[Companion]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("companion.py")),
        str(home),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        yield Companion(process)
    finally:
        if process.returncode is None:
            assert process.stdin is not None
            process.stdin.close()
        await process.communicate()


@asynccontextmanager
async def runner_and_follower(home: Path, held: Phase) -> AsyncGenerator[tuple[Engine, Gate, Engine]]:
    """An engine that the gate holds up at a phase, and one that only follows it."""
    gate = Gate()
    async with (
        Engine(home, perform=StandIn(gates={held: gate})) as runner,
        Engine(home, run_queue=False) as follower,
    ):
        yield runner, gate, follower


async def test_the_first_process_runs_the_queue_and_the_second_follows(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine, companion(home) as other:
        assert engine.runs_queue
        assert await other.line("opened ") == "follower"


async def test_a_follower_adds_a_job_that_the_runner_carries_out_and_hears_all_of_it(home: Path) -> None:
    stand_in = StandIn()
    async with Engine(home, perform=stand_in) as engine, companion(home) as other:
        here = engine.events()
        other.say("submit from elsewhere")
        job = int(await other.line("accepted "))

        there = await until(other.events(), state(JobState.DONE, job))
        seen = await until(here, state(JobState.DONE, job))

        assert stand_in.performed == ["from elsewhere"]
        assert states(seen) == [JobState.QUEUED, JobState.RUNNING, JobState.SAVING, JobState.DONE]
        durable = [
            event for event in seen if getattr(event, "job", None) == job and not isinstance(event, JobProgressed)
        ]
        assert [event for event in there if event in durable] == durable[-len([e for e in there if e in durable]) :]
        assert [event.picture.job for event in there if isinstance(event, PictureSaved)] == [job]


async def test_a_follower_sees_the_runners_progress_and_state(home: Path) -> None:
    async with companion(home, Phase.SAMPLING) as other:
        assert await other.line("opened ") == "runner"
        async with Engine(home, perform=StandIn()) as engine:
            job = await engine.submit(TextToImage(prompt="x"))

            seen = await until(job.events(), phase(Phase.SAMPLING))
            answer = await engine.handle(GetSnapshot())

            assert isinstance(seen[-1], JobProgressed)
            assert isinstance(answer, Snapshot)
            assert answer.progress[str(job.id)].phase == Phase.SAMPLING
            assert answer.progress[str(job.id)].steps == 4
            other.say("open")
            assert len(await job.pictures()) == 1


async def test_a_process_that_opens_during_a_long_step_sees_state_and_progress(home: Path) -> None:
    async with runner_and_follower(home, Phase.SAMPLING) as (runner, gate, follower):
        job = await runner.submit(TextToImage(prompt="x"))
        # Now the runner has said all it will say before the step is done.
        await until(follower.events(), phase(Phase.SAMPLING))

        async with Engine(home, run_queue=False) as late:
            seen = await until(late.events(), phase(Phase.SAMPLING))

        assert EngineChanged(state=EngineState.WORKING) in seen
        gate.open()
        await job.pictures()


async def test_a_follower_hears_why_the_runner_is_held_up_and_that_it_goes_on(home: Path) -> None:
    async with runner_and_follower(home, Phase.SAVING) as (runner, gate, follower):
        job = await runner.submit(TextToImage(prompt="x"))
        await until(job.events(), phase(Phase.SAVING))
        there = follower.events()
        (home / "pictures").rmdir()
        (home / "pictures").write_text("somebody put a file here")
        gate.open()

        seen = await until(there, lambda event: isinstance(event, EngineChanged) and event.problem is not None)
        assert seen[-1].problem.code == Code.HOME_UNWRITABLE  # type: ignore[union-attr]

        (home / "pictures").unlink()
        await runner.handle(RetryJob(job=job.id))
        await until(there, lambda event: isinstance(event, EngineChanged) and event.problem is None)
        assert len(await job.pictures()) == 1


async def test_a_followers_wish_to_cancel_reaches_the_runner(home: Path) -> None:
    async with companion(home, Phase.DECODING) as other:
        await other.line("opened ")
        async with Engine(home, perform=StandIn()) as engine:
            job = await engine.submit(TextToImage(prompt="x"))
            await until(job.events(), phase(Phase.DECODING))

            await job.cancel()

            with refused(Code.JOB_CANCELLED, f"Job {job.id} was cancelled", "retry it"):
                await job.pictures()
            assert not list(engine.home.pictures.rglob("*.png"))


async def test_order_pause_and_settings_reach_the_other_process(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine, companion(home) as other:
        await other.line("opened ")
        await engine.handle(PauseQueue())
        first = await engine.submit(TextToImage(prompt="first"))
        second = await engine.submit(TextToImage(prompt="second"))
        await engine.handle(MoveJob(job=second.id, before=first.id))
        await engine.handle(SaveSettings(settings=Settings(theme="dark")))

        seen = await until(other.events(), lambda event: isinstance(event, SettingsChanged))

    assert QueuePaused(paused=True) in seen
    assert seen[-1] == SettingsChanged(settings=Settings(theme="dark"))
    moves = [event for event in seen if getattr(event, "job", None) == second.id]
    assert moves[-1].row.position < moves[0].row.position  # type: ignore[union-attr]


async def test_another_process_takes_over_when_the_runner_is_killed(home: Path) -> None:
    async with companion(home, Phase.SAMPLING) as other:
        assert await other.line("opened ") == "runner"
        async with Engine(home, perform=StandIn()) as engine:
            running = await engine.submit(TextToImage(prompt="was running"))
            waiting = await engine.submit(TextToImage(prompt="was waiting"))
            events = engine.events()
            await until(events, phase(Phase.SAMPLING))
            assert not engine.runs_queue

            other.kill()

            seen = await until(events, state(JobState.DONE, waiting.id))
            assert engine.runs_queue
            assert JobState.INTERRUPTED in states([event for event in seen if getattr(event, "job", 0) == running.id])
            assert len(await running.pictures()) == len(await waiting.pictures()) == 1


async def test_another_process_takes_over_when_the_runner_closes(home: Path) -> None:
    async with Engine(home, run_queue=True, perform=StandIn()) as second_to_be:
        gate = Gate()
        async with Engine(home, perform=StandIn(gates={Phase.SAMPLING: gate})) as follower:
            job = await follower.submit(TextToImage(prompt="x"))
            assert second_to_be.runs_queue
            assert not follower.runs_queue
            await job.pictures()


async def test_an_engine_that_must_not_run_the_queue_never_does(home: Path) -> None:
    async with Engine(home, run_queue=False, perform=StandIn()) as engine:
        assert not engine.runs_queue
        async with Engine(home, perform=StandIn()) as runner:
            assert runner.runs_queue
            job = await engine.submit(TextToImage(prompt="x"))
            assert len(await job.pictures()) == 1


async def test_of_many_starting_at_once_exactly_one_runs_the_queue(home: Path) -> None:
    async with (
        companion(home) as a,
        companion(home) as b,
        companion(home) as c,
    ):
        roles = [await other.line("opened ") for other in (a, b, c)]

    assert sorted(roles) == ["follower", "follower", "runner"]
