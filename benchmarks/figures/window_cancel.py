"""From the click on "cancel" to a page that says the engine is ready, at 100 random moments of a job; and in steps.

The moments are spread evenly over the time from the first sign of the job on the page to its end.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from benchmarks.bench import STARTER, Bench, Case
from benchmarks.result import Result, p99
from benchmarks.window.opened import Desk, missing, timed_engine
from benchmarks.window.page import Page
from benchmarks.window.timed_engine import Reports, step_times
from benchmarks.work import request
from darkroom.messages import Generate
from darkroom.wire import encode

FIGURE = "window: cancel click to idle, p99"
MOMENTS = 100
BETWEEN_STEPS = 20
# Milliseconds from the click until a frame has shown the engine ready; null when the job was done before.
CANCEL = """
const engine = (command) => window.__TAURI_INTERNALS__.invoke('engine', { command }).then(JSON.parse);
const until = (holds) => new Promise((done) => {
  const look = () => { if (holds()) { observer.disconnect(); done(); } };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, attributes: true });
  look();
});
const cancelled = async (command, delay) => {
  const { id } = await engine(command);
  const row = (state) => document.querySelector(`[data-job="${id}"][data-state=${state}]`);
  const shown = () => document.documentElement.dataset.engine;
  await until(() => shown() === 'working' && row('running'));
  await new Promise((done) => setTimeout(done, delay));
  const button = document.querySelector('[data-action=cancel]');
  const clicked = Date.now();
  button?.click();
  await until(() => shown() === 'ready' && !row('running') && !row('saving'));
  await new Promise((done) => window.afterFrame(done));
  const idle = Date.now();
  if (!row('cancelled')) return null;
  await engine(JSON.stringify({ type: 'removeJob', job: id }));
  return idle - clicked;
};
return cancelled(...arguments);
"""


def measure(bench: Bench) -> Iterator[Result]:
    gone = missing()
    if gone:
        yield Result(figure=FIGURE, case=STARTER.name, note=gone)
        return
    case = next(bench.cases())
    with bench.home() as home, Desk.set_up(bench) as desk, desk.window(home, timed_engine(desk.folder)) as page:
        page.ready()
        page.watch()
        idle, steps = _cancelled(bench, page, Reports(home), case)
    yield Result(
        figure=FIGURE,
        case=f"{case.name} {case.side}²",
        ours=idle,
        against=steps,
        summary=p99,
        note=f"{len(idle)} moments; half of them at most {1000 * median(idle):.0f} ms",
    )


def _cancelled(bench: Bench, page: Page, reports: Reports, case: Case) -> tuple[list[float], list[float]]:
    """Seconds from click to idle, and seconds of a step."""
    wish, chance = request(case, bench.model(case.name)), random.Random(20261121)
    idle: list[float] = []
    steps: list[float] = []
    span = 0.0
    page.generate(wish)
    reports.of_a_job()
    for number in range(24 if bench.quick else MOMENTS):
        if number % BETWEEN_STEPS == 0:
            page.idle()
            page.generate(replace(wish, prompt=f"a prompt nobody has asked for, number {number}"))
            whole = reports.of_a_job()
            steps += step_times(whole)
            span = whole[-1].at - whole[0].at
            page.idle()
        job = Generate(request=replace(wish, prompt=f"cancelled, number {number}"))
        waited = page.run(CANCEL, encode(job).decode(), 1000 * span * chance.random())
        reports.of_a_job()
        if waited is not None:
            idle.append(waited / 1000)
    return idle, steps
