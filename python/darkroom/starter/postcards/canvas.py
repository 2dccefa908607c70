"""A square canvas in units of its side, drawn large and reduced once, so that every edge is soft."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from darkroom.starter.postcards.palette import Rgb

Point = tuple[float, float]
_OVERSAMPLING = 3


class Canvas:
    """Shapes in coordinates from 0 (left, top) to 1 (right, bottom); opacity from 0 to 255."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._side = size * _OVERSAMPLING
        self._image = Image.new("RGB", (self._side, self._side))
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def gradient(self, top: Rgb, bottom: Rgb, until: float) -> None:
        """Fills all from `top` at 0 to `bottom` at `until`, and `bottom` below."""
        strip = Image.linear_gradient("L").resize((1, max(1, round(until * self._side))))
        mask = Image.new("L", (1, self._side), 255)
        mask.paste(strip, (0, 0))
        mask = mask.resize((self._side, self._side))
        self._image.paste(Image.composite(self._plain(bottom), self._plain(top), mask))

    def polygon(self, points: Sequence[Point], colour: Rgb, opacity: int = 255) -> None:
        """A filled polygon."""
        side = self._side
        self._draw.polygon([(x * side, y * side) for x, y in points], fill=(*colour, opacity))

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: Rgb, opacity: int = 255) -> None:
        """A filled ellipse about (x, y)."""
        self._draw.ellipse(self._box(x - rx, y - ry, x + rx, y + ry), fill=(*colour, opacity))

    def disc(self, x: float, y: float, radius: float, colour: Rgb, opacity: int = 255) -> None:
        """A filled circle about (x, y)."""
        self.ellipse(x, y, radius, radius, colour, opacity)

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Rgb) -> None:
        """A filled rectangle."""
        self._draw.rectangle(self._box(left, top, right, bottom), fill=colour)

    def stroke(self, start: Point, end: Point, width: float, colour: Rgb, opacity: int = 255) -> None:
        """A straight line of that width."""
        side = self._side
        ends = (start[0] * side, start[1] * side, end[0] * side, end[1] * side)
        self._draw.line(ends, fill=(*colour, opacity), width=max(1, round(width * side)))

    def picture(self) -> Image.Image:
        """What has been drawn, at the size asked for."""
        return self._image.reduce(_OVERSAMPLING)

    def _plain(self, colour: Rgb) -> Image.Image:
        return Image.new("RGB", (self._side, self._side), colour)

    def _box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        side = self._side
        return left * side, top * side, right * side, bottom * side
