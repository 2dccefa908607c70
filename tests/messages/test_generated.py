"""The JSON Schema says what the wire does: it accepts every golden message and nothing with an unknown field."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parent.parent.parent
SCHEMA: Any = Draft202012Validator(json.loads((ROOT / "schema/darkroom.schema.json").read_text(encoding="utf-8")))
GOLDEN = sorted((ROOT / "tests/messages/golden").glob("*.json"))


def tag(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", GOLDEN, ids=tag)
def test_the_schema_accepts_the_golden_messages(path: Path) -> None:
    SCHEMA.validate(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", GOLDEN, ids=tag)
def test_the_schema_refuses_a_field_it_does_not_know(path: Path) -> None:
    message = json.loads(path.read_text(encoding="utf-8"))

    assert not SCHEMA.is_valid(message | {"strengthOfFilm": 1})


def test_the_schema_lets_a_command_leave_out_what_has_a_default() -> None:
    SCHEMA.validate({"type": "generate", "request": {"prompt": "a tent"}})
