"""The frames between window and engine; `goldens.json` is read by the shell's tests as well."""

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest

from darkroom.bridge.frames import (
    LIMITS,
    Frame,
    FrameDecoder,
    Kind,
    attachment,
    encode_frame,
    open_attachment,
)
from darkroom.errors import BadMessage

GOLDENS = json.loads(Path(__file__).with_name("goldens.json").read_text("utf-8"))


def golden_frame(golden: dict[str, str]) -> Frame:
    return Frame(Kind(int(golden["kind"])), int(golden["id"]), bytes.fromhex(golden["payload"]))


@pytest.mark.parametrize("golden", GOLDENS["frames"], ids=lambda golden: golden["name"])
def test_a_frame_is_these_bytes_and_no_others(golden: dict[str, str]) -> None:
    frame = golden_frame(golden)
    assert encode_frame(frame).hex() == golden["bytes"]
    decoder = FrameDecoder()
    assert list(decoder.feed(bytes.fromhex(golden["bytes"]))) == [frame]
    assert decoder.pending == 0


@pytest.mark.parametrize("golden", GOLDENS["refused"], ids=lambda golden: golden["name"])
def test_a_hostile_head_is_refused_before_its_payload_is_awaited(golden: dict[str, str]) -> None:
    with pytest.raises(BadMessage):
        list(FrameDecoder().feed(bytes.fromhex(golden["bytes"])))


def test_every_kind_has_a_golden_frame_and_a_limit() -> None:
    assert {int(golden["kind"]) for golden in GOLDENS["frames"]} == set(Kind) == set(LIMITS)


def test_frames_survive_any_cutting_of_the_stream() -> None:
    frames = [golden_frame(golden) for golden in GOLDENS["frames"]]
    stream = b"".join(encode_frame(frame) for frame in frames)
    chance = random.Random(5)
    for _ in range(200):
        cuts = [0, *sorted(chance.sample(range(1, len(stream)), chance.randint(1, 40))), len(stream)]
        decoder = FrameDecoder()
        pieces = [stream[start:end] for start, end in pairwise(cuts)]
        assert [frame for piece in pieces for frame in decoder.feed(piece)] == frames


def test_a_cut_frame_waits_and_yields_nothing() -> None:
    data = encode_frame(Frame(Kind.ANSWER, 3, b"0123456789"))
    decoder = FrameDecoder()
    assert list(decoder.feed(data[:-1])) == []
    assert decoder.pending == len(data) - 1


def test_random_bytes_are_refused_or_wait_and_never_do_anything_else() -> None:
    chance = random.Random(7)
    refused = 0
    for _ in range(2000):
        try:
            list(FrameDecoder().feed(chance.randbytes(chance.randint(13, 60))))
        except BadMessage:
            refused += 1
    assert refused > 1900


def test_a_payload_above_its_limit_is_not_sent() -> None:
    with pytest.raises(BadMessage, match="preview_request"):
        encode_frame(Frame(Kind.PREVIEW_REQUEST, 1, bytes(LIMITS[Kind.PREVIEW_REQUEST] + 1)))


def test_an_attachment_keeps_its_type_and_bytes() -> None:
    assert open_attachment(attachment("image/webp", b"RIFF")) == ("image/webp", b"RIFF")
    assert open_attachment(b"") is None
