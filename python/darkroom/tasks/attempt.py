"""What a running task may ask of whoever runs it. The queue's worker implements it; tests use a plain object."""

from collections.abc import Set as AbstractSet
from typing import Protocol

from darkroom.messages import Plan, Progress


class Attempt(Protocol):
    """One run of one job, seen from the torch thread. Every method may be called from that thread only."""

    @property
    def saved(self) -> AbstractSet[int]:
        """Indexes of the pictures that an earlier attempt already made durable; they are not made again."""
        ...

    def check(self) -> None:
        """Raise `Cancelled` when the job is to stop. Cheap enough for every block of a network (< 1 µs)."""
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
