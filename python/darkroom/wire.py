"""Messages to bytes and back: orjson for the JSON, msgspec for the validation, camelCase keys on the wire."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
import orjson

from darkroom.errors import BadMessage
from darkroom.messages import COMMANDS, EVENTS, Command, Event, Message, Plan

Value = TypeVar("Value")


@cache
def wire_names(kind: type[Any]) -> tuple[tuple[str, str], ...]:
    """Name and key on the wire of each field of a message."""
    return tuple((field.name, _camel(field.name)) for field in fields(kind))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def to_wire(value: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Plain JSON values, keys in camelCase."""
    if is_dataclass(value) and not isinstance(value, type):
        return {wire: to_wire(getattr(value, name)) for name, wire in wire_names(type(value))}
    if isinstance(value, tuple | list):
        return [to_wire(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, dict):
        return {key: to_wire(item) for key, item in cast("dict[str, object]", value).items()}
    return value


def encode(message: Message | Plan) -> bytes:
    """One message as UTF-8 JSON."""
    return orjson.dumps(to_wire(message))


def from_wire(value: object, kind: type[Value]) -> Value:
    """Validated values of `kind` from decoded JSON. Raises BadMessage with the path of what is wrong."""
    try:
        result = msgspec.convert(_snake_keys(value), kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadMessage(f"{kind.__name__} is not valid: {error}; check it against the message's schema.") from error
    unknown = _unknown_key(value, to_wire(result))
    if unknown is not None:
        raise BadMessage(f"{kind.__name__} has no field {unknown!r}; remove it or update Darkroom.")
    return result


def _snake_keys(value: object) -> object:
    if isinstance(value, dict):
        return {_snake(key): _snake_keys(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_snake_keys(item) for item in cast("list[object]", value)]
    return value


def _unknown_key(given: object, known: object) -> str | None:
    """The first key of `given` that did not survive validation: nothing sent to us is silently ignored."""
    if isinstance(given, dict) and isinstance(known, dict):
        table = cast("dict[str, object]", known)
        for key, item in cast("dict[str, object]", given).items():
            found = key if key not in table else _unknown_key(item, table[key])
            if found is not None:
                return found
    if isinstance(given, list) and isinstance(known, list):
        pairs = zip(cast("list[object]", given), cast("list[object]", known), strict=True)
        return next((found for item, other in pairs if (found := _unknown_key(item, other)) is not None), None)
    return None


def decode(data: bytes, kinds: Mapping[str, type[Value]]) -> Value:
    """The message in `data`, whose `type` must be one of `kinds`. Raises BadMessage."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadMessage(f"The message is not JSON: {error}; send one JSON object.") from error
    tag = cast("dict[str, object]", value).get("type") if isinstance(value, dict) else None
    kind = kinds.get(tag) if isinstance(tag, str) else None
    if kind is None:
        raise BadMessage(f"Message type {tag!r} is unknown; use one of {', '.join(sorted(kinds))}.")
    return from_wire(value, kind)


def decode_command(data: bytes) -> Command:
    """The command in `data`. Raises BadMessage."""
    return decode(data, COMMANDS)


def decode_event(data: bytes) -> Event:
    """The event in `data`. Raises BadMessage."""
    return decode(data, EVENTS)
