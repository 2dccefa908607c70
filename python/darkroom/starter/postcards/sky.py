"""The sky: its colours, the sun, the moon, stars, and clouds."""

from __future__ import annotations

import random

from darkroom.starter.postcards import palette
from darkroom.starter.postcards.canvas import Canvas
from darkroom.starter.postcards.scene import Scene

_GREYNESS = {"fair": 0.0, "clouds": 0.10, "snow": 0.22, "rain": 0.42}
_CLOUD_COLOURS = {"dawn": (255, 240, 238), "day": (252, 253, 255), "sunset": (232, 140, 120), "night": (92, 102, 142)}
_STARS = 16


def draw_sky(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    """Everything above the horizon that is not land."""
    top, bottom = palette.SKY_COLOURS[scene.time]
    grey = palette.scaled(palette.GREY_SKY, 0.35 if scene.time == "night" else 1.0)
    share = _GREYNESS[scene.weather]
    canvas.gradient(palette.mixed(top, grey, share), palette.mixed(bottom, grey, share), horizon)
    if scene.sky == "sun":
        _sun(canvas, scene, horizon, rng)
    elif scene.sky == "moon":
        _moon(canvas, rng)
    elif scene.sky == "stars":
        _stars(canvas, horizon, rng)
    if scene.weather == "clouds":
        _clouds(canvas, scene.time, rng)


def _sun(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    x = rng.uniform(0.15, 0.85)
    high = scene.time == "day"
    y = rng.uniform(0.14, 0.22) if high else horizon - rng.uniform(0.20, 0.30)
    colour = {"dawn": (255, 205, 110), "day": (255, 236, 110), "sunset": (255, 232, 130)}[scene.time]
    canvas.disc(x, y, 0.13, colour, 70)
    canvas.disc(x, y, 0.09, colour)


def _moon(canvas: Canvas, rng: random.Random) -> None:
    x, y = rng.uniform(0.15, 0.85), rng.uniform(0.14, 0.22)
    canvas.disc(x, y, 0.12, (200, 205, 230), 50)
    canvas.disc(x, y, 0.08, (244, 240, 214))


def _stars(canvas: Canvas, horizon: float, rng: random.Random) -> None:
    for i in range(_STARS):
        x = (i % 4 + rng.uniform(0.15, 0.85)) / 4
        y = (i // 4 + rng.uniform(0.15, 0.85)) / 4 * (horizon - 0.08)
        canvas.disc(x, y, rng.uniform(0.011, 0.017), (255, 250, 205))


def _clouds(canvas: Canvas, time: str, rng: random.Random) -> None:
    for i in range(3):
        x, y = (i + rng.uniform(0.25, 0.75)) / 3, rng.uniform(0.09, 0.26)
        for dx, dy, radius in ((-0.075, 0.012, 0.042), (0.0, -0.012, 0.062), (0.075, 0.012, 0.046)):
            canvas.ellipse(x + dx, y + dy, radius * 1.25, radius, _CLOUD_COLOURS[time])
