"""Text to image on a complete tiny model: what is said while it runs, what comes out, and what stops it."""

import gc
import shutil
import weakref
from collections.abc import Callable, Generator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from darkroom.errors import BadClipSkip, Cancelled, Code, LatentsNotFinite, ModelMissing, PictureBlack, Skipped
from darkroom.messages import Phase, Plan, Progress, Sampler, Settings, TextToImage
from darkroom.models.catalog import Catalog
from darkroom.models.precision import exact
from darkroom.tasks.text_to_image import Studio
from refusals import refused
from tests.tiny import WIDTH, tiny_model


def _never(_: object) -> bool:
    return False


@dataclass
class Recorder:
    """An attempt that remembers everything and may stop at the n-th look at its cancel flag."""

    settled: AbstractSet[int] = frozenset()
    stop_when: "Callable[[Recorder], bool]" = field(default=_never)
    skip_when: "Callable[[Recorder], bool]" = field(default=_never)
    reports: list[Progress] = field(default_factory=list[Progress])
    images: list[bytes] = field(default_factory=list[bytes])
    kept: dict[int, tuple[Plan, bytes]] = field(default_factory=dict[int, tuple[Plan, bytes]])
    checks: int = 0
    at: int = -1

    @contextmanager
    def picture(self, index: int) -> Generator[None]:
        self.at = index
        with suppress(Skipped):
            yield

    def check(self) -> None:
        self.checks += 1
        if self.stop_when(self):
            raise Cancelled
        if self.skip_when(self):
            raise Skipped

    def report(self, progress: Progress) -> None:
        self.reports.append(progress)

    def preview(self, image: bytes, mime: str) -> str:
        assert mime == "image/jpeg"
        self.images.append(image)
        return str(len(self.images))

    def save(self, index: int, plan: Plan, rgb: bytes) -> None:
        self.kept[index] = (plan, rgb)

    @property
    def phases(self) -> list[Phase]:
        seen = [progress.phase for progress in self.reports]
        return [phase for place, phase in enumerate(seen) if place == 0 or seen[place - 1] != phase]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    tiny_model(folder / "tiny", preview_decoder=True)
    tiny_model(folder / "other")
    return folder


@pytest.fixture
def studio(models: Path, tmp_path: Path) -> Studio:
    torch.set_num_threads(1)
    return Studio(tmp_path, lambda: Catalog((models,)), Settings, placement=exact())


ASKED = TextToImage(prompt="a (red:1.2) boat", model="tiny", width=64, height=64, steps=3, seed=11)


def made(studio: Studio, request: TextToImage, **changes: object) -> Recorder:
    recorder = Recorder(**changes)  # type: ignore[arg-type]
    studio.perform(request, recorder)
    return recorder


def test_the_phases_come_in_their_order_and_every_step_is_told(studio: Studio) -> None:
    recorder = made(studio, ASKED)

    assert recorder.phases == [Phase.LOADING, Phase.ENCODING, Phase.SAMPLING, Phase.DECODING, Phase.SAVING]
    steps = [progress.step for progress in recorder.reports if progress.phase == Phase.SAMPLING]
    assert steps == [1, 2, 3]
    last = next(progress for progress in reversed(recorder.reports) if progress.phase == Phase.SAMPLING)
    assert last.seconds_left == 0
    assert last.seconds_per_step is not None


def test_loading_is_told_in_bytes_until_all_are_read(studio: Studio) -> None:
    loading = [progress for progress in made(studio, ASKED).reports if progress.phase == Phase.LOADING]

    assert loading[-1].done_bytes == loading[-1].total_bytes > 1_000_000
    done, shares = zip(*((now.done_bytes, now.done_bytes / now.total_bytes) for now in loading), strict=True)
    assert (list(done), list(shares)) == (sorted(done), sorted(shares))


def test_the_same_request_gives_the_same_bytes_and_another_seed_does_not(studio: Studio) -> None:
    first, again = made(studio, ASKED), made(studio, ASKED)
    other = made(studio, replace(ASKED, seed=12))

    assert first.kept[0][1] == again.kept[0][1]
    assert first.kept[0][1] != other.kept[0][1]
    assert len(first.kept[0][1]) == 64 * 64 * 3


def test_an_embedding_that_came_between_two_jobs_is_used_and_a_damaged_one_is_told(
    studio: Studio, tmp_path: Path
) -> None:
    told: list[str] = []
    studio.embedding_folders, studio.on_problem = (tmp_path,), told.append
    asked = replace(ASKED, prompt="a boat, embedding:style")
    without = made(studio, asked)

    save_file({"emb_params": torch.full((2, WIDTH), 3.0)}, tmp_path / "style.safetensors")
    with_it = made(studio, asked)
    (tmp_path / "style.safetensors").write_bytes(b"cut")
    damaged = made(studio, asked)

    assert with_it.kept[0][1] != without.kept[0][1] == damaged.kept[0][1]
    (sentence,) = told
    assert sentence.startswith("style.safetensors: ")


