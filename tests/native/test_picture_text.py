"""Texts in pictures come back exactly, and those of strangers cost no more than the limits."""

import random
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from darkroom import _native

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB = bytes(range(192))


def png(text: list[tuple[str, str]]) -> bytes:
    return _native.encode_picture(RGB, 8, 8, "png", text=text)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(*chunks: bytes) -> bytes:
    plain = png([])
    return plain[:-12] + b"".join(chunks) + plain[-12:]


def kinds(data: bytes) -> Iterator[bytes]:
    at = len(SIGNATURE)
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8]
        at += 12 + length


def refusal(data: bytes, **limits: int) -> str:
    with pytest.raises(_native.NativeError) as caught:
        _native.read_picture_text(data, **limits)
    return caught.value.code


def outcome(data: bytes) -> str:
    try:
        _native.read_picture_text(data)
    except _native.NativeError as error:
        return error.code
    return "read"


def plane(number: int) -> str:
    """Every character of one Unicode plane but NUL and the surrogates, which are no characters."""
    codes = range(number << 16, (number + 1) << 16)
    return "".join(chr(code) for code in codes if code and not 0xD800 <= code < 0xE000)


@pytest.mark.parametrize("number", range(17))
def test_every_character_of_every_unicode_plane_comes_back(number: int) -> None:
    text = [("plan", plane(number)), ("short", plane(number)[-1])]

    assert _native.read_picture_text(png(text)) == text


@pytest.mark.parametrize("content", ["", "\n", "a\r\nb\rc\n", " both ends ", "\t", "ÿ", "Ā"])
def test_a_text_comes_back_as_it_was(content: str) -> None:
    assert _native.read_picture_text(png([("parameters", content)])) == [("parameters", content)]


def test_a_text_too_long_for_other_readers_of_compressed_text_comes_back() -> None:
    text = [("plan", "1" * 2_000_000), ("parameters", "雪" * 1_000_000)]

    with Image.open(BytesIO(png(text))) as picture:
        assert isinstance(picture, PngImagePlugin.PngImageFile)
        assert list(picture.text.items()) == text
    assert _native.read_picture_text(png(text)) == text


def test_texts_of_the_same_name_stay_in_order() -> None:
    text = [("b", "1"), ("a", "2"), ("b", "3 €")]

    assert _native.read_picture_text(png(text)) == text


def test_pillow_reads_the_same() -> None:
    text = {"parameters": "a castle, 雪\nSteps: 20", "latin": "é\xa0ÿ", "plan": '{"seed": 1}'}

    with Image.open(BytesIO(png(list(text.items())))) as picture:
        assert isinstance(picture, PngImagePlugin.PngImageFile)
        assert picture.text == text
        assert picture.convert("RGB").tobytes() == RGB


def test_latin_text_uses_the_chunk_that_every_tool_reads() -> None:
    written = list(kinds(png([("a", "é\n"), ("b", "€")])))

    assert [kind for kind in written if kind.endswith(b"Xt")] == [b"tEXt", b"iTXt"]
    assert written.index(b"iTXt") < written.index(b"IDAT"), "a reader should find the text before the pixels"


def test_what_pillow_writes_is_read() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("plain", "é")
    info.add_text("packed", "é" * 1000, zip=True)
    info.add_itxt("international", "雪")
    info.add_itxt("both", "雪" * 1000, "ja", "両方", zip=True)
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG", pnginfo=info)

    texts = dict(_native.read_picture_text(file.getvalue()))

    assert texts == {"plain": "é", "packed": "é" * 1000, "international": "雪", "both": "雪" * 1000}


@pytest.mark.parametrize(
    ("keyword", "content", "code"),
    [
        ("a", "b\0c", "text-nul"),
        ("a", "\ud800", "text-surrogate"),
        ("\ud800", "a", "text-surrogate"),
        ("", "a", "text-keyword"),
        ("k" * 80, "a", "text-keyword"),
        (" a", "a", "text-keyword"),
        ("a ", "a", "text-keyword"),
        ("a  b", "a", "text-keyword"),
        ("a\nb", "a", "text-keyword"),
        ("雪", "a", "text-keyword"),
        ("a\0b", "a", "text-keyword"),
    ],
    ids=repr,
)
def test_what_a_picture_cannot_keep_is_refused(keyword: str, content: str, code: str) -> None:
    with pytest.raises(_native.NativeError) as caught:
        png([(keyword, content)])

    assert caught.value.code == code


def test_more_text_than_a_reader_believes_is_not_written() -> None:
    with pytest.raises(_native.NativeError) as caught:
        png([("a", "b" * (16 << 20))])

    assert caught.value.code == "text-too-large"


@pytest.mark.parametrize("format", ["jpeg", "webp"])
@pytest.mark.parametrize("quality", [80, 100])
@pytest.mark.parametrize("content", ["Steps: 20", "雪の城 🏰\né", "", "雪" * 5000])
def test_jpeg_and_webp_keep_the_parameters(format: str, quality: int, content: str) -> None:
    text = [("parameters", content)]

    data = _native.encode_picture(RGB, 8, 8, format, quality, text)  # pyright: ignore[reportArgumentType]

    assert _native.read_picture_text(data) == text
    with Image.open(BytesIO(data)) as picture:
        comment = picture.getexif().get_ifd(0x8769)[0x9286]
        assert comment == b"UNICODE\0" + content.encode("utf-16-be")
        picture.load()


