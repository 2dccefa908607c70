"""The queue of one home as one process sees it: runs it while it holds the lock, and follows it otherwise."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from darkroom.errors import DarkroomError, EngineLost, HomeDamaged, HomeNewer, HomeUnwritable, InternalError
from darkroom.library import changes
from darkroom.library.database import Database, another, open_database
from darkroom.library.home import Home
from darkroom.library.lock import FileLock
from darkroom.library.log import Log
from darkroom.library.salvage import open_or_rebuild
from darkroom.library.store import PictureTable
from darkroom.messages import (
    EngineChanged,
    EngineState,
    Event,
    Job,
    JobChanged,
    JobEvent,
    JobProgressed,
    JobRemoved,
    PictureSaved,
    Problem,
    Progress,
    QueuePaused,
    TextToImage,
    problem_of,
)
from darkroom.previews.mailbox import Mailbox
from darkroom.queue.live import LiveFile
from darkroom.queue.runs import Runs
from darkroom.queue.subscriptions import Broadcast
from darkroom.queue.table import ACTIVE, WAITING, JobTable
from darkroom.queue.worker import Outlet, Perform, Worker

# How soon a wish from another process is seen, and the dead runner's place taken.
TICK_SECONDS = 0.1
# How long a task may take to let go of the torch thread when the queue closes.
DRAIN_SECONDS = 2.5

_REBUILT = "The library was damaged and has been rebuilt from the pictures; the old file is kept as {kept}."


class Queue:
    """Made on any thread, which may take minutes; then everything but what the torch thread reports is the loop's."""

    def __init__(
        self, home: Home, log: Log, perform: Perform, prepare: Callable[[], None] | None, *, run: bool
    ) -> None:
        self.broadcast = Broadcast()
        self.mailbox = Mailbox()
        self.progress: dict[int, Progress] = {}
        self._home = home
        self._log = log
        self._perform = perform
        self._prepare = prepare
        self._run = run
        self._lock = FileLock(home.runner_lock)
        self._notice: Problem | None = None
        self.problem: Problem | None = None  # told with the state
        self._trouble: str | None = None  # of the last look around
        self._taking_over: asyncio.Future[None] | None = None
        self._worker: Worker | None = None
        self._working: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._told: dict[int, int] = {}  # running job → number of its last event
        self._untold_live = True
        self._reports: deque[JobProgressed] = deque()  # of the torch thread, not yet published
        self._summoned = False
        with contextlib.ExitStack() as opening:
            opening.callback(self._lock.release)
            self.database, runner_lives = self._opened()
            opening.callback(self.database.close)
            self.jobs = JobTable(self.database)
            self.pictures = PictureTable(self.database)
            self.jobs.refuse_newer()
            self._live = LiveFile(home.live, runner_lives=runner_lives)
            opening.callback(self._live.close)
            if self.runs:
                self._recover(self.jobs)
            # In this order: what is committed in between is looked at once too often, not once too seldom.
            self._version = self.database.foreign_version()
            self._seen = changes.newest(self.database)
            self._told = {job.id: self.jobs.row_and_seq(job.id)[1] for job in self.jobs.shown() if job.state in ACTIVE}
            opening.pop_all()
        self.state = EngineState.STARTING if self.runs else EngineState.READY

    @property
    def runs(self) -> bool:
        """Whether this process runs the queue, and no other does."""
        return self._lock.held

    def start(self) -> None:
        """Begin to work, or to follow, on this thread's loop. Raises HomeError; then there is `close` left to do."""
        self._loop = self.broadcast.home = asyncio.get_running_loop()
        if self.runs:
            self._work()
        self._timer = self._loop.call_later(TICK_SECONDS, self._tick)

    async def close(self) -> None:
        """Interrupt the running job, let go of the home and end every subscription; all of it also when cancelled."""
        self._tell_state(EngineState.STOPPING)
        if self._timer is not None:
            self._timer.cancel()
        with contextlib.ExitStack() as closing:
            closing.callback(self._lock.release)
            closing.callback(self.database.close)
            closing.callback(self._live.close)
            closing.callback(self._end_subscriptions)
            closing.callback(self.catch_up)
            if self._taking_over is not None:
                await asyncio.wait({self._taking_over})
            if self._worker is not None and self._working is not None:
                await self._let_go(self._worker, self._working)

    async def _let_go(self, worker: Worker, working: asyncio.Task[None]) -> None:
        """Wait for the task to leave the torch thread, but not for ever: a job cut off in order has not died."""
        worker.stop()
        try:
            if not working.done():
                await asyncio.wait({working}, timeout=DRAIN_SECONDS)
        finally:
            if not working.done():
                working.cancel()
                if worker.running is not None:
                    self._log.note(f"Job {worker.running} did not stop in time; it is interrupted and goes on later.")
                worker.abandon()

    def _end_subscriptions(self) -> None:
        self._closed = True
        self.broadcast.close()

    def shown(self) -> list[Job]:
        """The jobs to come and at work, and the last that ended."""
        return self.jobs.shown() if self.runs else Runs(self.jobs).shown(self._home)

    # ---- wishes: durable before the task hears of them -------------------------------------------------------------

    def add(self, request: TextToImage, *, front: bool, priority: int) -> Job:
        job = self.jobs.add(request, front=front, priority=priority)
        self.catch_up()
        return job

    def cancel(self, job: int) -> None:
        self.jobs.cancel(job)
        if self._worker is not None:
            self._worker.stop_job(job)
        self.catch_up()

    def skip(self, job: int, index: int) -> None:
        self.jobs.skip(job, index)
        self._heed_wishes()

    def retry(self, job: int) -> None:
        self.jobs.retry(job)
        self.catch_up()

    def remove(self, job: int) -> None:
        self.jobs.remove(job)
        self.catch_up()

    def move(self, job: int, before: int | None) -> None:
        self.jobs.move(job, before)
        self.catch_up()

    def pause(self, paused: bool) -> None:
        self.jobs.pause(paused)
        self.catch_up()

    def tell(self, event: Event, change: Callable[[], None]) -> None:
        """Make a change that no row shows and tell all processes on the home, in the order in which it is made."""
        with self.database.transaction():
            change()
            changes.record(self.database, event)
        self.catch_up()

    def warm_up(self) -> None:
        """Somebody looks at this engine: get ready for work."""
        if self._worker is not None:
            self._worker.warm_up()

    # ---- events ----------------------------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Publish what has become true since the last call, whoever made it so, and the progress between.

        Only progress from before the library is read: what a task saved before it reported is then in what is read.
        Raises DarkroomError; the next call tries again.
        """
        if self._closed:
            return
        self._summoned = False
        reported = len(self._reports)
        fresh = changes.since(self.database, self._seen)
        if fresh and fresh[0][0] > self._seen + 1:
            self._start_over()
        reports = deque(self._reports.popleft() for _ in range(reported))
        for number, event in fresh:
            self._seen = number
            if event is None:
                continue
            while isinstance(event, JobEvent) and reports and reports[0].seq < event.seq:
                self._progressed(reports.popleft())
            self._note(event)
            self.broadcast.publish(event)
        for report in reports:
            self._progressed(report)
        if any(event is None for _, event in fresh):
            self._start_over()

    def _start_over(self) -> None:
        """Events were forgotten while this process slept, or are beyond it: tell every job as it stands."""
        try:
            jobs = [self.jobs.row_and_seq(job.id) for job in self.jobs.shown()]
        except HomeNewer as error:
            self._tell_state(self.state, problem_of(error))
            return
        for row, seq in jobs:
            event = JobChanged(job=row.id, seq=seq, row=row)
            self._note(event)
            self.broadcast.publish(event)

    def _note(self, event: Event) -> None:
        match event:
            case JobChanged(row=row) if row.state in ACTIVE:
                self._told[row.id] = event.seq
            case JobChanged() | JobRemoved():
                self._told.pop(event.job, None)
                self.progress.pop(event.job, None)
            case PictureSaved() if event.job in self._told:
                self._told[event.job] = event.seq
            case _:
                pass
        waits = isinstance(event, JobChanged) and event.row.state in WAITING
        if self._worker is not None and (waits or isinstance(event, QueuePaused)):
            self._worker.wake()

    def _progressed(self, event: JobProgressed) -> None:
        """Late reports, of a job that has ended or moved on since, are dropped."""
        if self._closed or event.seq <= self._told.get(event.job, event.seq):
            return
        self._told[event.job] = event.seq
        self.progress[event.job] = event.progress
        self._untold_live = True
        self.broadcast.publish(event)

    def _tell_state(self, state: EngineState, problem: Problem | None = None) -> None:
        if self._closed:
            return
        if state == EngineState.READY and problem is None:
            problem, self._notice = self._notice, None
        self.state, self.problem = state, problem
        self._untold_live = True
        self.broadcast.publish(EngineChanged(state=state, problem=problem))

    def _report(self, event: JobProgressed) -> None:
        """From the torch thread."""
        self._reports.append(event)
        self._summon()

    def _summon(self) -> None:
        """From the torch thread: call `catch_up` soon; after the loop has closed nobody is there to be told."""
        if not self._summoned:
            self._summoned = True
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._tried, self.catch_up)

    # ---- running and following -------------------------------------------------------------------------------------

    def _opened(self) -> tuple[Database, bool]:
        """The library, and whether another process runs the queue."""
        with FileLock(self._home.opening_lock):
            runner_lives = not self._lock.take()
            if not self._run:
                # Taken only to see whether it is free; whoever else opens this home waits for the opening lock.
                self._lock.release()
            if not self.runs:
                return open_database(self._home.database), runner_lives
            database, kept = open_or_rebuild(self._home)
            if kept is not None:
                self._notice = problem_of(HomeDamaged(_REBUILT.format(kept=kept)))
            return database, runner_lives

    def _recover(self, jobs: JobTable) -> None:
        found = Runs(jobs).recover(self._home)
        if found.adopted or found.set_aside or self._notice:
            rebuilt = f"{self._notice.message} " if self._notice else ""
            self._log.note(f"{rebuilt}{found.adopted} pictures adopted, {found.set_aside} files set aside.")

    def _work(self) -> None:
        outlet = Outlet(progressed=self._report, changed=self._summon, state=self._tell_state)
        self._worker = Worker(self._home, self.jobs, self._perform, self._prepare, self.mailbox, outlet, self._log)
        self._working = asyncio.create_task(self._worker.run())
        self._working.add_done_callback(self._worker_ended)

    def _worker_ended(self, task: asyncio.Task[None]) -> None:
        """A queue that cannot go on lets go of the home: another process goes on, or the next engine in this one."""
        if task.cancelled():
            self._deserted()
            return
        error = task.exception()
        if error is not None:
            stopped = f"The queue has stopped: {type(error).__name__}: {error}; start Darkroom again."
            self._give_up(InternalError(stopped), error)

    def _deserted(self) -> None:
        """The event loop ends and nobody has closed the engine, as in a notebook's cell."""
        if self._closed or self._worker is None:
            return
        self._worker.stop()
        self._worker.abandon()
        self._give_up(EngineLost("The event loop ended before the engine was closed; open an engine again."))

    def _give_up(self, problem: DarkroomError, cause: BaseException | None = None) -> None:
        if self._worker is not None:
            self._worker.stop()
        self._log.failure("The queue has stopped", cause or problem)
        self._tell_state(EngineState.STOPPING, problem_of(problem))
        if self._timer is not None:
            self._timer.cancel()
        self._end_subscriptions()
        self._lock.release()

    def _tick(self) -> None:
        try:
            self.database.refuse_moved()
        except HomeUnwritable as moved:
            # What is written from here on would be lost, or lie in another home.
            self._give_up(moved)
            return
        self._timer = self._loop.call_later(TICK_SECONDS, self._tick)
        if self._tried(self._look_around) and self._trouble is not None and self._taking_over is None:
            self._trouble = None
            self._log.note("The home can be looked at again.")

    def _tried(self, look: Callable[[], None]) -> bool:
        """Whether it went well. If not, the next tick tries again; the log hears of the same trouble once."""
        try:
            look()
        except (DarkroomError, OSError) as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._log.failure("The home could not be looked at", error)
            return False
        return True

    def _look_around(self) -> None:
        if self._run and not self.runs and self._lock.take():
            self._taking_over = asyncio.ensure_future(asyncio.to_thread(self._take_over))
        if self._taking_over is not None and self._taking_over.done():
            self._taken_over(self._taking_over)
        version = self.database.foreign_version()
        if version != self._version or self._reports:
            self.catch_up()
            self._heed_wishes()
            self._version = version
        if not self.runs:
            self._follow()
        elif self._untold_live:
            told = [JobProgressed(job=job, seq=self._told[job], progress=now) for job, now in self.progress.items()]
            self._live.write([EngineChanged(state=self.state, problem=self.problem), *told])
            self._untold_live = False

    def _take_over(self) -> None:
        """On a thread of its own: what a dead runner left may take minutes to put right."""
        with contextlib.closing(another(self.database)) as database:
            jobs = JobTable(database)
            jobs.refuse_newer()
            self._recover(jobs)

    def _taken_over(self, taking_over: "asyncio.Future[None]") -> None:
        self._taking_over = None
        try:
            taking_over.result()
            self.catch_up()
            self._work()
        except BaseException:
            self._lock.release()
            raise
        self._tell_state(EngineState.STARTING)

    def _heed_wishes(self) -> None:
        worker = self._worker
        if worker is None or worker.running is None:
            return
        if self.jobs.cancel_wished(worker.running):
            worker.stop_job(worker.running)
        worker.skip_pictures(worker.running, self.jobs.skips(worker.running))

    def _follow(self) -> None:
        for event in self._live.read():
            if isinstance(event, JobProgressed):
                self._progressed(event)
            elif (event.state, event.problem) != (self.state, self.problem):
                self._tell_state(event.state, event.problem)