def test_picture_i_can_be_made_again_alone_from_its_plan(studio: Studio) -> None:
    both = made(studio, replace(ASKED, count=2))
    plan, rgb = both.kept[1]

    alone = made(studio, replace(ASKED, seed=plan.seed))

    assert plan.seed == 12
    assert alone.kept[0][1] == rgb


def test_the_plan_leaves_nothing_open(studio: Studio) -> None:
    plan, _ = made(studio, replace(ASKED, sampler=Sampler.HEUN)).kept[0]

    assert (plan.model, plan.family, plan.precision, plan.sampler) == ("tiny", "sd15", "fp32", Sampler.HEUN)
    assert len(plan.model_hash) == 64


def test_pictures_of_an_earlier_attempt_are_not_made_again(studio: Studio) -> None:
    recorder = made(studio, replace(ASKED, count=3), settled=frozenset({0, 2}))

    assert set(recorder.kept) == {1}


def test_a_skipped_picture_is_left_in_the_middle_of_a_step_and_the_next_is_as_it_would_have_been(
    studio: Studio,
) -> None:
    alone = made(studio, replace(ASKED, count=2))

    def in_the_first(recorder: Recorder) -> bool:
        return recorder.at == 0 and Phase.SAMPLING in recorder.phases

    recorder = made(studio, replace(ASKED, count=2), skip_when=in_the_first)

    assert set(recorder.kept) == {1}
    assert recorder.kept[1] == alone.kept[1]


def test_the_model_and_the_prompt_are_remembered(studio: Studio) -> None:
    made(studio, ASKED)
    encoder = studio._ready.loaded.text_encoder  # type: ignore[union-attr]
    calls: list[object] = []
    encoder.register_forward_hook(lambda *_: calls.append(1))

    second = made(studio, replace(ASKED, seed=99))

    assert Phase.LOADING not in second.phases
    assert calls == []


def test_a_prompt_is_remembered_with_its_clip_skip(studio: Studio) -> None:
    last, before_last = made(studio, ASKED), made(studio, replace(ASKED, clip_skip=2))

    assert last.kept[0][1] != before_last.kept[0][1]


