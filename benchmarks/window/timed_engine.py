"""`python -m benchmarks.window.timed_engine --home HOME`: the engine, which notes when it reported what.

A line for each report goes to `reports.jsonl` in the home before anybody else hears of it: the moment in seconds of the
system's clock, the phase (`ended` after the last), the step and the key of the preview.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import orjson

from darkroom.bridge.serve import serve
from darkroom.library.home import Home
from darkroom.library.settings import stored_settings
from darkroom.messages import Phase, Progress, TextToImage
from darkroom.models.catalog import Catalog
from darkroom.models.imports import import_networks
from darkroom.tasks.attempt import Attempt

ENDED = "ended"
SECONDS = 300
LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Report:
    """What the engine said at a moment."""

    at: float
    phase: str
    step: int
    preview: str | None


class Reports:
    """What the engine of a home notes, read while it runs."""

    def __init__(self, home: Path) -> None:
        self._file = home / "reports.jsonl"
        self._read = 0

    def of_a_job(self) -> list[Report]:
        """The next job's reports, once it has ended. Raises RuntimeError when that takes too long."""
        reports: list[Report] = []
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            for report in self._news():
                reports.append(report)
                if report.phase == ENDED:
                    return reports
            # A file cannot be waited for, and the engine is to be left alone.
            time.sleep(LOOK_SECONDS)
        raise RuntimeError(f"No job of {self._file.parent} ended within {SECONDS} s.")

    def _news(self) -> Iterator[Report]:
        """Line by line, so that what follows the end of a job is left for the next call."""
        if not self._file.is_file():
            return
        with self._file.open("rb") as file:
            file.seek(self._read)
            while (line := file.readline()).endswith(b"\n"):
                self._read = file.tell()
                yield Report(*orjson.loads(line))


def step_times(reports: list[Report]) -> list[float]:
    """Seconds from the end of each step to the end of the next."""
    ends = [report.at for report in reports if report.phase == Phase.SAMPLING]
    return [after - before for before, after in pairwise(ends)]


def main() -> None:
    home = Path(sys.argv[sys.argv.index("--home") + 1])
    home.mkdir(parents=True, exist_ok=True)
    import_networks()
    from benchmarks.ours import Timed
    from benchmarks.trace import Trace
    from darkroom.tasks.text_to_image import Studio

    studio = Studio(folder=home, catalog=Catalog, settings=lambda: stored_settings(Home(home)))
    file = (home / "reports.jsonl").open("ab", buffering=0)

    def note(progress: Progress) -> None:
        line = [time.time(), progress.phase, progress.step, progress.preview]
        file.write(orjson.dumps(line) + b"\n")

    def perform(request: TextToImage, attempt: Attempt) -> None:
        try:
            studio.perform(request, Timed(attempt, Trace(on_report=note)))
        finally:
            file.write(orjson.dumps([time.time(), ENDED, 0, None]) + b"\n")

    serve(home, perform=perform)


if __name__ == "__main__":
    main()
