"""Text to image: load, encode, sample, decode, save; for each picture of a job that is not saved yet."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from darkroom import _native
from darkroom.errors import LatentsNotFinite, PictureBlack
from darkroom.messages import Phase, Plan, Progress, Settings, TextToImage
from darkroom.models.autoencoder import decode
from darkroom.models.catalog import Catalog, Entry, size_of
from darkroom.models.embeddings import Embeddings
from darkroom.models.files import Stamp, stamp_of
from darkroom.models.hashes import computed_hash, known_hash, weights_of
from darkroom.models.hooks import BLOCKS, DECODER_BLOCKS, Gate
from darkroom.models.loader import Loaded, load
from darkroom.models.memory import refuse_beyond_memory
from darkroom.models.precision import Placement, chosen
from darkroom.previews.decoder import MIME, Budgets, PreviewDecoder
from darkroom.prompting.encode import encode_prompt
from darkroom.prompting.tokens import Vocabulary
from darkroom.sampling.denoise import Step, run
from darkroom.sampling.guidance import GuidedDenoiser
from darkroom.sampling.noise import initial_noise
from darkroom.sampling.plan import plan
from darkroom.sampling.sigmas import NoiseTable
from darkroom.tasks.attempt import Attempt
from darkroom.tasks.pace import Pace

REMEMBERED_PROMPTS = 32
BLACK = 2 / 127.5 - 1
"""A picture whose brightest value (-1 … 1) is at most this is a failure, not a night scene."""


@dataclass
class _Ready:
    """The model in memory, what was computed for it, and the gate its blocks ask."""

    stamp: tuple[Stamp, str]
    loaded: Loaded
    hash: str
    vocabulary: Vocabulary
    embeddings: Embeddings
    gate: Gate = field(default_factory=Gate)
    contexts: OrderedDict[tuple[str, int], Tensor] = field(default_factory=OrderedDict[tuple[str, int], Tensor])
    budgets: dict[tuple[int, int], Budgets] = field(default_factory=dict[tuple[int, int], Budgets])


@dataclass
class Studio:
    """Makes pictures; keeps the model it used last in memory. All of it belongs to the torch thread.

    `folder` keeps what was measured once (hashes, precision); `settings` and `catalog` are asked for each job.
    `on_problem` is told in a sentence why an embedding that a prompt names is not used.
    """

    folder: Path
    catalog: Callable[[], Catalog]
    settings: Callable[[], Settings]
    embedding_folders: tuple[Path, ...] = ()
    on_problem: Callable[[str], None] | None = None
    placement: Placement | None = None
    clock: Callable[[], float] = time.monotonic
    table: NoiseTable = field(default_factory=NoiseTable.scaled_linear)
    _ready: _Ready | None = None

    def perform(self, request: TextToImage, attempt: Attempt) -> None:
        """Carry out one job. Raises DarkroomError, or Cancelled from any point in it."""
        settings = self.settings()
        missing = [index for index in range(request.count) if index not in attempt.settled]
        pace = Pace(self.clock, request.count, request.steps or 0)
        entry = self.catalog().find(request.model or settings.model)
        with torch.inference_mode():
            ready = self._model(entry, settings, attempt, pace)
            ready.gate.check = attempt.check
            try:
                for place, index in enumerate(missing):
                    picture = _Picture(self, ready, attempt, pace, index, left=len(missing) - place - 1)
                    with attempt.picture(index):
                        picture.make(self._plan(request, index, ready, entry), settings)
            finally:
                ready.gate.open()

    def _plan(self, request: TextToImage, index: int, ready: _Ready, entry: Entry) -> Plan:
        return plan(
            request,
            index,
            family=ready.loaded.family,
            model=entry.id,
            model_hash=ready.hash,
            precision=ready.loaded.placement.precision,
        )

    def _model(self, entry: Entry, settings: Settings, attempt: Attempt, pace: Pace) -> _Ready:
        placement = self.placement or chosen(settings.device, self.folder / "precision.json")
        stamp = (stamp_of(entry.path), f"{placement.device} {placement.precision}")
        if self._ready is not None and self._ready.stamp == stamp:
            if self._ready.embeddings.refresh():
                self._ready.contexts.clear()
            return self._ready
        # Two models at once may not fit: the old one goes before the new one comes.
        self._ready = None

        on_bytes = _loading(attempt, pace.count)
        cache = self.folder / "model-hashes.json"
        hashed, digest = 0, known_hash(entry.path, cache)
        if digest is None:
            hashed, to_load = size_of(weights_of(entry.path)), size_of(entry.path)
            digest = computed_hash(entry.path, cache, lambda done, total: on_bytes(done, total + to_load))
        # One count over both, so that it never runs backwards.
        loaded = load(entry, placement, lambda done, total: on_bytes(hashed + done, hashed + total))
        width = loaded.text_encoder.config.hidden_size
        embeddings = Embeddings(self.embedding_folders, width, self.on_problem)
        ready = _Ready(stamp, loaded, digest, Vocabulary.read(loaded.tokenizer), embeddings)
        for network, blocks in (
            (loaded.unet, BLOCKS),
            (loaded.text_encoder, BLOCKS),
            (loaded.vae, DECODER_BLOCKS),
            (loaded.tiny, DECODER_BLOCKS),
        ):
            if network is not None:
                ready.gate.watch(network, blocks)
        self._ready = ready
        return ready


def _loading(attempt: Attempt, count: int) -> Callable[[int, int], None]:
    """Looks at the cancel flag at every call, and reports at every hundredth of the bytes."""
    last = -1

    def on_bytes(done: int, total: int) -> None:
        nonlocal last
        attempt.check()
        share = 100 * done // total if total else 100
        if share != last:
            last = share
            attempt.report(Progress(phase=Phase.LOADING, count=count, done_bytes=done, total_bytes=total))

    return on_bytes


@dataclass
class _Picture:
    """One picture of a job on its way from plan to disk."""

    studio: Studio
    ready: _Ready
    attempt: Attempt
    pace: Pace
    index: int
    left: int

    def make(self, plan: Plan, settings: Settings) -> None:
        self.attempt.check()
        refuse_beyond_memory(self.ready.loaded.vae, plan.width, plan.height)
        denoise = self._denoiser(plan)
        latents = self._sampled(plan, denoise, settings)
        rgb = self._decoded(latents)
        self.attempt.report(self.pace.at(Phase.SAVING, self.index))
        self.attempt.save(self.index, plan, rgb)

    def _denoiser(self, plan: Plan) -> GuidedDenoiser:
        self.attempt.report(self.pace.at(Phase.ENCODING, self.index))
        unet, placement = self.ready.loaded.unet, self.ready.loaded.placement

        def predict(x: Tensor, timesteps: Tensor, context: Tensor) -> Tensor:
            return unet(x.to(placement.dtype), timesteps, encoder_hidden_states=context, return_dict=False)[0]

        positive = self._context(plan.prompt, plan.clip_skip)
        negative = self._context(plan.negative, plan.clip_skip) if plan.guidance != 1.0 else positive
        channels = cast("Any", unet.config).block_out_channels[0]
        return GuidedDenoiser(predict, self.studio.table, positive, negative, plan.guidance, channels)

    def _context(self, prompt: str, clip_skip: int) -> Tensor:
        """The prompt's text context, remembered: people change the seed far more often than the words."""
        contexts, key = self.ready.contexts, (prompt, clip_skip)
        if key not in contexts:
            context = encode_prompt(
                prompt,
                self.ready.loaded.text_encoder,
                self.ready.vocabulary,
                clip_skip=clip_skip,
                embeddings=self.ready.embeddings,
                check=self.attempt.check,
            )
            contexts[key] = context.to(self.ready.loaded.placement.dtype)
            if len(contexts) > REMEMBERED_PROMPTS:
                contexts.popitem(last=False)
        contexts.move_to_end(key)
        return contexts[key]

    def _sampled(self, plan: Plan, denoise: GuidedDenoiser, settings: Settings) -> Tensor:
        loaded = self.ready.loaded
        budgets = self.ready.budgets.setdefault((plan.width, plan.height), Budgets.of(self.studio.clock))
        previews = PreviewDecoder.of(loaded.family, loaded.tiny, settings, budgets)
        downscale = loaded.family.downscale
        shape = (loaded.family.latent_channels, plan.height // downscale, plan.width // downscale)

        def on_step(step: Step) -> None:
            self.attempt.check()
            image = previews.preview(step.denoised) if previews and step.index < step.of else None
            key = self.attempt.preview(image, MIME) if image else None
            self.attempt.report(self.pace.stepped(self.index, step.index, step.of, key, left=self.left))

        self.pace.begin()
        return run(
            denoise,
            initial_noise(plan.seed, shape, [0]).to(loaded.placement.device),
            table=self.studio.table,
            sampler=plan.sampler,
            schedule=plan.schedule,
            steps=plan.steps,
            seed=plan.seed,
            on_step=on_step,
        )

    def _decoded(self, latents: Tensor) -> bytes:
        """8-bit RGB rows of the picture. Raises LatentsNotFinite or PictureBlack: neither is a picture."""
        self.attempt.report(self.pace.at(Phase.DECODING, self.index))
        loaded = self.ready.loaded
        decoded = decode(loaded.vae, latents / loaded.latent_scale)[0]
        _, height, width = decoded.shape
        chw = decoded.cpu().contiguous().numpy().data
        try:
            rgb = _native.pixels_from_float(chw, height, width)
        except _native.NativeError as error:
            raise LatentsNotFinite(f"Decoding after step {self.pace.steps}: {error}") from error
        if float(decoded.max()) <= BLACK:
            raise PictureBlack(
                f"The picture came out black after step {self.pace.steps}; use another precision, seed or guidance."
            )
        return rgb
