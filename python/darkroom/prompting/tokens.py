"""CLIP's byte-pair tokens (Radford et al. 2021, arXiv:2103.00020), and their packing into chunks of 77.

Tokenized with HuggingFace's `tokenizers` directly: transformers' wrapper costs its whole import, and version 5 no
longer puts spaces around CJK characters as the tokenizer did that every published model was prompted with.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Split
from tokenizers.pre_tokenizers import Sequence as PreTokenizers

from darkroom.errors import ModelUnsafe
from darkroom.models.files import Stamp, json_object, small_file, stamp_of_files
from darkroom.prompting.weights import Piece, parse

CHUNK = 77
ROOM = CHUNK - 2
SHORT = 8
"""A piece of fewer tokens than this is not cut at the end of a chunk but moved to the next one."""

START, END = "<|startoftext|>", "<|endoftext|>"
FILES = ("vocab.json", "merges.txt")
MOST_BYTES = 8 << 20
MOST_TOKENS = 100_000
# Two letters beyond the published pattern, which ignores case: a long s is an s to it, and the iota below a vowel, left
# alone, is neither a letter nor anything else, and so is no word.
_WORDS = "'[s\u017f]|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}\u0345]+"
_CJK = re.compile(
    "([\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b73f"
    "\U0002b740-\U0002b81f\U0002b820-\U0002ceaf\uf900-\ufaff\U0002f800-\U0002fa1f])"
)
_EMBEDDING = re.compile(r"(?:^|(?<=[ \n]))embedding:(\S+)")

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")

Token = int | tuple[str, int]
"""A token id, or vector `n` of a named textual-inversion embedding."""


@dataclass(frozen=True)
class Chunk:
    """Tokens of one pass through the text encoder and the weight of each; both have 77 entries."""

    tokens: tuple[Token, ...]
    weights: tuple[float, ...]
    used: int
    """Tokens between the start and the first end token."""

    @property
    def plain(self) -> bool:
        return all(weight == 1.0 for weight in self.weights)


@dataclass(frozen=True)
class Vocabulary:
    """A CLIP vocabulary: text to ids, and the ids that frame a chunk."""

    tokenizer: Tokenizer
    start: int
    end: int

    @classmethod
    def read(cls, folder: Path) -> "Vocabulary":
        """From `vocab.json` and `merges.txt`. Raises ModelMissing, or ModelUnsafe if they are no CLIP vocabulary."""
        vocab, merges = (folder / name for name in FILES)
        ids = _ids(json_object(vocab, MOST_BYTES))
        pairs = _pairs(small_file(merges, MOST_BYTES), ids)
        tokenizer = Tokenizer(BPE(ids, pairs, unk_token=END, end_of_word_suffix="</w>", continuing_subword_prefix=""))
        words = Split(Regex(_WORDS), behavior="removed", invert=True)
        tokenizer.pre_tokenizer = PreTokenizers([words, ByteLevel(add_prefix_space=False, use_regex=False)])
        tokenizer.add_special_tokens([START, END])
        return cls(tokenizer, ids[START], ids[END])

    @staticmethod
    def stamp(folder: Path) -> Stamp:
        """What changes when `read` would read something else. Raises ModelMissing."""
        return stamp_of_files(folder / name for name in FILES)

    def ids(self, text: str) -> list[int]:
        """The ids of `text` without start and end tokens."""
        return self.tokenizer.encode(_cleaned(text), add_special_tokens=False).ids

    def chunks(self, prompt: str, vectors_of: Callable[[str], int]) -> list[Chunk]:
        """The prompt in one or more chunks of 77. `vectors_of(name)` is an embedding's vector count, 0 if unknown."""
        groups = [group for piece in parse(prompt) for group in self._groups(piece, vectors_of)]
        return _packed(groups, self.start, self.end)

    def _groups(self, piece: Piece, vectors_of: Callable[[str], int]) -> list[tuple[list[Token], float]]:
        """Runs of tokens under one weight: text between embeddings, and each embedding by itself."""
        groups: list[tuple[list[Token], float]] = []
        position = 0
        for match in _EMBEDDING.finditer(piece.text):
            name, tail = _embedding_name(match[1], vectors_of)
            groups.append(([*self.ids(piece.text[position : match.start()])], piece.weight))
            groups.append(([(name, index) for index in range(vectors_of(name))], piece.weight))
            position = match.end() - len(tail)
        groups.append(([*self.ids(piece.text[position:])], piece.weight))
        return groups


