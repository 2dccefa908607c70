"""What a postcard shows: its attributes, which of them go together, and how one is drawn by lot."""

from __future__ import annotations

import random
from dataclasses import dataclass

TIMES = ("dawn", "day", "sunset", "night")
TERRAINS = ("mountains", "hills", "desert", "sea", "forest", "city")
SKIES = ("clear", "sun", "moon", "stars")
WEATHERS = ("fair", "clouds", "snow", "rain")
LAND_SUBJECTS = ("house", "tent", "tree", "windmill", "tower", "balloon")
SEA_SUBJECTS = ("sailboat", "lighthouse", "balloon")
SUBJECTS = ("none", "house", "tent", "tree", "windmill", "tower", "balloon", "sailboat", "lighthouse")
COLOURS = ("red", "yellow", "green", "blue", "purple", "white")
PLACES = ("left", "centre", "right")

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "time": TIMES,
    "terrain": TERRAINS,
    "sky": SKIES,
    "weather": WEATHERS,
    "subject": SUBJECTS,
    "colour": COLOURS,
    "place": PLACES,
}
"""Every attribute with its values, in the order used for class numbers."""

HELD_OUT_PAIRS = (
    ("subject", "house", "colour", "purple"),
    ("subject", "tent", "colour", "green"),
    ("subject", "balloon", "colour", "white"),
    ("subject", "sailboat", "colour", "yellow"),
    ("subject", "windmill", "terrain", "desert"),
    ("terrain", "forest", "time", "sunset"),
)
"""Pairs never shown in training, so that an evaluation can tell composing from remembering."""

_SKIES_AT = {
    "dawn": ("sun", "sun", "clear"),
    "day": ("sun", "sun", "clear"),
    "sunset": ("sun", "sun", "clear"),
    "night": ("moon", "moon", "stars", "stars", "clear"),
}
_WEATHER_LOT = ("fair", "fair", "fair", "clouds", "snow", "rain")
_CHANCE_OF_SUBJECT = 0.85


@dataclass(frozen=True)
class Scene:
    """One postcard's attributes. `colour` and `place` say nothing when `subject` is "none"."""

    time: str
    terrain: str
    sky: str
    weather: str
    subject: str
    colour: str
    place: str

    def has_held_out_pair(self) -> bool:
        """Whether this scene shows a pair that training never sees."""
        return any(
            getattr(self, first) == value and getattr(self, second) == other
            for first, value, second, other in HELD_OUT_PAIRS
        )

    def value(self, attribute: str) -> str:
        """The value of the attribute of that name."""
        return str(getattr(self, attribute))


def any_scene(rng: random.Random) -> Scene:
    """A scene by lot, held-out pairs among them."""
    time = rng.choice(TIMES)
    terrain = rng.choice(TERRAINS)
    subjects = SEA_SUBJECTS if terrain == "sea" else LAND_SUBJECTS
    return Scene(
        time=time,
        terrain=terrain,
        sky=rng.choice(_SKIES_AT[time]),
        weather=rng.choice(_WEATHER_LOT),
        subject=rng.choice(subjects) if rng.random() < _CHANCE_OF_SUBJECT else "none",
        colour=rng.choice(COLOURS),
        place=rng.choice(PLACES),
    )


def training_scene(rng: random.Random) -> Scene:
    """A scene by lot without any held-out pair."""
    while True:
        scene = any_scene(rng)
        if not scene.has_held_out_pair():
            return scene


def held_out_scene(rng: random.Random) -> Scene:
    """A scene by lot with a held-out pair."""
    while True:
        scene = any_scene(rng)
        if scene.has_held_out_pair():
            return scene
