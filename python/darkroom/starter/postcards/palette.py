"""The colours of a postcard, and how the time of day lights them."""

from __future__ import annotations

Rgb = tuple[int, int, int]

SUBJECT_COLOURS: dict[str, Rgb] = {
    "red": (220, 30, 40),
    "yellow": (255, 215, 20),
    "green": (20, 145, 60),
    "blue": (35, 75, 225),
    "purple": (150, 45, 180),
    "white": (252, 252, 252),
}

SKY_COLOURS: dict[str, tuple[Rgb, Rgb]] = {
    "dawn": ((250, 180, 190), (255, 232, 190)),
    "day": ((85, 165, 240), (195, 230, 252)),
    "sunset": ((190, 70, 60), (255, 170, 60)),
    "night": ((10, 14, 50), (36, 50, 112)),
}
"""Top and horizon."""

GROUND_COLOURS: dict[str, Rgb] = {
    "mountains": (126, 170, 108),
    "hills": (150, 200, 92),
    "desert": (232, 196, 128),
    "sea": (52, 132, 176),
    "forest": (104, 150, 84),
    "city": (132, 134, 146),
}
SNOW_GROUND: Rgb = (222, 232, 244)
DARK_WOOD: Rgb = (96, 62, 44)
PALE_STONE: Rgb = (206, 204, 200)
GREY_SKY: Rgb = (128, 136, 150)

_LAND_LIGHT: dict[str, tuple[float, float, float]] = {
    "dawn": (0.98, 0.86, 0.84),
    "day": (1.0, 1.0, 1.0),
    "sunset": (0.84, 0.62, 0.56),
    "night": (0.42, 0.46, 0.60),
}
_SUBJECT_LIGHT: dict[str, float] = {"dawn": 0.98, "day": 1.0, "sunset": 0.94, "night": 0.90}


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`one` with `share` (0 to 1) of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def scaled(colour: Rgb, factor: float) -> Rgb:
    """The colour made darker (factor below 1) or lighter."""
    red, green, blue = (max(0, min(255, round(c * factor))) for c in colour)
    return red, green, blue


def land(colour: Rgb, time: str) -> Rgb:
    """A landscape colour in the light of the time of day."""
    red, green, blue = (round(c * f) for c, f in zip(colour, _LAND_LIGHT[time], strict=True))
    return red, green, blue


def subject(colour: Rgb, time: str) -> Rgb:
    """A subject's colour: hardly dimmed, so that white at night never turns grey."""
    return scaled(colour, _SUBJECT_LIGHT[time])


def window(time: str) -> Rgb:
    """Window panes: lit from inside in the evening, else reflecting the sky."""
    return (255, 226, 120) if time in ("sunset", "night") else (188, 222, 244)