@pytest.mark.parametrize("format", ["jpeg", "webp"])
def test_jpeg_and_webp_without_parameters_have_no_text(format: str) -> None:
    plain = _native.encode_picture(RGB, 8, 8, format)  # pyright: ignore[reportArgumentType]

    assert _native.read_picture_text(plain) == []


@pytest.mark.parametrize("format", ["jpeg", "webp"])
@pytest.mark.parametrize("text", [[("plan", "{}")], [("parameters", "a"), ("plan", "{}")]])
def test_other_texts_need_png(format: str, text: list[tuple[str, str]]) -> None:
    with pytest.raises(_native.NativeError) as caught:
        _native.encode_picture(RGB, 8, 8, format, text=text)  # pyright: ignore[reportArgumentType]

    assert caught.value.code == "text-needs-png"


def test_a_jpeg_cannot_keep_more_than_one_segment() -> None:
    with pytest.raises(_native.NativeError) as caught:
        _native.encode_picture(RGB, 8, 8, "jpeg", text=[("parameters", "a" * 40_000)])

    assert caught.value.code == "text-too-large"


def little_endian_comment(letters: bytes) -> bytes:
    comment = b"UNICODE\0" + letters
    directory = struct.pack("<HHHII", 1, 0x8769, 4, 1, 26) + bytes(4)
    private = struct.pack("<HHHII", 1, 0x9286, 7, len(comment), 44) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8) + directory + private + comment


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_comments_of_other_programs_are_read_in_either_byte_order(encoding: str) -> None:
    file = BytesIO()
    exif = b"Exif\0\0" + little_endian_comment("Steps: 20, é".encode(encoding))
    Image.new("RGB", (4, 4)).save(file, "JPEG", exif=exif)

    assert _native.read_picture_text(file.getvalue()) == [("parameters", "Steps: 20, é")]


def test_a_picture_cut_anywhere_is_noticed() -> None:
    data = png([("parameters", "a castle"), ("plan", "雪")])

    codes = {refusal(data[:length]) for length in range(len(SIGNATURE), len(data))}

    assert codes == {"picture-cut"}


def test_a_flipped_bit_anywhere_is_noticed() -> None:
    data = png([("parameters", "a castle"), ("plan", "雪")])

    for at in range(len(SIGNATURE), len(data)):
        damaged = data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]
        assert refusal(damaged) in {"picture-cut", "picture-damaged"}


def test_a_text_bomb_is_refused() -> None:
    bomb = zlib.compress(bytes(200_000_000), 9)

    assert refusal(png_with(chunk(b"zTXt", b"a\0\0" + bomb))) == "text-too-large"
    assert refusal(png_with(chunk(b"iTXt", b"a\0\1\0\0\0" + bomb))) == "text-too-large"


def test_many_small_bombs_are_refused_together() -> None:
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(b" " * 1_000_000, 9))

    assert refusal(png_with(*[bomb] * 20)) == "text-too-large"


def test_a_million_texts_are_refused() -> None:
    assert refusal(png_with(chunk(b"tEXt", b"a\0") * 1_000_000)) == "text-too-many"


def test_the_limits_are_exact() -> None:
    data = png([("ab", "cd€")])

    assert _native.read_picture_text(data, max_bytes=7, max_texts=1) == [("ab", "cd€")]
    assert refusal(data, max_bytes=6) == "text-too-large"
    assert refusal(data, max_texts=0) == "text-too-many"


@pytest.mark.parametrize(
    "body",
    [
        chunk(b"tEXt", b"no end"),
        chunk(b"zTXt", b"a\0\1" + zlib.compress(b"b")),
        chunk(b"zTXt", b"a\0\0" + b"not zlib"),
        chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b" * 100)[:-6]),
        chunk(b"iTXt", b"a\0\0\0\0"),
        chunk(b"iTXt", b"a\0\2\0\0\0b"),
        chunk(b"iTXt", b"a\0\0\0\0\0\xff"),
        struct.pack(">I", 1 << 31) + b"tEXt",
    ],
)
def test_broken_text_chunks_are_refused(body: bytes) -> None:
    assert refusal(png_with(body)) in {"picture-damaged", "picture-cut"}


def test_what_is_no_picture_is_refused() -> None:
    for data in (b"", b"GIF89a", b"<svg/>", b"\x89PNG", bytes(100)):
        assert refusal(data) == "unknown-picture"


def test_mutated_pictures_never_crash_the_reader() -> None:
    source = random.Random(20_261_121)
    text = [("parameters", "castle 雪")]
    rgb = np.zeros((8, 8, 3), np.uint8)
    originals = [bytearray(png(text))]
    originals += [bytearray(_native.encode_picture(rgb, 8, 8, format, 80, text)) for format in ("jpeg", "webp")]
    outcomes: Counter[str] = Counter()

    for _ in range(10_000):
        data = source.choice(originals).copy()
        for _ in range(source.randrange(1, 5)):
            data[source.randrange(len(data))] = source.randrange(256)
        outcomes[outcome(bytes(data[: source.randrange(8, len(data) + 1)]))] += 1

    assert set(outcomes) <= {"read", "picture-damaged", "picture-cut", "unknown-picture", "text-too-large"}
    assert outcomes["read"] > 1000
    assert outcomes["picture-cut"] > 1000
