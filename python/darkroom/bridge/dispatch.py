"""Bytes to a command, the engine's answer to bytes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from darkroom.errors import DarkroomError
from darkroom.messages import Answer, Command, Event, Refused, problem_of
from darkroom.wire import decode_command, encode


class BridgedEngine(Protocol):
    """What the bridge needs of an engine."""

    async def handle(self, command: Command) -> Answer:
        """Carry out a command. Raises DarkroomError."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """Everything that changes from the moment of the call."""
        ...

    def preview(self, key: str) -> tuple[bytes, str] | None:
        """Bytes and mime type of the newest preview of that name."""
        ...

    def picture_file(self, picture: int) -> Path:
        """Where a picture lies. Raises NotFound."""
        ...


class BrokenEngine:
    """Stands where the engine could not start: every command is refused with the reason, for a window to say."""

    def __init__(self, reason: DarkroomError) -> None:
        self.reason = reason

    async def handle(self, command: Command) -> Answer:
        raise self.reason

    async def events(self) -> AsyncIterator[Event]:
        return
        yield

    def preview(self, key: str) -> tuple[bytes, str] | None:
        return None

    def picture_file(self, picture: int) -> Path:
        raise self.reason


async def dispatch(engine: BridgedEngine, data: bytes) -> bytes:
    """The encoded answer to an encoded command; what Darkroom refuses is an answer, too."""
    try:
        return encode(await engine.handle(decode_command(data)))
    except DarkroomError as error:
        return encode(Refused(problem=problem_of(error)))
