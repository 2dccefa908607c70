"""What every command is given: how to open the engine and how to speak."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import typer

if TYPE_CHECKING:
    from darkroom.engine import Engine


class OpenEngine(Protocol):
    """Opens an engine on the home that the environment names."""

    def __call__(self, *, run_queue: bool) -> "Engine": ...


@dataclass(frozen=True)
class Session:
    """One call of the command."""

    arguments: Sequence[str]
    open: OpenEngine
    fail: Callable[[Exception], None]


def session_of(context: typer.Context) -> Session:
    session: object = context.obj
    assert isinstance(session, Session), "the command is started by darkroom.cli.main only"
    return session


def open_engine(*, run_queue: bool) -> "Engine":
    # Imported here: `--help` and a wrong argument need no database.
    from darkroom.engine import Engine

    return Engine(run_queue=run_queue)
