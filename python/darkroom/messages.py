"""Everything that crosses a border, declared once: commands, answers, events and the values inside them.

Frozen dataclasses with a tag field `type`; snake_case here, camelCase on the wire (`wire.py` is the only way in and
out). `make types` writes the JSON Schema and the TypeScript types from this file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from darkroom.errors import Code, DarkroomError


class Sampler(StrEnum):
    EULER = "euler"
    EULER_ANCESTRAL = "euler_ancestral"
    HEUN = "heun"
    DPMPP_2M = "dpmpp_2m"
    DDIM = "ddim"
    UNI_PC = "uni_pc"
    LCM = "lcm"


class Schedule(StrEnum):
    NORMAL = "normal"
    KARRAS = "karras"
    SIMPLE = "simple"
    SGM_UNIFORM = "sgm_uniform"
    EXPONENTIAL = "exponential"
    DDIM_UNIFORM = "ddim_uniform"


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SAVING = "saving"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class Phase(StrEnum):
    """What a running job is doing now, in this order."""

    WAITING = "waiting"
    LOADING = "loading"
    ENCODING = "encoding"
    SAMPLING = "sampling"
    DECODING = "decoding"
    SAVING = "saving"


class EngineState(StrEnum):
    STARTING = "starting"
    LOADING_TORCH = "loadingTorch"
    READY = "ready"
    WORKING = "working"
    STOPPING = "stopping"


# ---- values ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class TextToImage:
    """A wish. `None` means "what suits the model"; `plan()` resolves it once."""

    prompt: str
    negative: str = ""
    model: str | None = None
    width: int | None = None
    height: int | None = None
    steps: int | None = None
    guidance: float | None = None
    sampler: Sampler | None = None
    schedule: Schedule | None = None
    clip_skip: int | None = None
    seed: int | None = None
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What really runs for one picture: nothing is optional. Stored in the picture and replayed from it."""

    prompt: str
    negative: str
    model: str
    model_hash: str
    family: str
    width: int
    height: int
    steps: int
    guidance: float
    sampler: Sampler
    schedule: Schedule
    clip_skip: int
    seed: int
    precision: str
    noise: Literal["cpu"] = "cpu"
    task: Literal["textToImage"] = "textToImage"
    version: int = 1


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A failure as the user reads it: a code to switch on and one sentence with the way out."""

    code: Code
    message: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One finished picture. `file` is relative to the home folder.

    `cut`: long texts are shortened, as in events and lists; GetPicture answers with all of them.
    """

    id: int
    job: int
    index: int
    file: str
    width: int
    height: int
    seed: int
    prompt: str
    created: str
    trashed: bool = False
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Job:
    """One row of the queue.

    `cut`: long texts are shortened, as in events and in the snapshot; GetJob answers with all of them.
    """

    id: int
    state: JobState
    request: TextToImage
    position: float
    priority: int = 0
    attempt: int = 0
    pictures: int = 0
    skipped: int = 0
    problem: Problem | None = None
    created: str = ""
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a running job is: `step` of `steps` in picture `index` of `count`; bytes while loading."""

    phase: Phase
    index: int = 0
    count: int = 1
    step: int = 0
    steps: int = 0
    done_bytes: int = 0
    total_bytes: int = 0
    seconds_per_step: float | None = None
    seconds_left: float | None = None
    preview: str | None = None


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model the engine can load. `id` is what requests name; `problem` says why it cannot be used.

    From `width` on: what a request that leaves the setting open is made with.
    """

    id: str
    name: str
    family: str
    kind: Literal["folder", "file"]
    size_bytes: int
    width: int
    height: int
    steps: int
    guidance: float
    sampler: Sampler
    schedule: Schedule
    clip_skip: int
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the user chose once. Kept in `settings.toml`."""

    theme: Literal["system", "light", "dark"] = "system"
    previews: Literal["off", "linear", "fine"] = "fine"
    preview_rate: Literal[0, 1, 2, 5, 10] = 0
    """Previews a second at most; 0 is one for every step that has the time."""
    device: str = "auto"
    model: str | None = None
    model_folders: tuple[str, ...] = ()


# ---- commands ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Generate:
    request: TextToImage
    front: bool = False
    priority: int = 0
    type: Literal["generate"] = "generate"


@dataclass(frozen=True, kw_only=True)
class CancelJob:
    job: int
    type: Literal["cancelJob"] = "cancelJob"


@dataclass(frozen=True, kw_only=True)
class SkipPicture:
    """Give up picture `index` of a running job and go on with the next; too late once it is being saved."""

    job: int
    index: int
    type: Literal["skipPicture"] = "skipPicture"


@dataclass(frozen=True, kw_only=True)
class RetryJob:
    job: int
    type: Literal["retryJob"] = "retryJob"


@dataclass(frozen=True, kw_only=True)
class RemoveJob:
    job: int
    type: Literal["removeJob"] = "removeJob"


@dataclass(frozen=True, kw_only=True)
class MoveJob:
    """Put a queued job before another one, or last when `before` is null."""

    job: int
    before: int | None
    type: Literal["moveJob"] = "moveJob"


@dataclass(frozen=True, kw_only=True)
class PauseQueue:
    type: Literal["pauseQueue"] = "pauseQueue"


@dataclass(frozen=True, kw_only=True)
class ResumeQueue:
    type: Literal["resumeQueue"] = "resumeQueue"


@dataclass(frozen=True, kw_only=True)
class GetSnapshot:
    type: Literal["getSnapshot"] = "getSnapshot"


@dataclass(frozen=True, kw_only=True)
class GetJob:
    job: int
    type: Literal["getJob"] = "getJob"


@dataclass(frozen=True, kw_only=True)
class ListPictures:
    """A page of the gallery, newest first: pictures with an id below `before`."""

    before: int | None = None
    limit: int = 100
    trashed: bool = False
    type: Literal["listPictures"] = "listPictures"


@dataclass(frozen=True, kw_only=True)
class GetPicture:
    picture: int
    type: Literal["getPicture"] = "getPicture"


@dataclass(frozen=True, kw_only=True)
class TrashPictures:
    pictures: tuple[int, ...]
    type: Literal["trashPictures"] = "trashPictures"


@dataclass(frozen=True, kw_only=True)
class RestorePictures:
    pictures: tuple[int, ...]
    type: Literal["restorePictures"] = "restorePictures"


@dataclass(frozen=True, kw_only=True)
class ExportPicture:
    """Copy a picture to a path the user chose."""

    picture: int
    path: str
    type: Literal["exportPicture"] = "exportPicture"


@dataclass(frozen=True, kw_only=True)
class InspectPicture:
    """Read the settings out of any picture file: ours, or A1111-style infotext."""

    path: str
    type: Literal["inspectPicture"] = "inspectPicture"


@dataclass(frozen=True, kw_only=True)
class InspectText:
    """Read the settings out of pasted text: infotext, or a ComfyUI graph in its API format."""

    text: str
    type: Literal["inspectText"] = "inspectText"


@dataclass(frozen=True, kw_only=True)
class ListModels:
    type: Literal["listModels"] = "listModels"


@dataclass(frozen=True, kw_only=True)
class CountTokens:
    text: str
    model: str | None = None
    type: Literal["countTokens"] = "countTokens"


@dataclass(frozen=True, kw_only=True)
class SaveSettings:
    settings: Settings
    type: Literal["saveSettings"] = "saveSettings"


Command: TypeAlias = (
    Generate
    | CancelJob
    | SkipPicture
    | RetryJob
    | RemoveJob
    | MoveJob
    | PauseQueue
    | ResumeQueue
    | GetSnapshot
    | GetJob
    | ListPictures
    | GetPicture
    | TrashPictures
    | RestorePictures
    | ExportPicture
    | InspectPicture
    | InspectText
    | ListModels
    | CountTokens
    | SaveSettings
)


# ---- answers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The command is carried out; what changes because of it arrives as events. `id` is the job's, if one was made."""

    id: int | None = None
    type: Literal["accepted"] = "accepted"


