"""What an unexpected exception means to the user."""

import errno

from darkroom.errors import DarkroomError, InternalError, OutOfMemory
from darkroom.library.disk import FULL, disk_problem
from darkroom.library.home import Home
from darkroom.messages import Job

# PyTorch's own name for it on every device; on the CPU it raises a plain RuntimeError with this text.
_MEMORY_NAMES = frozenset({"OutOfMemoryError", "AcceleratorOutOfMemoryError"})
_MEMORY_TEXTS = ("DefaultCPUAllocator: can't allocate memory", "not enough memory: you tried to allocate")
_DISK = FULL | {errno.EROFS}


def failure_of(error: BaseException, job: Job, home: Home) -> DarkroomError:
    """The error as it is told; only a DarkroomError says more than this."""
    if isinstance(error, DarkroomError):
        return error
    if _no_memory(error):
        return OutOfMemory(
            f"There is not enough memory for job {job.id}; use a smaller size or a smaller model, "
            "or close other programs, and retry it."
        )
    if isinstance(error, OSError) and error.errno in _DISK:
        return disk_problem(error, home.root)
    return InternalError(
        f"Job {job.id} failed with {type(error).__name__}: {_shortened(str(error))}; "
        f"retry it, and report it with {home.logs / 'darkroom.log'} if it fails again."
    )


def _no_memory(error: BaseException) -> bool:
    named = any(kind.__name__ in _MEMORY_NAMES for kind in type(error).__mro__)
    return isinstance(error, MemoryError) or named or any(text in str(error) for text in _MEMORY_TEXTS)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:300]}…"
