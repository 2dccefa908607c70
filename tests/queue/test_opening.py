"""A home whose leftovers cannot be put right: nothing is held that would keep the next try from it."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import Code, HomeUnwritable
from darkroom.library import changes
from darkroom.library.home import Home
from darkroom.library.orphans import Found
from darkroom.queue import worker
from darkroom.queue.runs import Runs
from refusals import refused
from standin import StandIn

DESCRIPTORS = Path("/proc/self/fd")


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="counts the descriptors that Linux lists")
async def test_an_engine_that_cannot_recover_leaves_no_file_open(home: Path) -> None:
    async with Engine(home, perform=StandIn()):
        pass
    obstacle = home / "staging" / "a folder.part"
    obstacle.mkdir()
    before = len(os.listdir(DESCRIPTORS))

    for _ in range(3):
        with refused(Code.HOME_UNWRITABLE, home / "staging", "make it writable"):
            async with Engine(home, perform=StandIn()):
                pass

    assert len(os.listdir(DESCRIPTORS)) == before
    obstacle.rmdir()
    async with Engine(home, perform=StandIn()) as engine:
        assert len(await (await engine.submit(TextToImage(prompt="x"))).pictures()) == 1


@pytest.mark.parametrize(("whose", "step"), [(Runs, "recover"), (worker, "another")])
async def test_taking_over_is_tried_again_when_it_failed(
    home: Path, fails_once: Callable[..., list[Exception]], whose: object, step: str
) -> None:
    first = Engine(home, perform=StandIn())
    async with first, Engine(home, perform=StandIn()) as second:
        assert not second.runs_queue
        failed = fails_once(whose, step)
        await first.__aexit__(None, None, None)

        assert len(await (await second.submit(TextToImage(prompt="x"))).pictures()) == 1
        assert len(failed) == 1
        await first.__aenter__()


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="counts the descriptors that Linux lists")
@pytest.mark.parametrize(("whose", "step"), [(worker, "another"), (changes, "newest")])
async def test_an_engine_that_cannot_start_lets_go_of_the_home(
    home: Path, fails_once: Callable[..., list[Exception]], whose: object, step: str
) -> None:
    async with Engine(home, perform=StandIn()):
        pass
    before = len(os.listdir(DESCRIPTORS))
    failed = fails_once(whose, step)

    with pytest.raises(HomeUnwritable, match="for a moment"):
        async with Engine(home, perform=StandIn()):
            pass

    assert len(failed) == 1
    assert len(os.listdir(DESCRIPTORS)) == before
    async with Engine(home, perform=StandIn()) as engine:
        assert engine.runs_queue


async def test_the_loop_turns_while_the_place_of_a_dead_runner_is_taken(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, loop, turned = Runs.recover, asyncio.get_running_loop(), threading.Event()
    waited: list[bool] = []

    def recover(runs: Runs, home: Home) -> Found:
        loop.call_soon_threadsafe(turned.set)
        waited.append(turned.wait(30))
        return right(runs, home)

    first = Engine(home, perform=StandIn())
    async with first, Engine(home, perform=StandIn()) as second:
        monkeypatch.setattr(Runs, "recover", recover)
        await first.__aexit__(None, None, None)

        assert len(await (await second.submit(TextToImage(prompt="x"))).pictures()) == 1
        assert waited == [True]
        await first.__aenter__()
