"""A request put together from what another program wrote: values it can take over, a note for each that it cannot."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Literal

from darkroom.messages import Model, PictureSettings, Sampler, Schedule, TextToImage

_NOTES = 60
_SHOWN = 120
_WEIGHT_SUFFIXES = (".safetensors", ".ckpt", ".pt", ".pth", ".gguf", ".sft", ".bin")
_WHOLE_LIMIT = {"seed": 2**64 - 1}


class Draft:
    """Collects settings and notes; nothing that is handed in disappears: it is in the request or in a note."""

    def __init__(self, source: Literal["infotext", "comfyui"], models: Sequence[Model]) -> None:
        self.request = TextToImage(prompt="")
        self._source: Literal["infotext", "comfyui"] = source
        self._models = models
        self._notes: list[str] = []

    def settings(self) -> PictureSettings:
        notes = self._notes
        if len(notes) > _NOTES:
            notes = [*notes[:_NOTES], f"{len(notes) - _NOTES} more settings are not taken over."]
        return PictureSettings(request=self.request, source=self._source, notes=tuple(notes))

    def note(self, sentence: str) -> None:
        if sentence not in self._notes:
            self._notes.append(sentence)

    def texts(self, prompt: str | None, negative: str | None) -> None:
        if prompt is not None:
            self.request = replace(self.request, prompt=prompt)
        if negative is not None:
            self.request = replace(self.request, negative=negative)

    def whole(self, field: Literal["steps", "seed", "clip_skip"], name: str, value: object) -> None:
        """A number without fraction into `field`; anything else is noted under `name`."""
        number = whole_number(value)
        if number is None or not 0 <= number <= _WHOLE_LIMIT.get(field, 2**31 - 1):
            self.unusable(name, value)
            return
        self.request = replace(self.request, **{field: number})

    def guidance(self, name: str, value: object) -> None:
        number = _number(value)
        if number is None:
            self.unusable(name, value)
            return
        self.request = replace(self.request, guidance=number)

    def size(self, name: str, width: object, height: object) -> None:
        numbers = whole_number(width), whole_number(height)
        if not all(number is not None and 0 < number < 2**31 for number in numbers):
            self.unusable(name, f"{width}x{height}")
            return
        self.request = replace(self.request, width=numbers[0], height=numbers[1])

    def sampler(self, name: str, sampler: Sampler | None) -> None:
        if sampler is None:
            self.note(f"Sampler {shown(name)} is not available here; choose another.")
        self.request = replace(self.request, sampler=sampler)

    def schedule(self, name: str | None, schedule: Schedule | None) -> None:
        """`name` is `None` when the picture names no schedule."""
        if schedule is None and name is not None:
            self.note(f"Schedule {shown(name)} is not available here; choose another.")
        self.request = replace(self.request, schedule=schedule)

    def model(self, name: str, short_hash: str | None) -> None:
        """Takes the model over when exactly one has this name; other programs' names mean nothing else to us."""
        stem = model_stem(name).casefold()
        found = [
            model
            for model in self._models
            if stem in {model_stem(model.name).casefold(), model_stem(model.id).casefold()}
        ]
        if len(found) == 1:
            self.request = replace(self.request, model=found[0].id)
            return
        hashed = f" (hash {shown(short_hash)})" if short_hash else ""
        self.note(f"The model was {shown(name)}{hashed}; choose the one to use here.")

    def unusable(self, name: str, value: object) -> None:
        self.note(f"{name}: {shown(value)} cannot be used and is not taken over.")

    def unknown(self, name: str, value: object) -> None:
        self.note(f"{shown(name)}: {shown(value)} has no counterpart here and is not taken over.")


def model_stem(name: str) -> str:
    """The name without folders and without the suffix of a weight file."""
    last = PurePosixPath(name.replace("\\", "/")).name
    suffix = next((suffix for suffix in _WEIGHT_SUFFIXES if last.lower().endswith(suffix)), "")
    return last[: len(last) - len(suffix)]


def shown(value: object) -> str:
    """A value of unknown origin as it may stand in a sentence: one line, not too long."""
    text = " ".join(str(value)[: 2 * _SHOWN].split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def whole_number(value: object) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal() and len(value.strip()) <= 20:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
