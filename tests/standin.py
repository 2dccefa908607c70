"""A stand-in for the slow part: goes through a task's phases in microseconds and saves noise made from the seed."""

import random
import threading
from collections.abc import Mapping

from darkroom.messages import Phase, Plan, Progress, Sampler, Schedule, TextToImage
from darkroom.tasks.attempt import Attempt

STEPS = 4
SIDE = 64
# How often a held-up stand-in looks whether it is to stop; nothing waits for this to pass.
LOOK_SECONDS = 0.005


class Gate:
    """Holds the stand-in up at one phase of each picture until it is opened or the job is to stop."""

    def __init__(self) -> None:
        self._open = threading.Event()

    def open(self) -> None:
        self._open.set()

    def pass_through(self, attempt: Attempt) -> None:
        while not self._open.wait(LOOK_SECONDS):
            attempt.check()


class StandIn:
    """`perform` for an engine under test. `gates` hold it up; `fails` is raised at the phase given with it."""

    def __init__(
        self, gates: Mapping[Phase, Gate] | None = None, fails: tuple[Phase, BaseException] | None = None
    ) -> None:
        self.gates = dict(gates or {})
        self.fails = fails
        self.performed: list[str] = []

    def __call__(self, request: TextToImage, attempt: Attempt) -> None:
        self.performed.append(request.prompt)
        self._phase(attempt, Progress(phase=Phase.LOADING, done_bytes=1, total_bytes=2))
        self._phase(attempt, Progress(phase=Phase.ENCODING, count=request.count))
        for index in range(request.count):
            if index not in attempt.settled:
                with attempt.picture(index):
                    self._picture(request, attempt, index)

    def _picture(self, request: TextToImage, attempt: Attempt, index: int) -> None:
        for step in range(1, STEPS + 1):
            key = attempt.preview(b"preview %d" % step, "image/jpeg")
            self._phase(
                attempt,
                Progress(phase=Phase.SAMPLING, index=index, count=request.count, step=step, steps=STEPS, preview=key),
            )
        plan = plan_of(request, index)
        rgb = noise(plan)
        self._phase(attempt, Progress(phase=Phase.DECODING, index=index, count=request.count))
        self._phase(attempt, Progress(phase=Phase.SAVING, index=index, count=request.count))
        attempt.save(index, plan, rgb)

    def _phase(self, attempt: Attempt, progress: Progress) -> None:
        attempt.check()
        attempt.report(progress)
        if self.fails is not None and self.fails[0] == progress.phase:
            raise self.fails[1]
        if progress.phase in self.gates:
            self.gates[progress.phase].pass_through(attempt)


def plan_of(request: TextToImage, index: int) -> Plan:
    """The plan a task would have made, with values that need no model."""
    return Plan(
        prompt=request.prompt,
        negative=request.negative,
        model=request.model or "starter",
        model_hash="0" * 64,
        family="sd15",
        width=request.width or SIDE,
        height=request.height or SIDE,
        steps=request.steps or STEPS,
        guidance=request.guidance or 7.0,
        sampler=request.sampler or Sampler.EULER,
        schedule=request.schedule or Schedule.NORMAL,
        clip_skip=request.clip_skip or 1,
        seed=((request.seed or 0) + index) % 2**64,
        precision="float32",
    )


def noise(plan: Plan) -> bytes:
    """height x width x 3 bytes that only the seed decides."""
    return random.Random(plan.seed).randbytes(plan.width * plan.height * 3)


def perform(request: TextToImage, attempt: Attempt) -> None:
    """The plain stand-in, by the name that `darkroom.tasks.text_to_image` has it."""
    StandIn()(request, attempt)
