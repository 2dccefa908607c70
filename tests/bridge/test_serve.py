"""The engine's process as the window sees it: frames in, frames out, and how it ends."""

import signal
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from bridge.window_end import STANDIN, EngineProcess
from darkroom.bridge.frames import Frame, Kind, encode_frame, open_attachment
from darkroom.bridge.heartbeat import LAG
from darkroom.library.brief import LARGEST_EVENT
from darkroom.library.changes import record
from darkroom.library.database import open_database
from darkroom.messages import Event, JobState, PicturesChanged, Settings, SettingsChanged

REQUEST = {"prompt": "a lighthouse", "seed": 3}
# An engine whose jobs stand still before their pictures are decoded.
HELD = """import standin, sys
from darkroom.bridge.serve import serve
from darkroom.messages import Phase
serve(sys.argv[1], perform=standin.StandIn({Phase.DECODING: standin.Gate()}))"""


@pytest.fixture
def engine(home: Path) -> Iterator[EngineProcess]:
    with EngineProcess(home) as engine:
        yield engine


def finished(engine: EngineProcess, request: dict[str, object]) -> dict[str, object]:
    """The saved picture of a job with one picture."""
    job = engine.command(type="generate", request=request)["id"]
    engine.event(
        lambda event: event["type"] == "jobChanged" and event["job"] == job and event["row"]["state"] == "done"
    )
    return engine.event(lambda event: event["type"] == "pictureSaved" and event["job"] == job)["picture"]


def tell(home: Path, event: Event) -> None:
    """As another process on the same home does."""
    database = open_database(home / "library.db")
    with database.transaction():
        record(database, event)
    database.close()


def test_a_command_becomes_a_picture_on_disk_and_every_step_is_told(engine: EngineProcess, home: Path) -> None:
    picture = finished(engine, dict(REQUEST))
    assert (home / str(picture["file"])).is_file()
    events = engine.events()
    order = [event["seq"] for event in events if event.get("job") == picture["job"]]
    assert order == sorted(order)
    assert any(event["type"] == "jobProgressed" and event["progress"]["preview"] for event in events)


def test_pictures_come_as_bytes_by_id_and_only_by_id(engine: EngineProcess, home: Path) -> None:
    picture = finished(engine, dict(REQUEST))
    number = str(picture["id"]).encode()
    file = home / str(picture["file"])
    assert open_attachment(engine.ask(Kind.PICTURE_REQUEST, number)) == ("image/png", file.read_bytes())
    assert open_attachment(engine.ask(Kind.PICTURE_REQUEST, number + b" file")) == ("text/plain", bytes(file))
    small = open_attachment(engine.ask(Kind.PICTURE_REQUEST, number + b" thumb:16"))
    assert small is not None
    assert small[0] == "image/webp"
    hostile = (
        b"",
        b"0",
        b"-1",
        b"999999",
        b"../../etc/passwd",
        number + b" thumb:0",
        number + b" thumb:99999",
        number + b"\n",
    )
    for request in (*hostile, number + b" file ", b"\xff\xfe", b"1e3", b"9" * 19):
        assert engine.ask(Kind.PICTURE_REQUEST, request) == b""


def test_a_picture_that_was_replaced_by_something_else_is_not_sent(engine: EngineProcess, home: Path) -> None:
    picture = finished(engine, dict(REQUEST))
    (home / str(picture["file"])).write_bytes(b"<svg onload='alert(1)'/>")
    assert engine.ask(Kind.PICTURE_REQUEST, str(picture["id"]).encode()) == b""
    assert engine.ask(Kind.PICTURE_REQUEST, str(picture["id"]).encode() + b" thumb:16") == b""


