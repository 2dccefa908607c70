"""Picture files as they come from strangers: with any text inside, too large, broken, or no pictures at all."""

import struct
import zlib
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MEBIBYTE = 1 << 20


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes, width: int = 8, height: int = 8, pixels: bytes | None = None) -> bytes:
    """A PNG with these chunks before its pixels, which are black unless given packed."""
    packed = zlib.compress(bytes((3 * width + 1) * height)) if pixels is None else pixels
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return SIGNATURE + header + b"".join(chunks) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def infotext(text: str) -> bytes:
    """A chunk with settings as other programs write them."""
    return chunk(b"iTXt", b"parameters\0\0\0\0\0" + text.encode())


def stored(width: int, height: int) -> bytes:
    """The pixels of a picture packed without making them smaller."""
    return zlib.compress(bytes((3 * width + 1) * height), level=0)


def bomb(size: int) -> bytes:
    """A chunk whose settings unpack to `size` bytes."""
    packer = zlib.compressobj(9)
    mebibyte = b"a" * MEBIBYTE
    packed = b"".join(packer.compress(mebibyte) for _ in range(size // MEBIBYTE)) + packer.flush()
    return chunk(b"zTXt", b"parameters\0\0" + packed)


def unreadable(folder: Path) -> list[Path]:
    """Files in `folder` that are named like pictures and cannot be read as any."""
    whole = png(infotext("a boat\nSteps: 4, Seed: 1"))
    contents = {
        "empty": b"",
        "a text": b"no picture at all\n" * 100,
        "cut": whole[: len(whole) // 2],
        "changed": whole.replace(b"a boat", b"a coat"),
        "without settings": png(),
        "ten gigapixels": png(width=100_000, height=100_000, pixels=zlib.compress(b"")),
        "a gigabyte of settings": png(bomb(1024 * MEBIBYTE)),
        "a hundred megabytes of nothing": SIGNATURE + bytes(100 * MEBIBYTE),
        "a chunk longer than the file": SIGNATURE + struct.pack(">I", 2**31 - 1) + b"IDAT",
    }
    files = [folder / f"{name}.png" for name in contents]
    for file, content in zip(files, contents.values(), strict=True):
        file.write_bytes(content)
    (folder / "a folder.png").mkdir()
    return [*files, folder / "a folder.png", folder / "not there.png"]
