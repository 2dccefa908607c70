"""The one coloured thing on a postcard: one function a subject, chosen from a table."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from darkroom.starter.postcards import palette
from darkroom.starter.postcards.canvas import Canvas
from darkroom.starter.postcards.palette import Rgb
from darkroom.starter.postcards.scene import Scene

_CENTRES = {"left": 0.25, "centre": 0.5, "right": 0.75}


@dataclass(frozen=True)
class _Spot:
    """Where a subject stands (x, foot), how large it is, and its colours there."""

    x: float
    foot: float
    size: float
    colour: Rgb
    wood: Rgb
    pale: Rgb
    pane: Rgb
    turn: float


def draw_subject(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random) -> None:
    """The scene's subject at its place, if it has one."""
    if scene.subject == "none":
        return
    spot = _Spot(
        x=_CENTRES[scene.place] + rng.uniform(-0.03, 0.03),
        foot=horizon + rng.uniform(0.13, 0.19),
        size=rng.uniform(0.34, 0.42),
        colour=palette.subject(palette.SUBJECT_COLOURS[scene.colour], scene.time),
        wood=palette.subject(palette.DARK_WOOD, scene.time),
        pale=palette.subject(palette.PALE_STONE, scene.time),
        pane=palette.window(scene.time),
        turn=rng.uniform(0.4, 1.1),
    )
    _DRAWN[scene.subject](canvas, spot)


def _house(canvas: Canvas, spot: _Spot) -> None:
    x, foot, size = spot.x, spot.foot, spot.size
    half, wall = size * 0.46, size * 0.48
    canvas.rectangle(x + half * 0.4, foot - size * 0.92, x + half * 0.68, foot - wall, spot.wood)
    canvas.rectangle(x - half, foot - wall, x + half, foot, spot.colour)
    canvas.polygon([(x - half * 1.22, foot - wall), (x, foot - size), (x + half * 1.22, foot - wall)], spot.wood)
    canvas.rectangle(x - half * 0.2, foot - wall * 0.62, x + half * 0.2, foot, spot.wood)
    for side in (-0.6, 0.6):
        middle = x + half * side
        canvas.rectangle(middle - half * 0.2, foot - wall * 0.75, middle + half * 0.2, foot - wall * 0.3, spot.pane)


def _tent(canvas: Canvas, spot: _Spot) -> None:
    x, foot, size = spot.x, spot.foot, spot.size * 0.86
    half = size * 0.66
    canvas.polygon([(x - half, foot), (x, foot - size), (x + half, foot)], spot.colour)
    canvas.polygon([(x - half * 0.36, foot), (x, foot - size * 0.62), (x + half * 0.36, foot)], spot.wood)


def _tree(canvas: Canvas, spot: _Spot) -> None:
    x, foot, size = spot.x, spot.foot, spot.size
    canvas.rectangle(x - size * 0.08, foot - size * 0.5, x + size * 0.08, foot, spot.wood)
    for dx, dy, radius in ((-0.2, 0.58, 0.22), (0.2, 0.58, 0.22), (0.0, 0.78, 0.26)):
        canvas.disc(x + dx * size, foot - dy * size, radius * size, spot.colour)


def _windmill(canvas: Canvas, spot: _Spot) -> None:
    x, foot, size = spot.x, spot.foot, spot.size * 0.9
    top = foot - size
    canvas.polygon(
        [(x - size * 0.3, foot), (x - size * 0.18, top), (x + size * 0.18, top), (x + size * 0.3, foot)], spot.colour
    )
    canvas.ellipse(x, top, size * 0.2, size * 0.14, spot.wood)
    canvas.rectangle(x - size * 0.09, foot - size * 0.26, x + size * 0.09, foot, spot.wood)
    for quarter in range(4):
        angle = spot.turn + quarter * math.pi / 2
        tip = (x + math.cos(angle) * size * 0.56, top + math.sin(angle) * size * 0.56)
        canvas.stroke((x, top), tip, size * 0.13, spot.pale)
    canvas.disc(x, top, size * 0.08, spot.wood)


