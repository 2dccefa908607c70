"""A home that is moved, replaced or deleted while Darkroom has it open: nothing more is promised in it."""

import os
import shutil
from pathlib import Path

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import Code
from darkroom.messages import EngineChanged, EngineState, Phase
from following import phase, until
from refusals import refused
from standin import Gate, StandIn


def moved(source: Path, target: Path) -> None:
    source.rename(target)


def pictures_in(home: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in home.glob("pictures/*/*.png")}


def stopped(event: object) -> bool:
    return isinstance(event, EngineChanged) and event.state == EngineState.STOPPING


async def test_a_job_is_not_accepted_into_a_library_that_is_elsewhere(home: Path, tmp_path: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        moved(home, tmp_path / "elsewhere")

        with refused(Code.HOME_UNWRITABLE, home / "library.db", "put it back and start Darkroom again"):
            await engine.submit(TextToImage(prompt="x"))

    moved(tmp_path / "elsewhere", home)
    async with Engine(home, perform=StandIn()) as engine:
        assert len(await (await engine.submit(TextToImage(prompt="x"))).pictures()) == 1


@pytest.mark.parametrize("follows", [False, True], ids=["runner", "follower"])
async def test_whoever_waits_in_a_deleted_home_is_told_and_no_folder_comes_back(
    home: Path, tmp_path: Path, follows: bool
) -> None:
    gate = Gate()
    async with (
        Engine(home, perform=StandIn(gates={Phase.SAMPLING: gate})) as runner,
        Engine(home, perform=StandIn()) as follower,
    ):
        waiting = follower if follows else runner
        job = await waiting.submit(TextToImage(prompt="x"))
        await until(job.events(), phase(Phase.SAMPLING))
        events = waiting.events()

        shutil.rmtree(home)
        gate.open()

        told = (await until(events, stopped))[-1]
        assert isinstance(told, EngineChanged)
        assert told.problem is not None
        assert told.problem.code == Code.HOME_UNWRITABLE
        assert "deleted" in told.problem.message
    assert home.name not in os.listdir(tmp_path)


async def test_pictures_do_not_go_into_another_home_at_the_same_place(home: Path, tmp_path: Path) -> None:
    gate = Gate()
    async with Engine(home, perform=StandIn(gates={Phase.SAMPLING: gate})) as old:
        job = await old.submit(TextToImage(prompt="old", seed=1, count=2))
        await until(job.events(), phase(Phase.SAMPLING))
        events = old.events()
        moved(home, tmp_path / "elsewhere")
        async with Engine(home, perform=StandIn()) as new:
            await (await new.submit(TextToImage(prompt="new", seed=2))).pictures()
            before = pictures_in(home)

            gate.open()
            await until(events, stopped)

    assert list(before) == ["000001-0000.png"]
    assert pictures_in(home) == before
