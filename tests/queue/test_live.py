"""What a runner writes for the others: read once each, and not at all when there is no runner any more."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from darkroom.messages import EngineChanged, EngineState, JobProgressed, Phase, Progress
from darkroom.queue.live import LiveFile

WORKING = EngineChanged(state=EngineState.WORKING)
SAMPLING = JobProgressed(job=1, seq=7, progress=Progress(phase=Phase.SAMPLING, step=3, steps=20))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., LiveFile]]:
    with ExitStack() as closing:

        def opened(*, runner_lives: bool) -> LiveFile:
            live = LiveFile(tmp_path / "live", runner_lives=runner_lives)
            closing.callback(live.close)
            return live

        yield opened


def test_whoever_opens_while_the_runner_lives_reads_what_it_wrote_last_and_only_once(
    opened: Callable[..., LiveFile],
) -> None:
    opened(runner_lives=False).write([WORKING, SAMPLING])

    reader = opened(runner_lives=True)

    assert reader.read() == [WORKING, SAMPLING]
    assert reader.read() == []


def test_what_a_dead_runner_wrote_is_not_read(opened: Callable[..., LiveFile]) -> None:
    opened(runner_lives=False).write([WORKING, SAMPLING])

    assert opened(runner_lives=False).read() == []


def test_a_reader_hears_a_new_runner_that_never_read_the_old_one(opened: Callable[..., LiveFile]) -> None:
    new = opened(runner_lives=True)
    reader = opened(runner_lives=True)
    assert reader.read() == []
    opened(runner_lives=False).write([WORKING])

    new.write([SAMPLING])

    assert reader.read() == [SAMPLING]
