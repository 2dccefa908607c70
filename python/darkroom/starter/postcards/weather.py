"""What falls from the sky, drawn over everything else."""

from __future__ import annotations

import random

from darkroom.starter.postcards.canvas import Canvas
from darkroom.starter.postcards.scene import Scene

_GRID = 5


def draw_weather(canvas: Canvas, scene: Scene, rng: random.Random) -> None:
    """Snowflakes or rain; they lie on a loose grid, so that no corner stays empty."""
    if scene.weather not in ("snow", "rain"):
        return
    for cell in range(_GRID * _GRID):
        x = (cell % _GRID + rng.uniform(0.1, 0.9)) / _GRID
        y = (cell // _GRID + rng.uniform(0.1, 0.9)) / _GRID
        if scene.weather == "snow":
            canvas.disc(x, y, rng.uniform(0.016, 0.022), (255, 255, 255))
        else:
            canvas.stroke((x + 0.018, y - 0.05), (x - 0.018, y + 0.05), 0.017, (186, 208, 236), 190)
