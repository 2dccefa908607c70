"""The engine as its users see it: opened, asked, listened to, closed."""

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import darkroom
from darkroom import Engine, TextToImage, _native
from darkroom.errors import (
    BadRequest,
    Code,
    HomeUnwritable,
    ModelUnsafe,
    PictureUnreadable,
)
from darkroom.library.home import Home
from darkroom.library.orphans import Found
from darkroom.messages import (
    COMMANDS,
    Accepted,
    EngineChanged,
    EngineState,
    ExportPicture,
    Generate,
    GetPicture,
    GetSnapshot,
    InspectPicture,
    JobProgressed,
    JobState,
    ListModels,
    ModelList,
    Phase,
    PictureDetails,
    PictureSettings,
    Sampler,
    SaveSettings,
    Schedule,
    Settings,
    SettingsChanged,
    Snapshot,
)
from darkroom.queue.queue import Queue
from darkroom.queue.runs import Runs
from darkroom.tasks.attempt import Attempt
from following import until
from refusals import refused
from standin import STEPS, Gate, StandIn, noise, plan_of

HEAVY = ("torch", "diffusers", "transformers", "numpy", "PIL")


async def one_picture(engine: Engine, prompt: str = "x") -> int:
    job = await engine.submit(TextToImage(prompt=prompt, seed=3))
    (picture,) = await job.pictures()
    return picture.id


