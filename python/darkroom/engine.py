"""The engine: opens a home, answers commands, runs jobs on one torch thread and tells of everything as events."""

import asyncio
import contextlib
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from darkroom import __version__
from darkroom.errors import BadRequest, DarkroomError, EngineLost
from darkroom.library.brief import brief_job, brief_picture
from darkroom.library.database import Database, another, refuse_newer
from darkroom.library.export import export_picture
from darkroom.library.home import Home, home_folder, open_home
from darkroom.library.log import Log
from darkroom.library.metadata import read_file_settings, read_text
from darkroom.library.pictures import existing_file
from darkroom.library.settings import stored_settings, write_settings
from darkroom.library.trash import restore_pictures, trash_pictures
from darkroom.messages import (
    Accepted,
    Answer,
    CancelJob,
    Command,
    CountTokens,
    Event,
    ExportPicture,
    Generate,
    GetJob,
    GetPicture,
    GetSnapshot,
    InspectPicture,
    InspectText,
    JobDetails,
    ListModels,
    ListPictures,
    Model,
    ModelList,
    MoveJob,
    PauseQueue,
    PictureDetails,
    PicturePage,
    PictureSettings,
    RemoveJob,
    RestorePictures,
    ResumeQueue,
    RetryJob,
    Sampler,
    SaveSettings,
    Schedule,
    SettingsChanged,
    SkipPicture,
    Snapshot,
    TextToImage,
    TokenCount,
    TrashPictures,
)
from darkroom.models.catalog import EMBEDDINGS, catalog_of, expanded
from darkroom.models.embedding_files import vectors_in
from darkroom.models.tokenizer_files import tokenizer_of
from darkroom.prompting.count import count_tokens
from darkroom.queue.handle import JobHandle
from darkroom.queue.queue import Queue
from darkroom.queue.subscriptions import refuse_other_loop
from darkroom.queue.worker import Perform
from darkroom.tasks.attempt import Attempt
from darkroom.tasks.request import checked, checked_text

_Result = TypeVar("_Result")

# A seed that every language reads exactly out of JSON and every other tool accepts.
CHOSEN_SEEDS = 2**32
LULL_SECONDS = 0.1
PICTURES_SHOWN = 100


class Engine:
    """`async with Engine() as engine:` - one home, opened; several processes may have it open at once.

    `home` is a folder, else DARKROOM_HOME, else the folder chosen in the window, else the platform's data folder. With
    `run_queue=False` this process only adds to the queue and follows it. `perform` carries out one request on the torch
    thread.

    Entering raises HomeNewer (nothing is touched), HomeUnwritable, DiskFull or HomeDamaged.
    """

    def __init__(
        self, home: Path | str | None = None, *, run_queue: bool = True, perform: Perform | None = None
    ) -> None:
        self._named = home
        self._run_queue = run_queue
        self._perform = perform
        self._entered = False
        self._opened: _Opened | None = None

    async def __aenter__(self) -> "Engine":
        if self._entered:
            raise EngineLost(
                "This engine is open already; use it, or open another one: `async with Engine() as more:`."
            )
        self._entered = True
        try:
            opened = await _carried_through(asyncio.to_thread(self._opened_home), _Opened.close)
            try:
                opened.queue.start()
            except BaseException:
                await opened.close()
                raise
        except BaseException:
            self._entered = False
            raise
        self._opened = opened
        return self

    def _opened_home(self) -> "_Opened":
        """On a thread of its own: a library that is checked or rebuilt may take minutes."""
        root = home_folder(self._named)
        refuse_newer(root / "library.db")
        home = open_home(root)
        with contextlib.ExitStack() as opening:
            log = Log(home)
            opening.callback(log.close)
            tasks = _Tasks(home, log)
            prepare = tasks.prepare if self._perform is None else None
            queue = Queue(home, log, self._perform or tasks.perform, prepare, run=self._run_queue)
            opening.pop_all()
        return _Opened(home, log, queue)

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._open.close()
        finally:
            self._opened, self._entered = None, False

    @property
    def home(self) -> Home:
        """Where everything of this engine's lies."""
        return self._open.home

    @property
    def runs_queue(self) -> bool:
        """Whether this process runs the queue now; another one may take over later."""
        return self._open.queue.runs

    async def submit(self, request: TextToImage, *, front: bool = False, priority: int = 0) -> JobHandle:
        """Add a job; it is safe from any crash when this returns.

        Raises the BadRequest that names the wrong field, or what is wrong with the model it names.
        """
        return await self._open.submitted(request, front=front, priority=priority)

    def job(self, job: int) -> JobHandle:
        """The job with this id, whoever added it. Raises NotFound."""
        return self._open.handle_of(job)

    async def handle(self, command: Command) -> Answer:
        """Carry out a command. Raises DarkroomError."""
        return await self._open.answer(command)

    def events(self) -> AsyncIterator[Event]:
        """Everything that happens from now on, in order; a slow reader gets only the newest progress."""
        return self._open.queue.broadcast.subscribe()

    def preview(self, key: str) -> tuple[bytes, str] | None:
        """Bytes and MIME type of the newest preview of the key's job, if it is still there."""
        return self._open.queue.mailbox.get(key)

    def picture_file(self, picture: int) -> Path:
        """Where a picture lies. Raises NotFound."""
        return self._open.file_of(picture)

    @property
    def _open(self) -> "_Opened":
        if self._opened is None:
            raise EngineLost("The engine is not open; use it inside `async with Engine() as engine:`.")
        return self._opened


