"""A home with thousands of pictures, made once with the library's own code: small pictures, but whole ones."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from benchmarks.bench import Bench
from darkroom import _native
from darkroom.library.database import open_database
from darkroom.library.home import Home, open_home
from darkroom.library.metadata import picture_text
from darkroom.library.pictures import Place
from darkroom.library.store import NewPicture, PictureTable
from darkroom.messages import JobState, Plan, Sampler, Schedule, TextToImage
from darkroom.queue.table import JobTable

PICTURES = 10_000
BATCH = 10
PER_DAY = 100
SIDE = 64
PROMPTS = (
    "a red sailboat on the sea at sunset",
    "a windmill on a hill in the morning, oil on canvas, soft light, highly detailed",
    "a lighthouse in a storm",
    "a yellow tent in the desert at night, stars, wide angle",
)


def large_library(bench: Bench) -> Path:
    """The home, in the cache; written first if it is not there."""
    home = bench.cache / f"library-{PICTURES}"
    if not home.is_dir():
        with bench.folder("library") as folder:
            _fill(open_home(folder / "home"))
            (folder / "home").rename(home)
    return home


def _fill(home: Home) -> None:
    database = open_database(home.database)
    # Nothing is lost if this is cut off: it begins anew.
    database.run("PRAGMA synchronous=OFF")
    jobs, pictures = JobTable(database), PictureTable(database)
    for first in range(0, PICTURES, BATCH):
        request = TextToImage(prompt=PROMPTS[first // BATCH % len(PROMPTS)], seed=first, count=BATCH)
        job = jobs.add(request, front=False, priority=0).id
        made = list(_batch(home, job, request.prompt, first))
        with database.transaction():
            for picture in made:
                pictures.put(picture)
            jobs.change(job, {"state": JobState.DONE, "attempt": 1})
    database.close()


def _batch(home: Home, job: int, prompt: str, first: int) -> Iterator[NewPicture]:
    day = date(2026, 1, 1) + timedelta(days=first // PER_DAY)
    folder = home.pictures / day.isoformat()
    folder.mkdir(exist_ok=True)
    for index in range(BATCH):
        plan = _plan(prompt, first + index)
        data = _native.encode_picture(_stripes(plan.seed), SIDE, SIDE, "png", text=picture_text(plan))
        file = folder / Place(job, index).name
        file.write_bytes(data)
        yield NewPicture(
            job=job,
            index=index,
            file=str(file.relative_to(home.root)),
            plan=plan,
            sha256=hashlib.sha256(data).hexdigest(),
            created=f"{day.isoformat()}T12:00:00+00:00",
        )


def _plan(prompt: str, seed: int) -> Plan:
    return Plan(
        prompt=prompt,
        negative="",
        model="starter",
        model_hash="0" * 64,
        family="sd15",
        width=SIDE,
        height=SIDE,
        steps=20,
        guidance=7.0,
        sampler=Sampler.EULER,
        schedule=Schedule.NORMAL,
        clip_skip=1,
        seed=seed,
        precision="float32",
    )


def _stripes(seed: int) -> bytes:
    """height x width x 3 bytes, other ones for each picture."""
    row = bytes((7 * seed + 3 * column) % 256 for column in range(3 * SIDE))
    return row * SIDE
