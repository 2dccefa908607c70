"""A home whose leftovers cannot be put right: nothing is held that would keep the next try from it."""

import os
from pathlib import Path

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import HomeUnwritable
from darkroom.library.home import Home
from darkroom.library.orphans import Found
from darkroom.queue.runs import Runs
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
        with pytest.raises(HomeUnwritable):
            async with Engine(home, perform=StandIn()):
                pass

    assert len(os.listdir(DESCRIPTORS)) == before
    obstacle.rmdir()
    async with Engine(home, perform=StandIn()) as engine:
        assert len(await (await engine.submit(TextToImage(prompt="x"))).pictures()) == 1


async def test_taking_over_is_tried_again_when_it_failed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, failed = Runs.recover, list[Home]()

    def fails_once(self: Runs, home: Home) -> Found:
        if not failed:
            failed.append(home)
            raise HomeUnwritable("The home is gone for a moment; try again.")
        return right(self, home)

    first = Engine(home, perform=StandIn())
    async with first, Engine(home, perform=StandIn()) as second:
        assert not second.runs_queue
        monkeypatch.setattr(Runs, "recover", fails_once)
        await first.__aexit__(None, None, None)

        assert len(await (await second.submit(TextToImage(prompt="x"))).pictures()) == 1
        assert len(failed) == 1
        await first.__aenter__()