class _Tasks:
    """What the torch thread runs by default; the long import happens there, once, when `prepare` is called.

    Importing torch on two threads at once can half-initialise it, so nothing else may import it.
    """

    def __init__(self, home: Home, log: Log) -> None:
        self._home = home
        self._log = log
        self._studio_perform: Perform | None = None

    def prepare(self) -> None:
        from darkroom.models.imports import import_networks

        import_networks()
        from darkroom.tasks.text_to_image import Studio

        home = self._home
        studio = Studio(
            folder=home.root,
            catalog=lambda: catalog_of(home),
            settings=lambda: stored_settings(home),
            embedding_folders=_embedding_folders(home),
            on_problem=self._log.note,
        )
        self._studio_perform = studio.perform

    def perform(self, request: TextToImage, attempt: Attempt) -> None:
        if self._studio_perform is None:
            self.prepare()
        assert self._studio_perform is not None
        self._studio_perform(request, attempt)


async def _carried_through(work: Awaitable[_Result], undo: Callable[[_Result], Awaitable[None]]) -> _Result:
    """The result of work that cannot be stopped half-way; cancelled, it is undone once it is there."""
    working = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        with contextlib.suppress(DarkroomError):
            await undo(await working)
        raise


def _networks_are_imported() -> bool:
    """As in an engine that a spare has forked: getting ready takes no time."""
    return "torch" in sys.modules


def _request(given: object) -> TextToImage:
    """`given`, if it is what callers with a type checker give. Raises BadRequest."""
    if not isinstance(given, TextToImage):
        raise BadRequest(f"The request is {type(given).__name__}, no TextToImage; write TextToImage(prompt=...).")
    return given


def _counted(command: CountTokens, home: Home) -> TokenCount:
    model = catalog_of(home).find(command.model or stored_settings(home).model)
    return count_tokens(command.text, tokenizer_of(model.path), lambda name: vectors_in(_embedding_folders(home), name))


def _embedding_folders(home: Home) -> tuple[Path, ...]:
    return (home.models / EMBEDDINGS, home.models)


