"""What the user chose once, in `settings.toml`. Lines of a newer Darkroom are kept, and damage costs no start."""

import contextlib
import os
import tomllib
from typing import Any

import tomli_w

from darkroom.errors import BadMessage, BadRequest, HomeUnwritable
from darkroom.library.disk import free_name, move_durably, write_durably
from darkroom.library.home import Home
from darkroom.messages import Settings
from darkroom.wire import from_wire, to_wire


def stored_settings(home: Home) -> Settings:
    """The stored settings; what is missing or makes no sense has its default."""
    document = _document(home)
    known: dict[str, Any] = to_wire(Settings())
    good = {name: document[name] for name in known if name in document and _fits(name, document[name])}
    return from_wire(good, Settings)


def write_settings(home: Home, settings: Settings) -> None:
    """Replace the stored settings atomically. Raises HomeUnwritable, DiskFull, or BadRequest for what is no text."""
    stored: dict[str, Any] = _document(home)
    for name, value in to_wire(settings).items():
        stored[name] = value
    text = tomli_w.dumps({name: value for name, value in stored.items() if value is not None})
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        # A folder whose name is bytes that are no text, as Python spells it.
        half = text[error.start]
        raise BadRequest(
            f"The settings hold half a character ({half!a}); rename the folder or type it again."
        ) from error
    write_durably(home.settings, data, home.staging / f"settings.toml.{os.getpid()}.part")


def _document(home: Home) -> dict[str, Any]:
    try:
        data = home.settings.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise HomeUnwritable(f"Cannot read {home.settings}: {error.strerror}; make it readable.") from error
    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        with contextlib.suppress(HomeUnwritable):
            move_durably(home.settings, free_name(home.root / "settings.damaged.toml"))
        return {}


def _fits(name: str, value: object) -> bool:
    try:
        from_wire({name: value}, Settings)
    except BadMessage:
        return False
    return True
