"""Pictures in rows, for looking at them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from darkroom.starter.training.series import Pixels


def save_grid(rows: Sequence[Pixels], path: Path) -> None:
    """Writes a PNG with one row of pictures for each array (n, height, width, 3)."""
    height, width = rows[0].shape[1:3]
    grid = Image.new("RGB", (max(len(row) for row in rows) * width, len(rows) * height))
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            grid.paste(Image.fromarray(picture), (x * width, y * height))
    path.parent.mkdir(parents=True, exist_ok=True)
    grid.save(path)
