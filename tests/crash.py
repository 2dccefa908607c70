"""Engines killed at random moments, and what has to be true of their home afterwards.

`crash.py HOME SEED KILLS [PERFORM]` is the zygote: it imports everything once and forks an engine per round, so that a
round costs milliseconds. PERFORM is `module:function`, or `real` for the real engine; without it the stand-in. With
`--fresh` each engine is a new process instead, for tasks that must not be forked. Used by `test_kills.py`; it prints
one JSON line at the end.

Each engine submits, cancels, moves and retries at random and says on a pipe what returned and what it heard. The zygote
kills it with SIGKILL a random moment after a random number of lines, so that a busy machine changes nothing, and writes
the acknowledgements down, so that they can be held against the home.
"""

import argparse
import asyncio
import gc
import importlib
import json
import os
import random
import select
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import standin
from darkroom.engine import Engine
from darkroom.errors import DarkroomError
from darkroom.library.pictures import saved_plan
from darkroom.messages import ENDED, CancelJob, GetSnapshot, Job, MoveJob, RetryJob, Snapshot, TextToImage
from darkroom.queue.worker import Perform

MOST_LINES = 24
LATEST = 0.01
FULL_QUEUE = 8


@dataclass
class Ledger:
    """What engines acknowledged before they died."""

    accepted: dict[int, int] = field(default_factory=dict[int, int])  # job → number of pictures
    cancelled: set[int] = field(default_factory=set[int])
    retried: set[int] = field(default_factory=set[int])
    rounds: int = 0
    half_said: int = 0

    def write(self, line: bytes) -> None:
        words = line.decode().split()
        match words:
            case ["accepted", job, count]:
                self.accepted[int(job)] = int(count)
            case ["cancelled", job]:
                self.cancelled.add(int(job))
                self.retried.discard(int(job))
            case ["retrying", job]:
                self.retried.add(int(job))
            case ["heard"]:
                pass
            case _:
                self.half_said += 1


async def live(home: Path, seed: int, perform: Perform | None, pipe: int) -> None:
    """Use an engine at random until killed."""
    chance = random.Random(seed)
    async with Engine(home, perform=perform) as engine:
        events = engine.events()
        while True:
            answer = await engine.handle(GetSnapshot())
            assert isinstance(answer, Snapshot)
            waiting = [job for job in answer.jobs if job.state not in ENDED]
            if len(waiting) < FULL_QUEUE:
                await _submit(engine, chance, pipe)
            await _meddle(engine, chance, answer.jobs, pipe)
            await anext(events)
            os.write(pipe, b"heard\n")


async def _submit(engine: Engine, chance: random.Random, pipe: int) -> None:
    count = chance.randint(1, 3)
    request = TextToImage(prompt=f"picture {chance.random()}", count=count, width=64, height=64, steps=4)
    job = await engine.submit(request, front=chance.random() < 0.2, priority=chance.choice((0, 0, 1)))
    os.write(pipe, f"accepted {job.id} {count}\n".encode())


async def _meddle(engine: Engine, chance: random.Random, jobs: tuple[Job, ...], pipe: int) -> None:
    job = chance.choice(jobs).id if jobs and chance.random() < 0.3 else None
    if job is None:
        return
    wish = chance.choice((CancelJob(job=job), MoveJob(job=job, before=None), RetryJob(job=job)))
    if isinstance(wish, RetryJob):
        # Said before it is done: a kill in between leaves the job as it was or retried, and both are right.
        os.write(pipe, f"retrying {job}\n".encode())
    try:
        await engine.handle(wish)
    except DarkroomError:
        return
    if isinstance(wish, CancelJob):
        os.write(pipe, f"cancelled {job}\n".encode())


async def finish(home: Path, perform: Perform | None) -> list[Job]:
    """Run everything that is left, jobs given up as deadly included; the jobs in the end."""
    async with Engine(home, perform=perform) as engine:
        while True:
            answer = await engine.handle(GetSnapshot())
            assert isinstance(answer, Snapshot)
            failed = [job for job in answer.jobs if job.state == "failed"]
            for job in failed:
                await engine.handle(RetryJob(job=job.id))
            left = [job for job in answer.jobs if job.state not in ENDED] + failed
            if not left:
                return list(answer.jobs)
            async for _ in engine.job(left[0].id).events():
                pass


def named(perform: str | None) -> Perform | None:
    """The function called `module:name`."""
    if perform is None:
        return standin.perform
    if perform == "real":
        return None
    module, _, name = perform.partition(":")
    return getattr(importlib.import_module(module), name)


