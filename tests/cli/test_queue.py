"""`darkroom queue …`: what waits, and wishes about it."""

from collections.abc import Callable

import orjson
import pytest

from cli.running import RunCommand
from darkroom.errors import OutOfMemory
from darkroom.messages import Job, JobState, Phase
from standin import StandIn

LONG = "a lighthouse, " * 1000 + "at the end"
FULL = OutOfMemory("There is not enough memory for 8192x8192; make it smaller.")


@pytest.fixture
def three_waiting(command: RunCommand) -> None:
    """A paused queue with the jobs 1, 2 and 3."""
    command("queue", "pause")
    for prompt in ("one", "two", "three"):
        command("generate", prompt)


def test_an_empty_queue_says_so(command: RunCommand) -> None:
    assert command("queue", "list").out == "The queue is empty.\n"


@pytest.mark.usefixtures("three_waiting")
def test_the_list_shows_jobs_in_order(command: RunCommand) -> None:
    lines = command("queue", "list").lines

    assert "paused" in lines[0]
    assert [line.split()[:2] for line in lines[2:]] == [["1", "queued"], ["2", "queued"], ["3", "queued"]]


@pytest.mark.usefixtures("three_waiting")
def test_the_list_in_json_is_one_object(command: RunCommand) -> None:
    listed = orjson.loads(command("queue", "list", "--json").out)

    assert listed["paused"] is True
    assert [job["request"]["prompt"] for job in listed["jobs"]] == ["one", "two", "three"]


def test_the_list_in_json_has_all_of_a_long_prompt(command: RunCommand) -> None:
    command("queue", "pause")
    command("generate", LONG)

    (job,) = orjson.loads(command("queue", "list", "--json").out)["jobs"]

    assert (job["request"]["prompt"], job["cut"]) == (LONG, False)


@pytest.mark.usefixtures("three_waiting")
def test_resume_works_until_the_queue_is_empty(command: RunCommand, jobs: Callable[[], list[Job]]) -> None:
    outcome = command("queue", "resume")

    assert outcome.code == 0
    assert len(outcome.lines) == 3
    assert {job.state for job in jobs()} == {JobState.DONE}


@pytest.mark.usefixtures("three_waiting")
def test_resume_in_json_tells_every_jobs_events(command: RunCommand) -> None:
    outcome = command("queue", "resume", "--json")

    assert {job for event in outcome.events() if (job := getattr(event, "job", None))} == {1, 2, 3}


@pytest.mark.usefixtures("three_waiting")
def test_resume_detached_only_lifts_the_pause(command: RunCommand, jobs: Callable[[], list[Job]]) -> None:
    assert command("queue", "resume", "--detach").code == 0

    assert orjson.loads(command("queue", "list", "--json").out)["paused"] is False
    assert {job.state for job in jobs()} == {JobState.QUEUED}


def test_resume_detached_answers_in_json_where_that_is_asked_for(command: RunCommand) -> None:
    assert orjson.loads(command("queue", "resume", "--detach", "--json").out)["type"] == "accepted"


def test_resume_of_an_empty_queue_comes_back_at_once(command: RunCommand) -> None:
    outcome = command("queue", "resume")

    assert (outcome.code, outcome.err) == (0, "The queue is empty.\n")


@pytest.mark.usefixtures("three_waiting")
def test_resume_says_which_jobs_failed(command: RunCommand) -> None:
    outcome = command("queue", "resume", "--quiet", perform=StandIn(fails=(Phase.SAMPLING, FULL)))

    assert outcome.code == 1
    assert outcome.err == 3 * f"darkroom: {FULL.sentence}\n"


@pytest.mark.usefixtures("three_waiting")
def test_cancelled_jobs_do_not_run(command: RunCommand, jobs: Callable[[], list[Job]]) -> None:
    outcome = command("queue", "cancel", "1", "3")
    command("queue", "resume")

    assert outcome.lines == ["Job 1 is cancelled.", "Job 3 is cancelled."]
    assert {job.id: job.state for job in jobs()} == {1: "cancelled", 2: "done", 3: "cancelled"}


@pytest.mark.usefixtures("three_waiting")
def test_one_refused_wish_keeps_no_other_from_being_heard(command: RunCommand, jobs: Callable[[], list[Job]]) -> None:
    outcome = command("queue", "cancel", "1", "77", "88", "2")

    assert outcome.code == 1
    assert [job.state for job in jobs()] == ["cancelled", "cancelled", "queued"]
    assert [line.split(";")[0] for line in outcome.err.splitlines()] == [
        "darkroom: There is no job 77",
        "darkroom: There is no job 88",
    ]


@pytest.mark.usefixtures("three_waiting")
def test_a_cancelled_job_waits_again_after_retry(command: RunCommand, jobs: Callable[[], list[Job]]) -> None:
    command("queue", "cancel", "2")

    assert command("queue", "retry", "2").code == 0

    assert {job.state for job in jobs()} == {JobState.QUEUED}


def test_a_done_job_cannot_be_cancelled(command: RunCommand) -> None:
    command("generate", "a lighthouse")

    outcome = command("queue", "cancel", "1", "--json")

    assert outcome.code == 1
    assert outcome.refusal()[0] == "queue-error"


def test_the_list_names_why_a_job_failed(command: RunCommand) -> None:
    command("generate", "a lighthouse", perform=StandIn(fails=(Phase.DECODING, FULL)))

    listed = command("queue", "list").out

    assert "failed" in listed
    assert f"out-of-memory: {FULL.sentence}" in " ".join(listed.split())


def test_a_prompt_cannot_command_the_terminal(command: RunCommand) -> None:
    command("generate", "\x1b]0;owned\x07 \x1b[31m [red]x[/red] \u202eabc", "--quiet")

    listed = command("queue", "list").out

    assert not {"\x1b", "\x07", "\u202e"} & set(listed)
    assert "[red]x[/red]" in listed
