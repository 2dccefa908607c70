"""What a running task may ask of whoever runs it. The queue's worker implements it; tests use a plain object."""

from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from typing import Protocol

from darkroom.messages import Plan, Progress


class Attempt(Protocol):
    """One run of one job, seen from the torch thread. Every method may be called from that thread only."""

    @property
    def settled(self) -> AbstractSet[int]:
        """Indexes of the pictures that are durable already, or that somebody skipped; they are not made again."""
        ...

    def picture(self, index: int) -> AbstractContextManager[None]:
        """The work on picture `index`; the block ends early, without an error, when somebody skips it."""
        ...

    def check(self) -> None:
        """Raise `Cancelled` when the job is to stop, `Skipped` when its present picture is to be left.

        Cheap enough for every block of a network (< 1 µs).
        """
        ...

    def report(self, progress: Progress) -> None:
        """Tell everyone where the job is. Never blocks."""
        ...

    def preview(self, image: bytes, mime: str) -> str:
        """Put an encoded preview into the job's one-slot mailbox and return the key that `report` may name."""
        ...

    def save(self, index: int, plan: Plan, rgb: bytes) -> None:
        """Make picture `index` durable: `rgb` is height x width x 3 bytes. Returns once file and row are durable."""
        ...
