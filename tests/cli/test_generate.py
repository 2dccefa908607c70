"""`darkroom generate`: pictures on disk, honest exit codes, one sentence for each failure."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from cli.running import RunCommand
from darkroom import _native
from darkroom.cli.output import target
from darkroom.errors import Code, LatentsNotFinite
from darkroom.library.metadata import read_plan, read_settings
from darkroom.messages import Job, JobChanged, JobProgressed, JobState, Phase, PictureSaved, TextToImage
from darkroom.tasks.attempt import Attempt
from readonly import without_rights
from refusals import refused
from standin import StandIn

BOOM = LatentsNotFinite("The latents are not finite after step 3; try another seed.")


def test_a_picture_is_on_disk_and_its_path_is_the_output(command: RunCommand) -> None:
    outcome = command("generate", "a lighthouse")

    (path,) = outcome.lines
    assert outcome.code == 0
    assert read_settings(Path(path).read_bytes()).request.prompt == "a lighthouse"


def test_every_option_reaches_the_plan(command: RunCommand) -> None:
    outcome = command(
        *("generate", "a lighthouse", "--negative", "people", "--size", "128x64", "--steps", "9"),
        *("--guidance", "3.5", "--sampler", "Heun", "--schedule", "sgm-uniform", "--clip-skip", "2"),
        *("--seed", "42", "--model", "starter"),
    )

    plan = read_plan(_native.read_picture_text(Path(outcome.lines[0]).read_bytes()))
    assert (plan.negative, plan.width, plan.height, plan.steps, plan.guidance) == ("people", 128, 64, 9, 3.5)
    assert (plan.sampler, plan.schedule, plan.clip_skip, plan.seed) == ("heun", "sgm_uniform", 2, 42)


def test_several_pictures_are_several_paths(command: RunCommand) -> None:
    outcome = command("generate", "a lighthouse", "--count", "3")

    assert outcome.code == 0
    assert len({path for path in outcome.lines if Path(path).is_file()}) == 3


def test_seed_minus_one_chooses_a_seed(command: RunCommand, jobs: Callable[[], list[Job]]) -> None:
    outcome = command("generate", "a lighthouse", "--seed", "-1")

    assert outcome.code == 0
    (job,) = jobs()
    assert job.request.seed is not None
    assert job.request.seed >= 0


def test_an_embedding_that_is_not_there_is_said_to_be_left_out(command: RunCommand) -> None:
    outcome = command("generate", "a boat, embedding:none", "--negative", "embedding:none embedding:other")

    assert outcome.code == 0
    assert outcome.err.count("There is no usable embedding none in ") == 1
    assert "There is no usable embedding other in " in outcome.err


def test_progress_off_a_terminal_is_plain_lines_on_stderr(command: RunCommand) -> None:
    outcome = command("generate", "a lighthouse")

    assert "Job 1: picture 1 saved, seed " in outcome.err
    assert "\x1b" not in outcome.err


def test_quiet_says_nothing_but_the_path(command: RunCommand) -> None:
    outcome = command("generate", "a lighthouse", "--quiet")

    assert outcome.err == ""
    assert len(outcome.lines) == 1


def test_json_is_the_event_stream_of_the_job(command: RunCommand) -> None:
    outcome = command("generate", "a lighthouse", "--json", "--count", "2")

    events = [event for event in outcome.events() if isinstance(event, JobChanged | JobProgressed | PictureSaved)]
    states = [event.row.state for event in events if isinstance(event, JobChanged)]
    assert (outcome.code, outcome.err) == (0, "")
    assert {event.job for event in events} == {1}
    assert [event.seq for event in events] == sorted(event.seq for event in events)
    assert (states[0], states[-1]) == (JobState.QUEUED, JobState.DONE)
    assert [event.picture.index for event in events if isinstance(event, PictureSaved)] == [0, 1]


def test_a_failed_job_is_one_sentence_and_exit_code_1(command: RunCommand) -> None:
    outcome = command("generate", "a lighthouse", "--quiet", perform=StandIn(fails=(Phase.SAMPLING, BOOM)))

    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err == "darkroom: The latents are not finite after step 3; try another seed.\n"


def test_a_failed_job_carries_its_code_in_json(command: RunCommand) -> None:
    outcome = command("generate", "a lighthouse", "--json", perform=StandIn(fails=(Phase.SAMPLING, BOOM)))

    assert outcome.code == 1
    assert outcome.refusal() == ("latents-not-finite", BOOM.sentence)
    assert isinstance(outcome.events()[-1], JobChanged)


def test_a_paused_queue_is_not_waited_for(command: RunCommand, jobs: Callable[[], list[Job]]) -> None:
    command("queue", "pause")

    outcome = command("generate", "a lighthouse", "--json")

    assert outcome.code == 1
    assert outcome.refusal()[0] == "queue-error"
    assert "darkroom queue resume" in outcome.refusal()[1]
    assert [job.state for job in jobs()] == [JobState.QUEUED]


def test_a_picture_that_is_gone_is_no_success(command: RunCommand, home: Path) -> None:
    class Thief(StandIn):
        """Takes the first picture away before the job is done."""

        def __call__(self, request: TextToImage, attempt: Attempt) -> None:
            super().__call__(request, attempt)
            for file in home.glob("pictures/*/*.png"):
                file.unlink()

    outcome = command("generate", "a lighthouse", perform=Thief())

    assert outcome.code == 1
    assert "is gone" in outcome.err


def test_a_file_gets_the_picture_with_all_its_settings(command: RunCommand, tmp_path: Path) -> None:
    outcome = command("generate", "a lighthouse", "--output", str(tmp_path / "out.png"))

    assert outcome.lines == [str(tmp_path / "out.png")]
    assert read_settings((tmp_path / "out.png").read_bytes()).source == "darkroom"


@pytest.mark.parametrize(("suffix", "format"), [("webp", "WEBP"), ("jpg", "JPEG"), ("JPEG", "JPEG")])
def test_another_suffix_is_another_format_with_the_infotext(
    command: RunCommand, tmp_path: Path, suffix: str, format: str
) -> None:
    file = tmp_path / f"out.{suffix}"

    assert command("generate", "a lighthouse", "--seed", "5", "-o", str(file)).code == 0

    with Image.open(file) as opened:
        assert (opened.format, opened.size) == (format, (64, 64))
    assert read_settings(file.read_bytes()).request.seed == 5


def test_a_file_for_several_pictures_is_numbered(command: RunCommand, tmp_path: Path) -> None:
    command("generate", "a lighthouse", "--count", "2", "--output", str(tmp_path / "out.png"))

    assert sorted(file.name for file in tmp_path.glob("*.png")) == ["out-1.png", "out-2.png"]


@pytest.mark.parametrize("existing", [True, False])
def test_a_folder_gets_the_pictures(command: RunCommand, tmp_path: Path, existing: bool) -> None:
    folder = tmp_path / "new" / "folder"
    if existing:
        folder.mkdir(parents=True)

    outcome = command("generate", "a lighthouse", "-c", "2", "-o", str(folder) if existing else f"{folder}/")

    assert outcome.lines == [str(file) for file in sorted(folder.iterdir())]
    assert len(outcome.lines) == 2


def test_a_folder_keeps_what_has_the_same_name(command: RunCommand, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "000001-0000.png").write_text("a picture of another home")

    outcome = command("generate", "a lighthouse", "-o", str(folder))

    assert outcome.lines == [str(folder / "000001-0000 (2).png")]
    assert (folder / "000001-0000.png").read_text() == "a picture of another home"


def test_an_old_file_is_replaced_whole_and_nothing_is_left_beside_it(command: RunCommand, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "out.png").write_text("old")

    command("generate", "a lighthouse", "-o", str(folder / "out.png"))

    assert os.listdir(folder) == ["out.png"]
    assert (folder / "out.png").read_bytes().startswith(b"\x89PNG")


def test_an_output_that_cannot_be_written_leaves_the_picture_safe(command: RunCommand, tmp_path: Path) -> None:
    file = tmp_path / "out.png"

    class Blocker(StandIn):
        """Puts a folder where the file should go, after the arguments were checked."""

        def __call__(self, request: TextToImage, attempt: Attempt) -> None:
            file.mkdir()
            super().__call__(request, attempt)

    outcome = command("generate", "a lighthouse", "--output", str(file), perform=Blocker())

    assert outcome.code == 1
    assert "The picture is safe in " in outcome.err
    assert list(tmp_path.glob(".*")) == []


def test_settings_too_long_for_a_jpeg_leave_the_picture_safe(command: RunCommand, tmp_path: Path) -> None:
    outcome = command("generate", "x" * 32_000, "--negative", "y" * 1000, "-o", str(tmp_path / "out.jpg"))

    assert outcome.code == 2
    assert "The picture is safe in " in outcome.err
    assert list(tmp_path.glob("out*")) == []


@pytest.mark.parametrize("name", [f"{'a' * 251}.png", "taken.png"])
def test_a_numbered_output_that_cannot_be_is_refused_before_a_job_is_made(
    command: RunCommand, jobs: Callable[[], list[Job]], tmp_path: Path, name: str
) -> None:
    (tmp_path / "taken-2.png").mkdir()

    outcome = command("generate", "a lighthouse", "--count", "2", "--output", str(tmp_path / name), "--json")

    code, message = outcome.refusal()
    assert (outcome.code, code) == (2, Code.BAD_REQUEST)
    assert str(tmp_path)[:60] in message
    assert "choose another" in message
    assert jobs() == []


@pytest.mark.parametrize("output", ["pictures/", "pictures/a.png"])
def test_an_output_among_the_librarys_own_files_is_refused_before_a_job_is_made(
    home: Path, command: RunCommand, jobs: Callable[[], list[Job]], output: str
) -> None:
    command("queue", "list")

    outcome = command("generate", "a lighthouse", "--output", f"{home}/{output}", "--json")

    assert outcome.refusal()[0] == Code.BAD_REQUEST
    assert f"outside {home}" in outcome.refusal()[1]
    assert jobs() == []


def test_a_wrong_output_is_refused_before_a_job_is_made(command: RunCommand, jobs: Callable[[], list[Job]]) -> None:
    outcome = command("generate", "a lighthouse", "--output", "picture.gif")

    assert outcome.code == 2
    assert "picture.gif.png" in outcome.err
    assert jobs() == []


def test_a_path_of_a_model_is_made_absolute(
    command: RunCommand, jobs: Callable[[], list[Job]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model_index.json").write_text("{}")
    monkeypatch.chdir(tmp_path)

    command("generate", "a lighthouse", "--model", "./model")

    assert jobs()[0].request.model == str(tmp_path / "model")


def test_an_unusable_model_is_named_before_a_job_is_made(
    command: RunCommand, jobs: Callable[[], list[Job]], tmp_path: Path
) -> None:
    (tmp_path / "cut.safetensors").touch()

    outcome = command("generate", "a lighthouse", "--model", str(tmp_path / "cut.safetensors"))

    assert outcome.code == 1
    assert "cut.safetensors" in outcome.err
    assert jobs() == []


@pytest.mark.parametrize(("name", "way_out"), [("in/a.png", "make it or choose another"), ("in/", "permission denied")])
def test_an_output_in_a_folder_that_may_not_be_entered_is_a_sentence(reachable: Path, name: str, way_out: str) -> None:
    closed = reachable / "closed"
    closed.mkdir()
    with without_rights(reachable):
        closed.chmod(0)
        with refused(Code.BAD_REQUEST, closed, way_out):
            target(f"{closed}/{name}", 1)
