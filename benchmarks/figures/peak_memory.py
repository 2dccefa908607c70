"""The largest resident memory of a process that makes one picture: Darkroom over plain, both fp32."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.bench import SD15, Bench, Case
from benchmarks.result import Result, in_turn

BOUND = 1.02


def measure(bench: Bench) -> Iterator[Result]:
    for case in bench.cases():
        folder = str(bench.model(case.name))

        def peak(side: str, case: Case = case, folder: str = folder) -> list[float]:
            command = [sys.executable, "-m", "benchmarks.one_picture", side, folder, str(case.side), "1"]
            with bench.home() as home:
                said = subprocess.run([*command, str(home)], check=True, stdout=subprocess.PIPE).stdout
            return [int(said.split()[-1]) / 1024]

        ours, against = in_turn(
            1 if bench.quick or case.name == SD15.name else 2, lambda: peak("darkroom"), lambda: peak("plain")
        )
        name = f"{case.name} {case.side}²"
        yield Result(figure="peak memory", case=name, bound=BOUND, ours=ours, against=against, unit="MiB")
