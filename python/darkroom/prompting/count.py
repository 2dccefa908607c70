"""How long a prompt is, before it is encoded. Imports no torch."""

from functools import lru_cache
from pathlib import Path

from darkroom.messages import TokenCount
from darkroom.prompting.tokens import Vocabulary
from darkroom.prompting.weights import parse


def count_tokens(prompt: str, tokenizer: Path) -> TokenCount:
    """The prompt's tokens, without those that frame and fill its chunks of 77, by the vocabulary in `tokenizer`."""
    vocabulary = _vocabulary(tokenizer)
    tokens = sum(len(vocabulary.ids(piece.text)) for piece in parse(prompt))
    return TokenCount(tokens=tokens, chunks=len(vocabulary.chunks(prompt, lambda _: 0)))


@lru_cache(maxsize=4)
def _vocabulary(tokenizer: Path) -> Vocabulary:
    return Vocabulary.read(tokenizer)
