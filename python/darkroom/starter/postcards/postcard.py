"""One postcard from its scene, and the numbered series of captioned postcards that training draws from."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PIL import Image

from darkroom.starter.postcards.canvas import Canvas
from darkroom.starter.postcards.captions import any_caption
from darkroom.starter.postcards.scene import Scene, training_scene
from darkroom.starter.postcards.sky import draw_sky
from darkroom.starter.postcards.subjects import draw_subject
from darkroom.starter.postcards.terrain import draw_terrain
from darkroom.starter.postcards.weather import draw_weather


@dataclass(frozen=True)
class Postcard:
    """A drawing with its caption and what it shows."""

    picture: Image.Image
    caption: str
    scene: Scene


def draw(scene: Scene, size: int, rng: random.Random) -> Image.Image:
    """The scene as an RGB picture of size by size pixels; details the scene leaves open come from `rng`."""
    canvas = Canvas(size)
    horizon = rng.uniform(0.58, 0.64)
    for layer in (draw_sky, draw_terrain, draw_subject):
        layer(canvas, scene, horizon, rng)
    draw_weather(canvas, scene, rng)
    return canvas.picture()


def lot(seed: int, number: int, use: str) -> random.Random:
    """Random numbers for one use of one postcard: nothing else that is drawn or said changes them."""
    return random.Random(f"{use} {seed} {number}")


def captioned_scene(seed: int, number: int) -> tuple[Scene, str]:
    """Scene and caption of a postcard of a series, undrawn; never with a held-out pair."""
    scene = training_scene(lot(seed, number, "scene"))
    return scene, any_caption(scene, lot(seed, number, "caption"))


def postcard(seed: int, number: int, size: int) -> Postcard:
    """The postcard of that number in the series of that seed."""
    scene, caption = captioned_scene(seed, number)
    return Postcard(draw(scene, size, lot(seed, number, "drawing")), caption, scene)
