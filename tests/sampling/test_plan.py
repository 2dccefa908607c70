"""From a wish to what really runs."""

from darkroom.messages import Plan, Sampler, Schedule, TextToImage
from darkroom.models.family import SD15
from darkroom.sampling.plan import plan


def planned(request: TextToImage, index: int = 0) -> Plan:
    return plan(request, index, family=SD15, model="x", model_hash="", precision="fp32")


def test_what_was_asked_for_goes_before_what_the_family_does() -> None:
    wished = TextToImage(
        prompt="a boat",
        negative="fog",
        width=64,
        height=72,
        steps=3,
        guidance=0,
        sampler=Sampler.LCM,
        schedule=Schedule.SIMPLE,
        clip_skip=2,
        seed=0,
    )

    made = planned(wished)

    for name in (
        "prompt",
        "negative",
        "width",
        "height",
        "steps",
        "guidance",
        "sampler",
        "schedule",
        "clip_skip",
        "seed",
    ):
        assert getattr(made, name) == getattr(wished, name)


def test_each_picture_has_the_next_seed_and_after_the_largest_comes_zero() -> None:
    request = TextToImage(prompt="x", seed=2**64 - 2, count=3)

    assert [planned(request, index).seed for index in range(3)] == [2**64 - 2, 2**64 - 1, 0]
