"""Random use of one home by two engines: every command has one answer, and every view adds up to a fresh snapshot."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from darkroom import Engine, TextToImage, messages
from darkroom.bridge.dispatch import dispatch
from darkroom.library.database import open_database
from darkroom.messages import ANSWERS, COMMANDS, ENDED, Event, GetSnapshot, Phase, Settings, Snapshot
from darkroom.queue.table import ACTIVE
from darkroom.tasks.attempt import Attempt
from darkroom.wire import wire_names
from standin import Gate, StandIn

ROUNDS = 80
PATIENCE = 60
TEXTS = ("fine", "", "\0", "\x1b[31m\u202e", "(" * 500, "x" * 40_000, "\U0001f600" * 400, "a\nSteps: 4", "/dev/null")
NUMBERS = (*range(1, 13), 0, -1, 2**63 - 1, 2**63, -(2**63))


class Performs:
    """Jobs that go well, fail or are held up, as their prompts say; whose attempt ran is written down by its seed."""

    def __init__(self) -> None:
        self.gate, self.runs = Gate(), list[int | None]()
        fails = StandIn(fails=(Phase.SAMPLING, ValueError("half a character: \ud800")))
        self._kinds = {"fails": fails, "held": StandIn(gates={Phase.DECODING: self.gate})}

    def __call__(self, request: TextToImage, attempt: Attempt) -> None:
        self.runs.append(request.seed)
        self._kinds.get(request.prompt, StandIn())(request, attempt)


class View:
    """What somebody sees who asked for a snapshot once and has listened since."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._events, self._heard = engine, engine.events(), asyncio.Event()
        self._seq, self._in_order = dict[int, int](), True

    async def joined(self) -> "View":
        start = await snapshot(self._engine)
        self.jobs, self.progress = {job.id: job for job in start.jobs}, {**start.progress}
        self.pictures = {picture.id for picture in start.pictures}
        self.state, self.paused = (start.state, start.problem), start.paused
        self.settings: Settings | None = start.settings
        self._listening = asyncio.create_task(self._listen())
        return self

    async def _listen(self) -> None:
        async for event in self._events:
            if isinstance(event, messages.JobEvent):
                self._in_order &= event.seq > self._seq.get(event.job, -1)
                self._seq[event.job] = event.seq
            self._fold(event)
            self._heard.set()

    def _fold(self, event: Event) -> None:
        match event:
            case messages.JobChanged(job=job, row=row):
                self.jobs[job] = row
                if row.state not in ACTIVE:
                    self.progress.pop(str(job), None)
            case messages.JobRemoved(job=job):
                self.jobs.pop(job, None)
            case messages.JobProgressed(job=job, progress=progress):
                self.progress[str(job)] = progress
            case messages.PictureSaved(picture=picture):
                self.pictures.add(picture.id)
            case messages.PicturesChanged(pictures=some, trashed=trashed):
                self.pictures = self.pictures.difference(some) if trashed else self.pictures.union(some)
            case messages.QueuePaused():
                self.paused = event.paused
            case messages.EngineChanged():
                self.state = (event.state, event.problem)
            case messages.SettingsChanged():
                self.settings = event.settings

    async def settled(self) -> Snapshot:
        """The snapshot that this view has come to agree with; waits as long as there is something to hear."""
        while True:
            self._heard.clear()
            fresh = await snapshot(self._engine)
            if self._in_order and self._agrees(fresh):
                return fresh
            await self._heard.wait()

    async def ended(self) -> Snapshot:
        """The snapshot in which every job has ended."""
        fresh = await self.settled()
        while not ENDED.issuperset(job.state for job in fresh.jobs):
            await self._heard.wait()
            fresh = await self.settled()
        return fresh

    def _agrees(self, fresh: Snapshot) -> bool:
        # How many pictures a job has is told by their own events; settings too large for an event are told as None.
        mine, theirs = ({job.id: replace(job, pictures=0) for job in jobs} for jobs in (self.jobs.values(), fresh.jobs))
        same = (self.state, self.paused, self.settings or fresh.settings, self.progress, self.pictures)
        shown = {picture.id for picture in fresh.pictures}
        return mine == theirs and same == (
            (fresh.state, fresh.problem), fresh.paused, fresh.settings, fresh.progress, shown
        )  # fmt: skip