@dataclass(frozen=True, kw_only=True)
class Refused:
    problem: Problem
    type: Literal["refused"] = "refused"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All a view needs to start from; later changes come as events, and so may some that it already holds."""

    state: EngineState
    problem: Problem | None = None
    """What keeps the queue from going on, if anything does."""
    version: str
    home: str
    paused: bool
    jobs: tuple[Job, ...]
    progress: dict[str, Progress]
    pictures: tuple[Picture, ...]
    settings: Settings
    samplers: tuple[Sampler, ...]
    schedules: tuple[Schedule, ...]
    type: Literal["snapshot"] = "snapshot"


@dataclass(frozen=True, kw_only=True)
class JobDetails:
    """The whole row: nothing in it is cut."""

    job: Job
    type: Literal["jobDetails"] = "jobDetails"


@dataclass(frozen=True, kw_only=True)
class PicturePage:
    pictures: tuple[Picture, ...]
    total: int
    type: Literal["picturePage"] = "picturePage"


@dataclass(frozen=True, kw_only=True)
class PictureDetails:
    picture: Picture
    plan: Plan
    infotext: str
    type: Literal["pictureDetails"] = "pictureDetails"


@dataclass(frozen=True, kw_only=True)
class PictureSettings:
    """What a picture file or pasted text says about itself; `notes` names what could not be taken over.

    `plan` is all that a picture of ours was made with.
    """

    request: TextToImage
    source: Literal["darkroom", "infotext", "comfyui"]
    notes: tuple[str, ...] = ()
    plan: Plan | None = None
    type: Literal["pictureSettings"] = "pictureSettings"


@dataclass(frozen=True, kw_only=True)
class ModelList:
    models: tuple[Model, ...]
    type: Literal["modelList"] = "modelList"


@dataclass(frozen=True, kw_only=True)
class TokenCount:
    """How long a prompt is; `unknown` are the embeddings it names that cannot be used and are left out."""

    tokens: int
    chunks: int
    unknown: tuple[str, ...] = ()
    type: Literal["tokenCount"] = "tokenCount"


Answer: TypeAlias = (
    Accepted | Refused | Snapshot | JobDetails | PicturePage | PictureDetails | PictureSettings | ModelList | TokenCount
)

ANSWERS: Mapping[type[Command], type[Answer]] = {
    Generate: Accepted,
    CancelJob: Accepted,
    SkipPicture: Accepted,
    RetryJob: Accepted,
    RemoveJob: Accepted,
    MoveJob: Accepted,
    PauseQueue: Accepted,
    ResumeQueue: Accepted,
    GetSnapshot: Snapshot,
    GetJob: JobDetails,
    ListPictures: PicturePage,
    GetPicture: PictureDetails,
    TrashPictures: Accepted,
    RestorePictures: Accepted,
    ExportPicture: Accepted,
    InspectPicture: PictureSettings,
    InspectText: PictureSettings,
    ListModels: ModelList,
    CountTokens: TokenCount,
    SaveSettings: Accepted,
}


# ---- events ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class JobChanged:
    """A job was added, moved, or changed its state; every field of its row, so that folding is one assignment."""

    job: int
    seq: int
    row: Job
    type: Literal["jobChanged"] = "jobChanged"


@dataclass(frozen=True, kw_only=True)
class JobRemoved:
    job: int
    seq: int
    type: Literal["jobRemoved"] = "jobRemoved"


@dataclass(frozen=True, kw_only=True)
class JobProgressed:
    job: int
    seq: int
    progress: Progress
    type: Literal["jobProgressed"] = "jobProgressed"


@dataclass(frozen=True, kw_only=True)
class PictureSaved:
    """The picture is on disk and in the library: said only after both are durable."""

    job: int
    seq: int
    picture: Picture
    type: Literal["pictureSaved"] = "pictureSaved"


@dataclass(frozen=True, kw_only=True)
class PicturesChanged:
    """Pictures went to the trash or came back."""

    pictures: tuple[int, ...]
    trashed: bool
    type: Literal["picturesChanged"] = "picturesChanged"


@dataclass(frozen=True, kw_only=True)
class QueuePaused:
    paused: bool
    type: Literal["queuePaused"] = "queuePaused"


@dataclass(frozen=True, kw_only=True)
class EngineChanged:
    """The engine's own state; `problem` when it cannot go on by itself."""

    state: EngineState
    problem: Problem | None = None
    type: Literal["engineChanged"] = "engineChanged"


@dataclass(frozen=True, kw_only=True)
class SettingsChanged:
    """`settings` is null when they are too large for an event: the snapshot has them."""

    settings: Settings | None
    type: Literal["settingsChanged"] = "settingsChanged"


JobEvent: TypeAlias = JobChanged | JobRemoved | JobProgressed | PictureSaved
Event: TypeAlias = JobEvent | PicturesChanged | QueuePaused | EngineChanged | SettingsChanged
Message: TypeAlias = Command | Answer | Event

COMMANDS: Mapping[str, type[Command]] = {str(kind.type): kind for kind in Command.__args__}
EVENTS: Mapping[str, type[Event]] = {str(kind.type): kind for kind in Event.__args__}

ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


def problem_of(error: DarkroomError) -> Problem:
    """The error as it crosses a border, where half a character, as in a file name that is no text, cannot go."""
    return Problem(code=error.code, message=error.sentence.encode("utf-8", "replace").decode())
