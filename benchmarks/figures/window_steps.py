"""One step with the window open and previews shown over one step of an engine alone, previews off.

The bound is that of steps per second, at least 0.97 of the engine alone, the other way round.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean, median

from benchmarks.bench import SD15, Bench, Case
from benchmarks.engine_process import EngineProcess, Event
from benchmarks.result import Result, in_turn
from benchmarks.window.opened import Desk, missing, timed_engine
from benchmarks.window.timed_engine import Reports, step_times
from benchmarks.work import request
from darkroom.messages import Generate, JobState, SaveSettings, Settings

FIGURE = "window: step with previews shown"
STEPS_PER_SECOND = 0.97
BOUND = round(1 / STEPS_PER_SECOND, 3)


def measure(bench: Bench) -> Iterator[Result]:
    cases = [case for case in bench.cases() if case.name != SD15.name]
    gone = missing()
    if gone:
        yield from (Result(figure=FIGURE, case=case.name, bound=BOUND, note=gone) for case in cases)
        return
    with Desk.set_up(bench) as desk:
        for case in cases:
            shown, alone = _times(bench, desk, case)
            yield Result(
                figure=FIGURE,
                case=f"{case.name} {case.side}²",
                bound=BOUND,
                ours=shown,
                against=alone,
                note=f"{median(alone) / median(shown):.3f} of the steps per second (at least {STEPS_PER_SECOND})",
            )


def _times(bench: Bench, desk: Desk, case: Case) -> list[list[float]]:
    engine, wish = timed_engine(desk.folder), request(case, bench.model(case.name))
    with bench.home() as home, bench.home() as other, desk.window(home, engine) as page, _alone(other, engine) as alone:
        page.ready()
        shown, unseen = Reports(home), Reports(other)

        def with_window() -> list[float]:
            page.generate(wish)
            times = step_times(shown.of_a_job())
            page.idle()
            return [fmean(times)]

        def without() -> list[float]:
            job = alone.answer(Generate(request=wish))["id"]
            alone.event(lambda event: _is_done(event, job))
            return [fmean(step_times(unseen.of_a_job()))]

        with_window()
        without()
        return in_turn(case.rounds, with_window, without)


def _is_done(event: Event, job: int) -> bool:
    return event["type"] == "jobChanged" and event["job"] == job and event["row"]["state"] == JobState.DONE


@contextmanager
def _alone(home: Path, engine: Path) -> Generator[EngineProcess, None, None]:
    """An engine without a window, which makes no previews."""
    process = EngineProcess(home, [engine, "--home", home])
    try:
        process.answer(SaveSettings(settings=Settings(previews="off")))
        yield process
    finally:
        process.kill()
