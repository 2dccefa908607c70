"""The drawing program: reproducible, honest in its captions, and silent about what is held out."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice

import numpy as np
import pytest

from darkroom.starter.postcards import captions
from darkroom.starter.postcards.captions import any_caption, full_caption, held_out_caption, is_held_out
from darkroom.starter.postcards.postcard import captioned_scene, draw, lot, postcard
from darkroom.starter.postcards.scene import ATTRIBUTES, Scene, any_scene, held_out_scene, training_scene

SCENE = Scene("night", "mountains", "moon", "snow", "house", "red", "left")


def pixels(seed: int, number: int, size: int = 64) -> bytes:
    return postcard(seed, number, size).picture.tobytes()


def test_the_same_seed_and_number_give_the_same_postcard() -> None:
    assert postcard(5, 3, 64).caption == postcard(5, 3, 64).caption
    assert pixels(5, 3) == pixels(5, 3)


def test_a_postcard_does_not_depend_on_those_drawn_before_it() -> None:
    alone = pixels(5, 3)
    for number in range(3):
        pixels(5, number)
    assert pixels(5, 3) == alone


def test_another_seed_or_number_gives_another_postcard() -> None:
    assert len({pixels(5, 3), pixels(5, 4), pixels(6, 3)}) == 3


@pytest.mark.parametrize("size", [64, 128, 256])
def test_a_postcard_has_the_size_asked_for(size: int) -> None:
    assert postcard(1, 1, size).picture.size == (size, size)


def test_a_larger_postcard_shows_the_same_scene() -> None:
    small = np.asarray(postcard(1, 2, 64).picture, dtype=float)
    large = np.asarray(postcard(1, 2, 128).picture.reduce(2), dtype=float)
    assert np.abs(small - large).mean() < 3


def test_training_never_shows_a_held_out_pair() -> None:
    assert not any(captioned_scene(0, number)[0].has_held_out_pair() for number in range(3000))


def test_scenes_by_lot_do_have_held_out_pairs_and_can_be_asked_for() -> None:
    rng = random.Random(1)
    assert any(any_scene(rng).has_held_out_pair() for _ in range(300))
    assert held_out_scene(rng).has_held_out_pair()


def test_training_never_says_a_held_out_caption() -> None:
    said = {captioned_scene(0, number)[1] for number in range(3000)}
    assert not any(map(is_held_out, said))
    rng = random.Random(2)
    assert is_held_out(held_out_caption(training_scene(rng), rng))


@pytest.mark.parametrize("attribute", list(ATTRIBUTES))
def test_every_value_of_an_attribute_is_drawn(attribute: str) -> None:
    seen = Counter(captioned_scene(0, number)[0].value(attribute) for number in range(2000))
    assert set(seen) == set(ATTRIBUTES[attribute])


@pytest.mark.parametrize(
    ("phrases", "value"),
    [
        (captions.TERRAIN_NAMES, "mountains"),
        (captions.SUBJECT_NAMES, "house"),
        (captions.PLACE_PHRASES, "left"),
        (captions.SKY_PHRASES, "moon"),
        (captions.WEATHER_PHRASES, "snow"),
    ],
)
def test_a_full_caption_names_what_is_seen(phrases: dict[str, tuple[str, ...]], value: str) -> None:
    rng = random.Random(3)
    for caption in (full_caption(SCENE, rng) for _ in range(200)):
        assert any(phrase in caption for phrase in phrases[value]), caption
        assert "red" in caption


def test_captions_come_in_many_wordings_some_short_and_some_empty() -> None:
    rng = random.Random(4)
    said = [any_caption(SCENE, rng) for _ in range(1000)]
    assert len(set(said)) > 300
    assert 10 < said.count("") < 120
    assert sum(0 < len(caption.split()) <= 4 for caption in said) > 30


def test_each_colour_of_a_subject_stays_apart_from_the_others_at_night() -> None:
    means = [_subject_colour(colour) for colour in ATTRIBUTES["colour"]]
    apart = [np.abs(one - other).max() for place, one in enumerate(means) for other in islice(means, place)]
    assert min(apart) > 60


def _subject_colour(colour: str) -> np.ndarray:
    scene = Scene("night", "hills", "clear", "fair", "balloon", colour, "centre")
    picture = np.asarray(draw(scene, 128, lot(1, 1, "drawing")), dtype=float)
    return picture[32:56, 56:72].mean(axis=(0, 1))
