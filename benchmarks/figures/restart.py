"""From the death of an engine to a successor that takes jobs: out of the spare, over a cold start."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.engine_process import EngineProcess, Talk
from benchmarks.result import Result, in_turn
from darkroom.bridge.spare import Spare, SpareEngine

FIGURE = "restart from the spare"
BOUND = 0.02
ROUNDS = 5


def measure(bench: Bench) -> Iterator[Result]:
    spare = Spare.start()
    if spare is None:
        yield Result(
            figure=FIGURE, case="process", bound=BOUND, note="not applicable: there is no spare on this system"
        )
        return
    with bench.home() as home:
        spare.wait_until_ready()
        cold_start(home)
        times, against = in_turn(
            2 if bench.quick else ROUNDS, lambda: successions(spare, home), lambda: [cold_start(home)]
        )
        spare.close()
    yield Result(figure=FIGURE, case="process", bound=BOUND, ours=times, against=against)


def cold_start(home: Path) -> float:
    """Seconds until an engine started from nothing takes jobs."""
    begun = time.perf_counter()
    engine = EngineProcess(home)
    engine.snapshot()
    engine.ready()
    seconds = time.perf_counter() - begun
    engine.kill()
    return seconds


def successions(spare: Spare, home: Path, count: int = 5) -> list[float]:
    """Kill an engine and wait until its successor takes jobs, `count` times."""
    seconds: list[float] = []
    engine, talk = _engine(spare, home)
    for _ in range(count):
        signal.pidfd_send_signal(engine.pidfd, signal.SIGKILL)
        begun = time.perf_counter()
        spare.wait(engine)
        talk.close()
        os.close(engine.pidfd)
        engine, talk = _engine(spare, home)
        seconds.append(time.perf_counter() - begun)
    signal.pidfd_send_signal(engine.pidfd, signal.SIGKILL)
    talk.close()
    os.close(engine.pidfd)
    return seconds


def _engine(spare: Spare, home: Path) -> tuple[SpareEngine, Talk]:
    (read, into), (out, write) = os.pipe(), os.pipe()
    with open(os.devnull, "wb") as nowhere:
        engine = spare.engine(home, (read, write, nowhere.fileno()))
    os.close(read)
    os.close(write)
    talk = Talk(into, out)
    talk.snapshot()
    talk.ready()
    return engine, talk
