"""Signals and second processes: the queue is never lost, and someone always works on it."""

import signal
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.running import RunCommand, StartCommand
from darkroom.engine import Engine
from darkroom.errors import Code
from darkroom.messages import Event, GetSnapshot, Job, JobChanged, JobProgressed, JobState, Phase, Snapshot
from darkroom.queue.runs import DEADLY
from darkroom.wire import decode_event


def read_until(process: "subprocess.Popen[str]", wanted: Callable[[Event], bool]) -> None:
    """Read the event stream up to the first event that is wanted."""
    assert process.stdout is not None
    for line in process.stdout:
        if wanted(decode_event(line.encode())):
            return
    raise AssertionError(f"the events ended: {process.communicate()[1]}")


def sampling(event: Event) -> bool:
    return isinstance(event, JobProgressed) and event.progress.phase == Phase.SAMPLING


def queued(event: Event) -> bool:
    return isinstance(event, JobChanged) and event.row.state == JobState.QUEUED


@contextmanager
def hangup(handler: signal.Handlers) -> Generator[None]:
    """What is started here finds SIGHUP like this, whatever these tests were started with."""
    before = signal.signal(signal.SIGHUP, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_a_resumable_queue_and_says_so(
    command: RunCommand, started: StartCommand, jobs: Callable[[], list[Job]], number: signal.Signals
) -> None:
    with hangup(signal.SIG_DFL):
        process = started("generate", "a lighthouse", "--json", hold="sampling")
    read_until(process, sampling)

    process.send_signal(number)
    _, errors = process.communicate()

    assert process.returncode == 130
    assert "job 1 stays in the queue" in errors
    assert "Traceback" not in errors
    assert [job.state for job in jobs()] == [JobState.INTERRUPTED]

    resumed = command("queue", "resume", "--quiet")

    assert resumed.code == 0
    assert Path(resumed.lines[0]).is_file()
    assert [job.state for job in jobs()] == [JobState.DONE]


def test_a_command_that_is_to_outlive_its_terminal_does(started: StartCommand) -> None:
    with hangup(signal.SIG_IGN):
        process = started("generate", "a lighthouse", "--json", hold="sampling")
    read_until(process, sampling)

    process.send_signal(signal.SIGHUP)
    out, errors = process.communicate("go on\n")

    assert process.returncode == 0, errors
    assert '"state":"done"' in out


def test_a_second_command_follows_and_takes_over(home: Path, started: StartCommand) -> None:
    first = started("generate", "one", "--json", hold="sampling")
    read_until(first, sampling)
    second = started("generate", "two", "--json")
    read_until(second, queued)

    first_out, _ = first.communicate("go on\n")
    second_out, second_errors = second.communicate()

    assert (first.returncode, second.returncode) == (0, 0), second_errors
    assert '"state":"done"' in first_out
    assert '"state":"done"' in second_out
    assert len(list(home.glob("pictures/*/*.png"))) == 2


def test_a_follower_may_leave_without_disturbing_the_runner(started: StartCommand) -> None:
    first = started("generate", "one", "--json", hold="sampling")
    read_until(first, sampling)
    second = started("generate", "two", "--json")
    read_until(second, queued)

    second.send_signal(signal.SIGINT)
    _, errors = second.communicate()
    first_out, _ = first.communicate("go on\n")

    assert second.returncode == 130
    assert "job 2 stays in the queue" in errors
    assert first.returncode == 0
    assert '"state":"done"' in first_out


def test_a_job_cancelled_from_elsewhere_is_no_success(command: RunCommand, started: StartCommand) -> None:
    process = started("generate", "one", "--json", hold="sampling")
    read_until(process, sampling)

    command("queue", "cancel", "1")
    _, errors = process.communicate()

    assert process.returncode == 1
    assert "job-cancelled" in errors


def test_output_that_nobody_reads_is_no_traceback(command: RunCommand, started: StartCommand) -> None:
    command("generate", "one")
    process = started("queue", "list")
    assert process.stdout is not None
    process.stdout.close()

    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait() in (0, 1)


@pytest.mark.parametrize("prompt", ["a lighthouse", "a lighthouse, " * 1000], ids=["short", "long"])
def test_what_a_killed_runner_left_is_listed_as_what_will_become_of_it(
    command: RunCommand, started: StartCommand, jobs: Callable[[], list[Job]], prompt: str
) -> None:
    process = started("generate", prompt, "--json", hold="sampling")
    read_until(process, sampling)
    assert [job.state for job in jobs()] == [JobState.RUNNING]

    process.kill()
    process.wait()

    assert [job.state for job in jobs()] == [JobState.INTERRUPTED]
    assert command("queue", "list").lines[1].split()[:2] == ["1", "interrupted"]

    command("queue", "cancel", "1")
    assert [job.state for job in jobs()] == [JobState.CANCELLED]


def test_a_job_that_has_killed_its_runners_is_listed_as_given_up(
    started: StartCommand, jobs: Callable[[], list[Job]]
) -> None:
    for words in (("generate", "a lighthouse"), *[("queue", "resume")] * (DEADLY - 1)):
        process = started(*words, "--json", hold="sampling")
        read_until(process, sampling)
        process.kill()
        process.wait()

    (job,) = jobs()
    assert job.state == JobState.FAILED
    assert job.problem is not None
    assert job.problem.code == Code.JOB_POISONED
    assert "retry it" in job.problem.message


async def test_a_follower_sees_that_nobody_works_any_more(home: Path, started: StartCommand) -> None:
    process = started("generate", "a lighthouse", "--json", hold="sampling")
    read_until(process, sampling)
    async with Engine(home, run_queue=False) as follower:
        before = await follower.handle(GetSnapshot())
        process.kill()
        process.wait()
        after = await follower.handle(GetSnapshot())

    assert isinstance(before, Snapshot)
    assert isinstance(after, Snapshot)
    assert [job.state for job in (*before.jobs, *after.jobs)] == [JobState.RUNNING, JobState.INTERRUPTED]
