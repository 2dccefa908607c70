"""What the tests of the command line share: an outcome, and the shape of the fixtures that bring one about."""

import subprocess
from dataclasses import dataclass
from typing import Protocol

import orjson

from darkroom.messages import Event
from darkroom.wire import decode_event
from standin import StandIn


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    def events(self) -> list[Event]:
        return [decode_event(line.encode()) for line in self.lines]

    def refusal(self) -> tuple[str, str]:
        """Code and sentence of the JSON error on stderr."""
        problem = orjson.loads(self.err)["problem"]
        return problem["code"], problem["message"]


class RunCommand(Protocol):
    def __call__(self, *words: str, perform: StandIn | None = None) -> Outcome: ...


class StartCommand(Protocol):
    def __call__(self, *words: str, hold: str = "", stderr: int = subprocess.PIPE) -> "subprocess.Popen[str]": ...
