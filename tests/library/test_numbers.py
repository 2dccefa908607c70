"""Numbers that no row can have are answered like any other that does not exist."""

from collections.abc import Callable
from pathlib import Path

import pytest

from darkroom import Engine, TextToImage
from darkroom.errors import Code
from darkroom.messages import (
    CancelJob,
    Command,
    ExportPicture,
    GetPicture,
    ListPictures,
    MoveJob,
    PicturePage,
    RemoveJob,
    RestorePictures,
    RetryJob,
    SkipPicture,
    TrashPictures,
)
from refusals import refused
from standin import StandIn

NUMBERS = (2**63, 2**70, -(2**63) - 1)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "command",
    [
        lambda number: CancelJob(job=number),
        lambda number: SkipPicture(job=number, index=0),
        lambda number: RetryJob(job=number),
        lambda number: RemoveJob(job=number),
        lambda number: MoveJob(job=number, before=None),
        lambda number: MoveJob(job=1, before=number),
        lambda number: GetPicture(picture=number),
        lambda number: TrashPictures(pictures=(number,)),
        lambda number: RestorePictures(pictures=(number,)),
        lambda number: ExportPicture(picture=number, path="x.png"),
    ],
)
async def test_a_number_beyond_64_bits_is_not_found(home: Path, command: Callable[[int], Command], number: int) -> None:
    async with Engine(home, run_queue=False) as engine:
        await engine.submit(TextToImage(prompt="waits"))

        with refused(Code.NOT_FOUND, number, "list the queue or the pictures"):
            await engine.handle(command(number))


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_handle_of_such_a_job_is_not_found(home: Path, number: int) -> None:
    async with Engine(home, run_queue=False) as engine:
        with refused(Code.NOT_FOUND, number, "list the queue or the pictures"):
            engine.job(number)
        with refused(Code.NOT_FOUND, number, "list the queue or the pictures"):
            engine.picture_file(number)


async def test_a_page_before_any_number_is_a_page(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        await (await engine.submit(TextToImage(prompt="x"))).pictures()
        above = await engine.handle(ListPictures(before=2**70, limit=2**70))
        below = await engine.handle(ListPictures(before=-(2**70), limit=-(2**70)))

    assert isinstance(above, PicturePage)
    assert isinstance(below, PicturePage)
    assert [len(page.pictures) for page in (above, below)] == [1, 0]


@pytest.mark.parametrize("priority", [2**70, -(2**70), 1_000_001])
@pytest.mark.parametrize("front", [True, False])
async def test_a_priority_out_of_range_is_refused_and_leaves_no_job(home: Path, priority: int, front: bool) -> None:
    async with Engine(home, run_queue=False) as engine:
        with refused(Code.BAD_REQUEST, f"Priority {priority} is out of range", "use -1000000 to 1000000"):
            await engine.submit(TextToImage(prompt="x"), priority=priority, front=front)

        with refused(Code.NOT_FOUND, "no job 1", "list the queue"):
            engine.job(1)
