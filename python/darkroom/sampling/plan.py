"""From a wish to what really runs: one plan for each picture, in which nothing is optional. Imports no torch."""

import secrets

from darkroom.messages import Plan, TextToImage
from darkroom.models.family import Family

SEEDS = 2**64


def plan(request: TextToImage, index: int, *, family: Family, model: str, model_hash: str, precision: str) -> Plan:
    """The plan for picture `index` of the job. Picture i is drawn with seed + i, so each can be made again alone."""
    seed = secrets.randbits(32) if request.seed is None else request.seed
    return Plan(
        prompt=request.prompt,
        negative=request.negative,
        model=model,
        model_hash=model_hash,
        family=family.name,
        width=request.width or family.width,
        height=request.height or family.height,
        steps=request.steps or family.steps,
        guidance=family.guidance if request.guidance is None else float(request.guidance),
        sampler=request.sampler or family.sampler,
        schedule=request.schedule or family.schedule,
        clip_skip=request.clip_skip or family.clip_skip,
        seed=(seed + index) % SEEDS,
        precision=precision,
    )
