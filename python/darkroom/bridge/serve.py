"""The engine's process: an asyncio loop in the middle, one thread for each direction of the pipe.

`serve` never returns. It ends with the pipe: the running job becomes interrupted, what is written is flushed, and the
process leaves by `os._exit`, because finalizing an interpreter that holds torch can hang or crash.
"""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NoReturn

from darkroom.bridge.dispatch import BridgedEngine, BrokenEngine, dispatch, told
from darkroom.bridge.files import picture_reply, preview_reply
from darkroom.bridge.frames import Frame, Kind
from darkroom.bridge.heartbeat import PERIOD, Heartbeat
from darkroom.bridge.pipes import FrameWriter, read_frames
from darkroom.engine import Engine
from darkroom.errors import DarkroomError, InternalError
from darkroom.library.brief import brief
from darkroom.messages import EngineChanged, EngineState, Refused, problem_of
from darkroom.queue.queue import DRAIN_SECONDS
from darkroom.queue.worker import Perform
from darkroom.wire import encode

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 0.5
# The queue gives the running job its time; what is left after that is to write down that it was interrupted.
CLOSE_SECONDS = DRAIN_SECONDS + FLUSH_SECONDS
# Before the window's patience with an engine that it told to stop is at its end.
LAST_RESORT_SECONDS = CLOSE_SECONDS + 2 * FLUSH_SECONDS
SWITCH_INTERVAL = 0.001
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def serve(
    home: Path | str | None = None, read_fd: int = 0, write_fd: int = 1, *, perform: Perform | None = None
) -> NoReturn:
    """Serve the engine of `home` on two descriptors until the read end closes, then end the process."""
    read_fd, write_fd = _own_descriptors(read_fd, write_fd)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=LOG_FORMAT)
    # Commands are answered between the steps of pure-Python work; the default of 5 ms is felt at each of them.
    sys.setswitchinterval(SWITCH_INTERVAL)
    loop = asyncio.new_event_loop()
    code = loop.run_until_complete(run(Engine(home, perform=perform), read_fd, write_fd))
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _own_descriptors(read_fd: int, write_fd: int) -> tuple[int, int]:
    """Copies for the frames alone; whoever prints from now on prints to the log, whoever reads finds nothing."""
    if read_fd == 0:
        read_fd = os.dup(0)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
    if write_fd == 1:
        write_fd = os.dup(1)
        os.dup2(2, 1)
    return read_fd, write_fd


