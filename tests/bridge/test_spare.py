"""The spare: an engine that was killed has a successor that need not import anything."""

import os
import select
import signal
import subprocess
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from bridge.window_end import PATIENCE, EngineProcess
from darkroom.bridge.frames import FrameDecoder
from darkroom.bridge.spare import Spare, SpareEngine
from darkroom.errors import EngineLost
from tiny import tiny_model


class Successor(EngineProcess):
    """An engine out of the spare, with the window's end of its pipes."""

    def __init__(self, spare: Spare, home: Path) -> None:
        theirs, ours = zip(os.pipe(), os.pipe()[::-1], os.pipe()[::-1], strict=True)
        self.engine: SpareEngine = spare.engine(home, theirs)
        for descriptor in theirs:
            os.close(descriptor)
        self.input = os.fdopen(ours[0], "wb")
        self.output = os.fdopen(ours[1], "rb")
        self.errors = os.fdopen(ours[2], "rb")
        self.frames = []
        self.ended = False
        self._changed = threading.Condition()
        self._numbers = count(1)
        self._decoder = FrameDecoder()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self.kill()
        select.select([self.engine.pidfd], [], [], PATIENCE)
        self._thread.join()
        for pipe in (self.input, self.output, self.errors):
            pipe.close()
        os.close(self.engine.pidfd)

    def kill(self) -> None:
        if not select.select([self.engine.pidfd], [], [], 0)[0]:
            signal.pidfd_send_signal(self.engine.pidfd, signal.SIGKILL)

    def maps(self) -> str:
        return Path(f"/proc/{self.engine.pid}/maps").read_text("utf-8")


@pytest.fixture(scope="module")
def spare() -> Iterator[Spare]:
    spare = Spare.start()
    assert spare is not None
    spare.wait_until_ready()
    yield spare
    spare.close()


@pytest.mark.timeout(600)
def test_an_engine_that_was_killed_has_a_successor_that_holds_torch_already(spare: Spare, home: Path) -> None:
    with Successor(spare, home) as first:
        assert first.command(type="getSnapshot")["type"] == "snapshot"
        first.kill()
        assert spare.wait(first.engine) == -signal.SIGKILL
    with Successor(spare, home) as second:
        assert "libtorch_cpu" in second.maps()
        assert second.command(type="getSnapshot")["type"] == "snapshot"
        assert second.engine.pid != first.engine.pid


@pytest.mark.timeout(600)
def test_the_successor_makes_pictures_and_ends_with_its_input(spare: Spare, home: Path, tmp_path: Path) -> None:
    model = str(tiny_model(tmp_path / "model"))
    request = {"prompt": "a boat", "model": model, "width": 64, "height": 64, "steps": 2, "seed": 1}
    with Successor(spare, home) as engine:
        job = engine.command(type="generate", request=request)["id"]
        row = engine.event(lambda event: event["type"] == "jobChanged" and event["row"]["state"] in {"done", "failed"})[
            "row"
        ]
        assert (row["id"], row["state"]) == (job, "done")
        engine.input.close()
        assert spare.wait(engine.engine) == 0


@pytest.mark.timeout(600)
def test_two_engines_of_one_spare_do_not_hold_each_others_pipes(spare: Spare, tmp_path: Path) -> None:
    with Successor(spare, tmp_path / "one") as one, Successor(spare, tmp_path / "two") as two:
        assert one.command(type="getSnapshot")["home"] != two.command(type="getSnapshot")["home"]
        one.input.close()
        assert spare.wait(one.engine) == 0
        assert two.command(type="getSnapshot")["type"] == "snapshot"


@pytest.mark.timeout(600)
def test_a_spare_that_stands_by_has_one_thread(spare: Spare) -> None:
    # A thread does not survive a fork, and what it held stays locked for ever.
    assert len(list(Path(f"/proc/{spare.process.pid}/task").iterdir())) == 1


def test_a_spare_ends_when_nobody_can_ask_it_any_more() -> None:
    spare = Spare.start()
    assert spare is not None
    spare.close()
    assert spare.process.returncode == 0


def test_a_spare_that_died_is_said_to_whoever_asks_it(home: Path) -> None:
    spare = Spare.start()
    assert spare is not None
    spare.process.kill()
    with pytest.raises(EngineLost, match="start an engine without it"):
        spare.engine(home, (0, 1, 2))
    spare.close()


def test_there_is_no_spare_where_processes_are_not_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    started: list[object] = []
    monkeypatch.setattr(subprocess, "Popen", started.append)
    assert Spare.start() is None
    assert started == []
