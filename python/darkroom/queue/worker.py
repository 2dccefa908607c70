"""Runs the queue: one job after the other on the torch thread, every outcome a state with a code and a sentence."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from darkroom.errors import Cancelled, HomeError, InternalError
from darkroom.library.ballast import Ballast
from darkroom.library.database import another
from darkroom.library.disk import takes_files
from darkroom.library.home import Home
from darkroom.library.log import Log
from darkroom.messages import (
    EngineState,
    Job,
    JobProgressed,
    JobState,
    Problem,
    problem_of,
)
from darkroom.previews.mailbox import Mailbox
from darkroom.queue.attempt import JobAttempt, Perform
from darkroom.queue.failures import failure_of
from darkroom.queue.runs import Ending, Runs, let_go, taken_back
from darkroom.queue.table import JobTable
from darkroom.queue.thread import TorchThread

# How often a disk that was full is tried again.
RETRY_SECONDS = 5.0


@dataclass(frozen=True)
class Outlet:
    """Where the worker tells what happens; `progressed` and `changed` are called from the torch thread too."""

    progressed: Callable[[JobProgressed], None]
    changed: Callable[[], None]
    state: Callable[[EngineState, Problem | None], None]


class Worker:
    """Owns the torch thread. Made by the process that holds the runner's lock."""

    def __init__(
        self,
        home: Home,
        jobs: JobTable,
        perform: Perform,
        prepare: Callable[[], None] | None,
        mailbox: Mailbox,
        outlet: Outlet,
        log: Log,
    ) -> None:
        self._home = home
        self._jobs = jobs
        self._runs = Runs(jobs)
        self._torch_database = another(jobs.database)
        self._torch_runs = Runs(JobTable(self._torch_database))
        self._perform = perform
        self._prepare = prepare
        self._mailbox = mailbox
        self._outlet = outlet
        self._log = log
        self._ballast = Ballast(home)
        self._thread = TorchThread()
        self._woken = asyncio.Event()
        self._warm = asyncio.Event()
        self._attempt: JobAttempt | None = None
        self._held = False
        self._stopping = False

    @property
    def running(self) -> int | None:
        """The job that is on the torch thread."""
        return None if self._attempt is None else self._attempt.job.id

    def wake(self) -> None:
        """Something waits that did not before: look at the queue again."""
        self._warm.set()
        self._woken.set()

    def warm_up(self) -> None:
        """Load what the tasks need, if that has not begun."""
        self._warm.set()

    def stop_job(self, job: int) -> None:
        """Make the job's task leave the torch thread, if it is there."""
        if self._attempt is not None and self.running == job:
            self._attempt.stop()

    def skip_pictures(self, job: int, indexes: AbstractSet[int]) -> None:
        """Make the job's task leave these pictures out, if it is on the torch thread."""
        if self._attempt is not None and self.running == job:
            self._attempt.skip(indexes)

    async def run(self) -> None:
        """Work until `stop`. Raises what neither a job nor the state of the home explains."""
        self._ballast.take()
        problem = await self._prepared()
        self._tell(EngineState.READY, problem)
        while not self._stopping:
            await self._next()
        self._torch_database.close()

    def stop(self) -> None:
        """Take no further job and interrupt the running one; `run` returns when the torch thread has let go of it."""
        self._stopping = True
        if self._attempt is not None:
            self._attempt.stop()
            # Whoever loses patience from here on ends a program that is closing: that is no death of the job's.
            let_go(self._attempt.job, self._home)
        self.wake()
        self._thread.stop()

    def abandon(self) -> None:
        """The torch thread did not let go in time: its job waits again, and what it may still save is refused."""
        if self._attempt is not None and self._refused(self._attempt, Ending(JobState.INTERRUPTED)) is not None:
            let_go(self._attempt.job, self._home)

    async def _prepared(self) -> Problem | None:
        """Import what the tasks need, once somebody needs it, on the thread that will use it."""
        prepare = self._prepare
        if prepare is None:
            return None
        if not self._needed_now():
            await self._warm.wait()
        if self._stopping:
            return None
        self._tell(EngineState.LOADING_TORCH)
        failed = await self._on_torch_thread(prepare)
        if failed is None or self._stopping:
            return None
        return problem_of(
            InternalError(f"The engine cannot load: {type(failed).__name__}: {failed}; run `darkroom doctor`.")
        )

    def _needed_now(self) -> bool:
        """Whether a job waits. What keeps the library from telling, `_next` meets again and says."""
        try:
            return self._jobs.first_waiting() is not None
        except HomeError:
            return True

    async def _next(self) -> None:
        """Carry out one job, or wait for one."""
        self._woken.clear()
        try:
            claimed = self._runs.claim()
        except HomeError as error:
            await self._held_up(error)
            return
        held, self._held = self._held, False
        if claimed is not None:
            await self._carry_out(*claimed)
            return
        if held:
            self._tell(EngineState.READY)
        await self._woken.wait()

    async def _carry_out(self, job: Job, seq: int) -> None:
        attempt = JobAttempt(
            job, seq, self._home, self._torch_runs, self._mailbox, self._outlet.progressed, self._outlet.changed
        )
        self._attempt = attempt
        self._outlet.changed()
        self._tell(EngineState.WORKING)
        error = await self._on_torch_thread(lambda: attempt.carry_out(self._perform))
        ending = self._ending(attempt, error)
        await self._settle(attempt, ending)
        self._attempt = None
        self._tell(EngineState.READY)
        if isinstance(error, HomeError | OSError) and ending.problem is not None:
            await self._room_again(ending.problem, attempt.folder)

    def _ending(self, attempt: JobAttempt, error: BaseException | None) -> Ending:
        if error is None:
            return Ending(JobState.DONE)
        if isinstance(error, Cancelled) and attempt.stopped:
            return Ending(JobState.INTERRUPTED)
        failure = failure_of(error, attempt.job, self._home)
        if isinstance(failure, InternalError):
            self._log.failure(f"Job {attempt.job.id} failed in attempt {attempt.job.attempt}", error)
        return Ending(JobState.FAILED, problem_of(failure))

    async def _settle(self, attempt: JobAttempt, ending: Ending) -> None:
        """Write the ending down, as often as it takes; a queue that closes leaves the job to the next runner."""
        while (error := self._refused(attempt, ending)) is not None:
            if self._stopping:
                let_go(attempt.job, self._home)
                return
            await self._held_up(error)
        self._outlet.changed()

    def _refused(self, attempt: JobAttempt, ending: Ending) -> HomeError | None:
        """Write the ending down, on a full disk with the room kept back for it; why that failed, if it did."""
        while True:
            try:
                self._runs.finish(attempt.job, ending, attempt.seq)
            except HomeError as error:
                if not self._ballast.give():
                    return error
            else:
                if self._stopping:
                    taken_back(attempt.job, self._home)
                return None

    async def _held_up(self, error: HomeError) -> None:
        """Say why nothing goes on, and wait a little or for somebody to change something."""
        self._held = True
        self._tell(EngineState.READY, problem_of(error))
        await self._woken_within(RETRY_SECONDS)

    async def _room_again(self, problem: Problem, folder: Path) -> None:
        """Keep the other jobs from failing one by one, until `folder` takes pictures again or somebody insists."""
        told = False
        while not (self._stopping or (self._ballast.take() and takes_files(folder))):
            if not told:
                self._tell(EngineState.READY, problem)
            told = True
            if await self._woken_within(RETRY_SECONDS):
                break
        if told:
            self._tell(EngineState.READY)

    def _tell(self, state: EngineState, problem: Problem | None = None) -> None:
        """Say how it stands, unless it was said that the queue stops: that stays the last word."""
        if not self._stopping:
            self._outlet.state(state, problem)

    async def _woken_within(self, seconds: float) -> bool:
        """Whether somebody changed something from now on. What woke the worker before is no news."""
        if self._stopping:
            return True
        self._woken.clear()
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _on_torch_thread(self, function: Callable[[], None]) -> BaseException | None:
        """Run `function` there; what it raised. A Rust panic derives from BaseException, like Cancelled.

        Handed over as a value: out of a future, a StopIteration would never arrive, and a SystemExit end the loop.
        """

        def raised() -> BaseException | None:
            try:
                function()
            except BaseException as error:
                return error
            return None

        return await asyncio.wrap_future(self._thread.call(raised))
