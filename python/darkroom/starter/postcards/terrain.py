"""The land below the sky: one function a terrain, chosen from a table."""

from __future__ import annotations

import random
from collections.abc import Callable

from darkroom.starter.postcards import palette
from darkroom.starter.postcards.canvas import Canvas
from darkroom.starter.postcards.palette import Rgb
from darkroom.starter.postcards.scene import Scene


def draw_terrain(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    """The terrain's silhouette on the horizon and the ground in front of it."""
    _SILHOUETTES[scene.terrain](canvas, scene, horizon, rng)
    if scene.terrain != "sea":
        canvas.rectangle(0, horizon, 1, 1, ground_colour(scene))
        _foreground(canvas, scene, horizon, rng)


def ground_colour(scene: Scene) -> Rgb:
    """The ground in the light of the hour, white where it snows (never the sea)."""
    snowy = scene.weather == "snow" and scene.terrain != "sea"
    plain = palette.GROUND_COLOURS[scene.terrain]
    return palette.land(palette.mixed(plain, palette.SNOW_GROUND, 0.8) if snowy else plain, scene.time)


def _foreground(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    colour = palette.scaled(ground_colour(scene), 0.93)
    canvas.ellipse(rng.uniform(0.1, 0.9), 1.06, rng.uniform(0.6, 0.8), 1.06 - horizon - 0.16, colour)


def _mountains(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    far, snow = palette.land((122, 134, 164), scene.time), palette.land((246, 248, 252), scene.time)
    near = palette.land((92, 104, 136), scene.time)
    shift = rng.uniform(-0.08, 0.08)
    for x, height, colour in ((0.22, 0.36, far), (0.80, 0.33, far), (0.50, 0.27, near)):
        _peak(canvas, x + shift, horizon, height * rng.uniform(0.9, 1.12), colour, snow)


def _peak(canvas: Canvas, x: float, base: float, height: float, colour: Rgb, snow: Rgb) -> None:
    width = height * 0.95
    top = base - height
    canvas.polygon([(x - width, base), (x, top), (x + width, base)], colour)
    edge, cap = width * 0.36, top + height * 0.36
    canvas.polygon([(x - edge, cap), (x, top), (x + edge, cap), (x, cap - height * 0.08)], snow)


def _hills(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    for x, height, colour in ((0.15, 0.20, (112, 178, 82)), (0.85, 0.17, (98, 164, 78)), (0.5, 0.10, (126, 188, 84))):
        hill = palette.mixed(colour, palette.SNOW_GROUND, 0.45) if scene.weather == "snow" else colour
        rise = height * rng.uniform(0.9, 1.25)
        canvas.ellipse(x + rng.uniform(-0.1, 0.1), horizon + 0.02, 0.46, rise, palette.land(hill, scene.time))


def _desert(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    x = rng.uniform(0.25, 0.75)
    for dx, height, colour in ((-0.38, 0.11, (214, 166, 98)), (0.42, 0.14, (204, 154, 90))):
        dune = palette.land(colour, scene.time)
        peak, base = x + dx, horizon + 0.005
        canvas.polygon([(peak - 0.5, base), (peak, base - height), (peak + 0.4, base)], dune)
        shadow = palette.scaled(dune, 0.82)
        canvas.polygon([(peak, base - height), (peak + 0.4, base), (peak + 0.08, base)], shadow)
    cactus = palette.land((84, 140, 84), scene.time)
    for side in (0.08, 0.92):
        _cactus(canvas, side + rng.uniform(-0.02, 0.02), horizon + 0.05, cactus)


def _cactus(canvas: Canvas, x: float, base: float, colour: Rgb) -> None:
    canvas.rectangle(x - 0.018, base - 0.16, x + 0.018, base, colour)
    canvas.disc(x, base - 0.16, 0.018, colour)
    canvas.rectangle(x - 0.055, base - 0.085, x + 0.055, base - 0.058, colour)
    for arm in (-0.05, 0.05):
        canvas.rectangle(x + arm - 0.013, base - 0.12, x + arm + 0.013, base - 0.058, colour)


def _sea(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    colour = ground_colour(scene)
    canvas.rectangle(0, horizon, 1, 1, colour)
    for i, y in enumerate((0.10, 0.20, 0.30)):
        band = palette.scaled(colour, 0.93 - 0.07 * i)
        canvas.rectangle(0, horizon + y + 0.02, 1, 1, band)
        phase = rng.random()
        for k in range(-1, 4):
            canvas.ellipse((k + phase) / 3, horizon + y + 0.022, 0.125, 0.022, band)


def _forest(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    far, near = palette.land((60, 122, 84), scene.time), palette.land((38, 96, 62), scene.time)
    if scene.weather == "snow":
        far, near = (palette.mixed(c, palette.land(palette.SNOW_GROUND, scene.time), 0.3) for c in (far, near))
    for i in range(6):
        _fir(canvas, (i + rng.uniform(0.3, 0.7)) / 6, horizon + 0.02, rng.uniform(0.26, 0.34), far)
    for i in range(5):
        _fir(canvas, (i + rng.uniform(0.3, 0.7)) / 5, horizon + 0.03, rng.uniform(0.18, 0.24), near)


def _fir(canvas: Canvas, x: float, base: float, height: float, colour: Rgb) -> None:
    for step in (0.0, 0.36):
        width, foot = height * (0.34 - 0.22 * step), base - height * step
        canvas.polygon([(x - width, foot), (x, foot - height * (0.64 if step else 0.75)), (x + width, foot)], colour)


def _city(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    shades = ((96, 102, 132), (122, 118, 138), (82, 92, 118))
    for i in range(6):
        height = rng.uniform(0.18, 0.38)
        left = i / 6 + 0.004
        colour = palette.land(rng.choice(shades), scene.time)
        canvas.rectangle(left, horizon - height, left + 1 / 6 - 0.008, horizon + 0.01, colour)
        _windows(canvas, left, horizon - height, horizon - 0.03, palette.window(scene.time))


def _windows(canvas: Canvas, left: float, top: float, bottom: float, colour: Rgb) -> None:
    y = top + 0.035
    while y + 0.045 < bottom:
        for x in (left + 0.030, left + 0.092):
            canvas.rectangle(x, y, x + 0.036, y + 0.045, colour)
        y += 0.09


_SILHOUETTES: dict[str, Callable[[Canvas, Scene, float, random.Random], None]] = {
    "mountains": _mountains,
    "hills": _hills,
    "desert": _desert,
    "sea": _sea,
    "forest": _forest,
    "city": _city,
}
