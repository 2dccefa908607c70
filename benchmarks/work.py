"""What Darkroom is asked for. Imports no torch."""

from pathlib import Path

from benchmarks.bench import PROMPT, Case
from darkroom.messages import Sampler, Schedule, TextToImage


def request(case: Case, model: Path, prompt: str = PROMPT) -> TextToImage:
    """The same work as a plain call."""
    return TextToImage(
        prompt=prompt,
        model=str(model),
        width=case.side,
        height=case.side,
        steps=case.steps,
        guidance=7.0,
        sampler=Sampler.EULER,
        schedule=Schedule.NORMAL,
        seed=1,
    )
