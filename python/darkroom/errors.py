"""Every error Darkroom reports, one class per code.

DarkroomError
├── BadRequest                 what was asked for cannot be done as asked
│   ├── BadPrompt              prompt-too-long, not encodable
│   ├── BadSize                width or height
│   ├── BadSteps
│   ├── BadGuidance
│   ├── BadSeed
│   ├── BadCount
│   ├── BadClipSkip
│   ├── UnknownSampler
│   ├── UnknownSchedule
│   └── BadMessage             a command that does not decode
├── NotFound                   an id, a picture or a job that does not exist
├── ModelError                 a model file or folder
│   ├── ModelMissing
│   ├── ModelUnsupported       readable, but no family of ours
│   └── ModelUnsafe            hostile or damaged bytes
├── PictureUnreadable          a picture that cannot be opened or holds no settings
├── SamplingError              the numbers went wrong
│   ├── LatentsNotFinite
│   └── PictureBlack
├── HomeError                  the folder everything lives in
│   ├── HomeUnwritable
│   ├── HomeNewer
│   ├── HomeDamaged
│   └── DiskFull
├── QueueError                 a job in a state that forbids the wish
│   ├── JobPoisoned            it killed the engine too often
│   └── JobCancelled           somebody waited for its pictures
├── OutOfMemory
├── Interrupted                a command was ended from outside
├── EngineLost                 the engine process died or does not answer
└── InternalError              a bug of ours

`Cancelled` and `Skipped` are no errors: they are how a job, or one picture of it, leaves the torch thread, and derive
from BaseException so that no library's `except Exception` on the way swallows them. Whoever catches `Cancelled` on that
way puts its own things in order and raises it again.
"""

from enum import StrEnum
from typing import ClassVar


class Code(StrEnum):
    """What consumers switch on. The text of an error may change, its code may not."""

    BAD_REQUEST = "bad-request"
    BAD_PROMPT = "bad-prompt"
    BAD_SIZE = "bad-size"
    BAD_STEPS = "bad-steps"
    BAD_GUIDANCE = "bad-guidance"
    BAD_SEED = "bad-seed"
    BAD_COUNT = "bad-count"
    BAD_CLIP_SKIP = "bad-clip-skip"
    UNKNOWN_SAMPLER = "unknown-sampler"
    UNKNOWN_SCHEDULE = "unknown-schedule"
    BAD_MESSAGE = "bad-message"
    NOT_FOUND = "not-found"
    MODEL_MISSING = "model-missing"
    MODEL_UNSUPPORTED = "model-unsupported"
    MODEL_UNSAFE = "model-unsafe"
    PICTURE_UNREADABLE = "picture-unreadable"
    LATENTS_NOT_FINITE = "latents-not-finite"
    PICTURE_BLACK = "picture-black"
    HOME_UNWRITABLE = "home-unwritable"
    HOME_NEWER = "home-newer"
    HOME_DAMAGED = "home-damaged"
    DISK_FULL = "disk-full"
    QUEUE_ERROR = "queue-error"
    JOB_POISONED = "job-poisoned"
    JOB_CANCELLED = "job-cancelled"
    OUT_OF_MEMORY = "out-of-memory"
    INTERRUPTED = "interrupted"
    ENGINE_LOST = "engine-lost"
    INTERNAL_ERROR = "internal-error"


class DarkroomError(Exception):
    """A failure with a code and one sentence that names the value and the way out."""

    code: ClassVar[Code] = Code.INTERNAL_ERROR

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadRequest(DarkroomError):
    code = Code.BAD_REQUEST


class BadPrompt(BadRequest):
    code = Code.BAD_PROMPT


class BadSize(BadRequest):
    code = Code.BAD_SIZE


class BadSteps(BadRequest):
    code = Code.BAD_STEPS


class BadGuidance(BadRequest):
    code = Code.BAD_GUIDANCE


class BadSeed(BadRequest):
    code = Code.BAD_SEED


class BadCount(BadRequest):
    code = Code.BAD_COUNT


class BadClipSkip(BadRequest):
    code = Code.BAD_CLIP_SKIP


class UnknownSampler(BadRequest):
    code = Code.UNKNOWN_SAMPLER


class UnknownSchedule(BadRequest):
    code = Code.UNKNOWN_SCHEDULE


class BadMessage(BadRequest):
    code = Code.BAD_MESSAGE


class NotFound(DarkroomError):
    code = Code.NOT_FOUND


class ModelError(DarkroomError):
    code = Code.MODEL_UNSUPPORTED


class ModelMissing(ModelError):
    code = Code.MODEL_MISSING


class ModelUnsupported(ModelError):
    code = Code.MODEL_UNSUPPORTED


class ModelUnsafe(ModelError):
    code = Code.MODEL_UNSAFE


class PictureUnreadable(DarkroomError):
    code = Code.PICTURE_UNREADABLE


class SamplingError(DarkroomError):
    code = Code.LATENTS_NOT_FINITE


class LatentsNotFinite(SamplingError):
    code = Code.LATENTS_NOT_FINITE


class PictureBlack(SamplingError):
    code = Code.PICTURE_BLACK


class HomeError(DarkroomError):
    code = Code.HOME_UNWRITABLE


class HomeUnwritable(HomeError):
    code = Code.HOME_UNWRITABLE


class HomeNewer(HomeError):
    code = Code.HOME_NEWER


class HomeDamaged(HomeError):
    code = Code.HOME_DAMAGED


class DiskFull(HomeError):
    code = Code.DISK_FULL


class QueueError(DarkroomError):
    code = Code.QUEUE_ERROR


class JobPoisoned(QueueError):
    code = Code.JOB_POISONED


class JobCancelled(QueueError):
    code = Code.JOB_CANCELLED


class OutOfMemory(DarkroomError):
    code = Code.OUT_OF_MEMORY


class Interrupted(DarkroomError):
    """The user or the system ended a command; the queue is in order."""

    code = Code.INTERRUPTED


class EngineLost(DarkroomError):
    code = Code.ENGINE_LOST


class InternalError(DarkroomError):
    code = Code.INTERNAL_ERROR


class Skipped(BaseException):
    """Raised on the torch thread when the running job is to go on with its next picture; ends in the attempt."""


class Cancelled(BaseException):
    """Raised on the torch thread when the running job is to stop; ends in the queue's worker."""
