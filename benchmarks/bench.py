"""What every figure is given: the cases, how often to measure, and both sides with their models in memory."""

import os
import re
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.machine import available_memory

GIB = 1 << 30
PROMPT = "a lighthouse on a green hill beside the sea, under a starry sky at night, oil on canvas"
SD15_NEEDS = 12 * GIB
"""Twice the fp32 weights, and what computing with them takes."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A model, a size and how much work one turn is."""

    name: str
    side: int
    steps: int
    rounds: int


STARTER = Case(name="starter", side=128, steps=20, rounds=10)
TOY = Case(name="toy", side=512, steps=4, rounds=5)
SD15 = Case(name="sd15", side=512, steps=3, rounds=2)
QUICK = (
    Case(name="starter", side=128, steps=20, rounds=4),
    Case(name="toy", side=256, steps=4, rounds=3),
    Case(name="sd15", side=256, steps=2, rounds=2),
)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """`quick` measures smaller pictures less often: good for a look, not for a release."""

    cache: Path
    quick: bool = False
    full: bool | None = None

    def cases(self) -> Iterator[Case]:
        """The starter model, the toy, and SD 1.5's shape if the memory allows it (or `full` says so)."""
        cases = QUICK if self.quick else (STARTER, TOY, SD15)
        yield from cases[:2]
        if self.full if self.full is not None else available_memory() > SD15_NEEDS:
            yield cases[2]

    def case(self, name: str) -> Case | None:
        return next((case for case in self.cases() if case.name == name), None)

    def model(self, name: str) -> Path:
        """The model's folder. Imports torch if the model has to be written first."""
        if name == STARTER.name:
            from darkroom.models.catalog import BUILT_IN_FOLDER

            return BUILT_IN_FOLDER
        folder = self.cache / name
        if (folder / "model_index.json").is_file():
            return folder
        from benchmarks.random_models import model

        return model(name, self.cache)

    @contextmanager
    def home(self) -> Generator[Path, None, None]:
        """A fresh home, beside the models so that both lie on the same disk."""
        with self.folder("home") as folder:
            yield folder

    @contextmanager
    def folder(self, kind: str) -> Generator[Path, None, None]:
        """An empty folder in the cache; gone when the block ends, or when the next run sweeps."""
        self.cache.mkdir(parents=True, exist_ok=True)
        # What an engine writes while it ends may keep a folder from being removed: no reason to lose a measurement.
        with TemporaryDirectory(dir=self.cache, prefix=f"{kind}-{os.getpid()}-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def sweep(self) -> None:
        """Remove the folders of runs that were killed."""
        for folder in self.cache.glob("*"):
            run = re.fullmatch(r"[a-z]+-(\d+)-\w+", folder.name)
            if run and not _runs(int(run[1])):
                shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
