"""An engine that is killed at a chosen step of saving: `deadly.py HOME STEPS` runs one job on HOME/1, HOME/2, … each.

In HOME/N the process dies with SIGKILL at the Nth call that changes the disk between the first byte of a picture and
the end of its job; a write that dies has written half. Ends with the first N that is not reached.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import standin
from darkroom.engine import Engine
from darkroom.library import disk
from darkroom.library.database import Database, Value
from darkroom.messages import TextToImage


class Countdown:
    """Counts calls and kills this process at the last one."""

    def __init__(self, calls: int) -> None:
        self._left = calls

    def reached(self) -> bool:
        self._left -= 1
        return self._left == 0


class DeadlyOs:
    """`os`, of which one call is the last."""

    def __init__(self, countdown: Countdown) -> None:
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever os has
        return self._counted(name) if name in ("open", "write", "fsync", "replace") else getattr(os, name)

    def _counted(self, name: str) -> Any:  # noqa: ANN401
        def call(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
            if self._countdown.reached():
                if name == "write":
                    handle, data = arguments
                    os.write(handle, data[: len(data) // 2])
                die()
            return getattr(os, name)(*arguments, **options)

        return call


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def run_until_death(home: Path, step: int) -> None:
    countdown = Countdown(step)
    run = Database.run

    def deadly_run(self: Database, sql: str, values: Sequence[Value] = ()) -> int:
        """Die before a commit, and after it."""
        if sql == "COMMIT" and countdown.reached():
            die()
        changed = run(self, sql, values)
        if sql == "COMMIT" and countdown.reached():
            die()
        return changed

    async with Engine(home, perform=standin.perform) as engine:
        job = await engine.submit(TextToImage(prompt="x", seed=step))
        disk.os = DeadlyOs(countdown)  # pyright: ignore[reportAttributeAccessIssue]
        Database.run = deadly_run
        await job.pictures()


def main() -> None:
    homes = Path(sys.argv[1])
    for step in range(1, 100):
        child = os.fork()
        if child == 0:
            asyncio.run(run_until_death(homes / str(step), step))
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            sys.stdout.write(f"{step}\n")
            return


if __name__ == "__main__":
    main()
