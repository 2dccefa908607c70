"""`darkroom generate`: one job, followed to its pictures."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from darkroom.cli.follow import Watch, followed
from darkroom.cli.output import Target
from darkroom.cli.reporters import Reporter
from darkroom.cli.session import Session
from darkroom.cli.terminal import say
from darkroom.errors import Interrupted, NotFound, QueueError
from darkroom.library.export import copy_picture, refuse_own
from darkroom.messages import (
    ENDED,
    CountTokens,
    GetSnapshot,
    Job,
    JobState,
    Picture,
    Snapshot,
    TextToImage,
    TokenCount,
)

if TYPE_CHECKING:
    from darkroom.engine import Engine


async def generate(
    session: Session, request: TextToImage, target: Target | None, reporter: Reporter, *, paths: bool
) -> int:
    """Exit code 0 when every picture is on disk. Raises DarkroomError, or Interrupted with the job still queued."""
    job: int | None = None
    try:
        async with session.open(run_queue=True) as engine:
            if target is not None:
                for index in range(request.count):
                    refuse_own(engine.home, target.place(index, "picture.png"))
            events = engine.events()
            job = (await engine.submit(request)).id
            watch = await _watch(engine, job, request, reporter)
            async for event in followed(events, watch):
                reporter.show(event)
            _require_end(watch, job)
            pictures = await engine.job(job).pictures()
            reporter.close()
            await _deliver(engine, pictures, request.count, target, paths=paths)
            return 0
    except asyncio.CancelledError as error:
        raise Interrupted(_left_behind(job, target)) from error
    finally:
        reporter.close()


async def _watch(engine: "Engine", job: int, request: TextToImage, reporter: Reporter) -> Watch:
    snapshot = await engine.handle(GetSnapshot())
    assert isinstance(snapshot, Snapshot)
    rows = {row.id: row for row in snapshot.jobs}
    ahead = sum(row.state not in ENDED and row.id != job for row in rows.values())
    if ahead and not snapshot.paused:
        reporter.note(f"Job {job} waits behind {ahead} other{'s' if ahead > 1 else ''}.")
    for name in await _unknown_embeddings(engine, request):
        reporter.note(f"There is no usable embedding {name} in {engine.home.models}; it is left out.")
    if not engine.runs_queue:
        reporter.note("Another Darkroom runs the queue; following it.")
    added = Job(id=job, state=JobState.QUEUED, request=request, position=0.0)
    return Watch.of(rows.get(job, added), paused=snapshot.paused)


async def _unknown_embeddings(engine: "Engine", request: TextToImage) -> list[str]:
    """What the job leaves out; asked for only where a prompt may name an embedding."""
    unknown: dict[str, None] = {}
    for text in (request.prompt, request.negative):
        if "embedding:" in text:
            count = await engine.handle(CountTokens(text=text, model=request.model))
            assert isinstance(count, TokenCount)
            unknown |= dict.fromkeys(count.unknown)
    return list(unknown)


def _require_end(watch: Watch, job: int) -> None:
    if job in watch.removed:
        raise NotFound(f"Job {job} was removed from the queue by someone else; generate again.")
    if job in watch.waiting and watch.stalled:
        raise QueueError(f"The queue is paused and job {job} waits in it; `darkroom queue resume` goes on with it.")


async def _deliver(
    engine: "Engine", pictures: list[Picture], count: int, target: Target | None, *, paths: bool
) -> None:
    """Print where each picture is, after its copy is made. Raises NotFound when one is missing."""
    if len(pictures) != count:
        raise NotFound(f"Only {len(pictures)} of {count} pictures are in the library; generate again.")
    for picture in pictures:
        place = engine.picture_file(picture.id)
        if target is not None:
            place = await asyncio.to_thread(_copied, place, target, picture.index)
        if paths:
            say(str(place))


def _copied(source: Path, target: Target, index: int) -> Path:
    place = target.place(index, source.name)
    copy_picture(source, place)
    return place


def _left_behind(job: int | None, target: Target | None) -> str:
    if job is None:
        return "Interrupted before anything was added to the queue."
    place = f" (into the library, without a copy in {target.path})" if target is not None else ""
    return (
        f"Interrupted: job {job} stays in the queue; `darkroom queue resume` goes on with it{place}, "
        f"`darkroom queue cancel {job}` drops it."
    )