def test_the_newest_preview_comes_by_its_key_and_a_wrong_key_is_gone(engine: EngineProcess) -> None:
    finished(engine, dict(REQUEST))
    told = engine.event(lambda event: event["type"] == "jobProgressed" and event["progress"]["preview"])
    key = told["progress"]["preview"].encode()
    found = open_attachment(engine.ask(Kind.PREVIEW_REQUEST, key))
    assert found is not None
    assert found[0] == "image/jpeg"
    for wrong in (b"", b"999-1", b"../1", b"\xff", b"a" * 200):
        assert engine.ask(Kind.PREVIEW_REQUEST, wrong) == b""


def test_answers_carry_the_number_of_their_command_whatever_the_order(engine: EngineProcess) -> None:
    commands = {7: b'{"type":"listModels"}', 2**63: b'{"type":"getSnapshot"}', 9: b"no command"}
    engine.send(b"".join(encode_frame(Frame(Kind.COMMAND, number, data)) for number, data in commands.items()))
    answers = {number: engine.wait(lambda frame, number=number: frame.id == number).payload for number in commands}
    assert b'"modelList"' in answers[7]
    assert b'"snapshot"' in answers[2**63]
    assert b'"refused"' in answers[9]
    assert b'"bad-message"' in answers[9]


def test_commands_that_change_something_keep_their_order_and_questions_do_not_wait_for_them(home: Path) -> None:
    slow = """import asyncio, sys
from darkroom.bridge.serve import serve
from darkroom.engine import Engine
right, asked = Engine.handle, asyncio.Event()
async def handle(self, command):
    if command.type == "generate":
        await asked.wait()
    if command.type == "listPictures":
        asked.set()
    return await right(self, command)
Engine.handle = handle
serve(sys.argv[1])"""
    commands = (
        b'{"type":"pauseQueue"}',
        b'{"type":"generate","request":{"prompt":"first"}}',
        b'{"type":"moveJob","job":1,"before":null}',
        b'{"type":"removeJob","job":1}',
        b'{"type":"resumeQueue"}',
        b'{"type":"listPictures"}',
    )
    with EngineProcess(home, slow) as engine:
        engine.send(b"".join(encode_frame(Frame(Kind.COMMAND, at, data)) for at, data in enumerate(commands, 1)))
        engine.wait(lambda frame: frame.id == 5)
        answers = {frame.id: frame.payload for frame in engine.frames if frame.kind == Kind.ANSWER}
    assert list(answers) == [1, 6, 2, 3, 4, 5]
    assert not any(b'"refused"' in answer for answer in answers.values())


def test_what_libraries_print_goes_to_the_log_and_never_between_the_frames(home: Path) -> None:
    noise = """import os, standin, sys
from darkroom.bridge.serve import serve
def perform(request, attempt):
    print("printed by Python")
    os.write(1, b"written by C\\n")
    assert sys.stdin.read() == ""
    standin.perform(request, attempt)
serve(sys.argv[1], perform=perform)"""
    with EngineProcess(home, noise) as engine:
        finished(engine, dict(REQUEST))
        code, log = engine.finish()
    assert code == 0
    assert "printed by Python" in log
    assert "written by C" in log


def test_the_first_event_says_that_there_is_an_engine(engine: EngineProcess) -> None:
    engine.event(lambda _: True)
    assert engine.events()[0] == {"state": "starting", "problem": None, "type": "engineChanged"}


def test_the_end_of_its_input_ends_the_engine_in_order(engine: EngineProcess) -> None:
    assert engine.command(type="getSnapshot")["type"] == "snapshot"
    assert engine.finish()[0] == 0


def test_a_job_that_was_cut_off_by_the_end_is_finished_by_the_next_engine(home: Path) -> None:
    with EngineProcess(home, HELD) as engine:
        job = engine.command(type="generate", request=REQUEST)["id"]
        engine.event(lambda event: event["type"] == "jobProgressed" and event["progress"]["phase"] == "decoding")
        assert engine.finish()[0] == 0
    with EngineProcess(home) as engine:
        engine.event(lambda event: event["type"] == "pictureSaved" and event["job"] == job)


