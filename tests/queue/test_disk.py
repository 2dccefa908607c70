"""A disk that is full, a folder that cannot be written, a disk that fails: coded errors, and nothing lost."""

import contextlib
import errno
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from darkroom import Engine, JobHandle, TextToImage
from darkroom.errors import Code, DarkroomError, DiskFull
from darkroom.library.database import open_database
from darkroom.library.pictures import saved_plan
from darkroom.messages import (
    EngineChanged,
    Event,
    GetSnapshot,
    Job,
    JobState,
    ListModels,
    Phase,
    RetryJob,
    Snapshot,
)
from darkroom.queue.runs import Ending, Runs
from following import phase, until
from readonly import without_rights
from refusals import refused
from standin import Gate, StandIn

LARGE = TextToImage(prompt="large", width=512, height=512, seed=1)


async def looked(engine: Engine) -> Snapshot:
    snapshot = await engine.handle(GetSnapshot())
    assert isinstance(snapshot, Snapshot)
    return snapshot


async def states(engine: Engine) -> dict[int, JobState]:
    return {row.id: row.state for row in (await looked(engine)).jobs}


async def outcome(job: JobHandle) -> set[Code]:
    """What the job failed with, if it did."""
    try:
        await job.pictures()
    except DarkroomError as problem:
        return {problem.code}
    return set()


def held_up(event: Event) -> bool:
    """The engine says why nothing goes on."""
    return isinstance(event, EngineChanged) and event.problem is not None


async def turns_of_the_loop(engine: Engine) -> None:
    """Let whoever is ready go on."""
    for _ in range(10):
        await engine.handle(ListModels())


def pictures(home: Path) -> list[Path]:
    return [path for path in (home / "pictures").rglob("*") if path.is_file()]


def staged(home: Path) -> list[Path]:
    return list((home / "staging").glob("*.part"))


@contextlib.contextmanager
def files_up_to(size: int) -> Generator[None]:
    """The kernel refuses to let any file of this process grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def small_disk() -> Generator[Path]:
    """A file system of 48 MB."""
    with tempfile.TemporaryDirectory() as folder:
        mount = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], check=False, capture_output=True
        )
        if mount.returncode:
            pytest.skip("mounting a small disk needs root")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> Path:
    """Use up all the room there is."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with pytest.raises(OSError, match="No space left"):
                write_for_ever(file, size)
    return filler


def write_for_ever(file: FileIO, size: int) -> None:
    while True:
        file.write(bytes(size))


