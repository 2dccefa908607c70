"""The engine that the window's tests start: the real one, with a task that paints noise instead of loading a model.

Each step waits until the file `gate` in the home folder names a higher number, so that a test decides how far a
picture gets. Without the file nothing waits.
"""

import os
import sys
import threading
from pathlib import Path

from darkroom import _native
from darkroom.bridge.serve import serve
from darkroom.messages import Phase, Plan, Progress, Sampler, Schedule, TextToImage
from darkroom.tasks.attempt import Attempt

STEPS = 8
SIDE = 128
LOOK_SECONDS = 0.005


class Painting:
    """`perform` of the tests."""

    def __init__(self, home: Path) -> None:
        self._gate = home / "gate"

    def __call__(self, request: TextToImage, attempt: Attempt) -> None:
        attempt.report(Progress(phase=Phase.LOADING, count=request.count))
        for index in range(request.count):
            if index not in attempt.settled:
                with attempt.picture(index):
                    self._picture(request, attempt, index)

    def _picture(self, request: TextToImage, attempt: Attempt, index: int) -> None:
        plan = _plan(request, index)
        for step in range(1, plan.steps + 1):
            attempt.check()
            image = _native.encode_picture(_stripes(plan, step), plan.width, plan.height, "jpeg")
            key = attempt.preview(image, "image/jpeg")
            left = 0.1 * (plan.steps - step)
            progress = Progress(
                phase=Phase.SAMPLING,
                index=index,
                count=request.count,
                step=step,
                steps=plan.steps,
                seconds_per_step=0.1,
                seconds_left=left,
                preview=key,
            )
            attempt.report(progress)
            self._wait(step, attempt)
        attempt.save(index, plan, _stripes(plan, plan.steps))

    def _wait(self, step: int, attempt: Attempt) -> None:
        looking = threading.Event()
        while self._opened() < step:
            attempt.check()
            looking.wait(LOOK_SECONDS)

    def _opened(self) -> int:
        try:
            return int(self._gate.read_text() or 0)
        except FileNotFoundError:
            return sys.maxsize


def _plan(request: TextToImage, index: int) -> Plan:
    return Plan(
        prompt=request.prompt,
        negative=request.negative,
        model=request.model or "starter",
        model_hash="0" * 64,
        family="sd15",
        width=request.width or SIDE,
        height=request.height or SIDE,
        steps=min(request.steps or STEPS, STEPS),
        guidance=request.guidance or 7.0,
        sampler=request.sampler or Sampler.EULER,
        schedule=request.schedule or Schedule.NORMAL,
        clip_skip=request.clip_skip or 1,
        seed=((request.seed or 0) + index) % 2**64,
        precision="float32",
    )


def _stripes(plan: Plan, step: int) -> bytes:
    """height x width x 3 bytes that differ for every step."""
    row = bytes((20 * step + 3 * column + plan.seed) % 256 for column in range(plan.width * 3))
    return row * plan.height


def main() -> None:
    home = Path(sys.argv[sys.argv.index("--home") + 1])
    home.mkdir(parents=True, exist_ok=True)
    (home / "engine.pid").write_text(str(os.getpid()))
    serve(home, perform=Painting(home))


if __name__ == "__main__":
    main()
