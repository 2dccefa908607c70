"""Bytes in, bytes out: what reaches the engine, and what a refusal looks like."""

import orjson
import pytest

from darkroom.bridge.dispatch import BrokenEngine, dispatch
from darkroom.errors import HomeUnwritable

BROKEN = BrokenEngine(HomeUnwritable("The folder /home/a cannot be written; choose another."))


async def refusal(data: bytes) -> dict[str, str]:
    answer = orjson.loads(await dispatch(BROKEN, data))
    assert answer["type"] == "refused"
    return answer["problem"]


HOSTILE = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[1, 2]",
    "no type": b"{}",
    "unknown type": b'{"type":"__class__"}',
    "an event": b'{"type":"queuePaused","paused":true}',
    "unknown field": b'{"type":"getSnapshot","extra":1}',
    "wrong field type": b'{"type":"cancelJob","job":"1"}',
    "missing field": b'{"type":"cancelJob"}',
    "not UTF-8": b'{"type":"countTokens","text":"\xff\xfe"}',
    "deep nesting": b"[" * 100_000,
    "type is a list": b'{"type":["getSnapshot"]}',
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
async def test_what_is_no_command_is_refused_with_a_sentence(data: bytes) -> None:
    problem = await refusal(data)
    assert problem["code"] == "bad-message"
    assert problem["message"].endswith(".")


async def test_an_engine_that_could_not_start_refuses_with_its_reason() -> None:
    assert await refusal(b'{"type":"getSnapshot"}') == {
        "code": "home-unwritable",
        "message": "The folder /home/a cannot be written; choose another.",
    }
