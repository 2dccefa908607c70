"""From the start of the window's program to a page that can be used; with an empty library and with a large one.

Counted from the moment before the program is executed, so that the start of WebKitWebDriver, which starts it, is not in
it. The user has started Darkroom before: caches of fonts and the home's folders are there.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.result import Result, in_turn
from benchmarks.window.opened import Desk, missing

FIGURE = "window: start to usable page"
BOUNDS = {"empty library": 1.0, "10,000 pictures": 1.2}
ROUNDS = 5


def measure(bench: Bench) -> Iterator[Result]:
    gone = missing()
    if gone:
        yield from (Result(figure=FIGURE, case=case, bound=bound, note=gone) for case, bound in BOUNDS.items())
        return
    from benchmarks.window.large_library import large_library

    large = large_library(bench)
    late: dict[Path, list[bool]] = {}
    with bench.home() as empty, Desk.set_up(bench) as desk:
        homes = (empty, large)

        def start(home: Path) -> list[float]:
            with desk.window(home) as page:
                at, asked_late = page.ready()
                late.setdefault(home, []).append(asked_late)
                return [at - page.begun]

        for home in homes:
            start(home)
        late.clear()
        sides = in_turn(2 if bench.quick else ROUNDS, lambda: start(empty), lambda: start(large))
    for (case, bound), times, home in zip(BOUNDS.items(), sides, homes, strict=True):
        yield Result(figure=FIGURE, case=case, bound=bound, ours=times, note=_note(late[home]))


def _note(late: list[bool]) -> str:
    """Whether a time is the page's own, or that of the first look at a page that had been ready before."""
    return f"{sum(late)} of {len(late)} pages were ready before they could be asked, their times are too long" * any(
        late
    )