def _embedding_name(word: str, vectors_of: Callable[[str], int]) -> tuple[str, str]:
    """The embedding that `word` names, and what of the word is text again: a trailing comma."""
    if vectors_of(word):
        return word, ""
    bare = word.rstrip(",")
    return bare, word[len(bare) :]


def _ids(vocab: Mapping[str, Any]) -> dict[str, int]:
    """The vocabulary, if it is one: what `tokenizers` is not given, it cannot stumble over."""
    if len(vocab) > MOST_TOKENS or START not in vocab or END not in vocab:
        raise ModelUnsafe(f"The tokenizer has {len(vocab)} entries and is not CLIP's; use a model with its own.")
    for token, number in vocab.items():
        if type(number) is not int or not 0 <= number < MOST_TOKENS:
            raise ModelUnsafe(f"The tokenizer gives {token[:40]!r} the number {str(number)[:40]!r}; use another model.")
    if _HALF_A_CHARACTER.search("".join(vocab)):
        raise ModelUnsafe("The tokenizer has a token with half a character in it; use another model.")
    return cast("dict[str, int]", vocab)


def _pairs(merges: bytes, ids: Mapping[str, int]) -> list[tuple[str, str]]:
    """The pairs of tokens that become one, the most frequent first."""
    try:
        lines = merges.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ModelUnsafe("The tokenizer's merges.txt is not UTF-8; use another model.") from error
    pairs: list[tuple[str, str]] = []
    for line in lines:
        left, _, right = line.partition(" ")
        if not line or line.startswith("#version"):
            continue
        if left not in ids or right not in ids or left + right not in ids:
            raise ModelUnsafe(f"The tokenizer joins {line[:40]!r}, which it has no numbers for; use another model.")
        pairs.append((left, right))
    return pairs


def _cleaned(text: str) -> str:
    """Control characters out, white space to single blanks, blanks around every CJK character, small letters.

    Python's own lower case: a sigma at the end of a word has another form than inside it.
    """
    kept = "".join(" " if letter.isspace() else letter for letter in text if not _is_control(letter))
    return unicodedata.normalize("NFC", " ".join(_CJK.sub(r" \1 ", kept).split())).lower()


def _is_control(letter: str) -> bool:
    if letter in "\t\n\r":
        return False
    return letter in "\0\ufffd" or unicodedata.category(letter).startswith("C")


def _packed(groups: Sequence[tuple[list[Token], float]], start: int, end: int) -> list[Chunk]:
    rows: list[list[tuple[Token, float]]] = [[]]
    for tokens, weight in groups:
        left = tokens
        while left:
            free = ROOM - len(rows[-1])
            if len(left) > free:
                cut = left[:free] if len(tokens) >= SHORT else []
                rows[-1] += [(token, weight) for token in cut]
                left = left[len(cut) :]
                rows.append([])
            else:
                rows[-1] += [(token, weight) for token in left]
                left = []
    return [_chunk(row, start, end) for row in rows]


def _chunk(row: list[tuple[Token, float]], start: int, end: int) -> Chunk:
    framed: list[tuple[Token, float]] = [(start, 1.0), *row, (end, 1.0)]
    framed += [(end, 1.0)] * (CHUNK - len(framed))
    return Chunk(tuple(token for token, _ in framed), tuple(weight for _, weight in framed), len(row))
