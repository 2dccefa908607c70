"""Running one command, and the one place where failures become sentences and exit codes."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import NoReturn, cast

import typer

from darkroom.cli import INTERRUPTED, INTERRUPTED_SENTENCE
from darkroom.cli.arguments import suggestion
from darkroom.cli.commands import commands
from darkroom.cli.session import OpenEngine, Session, open_engine
from darkroom.cli.terminal import one_line, say, say_json
from darkroom.errors import BadRequest, Code, DarkroomError, Interrupted
from darkroom.messages import Problem, Refused, problem_of
from darkroom.wire import encode

FAILED, MISUSED = 1, 2

_HINTS = {
    "unexpected extra argument": "; put a prompt of several words in quotes",
    "No such option": "; a prompt that begins with - goes behind --",
}
"""What to do about a misuse, by words of typer's sentence."""

_LONG = frozenset({"generate", "resume"})
"""Commands that make pictures; after any other, a reader that has read enough, like `head`, is no news."""

_EXPECTED = (DarkroomError, typer.TyperException, typer.Abort, KeyboardInterrupt, OSError)


def main(argv: Sequence[str] | None = None, *, engine: OpenEngine = open_engine) -> int:
    """See `darkroom.cli.main`."""
    words = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    session = Session(words, engine, lambda error: _say_failure(words, error))
    try:
        code: object = commands().main(args=words, obj=session, prog_name="darkroom", standalone_mode=False)
        if code == INTERRUPTED:
            # typer swallows a Ctrl-C that comes while it reads the words, and gives back this number instead.
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except (BrokenPipeError, SystemExit):
        # typer makes a SystemExit of a broken pipe, which would end the program without a word.
        _let_go_of_stdout()
        if not _LONG.isdisjoint(words):
            _say_failure(words, Interrupted("Nobody reads the output any more; what was queued stays queued."))
        return FAILED
    except _EXPECTED as error:
        _say_failure(words, error)
        return _exit_code(error)


def run() -> NoReturn:
    """The program: `main`, then an end without finalizing an interpreter in which torch may still be busy."""
    sys.excepthook = _say_fault
    _open_closed_streams()
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _open_closed_streams() -> None:
    """A program started with a closed stream (`>&-`) has None in its place; words to nobody are no fault."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the end


def _exit_code(error: BaseException) -> int:
    if isinstance(error, Interrupted | KeyboardInterrupt | typer.Abort):
        return INTERRUPTED
    return MISUSED if isinstance(error, BadRequest | typer.TyperException) else FAILED


def _say_failure(words: Sequence[str], error: BaseException) -> None:
    problem = _problem(error)
    with suppress(OSError):
        # Where nobody can hear it any more, the exit code says it.
        _say_problem(words, problem)


def _say_problem(words: Sequence[str], problem: Problem) -> None:
    if "--json" in words[: words.index("--") if "--" in words else None]:
        say_json(encode(Refused(problem=problem)), to=sys.stderr)
    else:
        say(f"darkroom: {one_line(problem.message)}", to=sys.stderr)


def _problem(error: BaseException) -> Problem:
    match error:
        case DarkroomError():
            return problem_of(error)
        case typer.TyperException():
            return Problem(code=Code.BAD_REQUEST, message=_usage(error))
        case OSError():
            what = ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
            return Problem(code=Code.INTERNAL_ERROR, message=f"The system refused ({what}); see `darkroom doctor`.")
        case _:
            return Problem(code=Code.INTERRUPTED, message=INTERRUPTED_SENTENCE)


def _usage(error: typer.TyperException) -> str:
    # The kinds of usage errors are no public names of typer's; what they carry is all there is to tell them by.
    command = getattr(getattr(error, "ctx", None), "command_path", "darkroom")
    option: object = getattr(error, "option_name", None)
    possible: object = getattr(error, "possibilities", None)
    if isinstance(option, str) and isinstance(possible, list | tuple) and possible:
        known = [str(name) for name in cast("Sequence[object]", possible)]
        return f"There is no option {option} of `{command}`; {suggestion(option, known)}"
    said = one_line(error.format_message()).rstrip(".")
    hint = next((hint for part, hint in _HINTS.items() if part in said), "")
    return f"{said[:1].upper()}{said[1:]}{hint} (`{command} --help` tells more)."


def _let_go_of_stdout() -> None:
    """Whoever read the output has gone; the interpreter must not complain about it again at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _say_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A bug of ours. DARKROOM_TRACEBACK=1 shows where."""
    if os.environ.get("DARKROOM_TRACEBACK"):
        sys.__excepthook__(kind, error, trace)
        return
    fault = f"{kind.__name__}: {error}"
    sentence = (
        f"A fault of Darkroom's own ({one_line(fault, 200)}); set DARKROOM_TRACEBACK=1 and report what it prints."
    )
    if "--json" in sys.argv:
        say_json(encode(Refused(problem=Problem(code=Code.INTERNAL_ERROR, message=sentence))), to=sys.stderr)
    else:
        say(f"darkroom: {sentence}", to=sys.stderr)
