"""Which vocabulary a model's prompts are numbered with. Imports no torch."""

import os
from pathlib import Path

from darkroom.models.files import json_object
from darkroom.models.shapes import SD15_TEXT

PACKAGED_TOKENIZER = Path(__file__).parent / "configs" / "sd15" / "tokenizer"


def tokenizer_of(model: Path) -> Path:
    """The folder of the vocabulary for the checkpoint or model folder at `model`.

    Our own wherever it fits; the model's only where its text encoder was trained with another. Raises ModelError.
    """
    if not os.path.isdir(model):
        return PACKAGED_TOKENIZER
    ours = SD15_TEXT["vocab_size"]
    config = json_object(model / "text_encoder" / "config.json")
    return PACKAGED_TOKENIZER if config.get("vocab_size", ours) == ours else model / "tokenizer"
