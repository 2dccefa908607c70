"""The window open after a picture, and nobody does anything: seconds of computing for each second that passes.

All processes of the window together: itself, WebKit's, the engine and whatever stands by for it. A caret that blinks is
drawn twice a second, without a GPU by the processor.
"""

import time
from collections import defaultdict
from collections.abc import Iterator

from benchmarks.bench import STARTER, Bench
from benchmarks.result import Result
from benchmarks.window.opened import Desk, missing
from benchmarks.window.page import Page
from benchmarks.window.processes import computed, settle
from benchmarks.work import request

FIGURE = "window: computing while idle"
BLUR = "document.activeElement.blur()"
CASES = {"no caret": BLUR, "caret in the prompt": "document.querySelector('#prompt').focus()"}
BOUND = 0.01
ROUNDS = 3
SECONDS = 10


def measure(bench: Bench) -> Iterator[Result]:
    gone = missing()
    if gone:
        yield from (Result(figure=FIGURE, case=case, bound=BOUND, unit="cores", note=gone) for case in CASES)
        return
    with bench.home() as home, Desk.set_up(bench) as desk, desk.window(home) as page:
        page.ready()
        page.generate(request(STARTER, bench.model(STARTER.name)))
        page.idle()
        page.run(BLUR)
        settle(page.process)
        for case, leave in CASES.items():
            page.run(leave)
            rounds = [_computed(page, SECONDS) for _ in range(1 if bench.quick else ROUNDS)]
            yield Result(
                figure=FIGURE,
                case=case,
                bound=BOUND,
                unit="cores",
                ours=[sum(parts.values()) for parts in rounds],
                note=", ".join(f"{name} {share:.4f}" for name, share in rounds[-1].items() if share),
            )


def _computed(page: Page, seconds: float) -> dict[str, float]:
    """For each program, its share of a core during the next `seconds`."""
    before, begun = computed(page.process), time.monotonic()
    time.sleep(seconds)
    after, passed = computed(page.process), time.monotonic() - begun
    shares: dict[str, float] = defaultdict(float)
    for (process, name), used in after.items():
        role = "window" if process == page.process else "engine" if name == "darkroom" else name
        shares[role] += (used - before.get((process, name), 0.0)) / passed
    return shares
