"""How long a prompt is, before it is encoded. Imports no torch."""

from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from darkroom.messages import TokenCount
from darkroom.prompting.tokens import Vocabulary


def count_tokens(prompt: str, tokenizer: Path, vectors_of: Callable[[str], int]) -> TokenCount:
    """The prompt's tokens, without those that frame and fill its chunks of 77, by the vocabulary in `tokenizer`.

    `vectors_of(name)` is the number of vectors of the embedding called so, 0 if there is none.
    """
    vocabulary = _vocabulary(tokenizer)
    asked: dict[str, int] = {}

    @cache
    def vectors(name: str) -> int:
        asked[name] = vectors_of(name)
        return asked[name]

    chunks = vocabulary.chunks(prompt, vectors)
    unknown = [name for name, found in asked.items() if not found and asked.get(name.rstrip(","), 0) == 0]
    return TokenCount(
        tokens=vocabulary.count(prompt, vectors),
        chunks=len(chunks),
        unknown=tuple(dict.fromkeys(name.rstrip(",") for name in unknown)),
    )


@lru_cache(maxsize=4)
def _vocabulary(tokenizer: Path) -> Vocabulary:
    return Vocabulary.read(tokenizer)
