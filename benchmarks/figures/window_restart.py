"""The engine is killed in the middle of a picture: until the page says so, and until it shows the next step."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.bench import STARTER, Bench
from benchmarks.result import Result
from benchmarks.window.opened import Desk, missing
from benchmarks.window.page import Page, Seen
from benchmarks.window.processes import runner, settle
from benchmarks.work import request
from darkroom.messages import TextToImage

SAID = "window: engine killed to page says so"
GOES_ON = "window: engine killed to next step"
BOUND = 1.0
ROUNDS = 5
STEPS = 60
"""Enough that the engine is killed long before the end."""
AT_WORK = "document.querySelector('.step-text') && document.querySelector('canvas.preview')?.dataset.key"


def measure(bench: Bench) -> Iterator[Result]:
    gone = missing()
    if gone:
        yield Result(figure=SAID, case=STARTER.name, bound=BOUND, note=gone)
        yield Result(figure=GOES_ON, case=STARTER.name, note=gone)
        return
    wish = replace(request(STARTER, bench.model(STARTER.name)), steps=STEPS)
    with bench.home() as home, Desk.set_up(bench) as desk, desk.window(home) as page:
        page.ready()
        page.watch()
        page.generate(wish)
        page.idle()
        kills = [_killed(page, home, wish) for _ in range(2 if bench.quick else ROUNDS)]
    said, goes_on = zip(*kills, strict=True)
    yield Result(figure=SAID, case=STARTER.name, bound=BOUND, ours=said)
    yield Result(figure=GOES_ON, case=STARTER.name, ours=goes_on, note="steps counted when they are seen on the page")


def _killed(page: Page, home: Path, wish: TextToImage) -> tuple[float, float]:
    """Seconds from the signal until the page has painted that the engine is away, and until it has painted a step."""
    # Whatever stands by for a dead engine is ready then.
    settle(page.process)
    page.generate(wish)
    page.window.wait(AT_WORK)
    list(page.seen())
    killed = time.time()
    os.kill(runner(home), signal.SIGKILL)
    # The queue forgives a death only when the job it happened to has ended.
    page.idle()
    seen = [one for one in page.seen() if one.at >= killed]
    said = _first(seen, lambda one: one.what == "engine" and one.value != "working", "that the engine is away")
    after = [one for one in seen if one.at >= said.at]
    step = _first(after, lambda one: one.step is not None, "a step of the next engine")
    return _painted(said) - killed, _painted(step) - killed


def _first(seen: list[Seen], wanted: Callable[[Seen], bool], what: str) -> Seen:
    found = next((one for one in seen if wanted(one)), None)
    if found is None:
        raise RuntimeError(f"The page has not shown {what}.")
    return found


def _painted(one: Seen) -> float:
    return one.at if one.painted is None else one.painted
