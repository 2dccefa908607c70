"""`darkroom queue …`: what waits, and wishes about it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from darkroom.cli.follow import Watch, followed
from darkroom.cli.reading import read
from darkroom.cli.reporters import Reporter
from darkroom.cli.session import Session
from darkroom.cli.terminal import one_line, say, say_json, say_table, say_value
from darkroom.errors import DarkroomError, Interrupted, NotFound, QueueError
from darkroom.messages import (
    Answer,
    Command,
    Event,
    GetSnapshot,
    Job,
    JobState,
    PauseQueue,
    PictureSaved,
    ResumeQueue,
    Snapshot,
)
from darkroom.wire import encode, to_wire

if TYPE_CHECKING:
    from darkroom.engine import Engine
    from darkroom.library.database import Database
    from darkroom.library.home import Home


async def list_jobs(session: Session, *, json: bool) -> int:
    """Every job that has not been removed, in the order of the queue."""
    paused, jobs = await read(session, _jobs_of, _jobs_in)
    if json:
        say_value({"paused": paused, "jobs": to_wire(jobs)})
        return 0
    if paused:
        say("The queue is paused; `darkroom queue resume` goes on.")
    if not jobs:
        say("The queue is empty.")
        return 0
    say_table(("Job", "State", "Pictures", "Prompt", ""), (_row(job) for job in jobs))
    return 0


async def _jobs_of(engine: "Engine") -> tuple[bool, tuple[Job, ...]]:
    """Whether the queue is paused, and what is in it, with all of its texts."""
    snapshot = await _snapshot(engine)
    return snapshot.paused, tuple(_whole(engine, job) for job in snapshot.jobs)


def _whole(engine: "Engine", job: Job) -> Job:
    """The row that the snapshot has cut; as it is if somebody has removed the job meanwhile.

    The state stays the snapshot's, which knows of a dead runner.
    """
    if not job.cut:
        return job
    with contextlib.suppress(NotFound):
        row = engine.job(job.id).row()
        return row if row.state == job.state else replace(row, state=job.state, problem=job.problem)
    return job


def _jobs_in(home: "Home", database: "Database") -> tuple[bool, tuple[Job, ...]]:
    from darkroom.queue.runs import Runs
    from darkroom.queue.table import JobTable

    jobs = JobTable(database)
    return jobs.paused(), tuple(Runs(jobs).shown(home))


def _row(job: Job) -> tuple[str, ...]:
    problem = f"{job.problem.code}: {job.problem.message}" if job.problem else ""
    pictures = f"{job.pictures} of {job.request.count}"
    return str(job.id), job.state, pictures, one_line(job.request.prompt, 60), one_line(problem)


async def pause(session: Session, *, json: bool) -> int:
    async with session.open(run_queue=False) as engine:
        answer = await engine.handle(PauseQueue())
    _answer(answer, "The queue is paused; `darkroom queue resume` goes on.", json=json)
    return 0


def _answer(answer: Answer, sentence: str, *, json: bool) -> None:
    if json:
        say_json(encode(answer))
    else:
        say(sentence)


async def wish(
    session: Session, jobs: Sequence[int], command: Callable[[int], Command], done: str, *, json: bool
) -> int:
    """The same wish about several jobs. What one job refuses keeps no other from being heard."""
    refused: list[DarkroomError] = []
    async with session.open(run_queue=False) as engine:
        for job in jobs:
            try:
                _answer(await engine.handle(command(job)), done.format(job=job), json=json)
            except DarkroomError as error:
                refused.append(error)
    for error in refused[:-1]:
        session.fail(error)
    if refused:
        raise refused[-1]
    return 0


async def resume(session: Session, reporter: Reporter, *, detach: bool, paths: bool) -> int:
    """Let the queue go on and, unless detached, work or follow until it is empty. 0 when no job failed."""
    try:
        async with session.open(run_queue=not detach) as engine:
            events = engine.events()
            answer = await engine.handle(ResumeQueue())
            if detach:
                _answer(answer, "The queue goes on as soon as a Darkroom runs it.", json=not paths)
                return 0
            return await _work(session, engine, events, reporter, paths=paths)
    except asyncio.CancelledError as error:
        raise Interrupted("Interrupted: the queue stays as it is; `darkroom queue resume` goes on with it.") from error
    finally:
        reporter.close()


async def _work(
    session: Session, engine: "Engine", events: AsyncIterator[Event], reporter: Reporter, *, paths: bool
) -> int:
    snapshot = await _snapshot(engine)
    watch = Watch.of_all(snapshot.jobs, paused=snapshot.paused)
    if not watch.waiting:
        reporter.note("The queue is empty.")
    elif not engine.runs_queue:
        reporter.note("Another Darkroom runs the queue; following it.")
    async for event in followed(events, watch):
        reporter.show(event)
        if paths and isinstance(event, PictureSaved):
            say(str(engine.picture_file(event.picture.id)))
    reporter.close()
    failed = [row for row in watch.ended.values() if row.state == JobState.FAILED]
    for row in failed:
        session.fail(_failure(row))
    if watch.waiting:
        raise QueueError("Somebody paused the queue; `darkroom queue resume` goes on.")
    return 1 if failed else 0


def _failure(row: Job) -> DarkroomError:
    from darkroom.queue.handle import error_of

    if row.problem is None:
        return QueueError(f"Job {row.id} failed; `darkroom queue retry {row.id}` tries again.")
    return error_of(row.problem)


async def _snapshot(engine: "Engine") -> Snapshot:
    answer = await engine.handle(GetSnapshot())
    assert isinstance(answer, Snapshot)
    return answer
