"""The same events four ways: a bar on a terminal, plain lines elsewhere, JSON lines, or nothing."""

import sys
from typing import TYPE_CHECKING, Protocol, TextIO

from darkroom.cli.terminal import clean, say, say_json, size_text, time_text
from darkroom.messages import (
    EngineChanged,
    EngineState,
    Event,
    JobChanged,
    JobProgressed,
    JobState,
    Phase,
    PictureSaved,
    Progress,
)
from darkroom.wire import encode

if TYPE_CHECKING:
    from rich.progress import TaskID

_PHASES: dict[Phase, str] = {
    Phase.WAITING: "Waiting",
    Phase.LOADING: "Loading the model",
    Phase.ENCODING: "Reading the prompt",
    Phase.SAMPLING: "Sampling",
    Phase.DECODING: "Decoding",
    Phase.SAVING: "Saving",
}
_STATES: dict[JobState, str] = {
    JobState.QUEUED: "waits",
    JobState.INTERRUPTED: "was interrupted and waits",
    JobState.DONE: "is done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "was cancelled",
}

# How many lines a phase may get where there is no bar.
_LINES: dict[Phase, int] = {Phase.LOADING: 4, Phase.SAMPLING: 10}


class Reporter(Protocol):
    """Shows events as they come."""

    def show(self, event: Event) -> None: ...

    def note(self, sentence: str) -> None:
        """Say something that is no event, to people only."""
        ...

    def close(self) -> None: ...


def reporter(*, json: bool, quiet: bool) -> Reporter:
    """The right one for these options and for where stderr leads."""
    if json:
        return JsonLines()
    if quiet:
        return Silence(sys.stderr)
    return TerminalBar() if _can_draw() else PlainLines(sys.stderr)


def _can_draw() -> bool:
    if not sys.stderr.isatty():
        return False
    from rich.console import Console

    # On a terminal that calls itself dumb, a bar would draw nothing at all.
    console = Console(file=sys.stderr)
    return console.is_terminal and not console.is_dumb_terminal


class Trouble:
    """What keeps the queue from going on, said once and again only after it has changed."""

    def __init__(self) -> None:
        self._said: str | None = None

    def news(self, event: Event) -> str | None:
        """The sentence of an event that brings a new problem."""
        if not isinstance(event, EngineChanged):
            return None
        before, self._said = self._said, event.problem.message if event.problem else None
        return self._said if self._said != before else None


class JsonLines:
    """Each event on stdout as it goes over the wire, one per line."""

    def show(self, event: Event) -> None:
        say_json(encode(event))

    def note(self, sentence: str) -> None:
        pass

    def close(self) -> None:
        pass


class Silence:
    """Nothing but the pictures' paths, which the command itself prints, and why nothing goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._trouble = Trouble()

    def show(self, event: Event) -> None:
        sentence = self._trouble.news(event)
        if sentence is not None:
            say(sentence, to=self._stream)

    def note(self, sentence: str) -> None:
        pass

    def close(self) -> None:
        pass


class PlainLines:
    """For logs and pipes: a line per phase, and some on the way through a long one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: tuple[object, ...] = ()
        self._trouble = Trouble()

    def show(self, event: Event) -> None:
        line = self._trouble.news(event) or state_line(event)
        if line is not None:
            self._say(line)
        if isinstance(event, JobProgressed):
            self._progress(event)

    def note(self, sentence: str) -> None:
        self._say(sentence)

    def close(self) -> None:
        pass

    def _progress(self, event: JobProgressed) -> None:
        progress = event.progress
        mark = (event.job, progress.phase, progress.index, int(_LINES.get(progress.phase, 1) * share(progress)))
        if mark != self._last:
            self._last = mark
            self._say(f"Job {event.job}: {describe(progress)}")

    def _say(self, line: str) -> None:
        say(line, to=self._stream)


class TerminalBar:
    """One bar on stderr. It is drawn when something happened, so that waiting costs the engine nothing."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[detail]}")
        self._bar: Bar = Bar(*columns, console=Console(file=sys.stderr), auto_refresh=False, transient=True)
        self._task: TaskID | None = None
        self._trouble = Trouble()

    def show(self, event: Event) -> None:
        if isinstance(event, JobProgressed):
            self._draw(event.progress)
            return
        line = self._trouble.news(event) or state_line(event)
        if line is not None:
            self.note(line)

    def note(self, sentence: str) -> None:
        from rich.text import Text

        self._bar.console.print(Text(clean(sentence)), soft_wrap=True)

    def close(self) -> None:
        self._bar.stop()

    def _draw(self, progress: Progress) -> None:
        if self._task is None:
            self._task = self._bar.add_task("", total=1.0, detail="")
            self._bar.start()
        known = progress.phase in (Phase.LOADING, Phase.SAMPLING) and (progress.steps or progress.total_bytes)
        self._bar.update(
            self._task,
            description=_PHASES[progress.phase],
            completed=share(progress),
            total=1.0 if known else None,
            detail=detail(progress),
        )
        self._bar.refresh()


def state_line(event: Event) -> str | None:
    """What a line says about the event, if people want to read one about it."""
    match event:
        case PictureSaved(picture=picture):
            return f"Job {event.job}: picture {picture.index + 1} saved, seed {picture.seed}"
        case JobChanged(row=row) if row.state in _STATES and row.state != JobState.DONE:
            return f"Job {event.job} {_STATES[row.state]}"
        case EngineChanged(state=EngineState.LOADING_TORCH):
            return "Loading the engine …"
        case _:
            return None


def describe(progress: Progress) -> str:
    """Where a job is, in words: "Sampling: step 7 of 20, 1.9 s/step, 25 s left"."""
    more = detail(progress)
    return f"{_PHASES[progress.phase]}: {more}" if more else _PHASES[progress.phase]


def detail(progress: Progress) -> str:
    """The numbers of a phase, as far as they are known."""
    parts: list[str] = []
    if progress.count > 1 and progress.phase not in (Phase.WAITING, Phase.LOADING):
        parts.append(f"picture {progress.index + 1} of {progress.count}")
    if progress.phase == Phase.LOADING and progress.total_bytes:
        parts.append(f"{size_text(progress.done_bytes)} of {size_text(progress.total_bytes)}")
    if progress.phase == Phase.SAMPLING and progress.steps:
        parts.append(f"step {progress.step} of {progress.steps}")
    if progress.seconds_per_step is not None:
        parts.append(f"{progress.seconds_per_step:.2f} s/step")
    if progress.seconds_left is not None:
        parts.append(f"{time_text(progress.seconds_left)} left")
    return ", ".join(parts)


def share(progress: Progress) -> float:
    """How much of the phase is done, 0 to 1: bytes while loading, else steps of all pictures."""
    if progress.phase == Phase.LOADING:
        return progress.done_bytes / progress.total_bytes if progress.total_bytes else 0.0
    if progress.phase != Phase.SAMPLING or not progress.steps:
        return 0.0
    return (progress.index + progress.step / progress.steps) / max(1, progress.count)
