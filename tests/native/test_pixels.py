"""Numbers become the pixels that other tools make of them; what is no number is counted."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from darkroom import _native

Array = NDArray[np.float32]
FACTORS = [[0.3, 0.2, -0.1], [-0.2, 0.4, 0.1], [0.1, -0.3, 0.5], [0.05, 0.1, -0.4]]
BIAS = [0.1, -0.05, 0.0]


def latents(height: int = 16, width: int = 24) -> Array:
    return np.random.default_rng(7).normal(size=(4, height, width)).astype(np.float32)


def bytes_of(picture: Array) -> NDArray[np.uint8]:
    return (np.clip(picture / 2 + np.float32(0.5), 0, 1) * np.float32(255)).astype(np.uint8)


def preview(values: Array, format: str = "rgb", quality: int = 80) -> bytes:
    _, height, width = values.shape
    return _native.latents_preview(values, 4, height, width, FACTORS, BIAS, format, quality)  # pyright: ignore[reportArgumentType]


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(_native.NativeError) as caught:
        call()
    return caught.value.code


def test_a_preview_is_the_linear_map_of_the_latents() -> None:
    values = latents()

    rgb = np.frombuffer(preview(values), np.uint8).reshape(16, 24, 3)

    expected = np.einsum("chw,cr->hwr", values, np.array(FACTORS, np.float32)) + np.array(BIAS, np.float32)
    assert np.abs(rgb.astype(int) - bytes_of(expected)).max() <= 1, "more than the order of additions explains"


@pytest.mark.parametrize("format", ["jpeg", "webp", "png"])
def test_a_preview_file_shows_the_same_picture(format: str) -> None:
    smooth = np.linspace(-1, 1, 4 * 32 * 32, dtype=np.float32).reshape(4, 32, 32)

    with Image.open(BytesIO(preview(smooth, format, quality=95))) as picture:
        shown = np.asarray(picture.convert("RGB")).astype(int)

    plain = np.frombuffer(preview(smooth), np.uint8).reshape(32, 32, 3)
    assert np.abs(shown - plain).mean() < 4


def test_pixels_are_cut_off_and_not_rounded() -> None:
    values = np.random.default_rng(8).uniform(-1.3, 1.3, (3, 31, 17)).astype(np.float32)

    rgb = np.frombuffer(_native.pixels_from_float(values, 31, 17), np.uint8).reshape(31, 17, 3)

    assert (rgb == bytes_of(values.transpose(1, 2, 0))).all()


def test_strided_and_batched_arrays_are_read_in_their_own_order() -> None:
    values = np.random.default_rng(9).uniform(-1, 1, (8, 6, 3)).astype(np.float32)
    seen_as_planes = values.transpose(2, 0, 1)
    plain = _native.pixels_from_float(np.ascontiguousarray(seen_as_planes), 8, 6)

    assert _native.pixels_from_float(seen_as_planes, 8, 6) == plain
    assert _native.pixels_from_float(seen_as_planes[None], 8, 6) == plain


@pytest.mark.parametrize("fault", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_counted(fault: float) -> None:
    values = np.zeros((3, 8, 8), np.float32)
    values[1, 2, 3] = values[2, 7, 7] = fault

    with pytest.raises(_native.NativeError, match="2 of 192 values") as caught:
        _native.pixels_from_float(values, 8, 8)

    assert caught.value.code == "not-finite"


def test_latents_that_are_no_numbers_make_no_preview() -> None:
    values = latents()
    values[3, -1, -1] = np.nan

    assert code_of(lambda: preview(values)) == "not-finite"


def test_dark_and_bright_pictures_raise_no_false_alarm() -> None:
    for value in (-1.0, 1.0, -1e30, 1e30):
        assert set(_native.pixels_from_float(np.full((3, 8, 8), value, np.float32), 8, 8)) == {0 if value < 0 else 255}


def test_a_shape_of_another_picture_is_refused() -> None:
    values = latents()

    assert code_of(lambda: _native.latents_preview(values, 4, 24, 16, FACTORS, BIAS)) == "shape-mismatch"
    assert code_of(lambda: _native.pixels_from_float(values, 16, 24)) == "shape-mismatch"
    assert code_of(lambda: _native.encode_picture(bytes(191), 8, 8)) == "shape-mismatch"


def test_factors_of_another_family_are_refused() -> None:
    values = latents()

    assert code_of(lambda: _native.latents_preview(values, 4, 16, 24, FACTORS[:3], BIAS)) == "factors-mismatch"
    assert code_of(lambda: _native.latents_preview(values, 4, 16, 24, FACTORS, BIAS[:2])) == "factors-mismatch"


def test_doubles_are_refused_instead_of_misread() -> None:
    with pytest.raises(BufferError):
        _native.pixels_from_float(np.zeros((3, 8, 8)), 8, 8)


@pytest.mark.parametrize(("width", "height"), [(0, 8), (8, 0), (-8, 8), (16_384, 8), (1 << 40, 1 << 40)])
def test_absurd_sizes_are_refused(width: int, height: int) -> None:
    assert code_of(lambda: _native.encode_picture(b"", width, height)) == "bad-size"
    assert code_of(lambda: _native.pixels_from_float(np.zeros(0, np.float32), height, width)) == "bad-size"


@pytest.mark.parametrize("quality", [0, 101, -1, 1000])
def test_absurd_qualities_are_refused(quality: int) -> None:
    assert code_of(lambda: _native.encode_picture(bytes(192), 8, 8, "jpeg", quality)) == "bad-quality"


def test_unknown_formats_are_refused() -> None:
    assert code_of(lambda: _native.encode_picture(bytes(192), 8, 8, "gif")) == "unknown-format"  # pyright: ignore[reportArgumentType]
    assert code_of(lambda: preview(latents(), "gif")) == "unknown-format"


@pytest.mark.parametrize(("format", "quality"), [("png", 1), ("webp", 100)])
def test_lossless_formats_keep_every_pixel(format: str, quality: int) -> None:
    rgb = np.random.default_rng(10).integers(0, 256, (37, 53, 3), np.uint8)

    data = _native.encode_picture(rgb, 53, 37, format, quality)  # pyright: ignore[reportArgumentType]

    with Image.open(BytesIO(data)) as picture:
        assert (np.asarray(picture.convert("RGB")) == rgb).all()


def test_lossy_quality_trades_size() -> None:
    rgb = np.random.default_rng(11).integers(0, 256, (64, 64, 3), np.uint8)

    for format in ("jpeg", "webp"):
        low, high = (len(_native.encode_picture(rgb, 64, 64, format, quality)) for quality in (20, 90))
        assert low * 2 < high
