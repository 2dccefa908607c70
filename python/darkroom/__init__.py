"""Pictures from words on one's own machine: the engine as a library.

    async with Engine() as engine:
        job = await engine.submit(TextToImage(prompt="a lighthouse at dusk"))
        pictures = await job.pictures()

The names below are what is promised to stay. They are loaded when first used, so that importing this costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from darkroom.engine import Engine
    from darkroom.errors import Code, DarkroomError, JobCancelled
    from darkroom.messages import (
        Event,
        Job,
        JobChanged,
        JobEvent,
        JobProgressed,
        JobRemoved,
        JobState,
        Phase,
        Picture,
        PictureSaved,
        Plan,
        Problem,
        Progress,
        Sampler,
        Schedule,
        Settings,
        TextToImage,
    )
    from darkroom.queue.handle import JobHandle

_HOMES = {
    "Engine": "darkroom.engine",
    "JobHandle": "darkroom.queue.handle",
    "Code": "darkroom.errors",
    "DarkroomError": "darkroom.errors",
    "JobCancelled": "darkroom.errors",
}

__all__ = [
    "Code",
    "DarkroomError",
    "Engine",
    "Event",
    "Job",
    "JobCancelled",
    "JobChanged",
    "JobEvent",
    "JobHandle",
    "JobProgressed",
    "JobRemoved",
    "JobState",
    "Phase",
    "Picture",
    "PictureSaved",
    "Plan",
    "Problem",
    "Progress",
    "Sampler",
    "Schedule",
    "Settings",
    "TextToImage",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "darkroom.messages")), name)


def __dir__() -> list[str]:
    return __all__
