"""Bytes to a command, what the engine answers and tells to bytes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from darkroom.errors import BadRequest, DarkroomError
from darkroom.messages import (
    ANSWERS,
    Accepted,
    Answer,
    Command,
    Event,
    ExportPicture,
    PicturesChanged,
    Refused,
    SaveSettings,
    problem_of,
)
from darkroom.wire import decode_command, encode

CHANGING = frozenset(command for command, answer in ANSWERS.items() if answer is Accepted) - {ExportPicture}
"""Commands whose order matters. A copy that goes out of the library changes nothing in it and may take long."""
LARGEST_SETTINGS = 64 * 1024
"""Bytes. Every snapshot carries the settings, and nobody has so many folders."""
MOST_IDS = 200
"""In one event: with the longest ids it stays below 4 KB."""


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


async def dispatch(engine: BridgedEngine, data: bytes, turn: asyncio.Lock) -> bytes:
    """The encoded answer to an encoded command; what Darkroom refuses is an answer, too.

    Commands that change something hold `turn`: they are carried out in the order in which they came, however long one
    of them takes. Nobody who only asks waits for them.
    """
    try:
        command = decode_command(data)
        if isinstance(command, SaveSettings) and len(data) > LARGEST_SETTINGS:
            raise BadRequest(f"The settings have {len(data)} bytes, more than {LARGEST_SETTINGS}; name fewer folders.")
        async with turn if type(command) in CHANGING else nullcontext():
            return encode(await engine.handle(command))
    except DarkroomError as error:
        return encode(Refused(problem=problem_of(error)))


def told(event: Event) -> Iterator[bytes]:
    """The encoded event; one about very many pictures becomes several, each about some of them."""
    if not isinstance(event, PicturesChanged):
        yield encode(event)
        return
    for start in range(0, len(event.pictures), MOST_IDS):
        yield encode(replace(event, pictures=event.pictures[start : start + MOST_IDS]))
