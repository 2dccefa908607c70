"""From the start of the engine's process to its answer to the first snapshot, torch not imported. In seconds."""

import time
from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.engine_process import EngineProcess
from benchmarks.result import Result, in_turn

BOUND = 0.5
ROUNDS = 7


def measure(bench: Bench) -> Iterator[Result]:
    mapped: list[bool] = []

    def started() -> list[float]:
        with bench.home() as home:
            begun = time.perf_counter()
            engine = EngineProcess(home)
            engine.snapshot()
            seconds = time.perf_counter() - begun
            mapped.append("libtorch_cpu" in engine.maps())
            engine.kill()
            return [seconds]

    started()
    (times,) = in_turn(3 if bench.quick else ROUNDS, started)
    note = "torch had been imported before the answer" if all(mapped) else "torch was not imported"
    yield Result(figure="first snapshot", case="process", bound=BOUND, ours=times, note=note)