def test_a_job_that_is_deaf_to_the_end_is_interrupted_in_order_and_no_death_is_counted(home: Path) -> None:
    deaf = """import sys, threading
from darkroom.bridge.serve import serve
from darkroom.messages import Phase, Progress
def perform(request, attempt):
    attempt.report(Progress(phase=Phase.DECODING))
    threading.Event().wait()
serve(sys.argv[1], perform=perform)"""
    with EngineProcess(home, deaf) as engine:
        engine.command(type="generate", request=REQUEST)
        engine.event(lambda event: event["type"] == "jobProgressed" and event["progress"]["phase"] == "decoding")
        code, log = engine.finish()
    assert (code, "cut off" in log) == (0, False)
    database = open_database(home / "library.db")
    assert database.row("SELECT state, deaths FROM jobs") == (JobState.INTERRUPTED, 0)
    database.close()
    assert "Job 1 did not stop in time" in (home / "logs" / "darkroom.log").read_text()


def test_an_engine_whose_loop_hangs_ends_with_its_input_all_the_same(home: Path) -> None:
    stuck = """import sys, time
from darkroom.bridge import serve as module
from darkroom.engine import Engine
async def handle(self, command):
    time.sleep(1000)
Engine.handle = handle
module.LAST_RESORT_SECONDS = 0.5
module.serve(sys.argv[1])"""
    with EngineProcess(home, stuck) as engine:
        engine.send(encode_frame(Frame(Kind.COMMAND, 1, b'{"type":"getSnapshot"}')))
        lag = engine.wait(lambda frame: frame.kind == Kind.HEARTBEAT and LAG.unpack(frame.payload)[0] > 500)
        assert lag.id == 0
        assert engine.finish()[0] == 1


def test_a_bug_of_ours_is_an_answer_and_the_next_command_works(home: Path) -> None:
    broken = """import sys
from darkroom.bridge.serve import serve
from darkroom.engine import Engine
right = Engine.handle
async def handle(self, command):
    return 1 / 0 if command.type == "listModels" else await right(self, command)
Engine.handle = handle
serve(sys.argv[1])"""
    with EngineProcess(home, broken) as engine:
        refused = engine.command(type="listModels")
        assert refused["problem"]["code"] == "internal-error"
        assert "ZeroDivisionError" in refused["problem"]["message"]
        assert engine.command(type="getSnapshot")["type"] == "snapshot"
        assert "ZeroDivisionError" in engine.finish()[1]


@pytest.mark.parametrize("frame", [b"\x00" * 13, b"\xff" * 13], ids=["short", "long"])
def test_bytes_that_are_no_frames_end_the_engine_in_order(engine: EngineProcess, frame: bytes) -> None:
    engine.send(frame)
    engine.process.wait(60)
    assert engine.process.returncode == 0


@pytest.mark.parametrize(
    ("home", "reason"),
    [("{folder}/file/home", "is no folder"), ("~nobody-of-this-name", "a user whom nobody knows here")],
)
def test_a_home_that_cannot_be_made_is_said_to_every_command(tmp_path: Path, home: str, reason: str) -> None:
    (tmp_path / "file").write_text("no folder")
    with EngineProcess(Path(home.format(folder=tmp_path))) as engine:
        said = engine.event(lambda event: event["type"] == "engineChanged")
        assert (said["state"], said["problem"]["code"]) == ("stopping", "home-unwritable")
        assert reason in said["problem"]["message"]
        refused = engine.command(type="getSnapshot")
        assert refused == {"type": "refused", "problem": said["problem"]}
        assert engine.ask(Kind.PICTURE_REQUEST, b"1") == b""
        assert engine.finish()[0] == 0


def test_the_first_snapshot_does_not_wait_for_torch(home: Path) -> None:
    slow = """import sys
sys.modules["torch"] = None
from darkroom.bridge.serve import serve
serve(sys.argv[1])"""
    with EngineProcess(home, slow) as engine:
        assert engine.command(type="getSnapshot")["type"] == "snapshot"