async def test_a_picture_that_does_not_fit_fails_its_job_with_disk_full_and_a_retry_makes_it(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        with files_up_to(400_000):
            job = await engine.submit(LARGE)
            with refused(Code.DISK_FULL, home, "free some space"):
                await job.pictures()
            assert pictures(home) == staged(home) == []

        await engine.handle(RetryJob(job=job.id))

        (picture,) = await job.pictures()
        assert saved_plan(engine.picture_file(picture.id))[0].prompt == "large"


@pytest.mark.parametrize("added_before", [4, 0])
async def test_a_full_disk_fails_one_job_keeps_the_others_and_all_finish_when_there_is_room(added_before: int) -> None:
    gate = Gate()
    with small_disk() as disk:
        home = disk / "home"
        async with Engine(home, perform=StandIn(gates={Phase.DECODING: gate})) as engine:
            first, *others = [await engine.submit(LARGE) for _ in range(1 + added_before)]
            events = engine.events()
            await until(first.events(), phase(Phase.DECODING))
            others += [await engine.submit(LARGE) for _ in range(4 - added_before)]
            filler = fill(disk)
            gate.open()

            with refused(Code.DISK_FULL, home, "B free", "free some space"):
                await first.pictures()
            await until(events, held_up)
            await turns_of_the_loop(engine)
            assert await states(engine) == {first.id: JobState.FAILED} | {other.id: JobState.QUEUED for other in others}
            assert pictures(home) == staged(home) == []

            filler.unlink()
            await engine.handle(RetryJob(job=first.id))

            for job in (first, *others):
                assert len(await job.pictures()) == 1


async def test_an_ending_that_finds_no_room_is_tried_again_when_something_changes_and_not_before(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.queue.worker.RETRY_SECONDS", 1e6)
    right, full, tries, gate = Runs.finish, [True], list[int](), Gate()

    def finish(self: Runs, job: Job, ending: Ending, above: int) -> Job | None:
        tries.append(job.id)
        if full:
            raise DiskFull("The disk is full; free some space.")
        return right(self, job, ending, above)

    monkeypatch.setattr(Runs, "finish", finish)
    async with Engine(home, perform=StandIn(gates={Phase.DECODING: gate})) as engine:
        jobs = [await engine.submit(TextToImage(prompt="at work"))]
        events = engine.events()
        await until(jobs[0].events(), phase(Phase.DECODING))
        jobs.append(await engine.submit(TextToImage(prompt="added meanwhile")))
        gate.open()
        await until(events, held_up)
        await turns_of_the_loop(engine)
        # The second time in the room that was kept back.
        assert tries == [jobs[0].id] * 2
        problem = (await looked(engine)).problem
        assert problem is not None
        assert problem.code == Code.DISK_FULL

        full.clear()
        jobs.append(await engine.submit(TextToImage(prompt="wakes the queue")))
        for job in jobs:
            assert len(await job.pictures()) == 1
        assert (await looked(engine)).problem is None
    assert tries == [job.id for job in (jobs[0], jobs[0], *jobs)]


async def test_closing_on_a_full_disk_is_no_death_however_often() -> None:
    stand_in = StandIn(gates={Phase.SAMPLING: Gate()})
    with small_disk() as disk:
        home = disk / "home"
        async with Engine(home, run_queue=False) as engine:
            job = (await engine.submit(TextToImage(prompt="x"))).id
        for attempt in range(1, 4):
            async with Engine(home, perform=stand_in) as engine:
                await until(engine.job(job).events(), phase(Phase.SAMPLING))
                (home / "staging" / "ballast").unlink()
                filler = fill(disk)
            assert [file.name for file in (home / "staging").iterdir()] == [f"{job}-{attempt}.let-go"]
            filler.unlink()

        async with Engine(home, perform=stand_in) as engine:
            await until(engine.job(job).events(), phase(Phase.SAMPLING))
        database = open_database(home / "library.db")
        assert database.row("SELECT state, attempt, deaths FROM jobs") == (JobState.INTERRUPTED, 4, 0)
        database.close()
        assert not list((home / "staging").glob("*.let-go"))


async def test_a_job_is_accepted_on_a_full_disk_only_if_it_is_kept() -> None:
    with small_disk() as disk:
        home = disk / "home"
        kept: list[int] = []
        async with Engine(home, run_queue=False) as engine:
            filler = fill(disk)
            for _ in range(200):
                with contextlib.suppress(DiskFull):
                    kept.append((await engine.submit(TextToImage(prompt="x" * 30_000))).id)
            filler.unlink()
            after = (await engine.submit(TextToImage(prompt="room again"))).id

        async with Engine(home, perform=StandIn()) as engine:
            assert list(await states(engine)) == [*kept, after]
            for job in (*kept, after):
                assert len(await engine.job(job).pictures()) == 1
    assert len(kept) < 200


class FailingOs:
    """`os`, of which the `number`th call that changes the disk fails."""

    def __init__(self, number: int, error: int) -> None:
        self.left = number
        self._error = error

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever os has
        function = getattr(os, name)
        return self._failing(function) if name in ("open", "write", "fsync", "replace") else function

    def _failing(self, function: Any) -> Any:  # noqa: ANN401
        def call(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
            self.left -= 1
            if self.left == 0:
                raise OSError(self._error, os.strerror(self._error))
            return function(*arguments, **options)

        return call


@pytest.mark.parametrize(
    ("error", "code"),
    [(errno.ENOSPC, Code.DISK_FULL), (errno.EROFS, Code.HOME_UNWRITABLE), (errno.EIO, Code.HOME_UNWRITABLE)],
)
async def test_a_failure_at_any_step_of_saving_leaves_no_torn_file_and_a_job_to_retry(
    home: Path, monkeypatch: pytest.MonkeyPatch, error: int, code: Code
) -> None:
    stand_in = StandIn()
    failures, untouched = 0, False
    async with Engine(home, perform=stand_in) as engine:
        for number in range(1, 20):
            gate = stand_in.gates[Phase.SAVING] = Gate()
            job = await engine.submit(TextToImage(prompt="x", seed=number))
            await until(job.events(), phase(Phase.SAVING))
            failing = FailingOs(number, error)
            with monkeypatch.context() as patch:
                patch.setattr("darkroom.library.disk.os", failing)
                gate.open()
                codes = await outcome(job)
            assert codes <= {code}
            failures += len(codes)
            untouched = failing.left > 0
            assert staged(home) == []
            for file in pictures(home):
                saved_plan(file)
            if (await states(engine))[job.id] == JobState.FAILED:
                await engine.handle(RetryJob(job=job.id))
            assert len(await job.pictures()) == 1
            if untouched:
                break
    assert failures >= 5
    assert untouched


async def test_a_home_that_cannot_be_made_is_named(reachable: Path) -> None:
    with (
        without_rights(reachable),
        refused(Code.HOME_UNWRITABLE, reachable / "home", "Permission denied", "make it writable"),
    ):
        async with Engine(reachable / "home", perform=StandIn()):
            pass

    assert os.listdir(reachable) == []


async def test_a_read_only_home_is_refused_at_once_and_left_as_it_is(reachable: Path) -> None:
    home = reachable / "home"
    async with Engine(home, perform=StandIn()) as engine:
        job = await engine.submit(TextToImage(prompt="x"))
        await job.pictures()
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}

    with without_rights(reachable), refused(Code.HOME_UNWRITABLE, home, "make it writable"):
        async with Engine(home, perform=StandIn()):
            pass

    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


async def test_a_pictures_folder_that_turns_read_only_holds_the_queue_and_loses_nothing(reachable: Path) -> None:
    home, gate = reachable / "home", Gate()
    async with Engine(home, perform=StandIn(gates={Phase.SAVING: gate})) as engine:
        first = await engine.submit(TextToImage(prompt="first"))
        second = await engine.submit(TextToImage(prompt="second"))
        await until(first.events(), phase(Phase.SAVING))
        everything = engine.events()
        shutil.rmtree(home / "pictures")
        (home / "pictures").write_text("somebody put a file here")
        gate.open()

        with refused(Code.HOME_UNWRITABLE, home / "pictures", "make it writable or pick another folder"):
            await first.pictures()
        await until(everything, held_up)
        assert (await states(engine))[second.id] == JobState.QUEUED

        (home / "pictures").unlink()
        await engine.handle(RetryJob(job=first.id))
        assert len(await first.pictures()) == len(await second.pictures()) == 1
