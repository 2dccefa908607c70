"""The settings inside a picture: the plan as our JSON, read back exactly, and infotext that other tools read.

PNG text chunks: `darkroom` holds the plan, `parameters` the infotext. JPEG and WebP keep the infotext alone, in EXIF.
"""

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import cast

import orjson

from darkroom import _native
from darkroom.errors import BadMessage, NotFound, PictureUnreadable
from darkroom.library.comfyui import read_prompt_graph
from darkroom.library.foreign import shown
from darkroom.library.infotext import infotext, is_infotext, read_infotext
from darkroom.messages import Model, PictureSettings, Plan, TextToImage
from darkroom.wire import encode, from_wire, wire_names

PLAN_CHUNK = "darkroom"
INFOTEXT_CHUNK = "parameters"
GRAPH_CHUNK = "prompt"
FILE_LIMIT = 256 * 2**20

# Chunks in which programs whose settings Darkroom cannot read keep them.
_OTHERS: Mapping[str, str] = {
    "workflow": "ComfyUI (the graph as it was drawn, not as it ran)",
    "invokeai_metadata": "InvokeAI",
    "sd-metadata": "InvokeAI",
    "dream": "InvokeAI",
    "Comment": "NovelAI or another program",
    "fooocus_scheme": "Fooocus",
    "generation_data": "another program",
}

__all__ = [
    "FILE_LIMIT",
    "infotext",
    "picture_text",
    "read_file_settings",
    "read_picture_file",
    "read_plan",
    "read_settings",
    "read_text",
    "request_of",
]


def picture_text(plan: Plan) -> list[tuple[str, str]]:
    """The (keyword, text) chunks of a picture made by `plan`, for `_native.encode_picture` with a PNG."""
    return [(PLAN_CHUNK, encode(plan).decode()), (INFOTEXT_CHUNK, infotext(plan))]


def read_plan(texts: Iterable[tuple[str, str]]) -> Plan:
    """The plan in the chunks of a picture of ours, exactly as it was written. Raises PictureUnreadable."""
    return _read_plan(dict(texts))[0]


def read_settings(data: bytes, models: Sequence[Model] = ()) -> PictureSettings:
    """The settings in a picture of ours, or in one of another program as far as they have a counterpart here.

    `data` is a whole PNG, JPEG or WebP file. A foreign picture's model is taken over if exactly one of `models` has its
    name. What is not taken over is named in `notes`. Raises PictureUnreadable when there is nothing to read.
    """
    chunks = dict(_read_chunks(data))
    if PLAN_CHUNK in chunks:
        plan, notes = _read_plan(chunks)
        return PictureSettings(request=request_of(plan), source="darkroom", notes=notes, plan=plan)
    text = chunks.get(INFOTEXT_CHUNK, "")
    if text.strip() and not text.lstrip().startswith("{"):
        return read_infotext(text, models)
    if GRAPH_CHUNK in chunks:
        return read_prompt_graph(chunks[GRAPH_CHUNK], models)
    raise PictureUnreadable(_nothing_found(chunks))


def read_file_settings(path: Path, models: Sequence[Model] = ()) -> PictureSettings:
    """`read_settings` of a file the user named. Raises NotFound, or PictureUnreadable with the file's name."""
    data = read_picture_file(path)
    try:
        return read_settings(data, models)
    except PictureUnreadable as error:
        raise PictureUnreadable(f"{path.name}: {error.sentence}") from error


def read_text(text: str, models: Sequence[Model] = ()) -> PictureSettings:
    """The settings in text that somebody pasted: infotext, or a ComfyUI graph in its API format.

    Raises PictureUnreadable when it is neither.
    """
    if text.lstrip().startswith("{"):
        return read_prompt_graph(text, models)
    if not is_infotext(text):
        raise PictureUnreadable(
            "This text holds no settings; paste infotext, which has a line that begins with Steps:."
        )
    return read_infotext(text, models)


def request_of(plan: Plan) -> TextToImage:
    """The request that makes the picture of `plan` again, with nothing left open."""
    shared = {field.name for field in fields(TextToImage)} & {field.name for field in fields(Plan)}
    return TextToImage(**{name: getattr(plan, name) for name in shared})


def read_picture_file(path: Path) -> bytes:
    """The bytes of a picture the user named, never waiting for a pipe. Raises NotFound or PictureUnreadable."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        if "\N{REPLACEMENT CHARACTER}" in path.name:
            raise PictureUnreadable(f"The name {path.name} holds bytes that are no text; rename the file.") from error
        raise NotFound(f"There is no file {path}; check the path.") from error
    except (OSError, ValueError) as error:
        raise PictureUnreadable(
            f"{path} cannot be opened ({_reason(error)}); check the path and its permissions."
        ) from error
    try:
        return _read_regular(handle, path)
    finally:
        os.close(handle)


def _read_regular(handle: int, path: Path) -> bytes:
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        raise PictureUnreadable(f"{path} is not a file; name a PNG, JPEG or WebP picture.")
    if about.st_size > FILE_LIMIT:
        raise PictureUnreadable(
            f"{path} has {about.st_size} bytes, more than the {FILE_LIMIT} of the largest picture; name a picture."
        )
    try:
        with open(handle, "rb", closefd=False) as file:
            return file.read(FILE_LIMIT)
    except OSError as error:
        raise PictureUnreadable(f"{path} cannot be read ({_reason(error)}); check the disk it is on.") from error


def _reason(error: Exception) -> str:
    return (error.strerror or "unreadable").lower() if isinstance(error, OSError) else "not a path"


def _read_chunks(data: bytes) -> list[tuple[str, str]]:
    try:
        return _native.read_picture_text(data)
    except _native.NativeError as error:
        raise PictureUnreadable(f"{error}.") from error


def _read_plan(chunks: Mapping[str, str]) -> tuple[Plan, tuple[str, ...]]:
    """The plan and notes about what a newer Darkroom wrote into it that this one does not know."""
    text = chunks.get(PLAN_CHUNK)
    if text is None:
        raise PictureUnreadable("This picture holds no plan of Darkroom; it was made by another program or stripped.")
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise PictureUnreadable("The plan in this picture is damaged JSON; use another copy of the picture.") from error
    written = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    known = {name: item for name, item in written.items() if name in _PLAN_NAMES}
    try:
        plan = from_wire(known, Plan)
    except BadMessage as error:
        raise PictureUnreadable(f"The plan in this picture cannot be read: {error.sentence}") from error
    unknown = sorted(written.keys() - known.keys())
    return plan, tuple(f"{shown(name)} is unknown to this version of Darkroom and not taken over." for name in unknown)


_PLAN_NAMES = frozenset(key for _, key in wire_names(Plan))


def _nothing_found(chunks: Mapping[str, str]) -> str:
    known = [program for keyword, program in _OTHERS.items() if keyword in chunks]
    if INFOTEXT_CHUNK in chunks and chunks[INFOTEXT_CHUNK].strip():
        known.append("another program")
    if known:
        return (
            f"The settings in this picture are in the format of {known[0]}, which Darkroom cannot read; type them in."
        )
    return "This picture holds no settings; pick one that a sharing site or editor has not stripped."
