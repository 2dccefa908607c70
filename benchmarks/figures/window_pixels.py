"""From the moment the engine reports a step to the end of the first frame with its preview, or a newer one.

The page shows the newest preview and leaves out those it has no time for; a step whose preview was left out counts
until a newer one is seen. Steps without a preview, which the engine's budget leaves out, are not counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from benchmarks.bench import SD15, Bench, Case
from benchmarks.result import Result, p95
from benchmarks.window.opened import Desk, missing, timed_engine
from benchmarks.window.page import Seen
from benchmarks.window.timed_engine import Report, Reports
from benchmarks.work import request
from darkroom.messages import Phase

FIGURE = "window: step to pixel"
BOUND = 0.050
STEPS = 12
"""At least, so that the 95th percentile is one of more than a few."""
SUMMARIES = {"p50": median, "p95": p95}


def measure(bench: Bench) -> Iterator[Result]:
    cases = [case for case in bench.cases() if case.name != SD15.name]
    gone = missing()
    if gone:
        yield from (Result(figure=FIGURE, case=case.name, bound=BOUND, note=gone) for case in cases)
        return
    with Desk.set_up(bench) as desk:
        for case in cases:
            previews, steps, unseen = _waits(bench, desk, case)
            note = f"{len(previews)} previews, {unseen} never followed by one; the step's number: {_words(steps)}"
            for name, summary in SUMMARIES.items():
                yield Result(
                    figure=f"{FIGURE}, {name}",
                    case=f"{case.name} {case.side}²",
                    bound=BOUND,
                    ours=previews,
                    summary=summary,
                    note=note if summary is p95 else "",
                )


def _words(samples: Sequence[float]) -> str:
    return ", ".join(f"{name} {1000 * summary(samples):.0f} ms" for name, summary in SUMMARIES.items())


def _waits(bench: Bench, desk: Desk, case: Case) -> tuple[list[float], list[float], int]:
    """Seconds until each preview and each step's number was painted, and how many previews were not."""
    wish = request(replace(case, steps=max(case.steps, STEPS)), bench.model(case.name))
    previews: list[float | None] = []
    steps: list[float | None] = []
    with bench.home() as home, desk.window(home, timed_engine(desk.folder)) as page:
        page.ready()
        reports = Reports(home)
        for turn in range(1 + case.rounds):
            page.watch() if turn == 0 else list(page.seen())
            page.generate(wish)
            said = [report for report in reports.of_a_job() if report.phase == Phase.SAMPLING]
            page.idle()
            if turn > 0:
                seen = list(page.seen())
                previews += [_preview_wait(report, seen) for report in said if report.preview]
                steps += [_step_wait(report, seen) for report in said]
    return _known(previews), _known(steps), previews.count(None)


def _known(waits: Sequence[float | None]) -> list[float]:
    return [wait for wait in waits if wait is not None]


def _preview_wait(report: Report, seen: Sequence[Seen]) -> float | None:
    wanted = _place(report.preview)
    shown = (one for one in seen if one.what == "preview" and one.value and _place(one.value) >= wanted)
    return _wait(report, shown)


def _step_wait(report: Report, seen: Sequence[Seen]) -> float | None:
    return _wait(report, (one for one in seen if one.step is not None and one.step >= report.step))


def _wait(report: Report, shown: Iterator[Seen]) -> float | None:
    painted = next((one.painted for one in shown if one.painted), None)
    return None if painted is None else painted - report.at


def _place(key: str | None) -> tuple[int, ...]:
    """A preview's key is its job and its number in it."""
    return tuple(int(part) for part in (key or "").split("-"))