def test_a_whole_gallery_in_the_trash_is_told_and_so_is_what_follows(engine: EngineProcess, home: Path) -> None:
    assert engine.command(type="getSnapshot")["type"] == "snapshot"
    pictures = tuple(range(100_000, 260_000))
    tell(home, PicturesChanged(pictures=pictures, trashed=True))
    engine.event(lambda event: event["type"] == "picturesChanged" and pictures[-1] in event["pictures"])
    told = [event["pictures"] for event in engine.events() if event["type"] == "picturesChanged"]
    assert [picture for some in told for picture in some] == list(pictures)
    assert engine.command(type="pauseQueue")["type"] == "accepted"
    assert engine.event(lambda event: event["type"] == "queuePaused")["paused"]
    assert engine.finish()[0] == 0


def test_a_home_that_cannot_be_opened_is_told_in_a_small_event_however_long_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with EngineProcess((tmp_path / "file").joinpath(*["\x01" * 200] * 10)) as engine:
        said = engine.event(lambda event: event["type"] == "engineChanged")
        assert said["problem"]["code"] == "home-unwritable"
        assert len(orjson.dumps(said)) < LARGEST_EVENT


def test_an_engine_that_cannot_tell_an_event_ends_in_order_so_that_the_next_one_tells(home: Path) -> None:
    mute = f"""from darkroom.bridge import serve as bridge
told = bridge.told
def tell(event):
    if event.type == "settingsChanged":
        raise RuntimeError("nothing anybody foresaw")
    return told(event)
bridge.told = tell
{HELD}"""
    with EngineProcess(home, mute) as engine:
        job = engine.command(type="generate", request=REQUEST)["id"]
        engine.event(lambda event: event["type"] == "jobProgressed" and event["progress"]["phase"] == "decoding")
        tell(home, SettingsChanged(settings=Settings()))
        assert engine.process.wait(60) == 1
        assert "can no longer tell what happens" in engine.finish()[1]
    with EngineProcess(home) as engine:
        engine.event(lambda event: event["type"] == "pictureSaved" and event["job"] == job)


def test_an_engine_whose_queue_cannot_go_on_says_so_and_makes_room_for_the_next(home: Path) -> None:
    broken = """import standin, sys
from darkroom.bridge.serve import serve
from darkroom.queue.table import JobTable
def first_waiting(self):
    raise RuntimeError("nothing anybody foresaw")
JobTable.first_waiting = first_waiting
serve(sys.argv[1], perform=standin.StandIn())"""
    with EngineProcess(home, broken) as engine:
        engine.send(encode_frame(Frame(Kind.COMMAND, 1, b'{"type":"generate","request":{"prompt":"a","seed":1}}')))
        told = engine.event(lambda event: event["type"] == "engineChanged" and event["problem"] is not None)
        assert told["state"] == "stopping"
        assert engine.process.wait(60) == 1
    with EngineProcess(home, STANDIN) as engine:
        engine.event(lambda event: event["type"] == "pictureSaved")


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS], ids=["KILL", "SEGV", "BUS"])
def test_a_killed_engine_leaves_a_queue_that_the_next_one_finishes(home: Path, kill: signal.Signals) -> None:
    dying = f"""import os, standin, sys
from darkroom.bridge.serve import serve
def perform(request, attempt):
    attempt.check()
    os.kill(os.getpid(), {int(kill)})
serve(sys.argv[1], perform=perform)"""
    with EngineProcess(home, dying) as engine:
        engine.send(encode_frame(Frame(Kind.COMMAND, 1, b'{"type":"generate","request":{"prompt":"a","seed":1}}')))
        assert engine.process.wait(60) == -kill
    with EngineProcess(home, STANDIN) as engine:
        engine.event(lambda event: event["type"] == "pictureSaved")
