"""`python -m benchmarks`: measure, print the table, write the JSON."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import orjson

from benchmarks.bench import Bench
from benchmarks.machine import facts
from benchmarks.result import Result
from benchmarks.table import as_json, table

FIGURES = (
    "first_snapshot",
    "engine_ready",
    "restart",
    "window_start",
    "window_idle",
    "window_steps",
    "window_pixels",
    "window_cancel",
    "window_restart",
    "step_time",
    "automatic_precision",
    "preview_cost",
    "second_job",
    "cancel",
    "decode_and_save",
    "peak_memory",
)
"""In this order: what starts processes comes before this process holds models."""


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"only these of: {', '.join(FIGURES)}")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for both sides (all cores)")
    parser.add_argument("--quick", action="store_true", help="smaller pictures, fewer rounds: for a look only")
    parser.add_argument(
        "--full", action=argparse.BooleanOptionalAction, help="with SD 1.5's size (if there is memory for it)"
    )
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"), help="the JSON")
    parser.add_argument("--cache", type=Path, default=Path(".cache/benchmarks"), help="models with random weights")
    parsed = parser.parse_args(given)
    unknown = set(parsed.figures) - set(FIGURES)
    if unknown:
        parser.error(f"no figure is called {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    return parsed


def measured(bench: Bench, figures: Sequence[str]) -> Iterator[Result]:
    """Every result of the figures, as they come."""
    for figure in figures:
        begun = time.monotonic()
        print(f"measuring {figure} …", file=sys.stderr, flush=True)
        yield from import_module(f"benchmarks.figures.{figure}").measure(bench)
        print(f"  {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


def main() -> None:
    given = arguments(sys.argv[1:])
    # Ends like Ctrl-C: what was started is ended, what was written for the time being is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # Before torch is imported, and for every process that is started.
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(given.threads)
    os.environ |= {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "DIFFUSERS_VERBOSITY": "error",
        "TRANSFORMERS_VERBOSITY": "error",
    }
    bench = Bench(cache=given.cache.absolute(), quick=given.quick, full=given.full)
    bench.sweep()
    machine = facts(given.threads)
    results: list[Result] = []
    given.out.parent.mkdir(parents=True, exist_ok=True)
    for result in measured(bench, given.figures or FIGURES):
        results.append(result)
        # After each, so that an interrupted run leaves what it has.
        given.out.write_bytes(orjson.dumps(as_json(machine, results), option=orjson.OPT_INDENT_2))
    print("\n".join(f"{name}: {value}" for name, value in machine.items()), end="\n\n")
    print(table(results))


if __name__ == "__main__":
    main()