def _tower(canvas: Canvas, spot: _Spot) -> None:
    x, foot, size = spot.x, spot.foot, spot.size * 1.15
    half = size * 0.17
    canvas.rectangle(x - half, foot - size * 0.78, x + half, foot, spot.colour)
    canvas.rectangle(x - half * 1.35, foot - size * 0.78, x + half * 1.35, foot - size * 0.58, spot.colour)
    canvas.polygon(
        [(x - half * 1.5, foot - size * 0.77), (x, foot - size * 1.08), (x + half * 1.5, foot - size * 0.77)], spot.wood
    )
    canvas.disc(x, foot - size * 0.67, half * 0.5, spot.pane)
    canvas.rectangle(x - half * 0.45, foot - size * 0.2, x + half * 0.45, foot, spot.wood)


def _balloon(canvas: Canvas, spot: _Spot) -> None:
    x, y, size = spot.x, spot.foot - 0.40, spot.size
    radius = size * 0.42
    canvas.disc(x, y, radius, spot.colour)
    canvas.polygon(
        [
            (x - radius * 0.88, y + radius * 0.48),
            (x + radius * 0.88, y + radius * 0.48),
            (x + radius * 0.26, y + radius * 1.35),
            (x - radius * 0.26, y + radius * 1.35),
        ],
        spot.colour,
    )
    canvas.rectangle(x - radius * 0.26, y + radius * 1.38, x + radius * 0.26, y + radius * 1.8, spot.wood)


def _sailboat(canvas: Canvas, spot: _Spot) -> None:
    x, foot, size = spot.x, spot.foot, spot.size
    deck = foot - size * 0.16
    canvas.polygon(
        [
            (x - size * 0.5, deck),
            (x + size * 0.5, deck),
            (x + size * 0.34, foot + size * 0.06),
            (x - size * 0.34, foot + size * 0.06),
        ],
        spot.wood,
    )
    canvas.rectangle(x - size * 0.035, foot - size, x + size * 0.035, deck, spot.wood)
    canvas.polygon(
        [(x + size * 0.07, foot - size), (x + size * 0.5, deck - size * 0.06), (x + size * 0.07, deck - size * 0.06)],
        spot.colour,
    )
    canvas.polygon(
        [
            (x - size * 0.07, foot - size * 0.92),
            (x - size * 0.42, deck - size * 0.06),
            (x - size * 0.07, deck - size * 0.06),
        ],
        spot.colour,
    )


def _lighthouse(canvas: Canvas, spot: _Spot) -> None:
    x, foot, size = spot.x, spot.foot, spot.size * 1.1
    canvas.ellipse(x, foot, size * 0.42, size * 0.1, palette.scaled(spot.wood, 0.9))
    canvas.polygon(
        [
            (x - size * 0.2, foot),
            (x - size * 0.13, foot - size * 0.74),
            (x + size * 0.13, foot - size * 0.74),
            (x + size * 0.2, foot),
        ],
        spot.colour,
    )
    canvas.rectangle(x - size * 0.18, foot - size * 0.76, x + size * 0.18, foot - size * 0.7, spot.wood)
    canvas.rectangle(x - size * 0.11, foot - size * 0.92, x + size * 0.11, foot - size * 0.76, (255, 240, 150))
    canvas.polygon(
        [(x - size * 0.18, foot - size * 0.91), (x, foot - size * 1.08), (x + size * 0.18, foot - size * 0.91)],
        spot.wood,
    )


_DRAWN: dict[str, Callable[[Canvas, _Spot], None]] = {
    "house": _house,
    "tent": _tent,
    "tree": _tree,
    "windmill": _windmill,
    "tower": _tower,
    "balloon": _balloon,
    "sailboat": _sailboat,
    "lighthouse": _lighthouse,
}
