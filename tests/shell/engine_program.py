"""The engine that the window's tests start: the real one, with a stand-in that paints what the test allows.

Each step waits until the file `gate` in the home folder names a higher number, so that a test decides how far a
picture gets. Without the file nothing waits. When a test reads the pipe `heard` there, it is told each command's name.
"""

import os
import sys
import threading
from pathlib import Path

from darkroom import _native
from darkroom.bridge import serve
from darkroom.engine import Engine
from darkroom.messages import Answer, Command, Phase, Plan, Progress, TextToImage
from darkroom.tasks.attempt import Attempt
from standin import LOOK_SECONDS, StandIn, noise, plan_of


class Painting(StandIn):
    """`perform` of the tests."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._gate = home / "gate"

    def _picture(self, request: TextToImage, attempt: Attempt, index: int) -> None:
        plan = plan_of(request, index)
        for step in range(1, plan.steps + 1):
            image = _native.encode_picture(_stripes(plan, step), plan.width, plan.height, "jpeg")
            progress = Progress(
                phase=Phase.SAMPLING,
                index=index,
                count=request.count,
                step=step,
                steps=plan.steps,
                seconds_per_step=0.1,
                seconds_left=0.1 * (plan.steps - step),
                preview=attempt.preview(image, "image/jpeg"),
            )
            self._phase(attempt, progress)
            self._wait(step, attempt)
        attempt.save(index, plan, noise(plan))

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


class TellingEngine(Engine):
    """Tells which commands the page sends."""

    async def handle(self, command: Command) -> Answer:
        pipe = Path(sys.argv[sys.argv.index("--home") + 1]) / "heard"
        if pipe.exists():
            pipe.write_text(f"{type(command).__name__}\n")
        return await super().handle(command)


def _stripes(plan: Plan, step: int) -> bytes:
    """height x width x 3 bytes that differ for every step."""
    row = bytes((20 * step + 3 * column + plan.seed) % 256 for column in range(plan.width * 3))
    return row * plan.height


def main() -> None:
    home = Path(sys.argv[sys.argv.index("--home") + 1])
    home.mkdir(parents=True, exist_ok=True)
    (home / "engine.pid").write_text(str(os.getpid()))
    serve.Engine = TellingEngine
    serve.serve(home, perform=Painting(home))


if __name__ == "__main__":
    main()
