"""Sizes and small copies of pictures that strangers made."""

import random
import struct
import zlib
from collections import Counter
from io import BytesIO

import pytest
from PIL import Image, ImageOps

from darkroom import _native

FORMATS = ["PNG", "JPEG", "WEBP"]


def picture(size: tuple[int, int], format: str = "PNG", mode: str = "RGB", **options: object) -> bytes:
    gradient = Image.merge("RGB", [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L")])
    file = BytesIO()
    gradient.resize(size).convert(mode).save(file, format, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as image:
        image.load()
        return image.convert("RGB")


def refusal(data: bytes) -> str:
    with pytest.raises(_native.NativeError) as caught:
        _native.thumbnail(data)
    return caught.value.code


def outcome(data: bytes) -> str:
    try:
        _native.thumbnail(data, 16)
    except _native.NativeError as error:
        return error.code
    return "decoded"


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("format", FORMATS)
def test_the_size_is_read_from_the_header(format: str) -> None:
    assert _native.picture_size(picture((123, 45), format)) == (123, 45)


def test_the_size_of_a_picture_too_large_to_open_can_be_read() -> None:
    assert _native.picture_size(png_header(60_000, 50_000)) == (60_000, 50_000)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("target", ["png", "webp", "jpeg"])
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((400, 200), (100, 50)),
        ((200, 400), (50, 100)),
        ((100, 100), (100, 100)),
        ((30, 20), (30, 20)),
        ((1000, 1), (100, 1)),
    ],
)
def test_a_thumbnail_fits_its_edge_and_never_grows(
    format: str, target: str, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    small = opened(_native.thumbnail(picture(size, format), 100, target))  # pyright: ignore[reportArgumentType]

    assert small.size == expected


def test_a_thumbnail_shows_the_picture() -> None:
    data = picture((512, 512))

    small = opened(_native.thumbnail(data, 64, "png"))

    wanted = opened(data).resize((64, 64), Image.Resampling.BOX)
    pairs = zip(small.tobytes(), wanted.tobytes(), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_thumbnail_stands_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = picture((64, 32), "JPEG", exif=exif, quality=95)

    small = opened(_native.thumbnail(data, 64, "png"))

    with Image.open(BytesIO(data)) as image:
        wanted = ImageOps.exif_transpose(image).convert("RGB")
    pairs = zip(small.tobytes(), wanted.tobytes(), strict=True)
    assert small.size == wanted.size
    assert sum(abs(one - other) for one, other in pairs) / len(wanted.tobytes()) < 3


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16", "1"])
def test_pictures_of_other_kinds_become_rgb(mode: str) -> None:
    assert opened(_native.thumbnail(picture((32, 32), "PNG", mode), 16, "png")).size == (16, 16)


def test_a_thumbnail_carries_no_text() -> None:
    private = _native.encode_picture(bytes(192), 8, 8, "png", text=[("parameters", "my secret prompt")])

    assert _native.read_picture_text(_native.thumbnail(private, 8, "png")) == []


def test_a_bomb_is_refused_by_its_size() -> None:
    assert refusal(png_header(65_535, 65_535)) == "picture-too-large"
    assert refusal(png_header(8_193, 8_193)) == "picture-too-large"


def test_a_cut_picture_is_refused() -> None:
    for format in ("PNG", "WEBP"):
        data = picture((64, 64), format)
        assert refusal(data[: len(data) // 2]) == "picture-damaged"


def test_formats_nobody_needs_are_refused() -> None:
    for format in ("GIF", "BMP", "TIFF"):
        assert refusal(picture((8, 8), format)) == "unknown-picture"


@pytest.mark.parametrize("edge", [0, -1, 4_097, 1 << 40])
def test_absurd_edges_are_refused(edge: int) -> None:
    with pytest.raises(_native.NativeError) as caught:
        _native.thumbnail(picture((8, 8)), edge)

    assert caught.value.code == "bad-edge"


def test_mutated_pictures_never_crash_the_decoders() -> None:
    source = random.Random(20_261_121)
    originals = [bytearray(picture((24, 16), format)) for format in FORMATS]
    outcomes: Counter[str] = Counter()

    for _ in range(3_000):
        data = source.choice(originals).copy()
        for _ in range(source.randrange(1, 5)):
            data[source.randrange(len(data))] = source.randrange(256)
        outcomes[outcome(bytes(data))] += 1

    assert set(outcomes) <= {"decoded", "picture-damaged", "picture-too-large", "unknown-picture"}
    assert outcomes["decoded"] > 300
    assert outcomes["picture-damaged"] > 300
