"""How long a prompt is, before it is encoded. Imports no torch."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from darkroom.messages import TokenCount
from darkroom.models.files import Stamp
from darkroom.prompting.tokens import Vocabulary


def count_tokens(prompt: str, tokenizer: Path, vectors_of: Callable[[str], int]) -> TokenCount:
    """The prompt's tokens, without those that frame and fill its chunks of 77, by the vocabulary in `tokenizer`.

    `vectors_of(name)` is the number of vectors of the embedding called so, 0 if there is none. Raises ModelError if
    the vocabulary cannot be used.
    """
    vocabulary = _vocabulary(tokenizer, Vocabulary.stamp(tokenizer))
    found: dict[str, int] = {}

    def vectors(name: str) -> int:
        if name not in found:
            found[name] = vectors_of(name)
        return found[name]

    chunks = vocabulary.chunks(prompt, vectors)
    # A comma at its end may belong to the name or follow it; both were asked for.
    unknown = [name.rstrip(",") for name, count in found.items() if not count and not found.get(name.rstrip(","))]
    return TokenCount(
        tokens=sum(chunk.used for chunk in chunks), chunks=len(chunks), unknown=tuple(dict.fromkeys(unknown))
    )


@lru_cache(maxsize=4)
def _vocabulary(tokenizer: Path, _stamp: Stamp) -> Vocabulary:
    return Vocabulary.read(tokenizer)
