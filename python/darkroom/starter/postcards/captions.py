"""Captions in plain English: full ones that name all that is seen, short ones, and empty ones."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass

from darkroom.starter.postcards.scene import ATTRIBUTES, Scene

TIME_PHRASES = {
    "dawn": ("at dawn", "in the early morning", "at sunrise"),
    "day": ("by day", "in daylight", "during the day", "at noon"),
    "sunset": ("at sunset", "in the evening", "at dusk"),
    "night": ("at night", "by night", "at midnight"),
}
TERRAIN_NAMES = {
    "mountains": ("mountains", "snowy mountains", "the mountains"),
    "hills": ("hills", "green hills", "rolling hills"),
    "desert": ("the desert", "a desert", "a sandy desert"),
    "sea": ("the sea", "the ocean", "a calm sea"),
    "forest": ("a forest", "the forest", "the woods"),
    "city": ("a city", "the city", "a big city"),
}
SUBJECT_NAMES = {
    "house": ("house", "cottage"),
    "tent": ("tent",),
    "tree": ("tree",),
    "windmill": ("windmill",),
    "tower": ("tower", "clock tower"),
    "balloon": ("hot-air balloon", "balloon", "hot air balloon"),
    "sailboat": ("sailboat", "sailing boat", "boat"),
    "lighthouse": ("lighthouse",),
}
PLACE_PHRASES = {
    "left": ("on the left", "at the left"),
    "centre": ("in the middle", "in the center", "in the centre"),
    "right": ("on the right", "at the right"),
}
SKY_PHRASES = {
    "clear": ("a clear sky", "an empty sky"),
    "sun": ("the sun", "a bright sun", "sunshine"),
    "moon": ("the moon", "a full moon", "a bright moon"),
    "stars": ("stars", "a starry sky", "many stars"),
}
WEATHER_PHRASES = {
    "fair": ("fair weather", "no clouds"),
    "clouds": ("clouds", "a cloudy sky", "white clouds"),
    "snow": ("snow", "falling snow", "snowfall"),
    "rain": ("rain", "rainy weather", "falling rain"),
}
_OPENINGS = ("", "", "", "", "a postcard of ", "a picture of ", "an illustration of ", "a drawing of ")
_BEFORE_TERRAIN = {
    "mountains": ("in", "in front of"),
    "hills": ("in", "among"),
    "desert": ("in",),
    "sea": ("on", "at"),
    "forest": ("in",),
    "city": ("in", "in front of"),
}


@dataclass(frozen=True)
class Words:
    """The phrases chosen for a scene; an empty one is left unsaid."""

    subject: str
    place: str
    terrain: str
    time: str
    extras: tuple[str, ...]


def any_caption(scene: Scene, rng: random.Random) -> str:
    """A caption for training, by lot: three of four name all that is seen, others are short, one of twenty is empty."""
    throw = rng.random()
    if throw < 0.05:
        return ""
    worded = short_caption if throw < 0.25 else full_caption
    while is_held_out(caption := worded(scene, rng)):
        pass
    return caption


def held_out_caption(scene: Scene, rng: random.Random) -> str:
    """A full caption that training never says."""
    while not is_held_out(caption := full_caption(scene, rng)):
        pass
    return caption


def is_held_out(caption: str) -> bool:
    """Whether a caption is kept from training: one in sixteen, by its checksum, whatever it describes."""
    return caption != "" and zlib.crc32(caption.encode()) % 16 == 0


def full_caption(scene: Scene, rng: random.Random) -> str:
    """A caption that names every attribute except, at times, fair weather and a clear sky."""
    return _sentence(_words(scene, rng, said=frozenset(ATTRIBUTES)), scene, rng)


def short_caption(scene: Scene, rng: random.Random) -> str:
    """A caption that leaves some of what is seen unsaid."""
    names = ["time", "terrain", "sky", "weather", "place"]
    if scene.subject != "none":
        names.append("subject")
    said = set(rng.sample(names, rng.randint(1, 3)))
    if not said & {"terrain", "subject"}:
        said.add("terrain")
    if "subject" in said and rng.random() < 0.9:
        said.add("colour")
    return _sentence(_words(scene, rng, said=frozenset(said)), scene, rng)


def _words(scene: Scene, rng: random.Random, said: frozenset[str]) -> Words:
    return Words(
        subject=_subject(scene, rng, said),
        place=rng.choice(PLACE_PHRASES[scene.place]) if {"place", "subject"} <= said else "",
        terrain=rng.choice(TERRAIN_NAMES[scene.terrain]) if "terrain" in said else "",
        time=rng.choice(TIME_PHRASES[scene.time]) if "time" in said else "",
        extras=_extras(scene, rng, said),
    )


def _subject(scene: Scene, rng: random.Random, said: frozenset[str]) -> str:
    if scene.subject == "none" or "subject" not in said:
        return ""
    name = rng.choice(SUBJECT_NAMES[scene.subject])
    if "colour" not in said:
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    return f"a {scene.colour} {name}"


def _extras(scene: Scene, rng: random.Random, said: frozenset[str]) -> tuple[str, ...]:
    extras: list[str] = []
    if "sky" in said and (scene.sky != "clear" or rng.random() < 0.4):
        extras.append(rng.choice(SKY_PHRASES[scene.sky]))
    if "weather" in said and (scene.weather != "fair" or rng.random() < 0.2):
        extras.append(rng.choice(WEATHER_PHRASES[scene.weather]))
    rng.shuffle(extras)
    return tuple(extras)


def _sentence(words: Words, scene: Scene, rng: random.Random) -> str:
    form = rng.choice((_told, _told, _time_first, _listed))
    return form(words, scene, rng)


def _told(words: Words, scene: Scene, rng: random.Random) -> str:
    parts = [_setting(words, scene, rng), words.time]
    if words.subject and words.place:
        parts.insert(rng.choice((1, 2)), words.place)
    text = rng.choice(_OPENINGS) + " ".join(part for part in parts if part)
    return text + _with(words.extras)


def _time_first(words: Words, scene: Scene, rng: random.Random) -> str:
    if not words.time:
        return _told(words, scene, rng)
    setting = _setting(words, scene, rng)
    place = f" {words.place}" if words.subject and words.place else ""
    return f"{words.time}, {setting}{place}{_with(words.extras)}"


def _listed(words: Words, scene: Scene, rng: random.Random) -> str:
    del scene
    subject = f"{words.subject} {words.place}".strip()
    parts = [part for part in (subject, words.terrain, words.time.split(" ")[-1], *words.extras) if part]
    if rng.random() < 0.5:
        rng.shuffle(parts)
    return ", ".join(parts)


def _setting(words: Words, scene: Scene, rng: random.Random) -> str:
    if not (words.subject and words.terrain):
        return words.subject or words.terrain
    before = "over" if scene.subject == "balloon" else rng.choice(_BEFORE_TERRAIN[scene.terrain])
    return f"{words.subject} {before} {words.terrain}"


def _with(extras: tuple[str, ...]) -> str:
    return f" with {' and '.join(extras)}" if extras else ""