def _forked(home: Path, seed: int, perform: str | None, pipe: tuple[int, int]) -> int:
    child = os.fork()
    if child == 0:
        os.close(pipe[0])
        try:
            asyncio.run(live(home, seed, named(perform), pipe[1]))
        finally:
            os._exit(1)
    return child


def _started(home: Path, seed: int, perform: str | None, pipe: tuple[int, int]) -> int:
    arguments = ["--live", str(home), str(seed), str(pipe[1]), *([perform] if perform else [])]
    return subprocess.Popen([sys.executable, __file__, *arguments], pass_fds=[pipe[1]]).pid


def one_round(home: Path, seed: int, perform: str | None, lines: int, fresh: bool, ledger: Ledger) -> None:
    """An engine's life: started, listened to, killed while it opens, commits, saves or works."""
    chance = random.Random(seed)
    pipe = os.pipe()
    child = (_started if fresh else _forked)(home, seed, perform, pipe)
    os.close(pipe[1])
    said = _listened(pipe[0], chance.choice((0, *[chance.randint(1, lines)] * 4)))
    select.select([], [], [], chance.uniform(0, LATEST))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said += _rest(pipe[0])
    os.close(pipe[0])
    for line in said.splitlines(keepends=True):
        ledger.write(line)
    ledger.rounds += 1


def _listened(pipe: int, lines: int) -> bytes:
    """What is said up to the given number of lines."""
    said = b""
    while said.count(b"\n") < lines:
        data = os.read(pipe, 64)
        if not data:
            raise AssertionError(f"an engine died by itself after saying {said!r}")
        said += data
    return said


def _rest(pipe: int) -> bytes:
    return b"".join(iter(lambda: os.read(pipe, 1 << 16), b""))


def wrong_with(home: Path, ledger: Ledger, jobs: list[Job], stored: list[tuple[int, int, str]]) -> list[str]:
    """Every broken promise, in words. `stored` are (job, index, file) of all rows; all jobs have ended."""
    table = {job.id: job for job in jobs}
    wrong = [f"job {job} was accepted and is lost" for job in ledger.accepted if job not in table]
    for job in jobs:
        places = sorted(index for number, index, _ in stored if number == job.id)
        if job.state == "done" and places != list(range(job.request.count)):
            wrong.append(f"job {job.id} is done with pictures {places} of {job.request.count}")
        if job.id in ledger.cancelled - ledger.retried and job.state != "cancelled":
            wrong.append(f"job {job.id} was cancelled and is {job.state}")
        if job.state not in ("done", "cancelled"):
            wrong.append(f"job {job.id} is {job.state}: {job.problem}")
    return wrong + _wrong_files(home, {file: (job, index) for job, index, file in stored}, table)


def _wrong_files(home: Path, rows: dict[str, tuple[int, int]], jobs: dict[int, Job]) -> list[str]:
    files = {str(file.relative_to(home)) for file in (home / "pictures").rglob("*") if file.is_file()}
    wrong = [f"{file} has no row" for file in files - rows.keys()]
    wrong += [f"the row of {file} has no file" for file in rows.keys() - files]
    wrong += [f"{file} was set aside" for file in (home / "trash").rglob("*.png")]
    for file in sorted(files & rows.keys()):
        job, index = rows[file]
        plan, _ = saved_plan(home / file)
        if plan != standin.plan_of(jobs[job].request, index) and plan.prompt != jobs[job].request.prompt:
            wrong.append(f"{file} is of another job")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("seed", type=int)
    parser.add_argument("kills", type=int)
    parser.add_argument("perform", nargs="?")
    parser.add_argument("--lines", type=int, default=MOST_LINES)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--live", action="store_true")
    given = parser.parse_args()
    if given.live:
        asyncio.run(live(given.home, given.seed, named(given.perform), given.kills))
    ledger = Ledger()
    if given.perform == "real":
        # Imported before the fork and never computed with: an engine then starts in milliseconds instead of seconds.
        importlib.import_module("darkroom.tasks.text_to_image")
    gc.freeze()
    for number in range(given.kills):
        one_round(given.home, given.seed * 100_003 + number, given.perform, given.lines, given.fresh, ledger)
    report = {
        "rounds": ledger.rounds,
        "accepted": {str(job): count for job, count in ledger.accepted.items()},
        "cancelled": sorted(ledger.cancelled),
        "retried": sorted(ledger.retried),
        "halfSaid": ledger.half_said,
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