async def snapshot(engine: Engine) -> Snapshot:
    answer = await engine.handle(GetSnapshot())
    assert isinstance(answer, Snapshot)
    return answer


def wish(chance: random.Random, folder: Path) -> dict[str, Any]:
    """Any command, with values that are right, almost right or absurd."""
    pick, text = chance.choice, chance.choice(TEXTS)
    values = {name: pick(NUMBERS) for name in ("job", "picture", "limit", "priority")} | {
        "before": pick([None, pick(NUMBERS)]),
        "index": pick([0, 1, 2, -1]),
        "pictures": [pick(NUMBERS) for _ in range(chance.randint(0, 3))],
        "trashed": pick([True, False]),
        "front": pick([True, False]),
        "path": pick([f"{folder}/copy.png", f"{folder}/copy.jpg", str(folder), text]),
        "text": text,
        "model": pick([None, "starter", text]),
        "request": {"prompt": pick(["fine", "fails", "held", text]), "count": pick([1, 1, 2, 3, 0])}
        | {"seed": chance.randrange(2**62), "width": 16, "height": pick([16, 16, 20])},
        "settings": {"theme": pick(["dark", "light"]), "device": text, "modelFolders": [text]},
    }
    kind = pick([*COMMANDS, *["generate"] * 8, *["resumeQueue", "moveJob", "cancelJob"] * 2])
    return {"type": kind} | {name: values[name] for _, name in wire_names(COMMANDS[kind]) if name in values}


async def answered(engine: Engine, wishes: Sequence[dict[str, Any]], turn: asyncio.Lock) -> list[dict[str, Any]]:
    """The answers to commands given at once, each of its command's kind, or a sentence with a code."""
    told = await asyncio.gather(*(dispatch(engine, orjson.dumps(wish), turn) for wish in wishes))
    answers = [orjson.loads(answer) for answer in told]
    for command, answer in zip(wishes, answers, strict=True):
        problem = answer.get("problem") or {"code": "", "message": "none"}
        assert answer["type"] in ("refused", ANSWERS[COMMANDS[command["type"]]].type)
        assert problem["code"] != "internal-error"
        assert problem["message"]
    return answers


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_asked_in_whatever_order_nothing_is_lost_doubled_or_told_wrong(home: Path, seed: int) -> None:
    chance, performs = random.Random(seed), Performs()
    listed = set[int]()
    async with asyncio.timeout(PATIENCE), Engine(home, perform=performs) as one, Engine(home, perform=performs) as two:
        turns = {engine: asyncio.Lock() for engine in (one, two)}
        views = [await View(engine).joined() for engine in turns]
        for number in range(ROUNDS):
            engine = chance.choice((one, two))
            wishes = [wish(chance, home.parent) for _ in range(chance.choice([1, 1, 3]))]
            for command, answer in zip(wishes, await answered(engine, wishes, turns[engine]), strict=True):
                if answer["type"] == "accepted":
                    listed |= {answer["id"]} if command["type"] == "generate" else set()
                    listed -= {command["job"]} if command["type"] == "removeJob" else set()
            if number == ROUNDS // 2:
                performs.gate.open()
            if number % 20 == 0:
                views.append(await View(engine).joined())
                for view in views:
                    await view.settled()
        await answered(two, [{"type": "resumeQueue"}], turns[two])
        last = await views[0].ended()
        assert {job.id for job in last.jobs} == listed
        assert all(performs.runs.count(job.request.seed) == job.attempt for job in last.jobs)
        for view in views:
            assert (await view.settled()).jobs == last.jobs
    async with Engine(home, perform=performs) as engine:
        again = await snapshot(engine)
        assert (again.jobs, again.pictures, again.settings) == (last.jobs, last.pictures, last.settings)
    database = open_database(home / "library.db", check=True)
    assert database.value("PRAGMA integrity_check") == "ok"
    rows = sorted(file for (file,) in database.rows("SELECT file FROM pictures"))
    database.close()
    assert rows == sorted(
        str(file.relative_to(home)) for kind in ("pictures", "trash") for file in (home / kind).rglob("*.png")
    )