def test_opening_an_engine_and_asking_for_a_snapshot_imports_nothing_heavy(home: Path) -> None:
    program = f"""
import asyncio, sys
from darkroom import Engine
from darkroom.messages import GetSnapshot

async def main():
    async with Engine({str(home)!r}, perform=lambda request, attempt: None) as engine:
        await engine.handle(GetSnapshot())
    print([name for name in {HEAVY!r} if name in sys.modules])

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_loaded() -> None:
    assert all(getattr(darkroom, name) for name in darkroom.__all__)
    assert dir(darkroom) == darkroom.__all__
    with pytest.raises(AttributeError, match="Enigne"):
        darkroom.Enigne  # noqa: B018


async def test_an_engine_that_is_not_open_says_so(home: Path) -> None:
    engine = Engine(home, perform=StandIn())

    with refused(Code.ENGINE_LOST, "is not open", "async with Engine()"):
        await engine.submit(TextToImage(prompt="x"))


async def test_an_engine_can_be_opened_again(home: Path) -> None:
    engine = Engine(home, perform=StandIn())
    async with engine:
        first = await one_picture(engine)
    async with engine:
        assert engine.picture_file(first).is_file()


async def test_an_engine_that_cannot_begin_holds_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(queue: Queue) -> None:
        raise HomeUnwritable("The home is gone; bring it back.")

    with monkeypatch.context() as broken:
        broken.setattr(Queue, "start", start)
        broken_engine = Engine(home, perform=StandIn())
        with refused(Code.HOME_UNWRITABLE, "bring it back"):
            await broken_engine.__aenter__()

    with refused(Code.ENGINE_LOST, "is not open", "async with Engine()"):
        await broken_engine.handle(GetSnapshot())
    async with Engine(home, perform=StandIn()) as engine:
        assert engine.runs_queue
        assert await one_picture(engine) == 1


async def test_an_engine_whose_opening_is_cancelled_holds_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled = threading.Event()

    def hold_up(runs: Runs, home: Home) -> Found:
        loop.call_soon_threadsafe(cancel)
        assert cancelled.wait(30)
        return Found()

    def cancel() -> None:
        opening.cancel()
        cancelled.set()

    loop = asyncio.get_running_loop()
    with monkeypatch.context() as slow:
        slow.setattr(Runs, "recover", hold_up)
        opening = asyncio.create_task(Engine(home, perform=StandIn()).__aenter__())
        with pytest.raises(asyncio.CancelledError):
            await opening

    async with Engine(home, perform=StandIn()) as engine:
        assert engine.runs_queue


async def test_the_snapshot_holds_all_a_view_needs(home: Path) -> None:
    gate = Gate()
    async with Engine(home, perform=StandIn(gates={Phase.DECODING: gate})) as engine:
        job = await engine.submit(TextToImage(prompt="x"))
        await until(
            job.events(),
            lambda event: isinstance(event, JobProgressed) and event.progress.phase == Phase.DECODING,
        )

        snapshot = await engine.handle(GetSnapshot())

        assert isinstance(snapshot, Snapshot)
        assert snapshot.state == EngineState.WORKING
        assert snapshot.home == str(home)
        assert snapshot.version == darkroom.__version__
        assert [row.state for row in snapshot.jobs] == [JobState.RUNNING]
        assert snapshot.progress[str(job.id)].phase == Phase.DECODING
        assert snapshot.samplers == tuple(Sampler)
        assert snapshot.schedules == tuple(Schedule)
        gate.open()
        await job.pictures()
        after = await engine.handle(GetSnapshot())
        assert isinstance(after, Snapshot)
        assert after.progress == {}
        assert len(after.pictures) == 1


async def test_tasks_run_on_one_thread_that_is_not_the_loops(home: Path) -> None:
    threads: list[int] = []

    def perform(request: TextToImage, attempt: Attempt) -> None:
        threads.append(threading.get_ident())
        StandIn()(request, attempt)

    async with Engine(home, perform=perform) as engine:
        await one_picture(engine)
        await one_picture(engine)

    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


async def test_every_command_has_an_answer_of_its_kind(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        known = set(engine._open._commands)  # pyright: ignore[reportPrivateUsage]

    assert known == set(COMMANDS.values())


async def test_a_model_that_cannot_be_used_is_refused_before_a_job_is_made(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        (home / "models").mkdir(exist_ok=True)
        (home / "models" / "old.ckpt").write_bytes(b"\x80\x04")

        with refused(Code.MODEL_MISSING, "nowhere", "put it into a model folder"):
            await engine.submit(TextToImage(prompt="x", model="nowhere"))
        with pytest.raises(ModelUnsafe, match="pickle"):
            await engine.handle(Generate(request=TextToImage(prompt="x", model="old.ckpt")))

        snapshot = await engine.handle(GetSnapshot())
        assert isinstance(snapshot, Snapshot)
        assert snapshot.jobs == ()


async def test_generate_is_submit_over_the_wire(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        answer = await engine.handle(Generate(request=TextToImage(prompt="x")))

        assert isinstance(answer, Accepted)
        assert answer.id is not None
        assert len(await engine.job(answer.id).pictures()) == 1


async def test_a_picture_tells_everything_it_was_made_with(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        details = await engine.handle(GetPicture(picture=await one_picture(engine, "a lighthouse")))

    assert isinstance(details, PictureDetails)
    assert details.plan == plan_of(TextToImage(prompt="a lighthouse", seed=3), 0)
    assert details.infotext.startswith("a lighthouse\nSteps: 4")


async def test_an_exported_picture_is_the_same_file_and_replaces_an_older_one(home: Path, tmp_path: Path) -> None:
    target = tmp_path / ("x" * 250 + ".png")
    target.write_bytes(b"older")
    async with Engine(home, perform=StandIn()) as engine:
        picture = await one_picture(engine)

        await engine.handle(ExportPicture(picture=picture, path=str(target)))

        assert target.read_bytes() == engine.picture_file(picture).read_bytes()
    assert set(os.listdir(tmp_path)) == {home.name, target.name}


async def test_an_exported_picture_has_the_format_of_its_name(home: Path, tmp_path: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        picture = await one_picture(engine, "a lighthouse")

        await engine.handle(ExportPicture(picture=picture, path=str(tmp_path / "holiday.jpg")))
        settings = await engine.handle(InspectPicture(path=str(tmp_path / "holiday.jpg")))

        with pytest.raises(BadRequest, match=r"holiday\.gif\.png"):
            await engine.handle(ExportPicture(picture=picture, path=str(tmp_path / "holiday.gif")))
    assert (tmp_path / "holiday.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    assert isinstance(settings, PictureSettings)
    assert settings.request.prompt == "a lighthouse"


@pytest.mark.parametrize(
    ("path", "code", "way_out"),
    [
        ("missing/folder/x.png", Code.NOT_FOUND, "pick one that exists"),
        ("home", Code.HOME_UNWRITABLE, "copy it, or pick another place"),
        ("home/runner.lock/x", Code.NOT_FOUND, "pick one that exists"),
    ],
)
async def test_an_export_that_cannot_be_is_named(
    home: Path, tmp_path: Path, path: str, code: Code, way_out: str
) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        picture = await one_picture(engine)

        with refused(code, tmp_path / Path(path).parts[0], way_out):
            await engine.handle(ExportPicture(picture=picture, path=str(tmp_path / path)))

        assert engine.picture_file(picture).is_file()


async def test_a_picture_taken_away_by_hand_is_missing_with_its_place(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        picture = await one_picture(engine)
        file = engine.picture_file(picture)
        file.unlink()

        with refused(Code.NOT_FOUND, file, "make the picture again"):
            engine.picture_file(picture)
        with refused(Code.NOT_FOUND, "no picture 99", "made in another home"):
            engine.picture_file(99)


async def test_settings_are_read_out_of_a_picture_file(home: Path, tmp_path: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        file = engine.picture_file(await one_picture(engine, "a lighthouse"))

        settings = await engine.handle(InspectPicture(path=str(file)))

        assert isinstance(settings, PictureSettings)
        assert settings.request.prompt == "a lighthouse"
        assert settings.request.seed == 3
        (tmp_path / "note.png").write_text("no picture")
        with refused(Code.PICTURE_UNREADABLE, "note.png: "):
            await engine.handle(InspectPicture(path=str(tmp_path / "note.png")))


async def test_a_file_without_settings_is_named(home: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    async with Engine(home, perform=StandIn()) as engine:
        with pytest.raises(PictureUnreadable, match=r"^notes\.png: "):
            await engine.handle(InspectPicture(path=str(tmp_path / "notes.png")))
        with pytest.raises(PictureUnreadable, match="rename the file"):
            await engine.handle(InspectPicture(path=str(tmp_path / "caf\N{REPLACEMENT CHARACTER}.png")))


async def test_settings_are_saved_told_and_shown(home: Path) -> None:
    settings = Settings(theme="dark", previews="off", model_folders=("/models",))
    async with Engine(home, perform=StandIn()) as engine:
        events = engine.events()

        await engine.handle(SaveSettings(settings=settings))

        await until(events, lambda event: event == SettingsChanged(settings=settings))
        snapshot = await engine.handle(GetSnapshot())
    assert isinstance(snapshot, Snapshot)
    assert snapshot.settings == settings


async def test_the_built_in_model_is_listed_without_torch(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        answer = await engine.handle(ListModels())

    assert isinstance(answer, ModelList)
    assert answer.models[0].id == "starter"


async def test_closing_is_told_and_ends_every_subscription(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        events = engine.events()
        await one_picture(engine)

    seen = [event async for event in events]
    assert seen[-1] == EngineChanged(state=EngineState.STOPPING)


async def test_closing_while_a_job_runs_takes_no_longer_than_the_job_needs_to_notice(home: Path) -> None:
    gate = Gate()
    async with asyncio.timeout(30):
        async with Engine(home, perform=StandIn(gates={Phase.SAMPLING: gate})) as engine:
            job = await engine.submit(TextToImage(prompt="x"))
            await until(
                job.events(), lambda event: isinstance(event, JobProgressed) and event.progress.phase == Phase.SAMPLING
            )
        assert not gate._open.is_set()  # pyright: ignore[reportPrivateUsage]


async def test_pixels_reach_the_file_as_they_were_given(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        file = engine.picture_file(await one_picture(engine))
        plan = plan_of(TextToImage(prompt="x", seed=3), 0)

    again = _native.encode_picture(
        noise(plan), plan.width, plan.height, "png", text=_native.read_picture_text(file.read_bytes())
    )
    assert file.read_bytes() == again
    assert plan.steps == STEPS
