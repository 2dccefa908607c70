"""The command line: thin over the engine, the same whether installed as a wheel or embedded in the shell.

Nothing is imported until something is asked for, so that Ctrl-C is understood from the first moment on.
"""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from darkroom.cli.session import OpenEngine

__all__ = ["main", "run"]

INTERRUPTED = 130
INTERRUPTED_SENTENCE = "Interrupted; nothing that was queued is lost."


def main(argv: Sequence[str] | None = None, *, engine: "OpenEngine | None" = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 misused, 130 interrupted.

    `argv` are the words after the program's name, by default this process's own. Nothing is raised for what a user can
    do wrong: one sentence on stderr says it, or with `--json` a `refused` message. It runs an event loop of its own, so
    call it from a thread that has none; only in the main thread does it hear SIGINT and SIGTERM.
    """
    try:
        from darkroom.cli.app import main as command
        from darkroom.cli.session import open_engine
    except KeyboardInterrupt:
        _say_interrupted()
        return INTERRUPTED
    return command(argv, engine=engine or open_engine)


def run() -> NoReturn:
    """The program: `main`, then an end without finalizing an interpreter in which torch may still be busy."""
    try:
        from darkroom.cli.app import run as program
    except KeyboardInterrupt:
        _say_interrupted()
        os._exit(INTERRUPTED)
    program()


def _say_interrupted() -> None:
    """What `app` says, before it is there."""
    if "--json" in sys.argv:
        said = f'{{"problem":{{"code":"interrupted","message":"{INTERRUPTED_SENTENCE}"}},"type":"refused"}}'
    else:
        said = f"darkroom: {INTERRUPTED_SENTENCE}"
    os.write(2, f"{said}\n".encode())
