"""Our side: the whole engine in this process, queue, previews and saving included, timed on its torch thread."""

import asyncio
import time
from collections.abc import Generator
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.bench import PROMPT, Case
from benchmarks.trace import Trace
from benchmarks.work import request
from darkroom.engine import Engine
from darkroom.messages import Plan, Progress, SaveSettings, Settings, TextToImage
from darkroom.models.catalog import Catalog
from darkroom.models.precision import exact
from darkroom.tasks.attempt import Attempt
from darkroom.tasks.text_to_image import Studio

Previews = Literal["off", "linear", "fine"]


@dataclass
class Timed:
    """An attempt that stamps what passes through it."""

    attempt: Attempt
    trace: Trace

    def __post_init__(self) -> None:
        # Asked by every block of every network: no detour.
        self.check = self.attempt.check

    @property
    def settled(self) -> AbstractSet[int]:
        return self.attempt.settled

    def picture(self, index: int) -> AbstractContextManager[None]:
        return self.attempt.picture(index)

    def check(self) -> None:
        raise NotImplementedError

    def report(self, progress: Progress) -> None:
        self.trace.reports.append((progress.phase, time.perf_counter()))
        self.trace.on_report(progress)
        self.attempt.report(progress)

    def preview(self, image: bytes, mime: str) -> str:
        return self.attempt.preview(image, mime)

    def save(self, index: int, plan: Plan, rgb: bytes) -> None:
        self.attempt.save(index, plan, rgb)
        self.trace.saved = time.perf_counter()


class Ours:
    """An engine that makes pictures with one model, one job at a time; `automatic` lets it pick its precision."""

    def __init__(self, engine: Engine, runner: asyncio.Runner, model: Path) -> None:
        self.engine = engine
        self.runner = runner
        self.model = model
        self.trace = Trace()

    @classmethod
    @contextmanager
    def open(cls, home: Path, model: Path, *, automatic: bool = False) -> Generator["Ours", None, None]:
        ours: Ours
        placement = None if automatic else exact()
        studio = Studio(folder=home, catalog=Catalog, settings=lambda: ours.settings, placement=placement)

        def perform(request: TextToImage, attempt: Attempt) -> None:
            studio.perform(request, Timed(attempt, ours.trace))

        with asyncio.Runner() as runner:
            engine = Engine(home, perform=perform)
            runner.run(engine.__aenter__())
            ours = cls(engine, runner, model)
            try:
                yield ours
            finally:
                runner.run(engine.__aexit__())

    settings = Settings()

    def previews(self, kind: Previews) -> None:
        self.settings = Settings(previews=kind)
        self.runner.run(_handle(self.engine, SaveSettings(settings=self.settings)))

    def picture(self, case: Case, prompt: str = PROMPT) -> Trace:
        """Make one picture; returns when it is saved."""
        self.runner.run(self._made(case, prompt))
        return self.trace

    async def _made(self, case: Case, prompt: str) -> None:
        self.trace = Trace(submitted=time.perf_counter())
        job = await self.engine.submit(request(case, self.model, prompt))
        await job.pictures()


async def _handle(engine: Engine, command: SaveSettings) -> None:
    await engine.handle(command)