def test_the_prompts_used_last_are_those_remembered(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darkroom.tasks.text_to_image.REMEMBERED_PROMPTS", 2)
    asked = replace(ASKED, guidance=1)
    for prompt in ("one", "two", "one", "three"):
        made(studio, replace(asked, prompt=prompt))

    assert [prompt for prompt, _ in studio._ready.contexts] == ["one", "three"]  # type: ignore[union-attr]


def test_a_negative_prompt_says_something_except_at_a_guidance_of_one(studio: Studio) -> None:
    def pixels(negative: str, guidance: float) -> bytes:
        return made(studio, replace(ASKED, negative=negative, guidance=guidance)).kept[0][1]

    assert pixels("fog", 7) != pixels("", 7)
    assert pixels("fog", 1) == pixels("", 1)


def test_another_model_takes_the_place_of_the_first(studio: Studio) -> None:
    made(studio, ASKED)

    recorder = made(studio, replace(ASKED, model="other"))

    assert Phase.LOADING in recorder.phases
    assert recorder.kept[0][0].model == "other"


def test_two_models_are_never_in_memory_at_once(studio: Studio) -> None:
    made(studio, ASKED)
    first = weakref.ref(studio._ready.loaded.unet)  # type: ignore[union-attr]
    there: list[bool] = []

    def look(recorder: Recorder) -> bool:
        there.append(first() is not None)
        return False

    gc.disable()
    try:
        made(studio, replace(ASKED, model="other"), stop_when=look)
    finally:
        gc.enable()

    assert there[0] is False


def test_a_model_whose_file_is_another_is_loaded_again(models: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(models / "tiny", tmp_path / "models" / "tiny")
    studio = Studio(tmp_path, lambda: Catalog((copy.parent,)), Settings, placement=exact())
    before = made(studio, ASKED).kept[0]
    shutil.copytree(models / "other" / "unet", copy / "unet", dirs_exist_ok=True)
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    save_file({name: tensor * 0.5 for name, tensor in load_file(weights).items()}, weights)

    again = made(studio, ASKED)

    assert Phase.LOADING in again.phases
    assert again.kept[0][0].model_hash != before[0].model_hash
    assert again.kept[0][1] != before[1]


def test_the_model_of_the_settings_is_used_where_none_is_named(models: Path, tmp_path: Path) -> None:
    studio = Studio(tmp_path, lambda: Catalog((models,)), lambda: Settings(model="other"), placement=exact())

    assert made(studio, replace(ASKED, model=None)).kept[0][0].model == "other"
    assert made(studio, ASKED).kept[0][0].model == "tiny"


@pytest.mark.parametrize("phase", [Phase.LOADING, Phase.ENCODING, Phase.SAMPLING, Phase.DECODING])
def test_cancel_works_in_every_phase_and_leaves_no_picture(studio: Studio, phase: Phase) -> None:
    recorder = Recorder(stop_when=lambda seen: bool(seen.reports) and seen.reports[-1].phase == phase)

    with pytest.raises(Cancelled):
        studio.perform(ASKED, recorder)

    assert recorder.kept == {}
    assert recorder.phases[-1] == phase
    assert made(studio, ASKED).kept.keys() == {0}


def test_cancel_is_looked_at_at_every_block_of_a_step(studio: Studio) -> None:
    made(studio, ASKED)

    few, more = made(studio, ASKED), made(studio, replace(ASKED, steps=4))

    blocks = 7  # residual and attention blocks of the tiny UNet that one step goes through at the least
    assert more.checks - few.checks > blocks


def test_the_last_step_has_no_preview_because_the_picture_follows(studio: Studio) -> None:
    assert made(studio, replace(ASKED, steps=1)).images == []


def test_off_means_no_previews_and_fine_means_some(models: Path, tmp_path: Path) -> None:
    def images(kind: str) -> list[bytes]:
        settings = Settings(previews=kind)  # type: ignore[arg-type]
        studio = Studio(tmp_path, lambda: Catalog((models,)), lambda: settings, placement=exact())
        return made(studio, ASKED).images

    assert images("off") == []
    assert images("fine")[0].startswith(b"\xff\xd8")
    assert len(images("linear")) >= 1


def test_cancel_is_looked_at_inside_a_fine_preview(models: Path, tmp_path: Path) -> None:
    def looks(kind: str) -> int:
        settings = Settings(previews=kind)  # type: ignore[arg-type]
        studio = Studio(tmp_path, lambda: Catalog((models,)), lambda: settings, placement=exact())
        # The first picture's first preview is free.
        return made(studio, ASKED).checks

    convolutions = 10  # of the tiny decoder, at the least
    assert looks("fine") >= looks("linear") + convolutions


def damaged(models: Path, tmp_path: Path, part: str, **values: float) -> Studio:
    """A studio whose model has tensors of `part` filled with one value each."""
    copy = tmp_path / "models" / "tiny"
    shutil.copytree(models / "tiny", copy)
    file = copy / part / "diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    for name, value in values.items():
        tensors[name.replace("__", ".")].fill_(value)
    save_file(tensors, file)
    return Studio(tmp_path, lambda: Catalog((copy.parent,)), Settings, placement=exact())


def test_broken_weights_are_reported_with_the_step_and_never_saved(models: Path, tmp_path: Path) -> None:
    recorder = Recorder()

    with pytest.raises(LatentsNotFinite, match="Step 1 of 3"):
        damaged(models, tmp_path, "unet", conv_out__bias=float("nan")).perform(ASKED, recorder)

    assert recorder.kept == {}


def test_a_picture_that_is_not_a_number_is_reported(models: Path, tmp_path: Path) -> None:
    recorder = Recorder()

    with pytest.raises(LatentsNotFinite, match="Decoding"):
        damaged(models, tmp_path, "vae", decoder__conv_out__bias=float("inf")).perform(ASKED, recorder)

    assert recorder.kept == {}


def test_a_black_picture_is_a_failure(models: Path, tmp_path: Path) -> None:
    recorder = Recorder()

    with pytest.raises(PictureBlack, match="black"):
        damaged(models, tmp_path, "vae", decoder__conv_out__weight=0.0, decoder__conv_out__bias=-5.0).perform(
            ASKED, recorder
        )

    assert recorder.kept == {}


def test_a_size_beyond_the_machines_memory_is_refused_before_the_first_step(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Decoding 64 x 64 pixels, eight channels of them in and out in float32, takes 256 kB. The model is loaded already.
    made(studio, ASKED)
    table = tmp_path / "meminfo"
    monkeypatch.setattr("darkroom.models.memory._MEMORY", table)
    recorder = Recorder()

    table.write_text("MemTotal: 150 kB\nMemFree: 900 kB\nSwapTotal: 50 kB\n")
    with refused(Code.OUT_OF_MEMORY, "64 x 64 pixels", "more than 0.3 MB", "has 0.2 MB", "use a smaller size"):
        studio.perform(ASKED, recorder)
    assert Phase.SAMPLING not in recorder.phases
    assert recorder.kept == {}

    table.write_text("MemTotal: 200 kB\nMemFree: 0 kB\nSwapTotal: 60 kB\n")
    assert made(studio, ASKED).kept
    table.unlink()
    assert made(studio, ASKED).kept


def test_a_clip_skip_beyond_the_text_encoders_layers_is_refused(studio: Studio) -> None:
    with pytest.raises(BadClipSkip, match="has 2 layers"):
        made(studio, replace(ASKED, clip_skip=12))


def test_a_model_that_is_gone_is_named(studio: Studio) -> None:
    with pytest.raises(ModelMissing, match="nowhere"):
        made(studio, replace(ASKED, model="nowhere"))
