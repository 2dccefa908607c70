"""From the start of the engine's process to the moment it takes jobs, over plain diffusers' import alone."""

import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.engine_process import EngineProcess
from benchmarks.result import Result, in_turn

BOUND = 0.80
ROUNDS = 5


def measure(bench: Bench) -> Iterator[Result]:
    def ready() -> list[float]:
        with bench.home() as home:
            begun = time.perf_counter()
            engine = EngineProcess(home)
            engine.snapshot()
            engine.ready()
            seconds = time.perf_counter() - begun
            engine.kill()
            return [seconds]

    plain_import()
    times, against = in_turn(2 if bench.quick else ROUNDS, ready, lambda: [plain_import()])
    yield Result(figure="engine ready", case="process", bound=BOUND, ours=times, against=against)


def plain_import() -> float:
    """Seconds for what every script with diffusers begins with."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from diffusers import StableDiffusionPipeline"],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - begun
