"""The built-in model does what the prompt says: told from plain facts about pixels, over several seeds."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from darkroom.messages import Plan, Progress, Settings, TextToImage
from darkroom.models.catalog import Catalog
from darkroom.models.precision import exact
from darkroom.tasks.text_to_image import Studio

SEEDS = 4
Pixels = npt.NDArray[np.float64]


@dataclass
class Kept:
    """An attempt that only keeps pictures."""

    settled: frozenset[int] = frozenset()
    pictures: list[Pixels] = field(default_factory=list[Pixels])

    @contextmanager
    def picture(self, index: int) -> Generator[None]:
        yield

    def check(self) -> None: ...

    def report(self, progress: Progress) -> None: ...

    def preview(self, image: bytes, mime: str) -> str:
        return f"{mime} {len(image)}"

    def save(self, index: int, plan: Plan, rgb: bytes) -> None:
        pixels = np.frombuffer(rgb, dtype=np.uint8).reshape(plan.height, plan.width, 3)
        self.pictures.append(pixels.astype(np.float64) / 255)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("studio"), Catalog, Settings, placement=exact())


def mean_picture(studio: Studio, prompt: str, **changes: object) -> Pixels:
    """The mean of a few pictures with consecutive seeds: what the prompt, not the seed, decides."""
    kept = Kept()
    request = TextToImage(prompt=prompt, steps=12, seed=100, count=SEEDS)
    studio.perform(replace(request, **changes), kept)  # type: ignore[arg-type]
    return np.mean(kept.pictures, axis=0)


def sky(picture: Pixels) -> Pixels:
    return picture[: len(picture) // 3].mean((0, 1))


def ground(picture: Pixels) -> Pixels:
    return picture[-len(picture) // 6 :].mean((0, 1))


def test_night_is_dark_and_day_is_bright(studio: Studio) -> None:
    day, night = mean_picture(studio, "green hills by day"), mean_picture(studio, "green hills at night")

    assert sky(day).mean() > sky(night).mean() + 0.25


def test_the_terrain_has_its_colour(studio: Studio) -> None:
    sea, desert, hills = (
        ground(mean_picture(studio, f"{terrain} by day")) for terrain in ("the sea", "a desert", "green hills")
    )

    assert sea[2] > sea[0] + 0.1, "the sea is blue"
    assert desert[0] > desert[2] + 0.1, "the desert is yellow"
    assert hills[1] > max(hills[0], hills[2]), "the hills are green"


def test_the_subject_has_the_colour_it_was_given(studio: Studio) -> None:
    red, blue = (mean_picture(studio, f"a {colour} house in green hills by day") for colour in ("red", "blue"))

    redder = (red - blue)[..., 0] - (red - blue)[..., 2]

    assert redder.max() > 0.3
    assert (redder > 0.15).mean() > 0.01


def test_a_subject_stands_where_it_was_put(studio: Studio) -> None:
    nothing = mean_picture(studio, "green hills by day")
    columns = {}
    for side in ("left", "right"):
        picture = mean_picture(studio, f"a red house in green hills by day on the {side}")
        weight = np.abs(picture - nothing).sum((0, 2))
        columns[side] = float((weight * np.arange(len(weight))).sum() / weight.sum())

    assert columns["left"] < columns["right"]


def test_the_negative_prompt_pushes_away(studio: Studio) -> None:
    plain = mean_picture(studio, "green hills")
    away = mean_picture(studio, "green hills", negative="at night, dark")

    assert np.abs(plain - away).mean() > 0.01


def test_weights_change_the_picture_and_one_does_not(studio: Studio) -> None:
    plain = mean_picture(studio, "a red house by day")

    assert np.array_equal(plain, mean_picture(studio, "a (red:1.0) house by day"))
    assert not np.array_equal(plain, mean_picture(studio, "a (red:1.5) house by day"))


def test_the_model_is_small_enough_to_ship() -> None:
    folder = Path(Catalog().find(None).path)

    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) <= 40 << 20