async def run(engine: Engine, read_fd: int, write_fd: int, *, period: float = PERIOD) -> int:
    """Serve until the read end closes, the write end breaks or events can no longer be told.

    Returns the process's exit code.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[str] = loop.create_future()
    writer = FrameWriter(write_fd, loop, lambda reason: _resolve(ended, reason))
    heartbeat = Heartbeat(loop, writer.send, period)
    stack = AsyncExitStack()
    opened = await _opened(engine, stack)
    bridge = Bridge(writer, opened)
    events = asyncio.create_task(bridge.forward())
    if not isinstance(opened, BrokenEngine):
        events.add_done_callback(lambda _: _end_without_events(events, ended))
    threading.Thread(target=_pump, args=(read_fd, bridge, loop, ended), name="frames in", daemon=True).start()
    reason = await ended
    logger.info("The engine stops: %s.", reason)
    in_order = isinstance(opened, BrokenEngine) or not events.done()
    drained = await _drain(stack)
    events.cancel()
    heartbeat.stop()
    return 0 if writer.close(FLUSH_SECONDS) and drained and in_order else 1


async def _opened(engine: Engine, stack: AsyncExitStack) -> BridgedEngine:
    """The engine, or what says why there is none: the window stays usable either way."""
    try:
        return await stack.enter_async_context(engine)
    except DarkroomError as error:
        logger.warning("The engine does not start: %s", error.sentence)
        return BrokenEngine(error)


def _pump(descriptor: int, bridge: "Bridge", loop: asyncio.AbstractEventLoop, ended: "asyncio.Future[str]") -> None:
    reason = read_frames(descriptor, lambda frame: loop.call_soon_threadsafe(bridge.arrived, frame))
    # A loop that hangs would keep an engine without a window alive for ever.
    last_resort = threading.Timer(LAST_RESORT_SECONDS, os._exit, (1,))
    last_resort.daemon = True
    last_resort.start()
    loop.call_soon_threadsafe(_resolve, ended, reason)


def _resolve(ended: "asyncio.Future[str]", reason: str) -> None:
    if not ended.done():
        ended.set_result(reason)


def _end_without_events(events: "asyncio.Task[None]", ended: "asyncio.Future[str]") -> None:
    """An engine that answers but tells of nothing looks as if it stood still; the next one tells again.

    Events end by themselves when the queue cannot go on.
    """
    if events.cancelled():
        return
    error = events.exception()
    if error is not None:
        logger.error("An event could not be told.", exc_info=error)
    _resolve(ended, "it can no longer tell what happens")


async def _drain(stack: AsyncExitStack) -> bool:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await stack.aclose()
    except TimeoutError:
        logger.warning("The engine did not close within %s s and is cut off.", CLOSE_SECONDS)
        return False
    return True


class Bridge:
    """Frames that arrive become calls of the engine, what it answers and tells becomes frames."""

    def __init__(self, writer: FrameWriter, engine: BridgedEngine) -> None:
        self._writer = writer
        self._engine = engine
        self._tasks: set[asyncio.Task[None]] = set()
        # Tasks begin in the order of their frames, and whoever waits for the lock gets it in that order.
        self._turn = asyncio.Lock()
        # From this moment on nothing that changes is missed, also not before the first command.
        self._events = engine.events()
        self._answers: dict[Kind, Callable[[Frame], Coroutine[None, None, None]]] = {
            Kind.COMMAND: self._command,
            Kind.PREVIEW_REQUEST: self._preview,
            Kind.PICTURE_REQUEST: self._picture,
        }

    def arrived(self, frame: Frame) -> None:
        """Take one frame from the window; on the loop's thread. Frames that are not for an engine are ignored."""
        answer = self._answers.get(frame.kind)
        if answer is None:
            return
        task = asyncio.get_running_loop().create_task(answer(frame))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finished(done, frame))

    async def forward(self) -> None:
        """Send every event of the engine, no faster than the window reads.

        The first says that there is an engine: a page that outlived the one before asks for a new snapshot then.
        """
        broken = problem_of(self._engine.reason) if isinstance(self._engine, BrokenEngine) else None
        first = EngineChanged(state=EngineState.STOPPING if broken else EngineState.STARTING, problem=broken)
        self._writer.send(Frame(Kind.EVENT, 0, encode(brief(first))))
        async for event in self._events:
            for payload in told(event):
                await self._writer.room()
                self._writer.send(Frame(Kind.EVENT, 0, payload))

    async def _command(self, frame: Frame) -> None:
        self._writer.send(Frame(Kind.ANSWER, frame.id, await dispatch(self._engine, frame.payload, self._turn)))

    async def _preview(self, frame: Frame) -> None:
        self._writer.send(Frame(Kind.PREVIEW_REPLY, frame.id, preview_reply(self._engine, frame.payload)))

    async def _picture(self, frame: Frame) -> None:
        payload = await asyncio.to_thread(picture_reply, self._engine, frame.payload)
        self._writer.send(Frame(Kind.PICTURE_REPLY, frame.id, payload))

    def _finished(self, task: "asyncio.Task[None]", frame: Frame) -> None:
        """A bug of ours still answers: a request without an answer would wait for ever."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        logger.error("A %s frame was not answered.", frame.kind.name, exc_info=error)
        sentence = f"Darkroom made a mistake ({type(error).__name__}); the engine log has the details."
        refusal = encode(Refused(problem=problem_of(InternalError(sentence))))
        replies = {
            Kind.COMMAND: Frame(Kind.ANSWER, frame.id, refusal),
            Kind.PREVIEW_REQUEST: Frame(Kind.PREVIEW_REPLY, frame.id, b""),
            Kind.PICTURE_REQUEST: Frame(Kind.PICTURE_REPLY, frame.id, b""),
        }
        self._writer.send(replies[frame.kind])
