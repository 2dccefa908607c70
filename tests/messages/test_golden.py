"""Every message has one golden file; Python, TypeScript (golden.gen.ts) and Rust read the same ones."""

from pathlib import Path
from typing import Any, get_args

import orjson
import pytest

from darkroom.errors import BadMessage
from darkroom.messages import COMMANDS, Answer, Event, Generate, Message, TextToImage
from darkroom.wire import decode, decode_command, encode, to_wire

GOLDEN = Path(__file__).parent / "golden"
KINDS: dict[str, type[Any]] = {kind.type: kind for union in (Answer, Event) for kind in get_args(union)} | dict(
    COMMANDS
)


def as_golden(message: Message) -> bytes:
    return orjson.dumps(to_wire(message), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def test_every_declared_message_has_a_golden_file() -> None:
    found = {path.stem for path in GOLDEN.glob("*.json")}

    assert set(KINDS) - found == set(), "write tests/messages/golden/TYPE.json for each, then run `make types`"
    assert found - set(KINDS) == set(), "a golden file without a message"


@pytest.mark.parametrize("tag", sorted(KINDS))
def test_a_message_survives_the_way_to_python_and_back(tag: str) -> None:
    golden = (GOLDEN / f"{tag}.json").read_bytes()

    message = decode(golden, KINDS)

    assert type(message) is KINDS[tag]
    assert as_golden(message) == golden, f"write the new field into golden/{tag}.json, then run `make types`"


@pytest.mark.parametrize("tag", sorted(KINDS))
def test_the_encoder_writes_the_golden_values(tag: str) -> None:
    golden = (GOLDEN / f"{tag}.json").read_bytes()

    assert orjson.loads(encode(decode(golden, KINDS))) == orjson.loads(golden)


@pytest.mark.parametrize("tag", sorted(COMMANDS))
def test_an_unknown_field_of_a_command_is_named(tag: str) -> None:
    golden = orjson.loads((GOLDEN / f"{tag}.json").read_bytes())

    with pytest.raises(BadMessage, match="strengthOfFilm"):
        decode_command(orjson.dumps(golden | {"strengthOfFilm": 1}))


def test_a_command_may_leave_out_what_has_a_default() -> None:
    command = decode_command(b'{"type": "generate", "request": {"prompt": "a tent"}}')

    assert command == Generate(request=TextToImage(prompt="a tent"))
