"""Write the TypeScript types and the JSON Schema of everything that python/darkroom/messages.py declares.

The golden messages are written once more as TypeScript, so that `tsc` holds them to the types. `make types` writes all
this; `--check` only says whether it is up to date (exit code 1 if not).

What the engine sends has every field, so there every field is required; what it accepts may leave out fields with a
default. A value that goes both ways and has defaults is therefore written twice: `Settings` as sent, `SettingsInit` as
accepted.
"""

import argparse
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import msgspec
import orjson

from darkroom import errors, messages

ROOT = Path(__file__).parent.parent
TYPESCRIPT = ROOT / "ui/src/bridge/messages.gen.ts"
SCHEMA = ROOT / "schema/darkroom.schema.json"
GOLDEN = ROOT / "tests/messages/golden"
GOLDEN_TYPESCRIPT = ROOT / "tests/messages/golden.gen.ts"
NOTE = "Written by tools/generate_types.py from python/darkroom/messages.py; `make types` renews it."

# `Event` is a global type of every page, so the union has its own name in TypeScript.
UNIONS: Mapping[str, Any] = {
    "Command": messages.Command,
    "Answer": messages.Answer,
    "JobEvent": messages.JobEvent,
    "EngineEvent": messages.Event,
}
COMMANDS = frozenset(get_args(messages.Command))
PLAIN: Mapping[Any, str] = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}


def declared() -> Iterator[type[Any]]:
    """Every enum and dataclass of the contract, in the order of the source."""
    yield errors.Code
    for kind in vars(messages).values():
        if inspect.isclass(kind) and kind.__module__ == messages.__name__:
            yield kind


def is_enum(kind: object) -> bool:
    return inspect.isclass(kind) and issubclass(kind, StrEnum)


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def parts(annotation: object) -> Iterator[object]:
    """The annotation and all that stands inside it."""
    yield annotation
    for part in get_args(annotation):
        yield from parts(part)


def accepted_values() -> frozenset[type[Any]]:
    """The values inside commands that a sender may fill in partly."""
    found = [part for kind in COMMANDS for hint in get_type_hints(kind).values() for part in parts(hint)]
    return frozenset(
        kind for kind in found if isinstance(kind, type) and is_dataclass(kind) and any(map(has_default, fields(kind)))
    )


INIT = accepted_values()


# ---- TypeScript --------------------------------------------------------------------------------------------------


def typescript(annotation: Any, *, init: bool) -> str:  # noqa: ANN401 - annotations have no common type
    """The TypeScript of one annotation; with `init` as a sender may write it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in PLAIN:
        return PLAIN[annotation]
    if origin is Literal:
        return " | ".join(orjson.dumps(value).decode() for value in arguments)
    if origin in (Union, UnionType):
        return " | ".join(typescript(part, init=init) for part in arguments)
    if origin is tuple:
        return f"readonly {typescript(arguments[0], init=init)}[]"
    if origin is dict:
        return f"Readonly<Record<string, {typescript(arguments[1], init=init)}>>"
    return f"{annotation.__name__}Init" if init and annotation in INIT else cast("str", annotation.__name__)


def comment(kind: type[Any]) -> Iterator[str]:
    """The class's own docstring, unless it is the signature that `dataclass` writes where there is none."""
    text = cast("str | None", vars(kind).get("__doc__")) or ""
    if text and not text.startswith(f"{kind.__name__}("):
        yield f"/** {' '.join(text.split())} */"


def enum_lines(kind: type[StrEnum]) -> Iterator[str]:
    yield from comment(kind)
    yield f"export type {kind.__name__} ="
    values = list(kind)
    for value in values:
        yield f'  | "{value}"{";" if value is values[-1] else ""}'


def interface_lines(kind: type[Any], *, init: bool) -> Iterator[str]:
    hints = get_type_hints(kind)
    yield from comment(kind)
    yield f"export interface {kind.__name__}{'Init' if init and kind in INIT else ''} {{"
    for field in fields(kind):
        optional = "?" if init and field.name != "type" and has_default(field) else ""
        name = f"{'' if init else 'readonly '}{camel(field.name)}{optional}"
        yield f"  {name}: {typescript(hints[field.name], init=init)};"
    yield "}"


def kind_lines(kind: type[Any]) -> Iterator[str]:
    if is_enum(kind):
        yield from enum_lines(kind)
        return
    yield from interface_lines(kind, init=kind in COMMANDS)
    if kind in INIT:
        yield ""
        yield from interface_lines(kind, init=True)


def typescript_lines() -> Iterator[str]:
    yield f"// {NOTE}"
    for kind in declared():
        yield ""
        yield from kind_lines(kind)
    for name, union in UNIONS.items():
        yield ""
        yield f"export type {name} ="
        members = [cast("str", kind.__name__) for kind in get_args(union)]
        yield from (f"  | {member}{';' if member == members[-1] else ''}" for member in members)
    yield ""
    yield "/** What each command is answered with, by the command's `type`. */"
    yield "export interface Answers {"
    yield from (f"  {command.type}: {answer.__name__};" for command, answer in messages.ANSWERS.items())
    yield "}"


# ---- JSON Schema -------------------------------------------------------------------------------------------------


def object_schema(schema: dict[str, Any], kind: type[Any]) -> dict[str, Any]:
    """msgspec's schema of a dataclass, with the names and the strictness of the wire."""
    lenient = kind in COMMANDS or kind in INIT
    required = [
        camel(field.name) for field in fields(kind) if not lenient or field.name == "type" or not has_default(field)
    ]
    properties = {camel(name): value for name, value in schema["properties"].items()}
    return schema | {"properties": properties, "required": required, "additionalProperties": False}


def json_schema() -> dict[str, Any]:
    kinds = list(declared())
    _, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    definitions = {
        kind.__name__: components[kind.__name__] if is_enum(kind) else object_schema(components[kind.__name__], kind)
        for kind in kinds
    }
    unions = {
        name: {"oneOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in get_args(union)]}
        for name, union in UNIONS.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": NOTE,
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("Command", "Answer", "EngineEvent")],
        "$defs": definitions | unions,
    }


# ---- golden messages ---------------------------------------------------------------------------------------------


def golden_lines() -> Iterator[str]:
    """A JSON import widens every literal to `string`; spelled out, each message is checked exactly."""
    yield "// Written by tools/generate_types.py from tests/messages/golden/*.json; `make types` renews it."
    yield 'import type * as messages from "../../ui/src/bridge/messages.gen";'
    for kind in sorted({kind for union in UNIONS.values() for kind in get_args(union)}, key=lambda kind: kind.__name__):
        path = GOLDEN / f"{kind.type}.json"
        if path.exists():
            yield ""
            text = path.read_text(encoding="utf-8").rstrip()
            yield f"export const {kind.type} = {text} satisfies messages.{kind.__name__};"


# ---- files -------------------------------------------------------------------------------------------------------


def generated() -> Mapping[Path, str]:
    """Each generated file and what belongs into it."""
    schema = orjson.dumps(json_schema(), option=orjson.OPT_INDENT_2).decode()
    return {
        TYPESCRIPT: "\n".join(typescript_lines()) + "\n",
        SCHEMA: schema + "\n",
        GOLDEN_TYPESCRIPT: "\n".join(golden_lines()) + "\n",
    }


def stale(files: Mapping[Path, str]) -> list[Path]:
    return [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if something is out of date")
    files = generated()
    old = stale(files)
    if parser.parse_args().check:
        print("\n".join(f"{path.relative_to(ROOT)} is out of date; run `make types`." for path in old) or "up to date")
        return 1 if old else 0
    for path in old:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