class _Opened:
    """An open home and the table of what each command does in it."""

    def __init__(self, home: Home, log: Log, queue: Queue) -> None:
        self.home = home
        self.log = log
        self.queue = queue
        self._lull: asyncio.TimerHandle | None = None
        self._commands: dict[type[Any], Callable[[Any], Answer | Awaitable[Answer]]] = {
            Generate: self._generate,
            CancelJob: lambda command: self._wish(self.queue.cancel, command.job),
            SkipPicture: lambda command: self._wish(self.queue.skip, command.job, command.index),
            RetryJob: lambda command: self._wish(self.queue.retry, command.job),
            RemoveJob: lambda command: self._wish(self.queue.remove, command.job),
            MoveJob: lambda command: self._wish(self.queue.move, command.job, command.before),
            PauseQueue: lambda _: self._wish(self.queue.pause, True),
            ResumeQueue: lambda _: self._wish(self.queue.pause, False),
            GetSnapshot: self._snapshot,
            GetJob: lambda command: JobDetails(job=self.queue.jobs.job(command.job)),
            ListPictures: self._list_pictures,
            GetPicture: self._get_picture,
            TrashPictures: self._trash,
            RestorePictures: self._restore,
            ExportPicture: self._export,
            InspectPicture: self._inspect,
            InspectText: self._inspect_text,
            ListModels: self._list_models,
            CountTokens: self._count_tokens,
            SaveSettings: self._save_settings,
        }

    async def close(self) -> None:
        """Let go of the home; the engine's last event is told before."""
        try:
            await self.queue.close()
        finally:
            self.log.close()

    async def answer(self, command: Command) -> Answer:
        refuse_other_loop(self.queue.broadcast.home)
        carry_out = self._commands.get(type(command))
        if carry_out is None:
            raise BadRequest(f"{type(command).__name__} is no command of Darkroom's; take one from darkroom.messages.")
        answer = carry_out(command)
        answered = await answer if isinstance(answer, Awaitable) else answer
        if isinstance(command, GetSnapshot) or self._in_a_lull():
            self._warm_up_after_a_lull()
        return answered

    def _in_a_lull(self) -> bool:
        return self._lull is not None and self._lull.when() > asyncio.get_running_loop().time()

    def _warm_up_after_a_lull(self) -> None:
        """A window asks for its pictures right after its first look; an interpreter that imports torch answers late."""
        if self._lull is not None:
            self._lull.cancel()
        lull = 0 if _networks_are_imported() else LULL_SECONDS
        self._lull = asyncio.get_running_loop().call_later(lull, self.queue.warm_up)

    async def submitted(self, request: TextToImage, *, front: bool, priority: int) -> JobHandle:
        refuse_other_loop(self.queue.broadcast.home)
        wish = checked(_request(request))
        if wish.model is not None:
            await asyncio.to_thread(catalog_of(self.home).find, wish.model)
        seed = secrets.randbelow(CHOSEN_SEEDS) if wish.seed is None else wish.seed
        job = self.queue.add(replace(wish, seed=seed), front=front, priority=priority)
        return self.handle_of(job.id)

    def handle_of(self, job: int) -> JobHandle:
        queue = self.queue
        return JobHandle(queue.jobs.job(job).id, queue.jobs, queue.pictures, queue.broadcast, queue.cancel)

    def file_of(self, picture: int) -> Path:
        return existing_file(self.home, self.queue.pictures.picture(picture))

    async def _generate(self, command: Generate) -> Accepted:
        handle = await self.submitted(command.request, front=command.front, priority=command.priority)
        return Accepted(id=handle.id)

    def _wish(self, carry_out: Callable[..., None], *arguments: object) -> Accepted:
        carry_out(*arguments)
        return Accepted()

    def _snapshot(self, _: GetSnapshot) -> Snapshot:
        queue = self.queue
        queue.catch_up()
        return Snapshot(
            state=queue.state,
            problem=queue.problem,
            version=__version__,
            home=str(self.home.root),
            paused=queue.jobs.paused(),
            jobs=tuple(map(brief_job, queue.shown())),
            progress={str(job): progress for job, progress in queue.progress.items()},
            pictures=tuple(map(brief_picture, queue.pictures.page(None, PICTURES_SHOWN).pictures)),
            settings=stored_settings(self.home),
            samplers=tuple(Sampler),
            schedules=tuple(Schedule),
        )

    def _list_pictures(self, command: ListPictures) -> PicturePage:
        page = self.queue.pictures.page(command.before, command.limit, trashed=command.trashed)
        return replace(page, pictures=tuple(map(brief_picture, page.pictures)))

    def _get_picture(self, command: GetPicture) -> PictureDetails:
        return self.queue.pictures.details(command.picture)

    async def _trash(self, command: TrashPictures) -> Accepted:
        return await self._moved(trash_pictures, command.pictures)

    async def _restore(self, command: RestorePictures) -> Accepted:
        return await self._moved(restore_pictures, command.pictures)

    async def _moved(self, move: Callable[[Home, Database, Sequence[int]], None], pictures: Sequence[int]) -> Accepted:
        """Move pictures off the loop: a gallery of them takes seconds."""

        def moved() -> None:
            with contextlib.closing(another(self.queue.database)) as database:
                move(self.home, database, pictures)

        try:
            await asyncio.to_thread(moved)
        finally:
            self.queue.catch_up()
        return Accepted()

    async def _export(self, command: ExportPicture) -> Accepted:
        await asyncio.to_thread(export_picture, self.home, self.file_of(command.picture), command.path)
        return Accepted()

    async def _inspect(self, command: InspectPicture) -> PictureSettings:
        return await asyncio.to_thread(self._inspected, command.path)

    def _inspected(self, path: str) -> PictureSettings:
        return read_file_settings(expanded(path) or Path(path), self._models())

    async def _inspect_text(self, command: InspectText) -> PictureSettings:
        return await asyncio.to_thread(lambda: read_text(command.text, self._models()))

    async def _list_models(self, _: ListModels) -> ModelList:
        return ModelList(models=await asyncio.to_thread(self._models))

    def _models(self) -> tuple[Model, ...]:
        return catalog_of(self.home).models()

    async def _count_tokens(self, command: CountTokens) -> TokenCount:
        checked_text("prompt", command.text)
        return await asyncio.to_thread(_counted, command, self.home)

    def _save_settings(self, command: SaveSettings) -> Accepted:
        settings = command.settings
        self.queue.tell(SettingsChanged(settings=settings), lambda: write_settings(self.home, settings))
        return Accepted()
