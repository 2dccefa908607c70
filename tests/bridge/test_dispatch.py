"""Bytes in, bytes out: what reaches the engine, and what a refusal looks like."""

import asyncio

import orjson
import pytest

from darkroom.bridge.dispatch import LARGEST_SETTINGS, BrokenEngine, dispatch, told
from darkroom.errors import HomeUnwritable
from darkroom.messages import PicturesChanged, QueuePaused

BROKEN = BrokenEngine(HomeUnwritable("The folder /home/a cannot be written; choose another."))


async def refusal(data: bytes) -> dict[str, str]:
    answer = orjson.loads(await dispatch(BROKEN, data, asyncio.Lock()))
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


async def test_settings_too_large_for_every_snapshot_are_refused() -> None:
    folder = "x" * LARGEST_SETTINGS
    problem = await refusal(orjson.dumps({"type": "saveSettings", "settings": {"modelFolders": [folder]}}))
    assert problem["code"] == "bad-request"
    assert "name fewer folders" in problem["message"]


def test_an_event_about_many_pictures_is_told_in_small_pieces_that_lose_none() -> None:
    largest = 2**63 - 1
    pictures = tuple(range(largest - 1000, largest + 1))
    payloads = list(told(PicturesChanged(pictures=pictures, trashed=True)))
    pieces = [orjson.loads(payload) for payload in payloads]
    assert [picture for piece in pieces for picture in piece["pictures"]] == list(pictures)
    assert all(piece["trashed"] and piece["type"] == "picturesChanged" for piece in pieces)
    assert max(map(len, payloads)) < 4096


def test_any_other_event_is_told_as_it_is() -> None:
    assert [orjson.loads(payload) for payload in told(QueuePaused(paused=True))] == [
        {"paused": True, "type": "queuePaused"}
    ]
