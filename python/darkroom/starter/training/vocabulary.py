"""A small CLIP vocabulary: byte-pair merges learned from captions (Sennrich et al. 2016), in CLIP's own layout.

Like CLIP's, it holds every byte, every byte at a word's end, the merges, and two special tokens, in this order; so any
text can be written with it, and words it knows are one token each.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from transformers import CLIPTokenizer

from darkroom.starter.postcards.captions import full_caption, short_caption
from darkroom.starter.postcards.scene import any_scene
from darkroom.starter.training.typed import saved_to

LENGTH = 77
START, END = "<|startoftext|>", "<|endoftext|>"
_WORD_END = "</w>"
_WORD = re.compile(r"[a-z]+|[0-9]|[^\sa-z0-9]+")
_SAMPLE_CAPTIONS = 4000

Pair = tuple[str, str]


def new_tokenizer() -> CLIPTokenizer:
    """The starter model's tokenizer; the same one every time."""
    vocabulary, merges = learned(_words())
    build: Any = CLIPTokenizer
    return build(vocab=vocabulary, merges=merges, model_max_length=LENGTH)


def save_tokenizer(folder: Path) -> None:
    """Writes the tokenizer in transformers' files, vocab.json and merges.txt among them."""
    folder.mkdir(parents=True, exist_ok=True)
    saved_to(new_tokenizer(), str(folder))
    vocabulary, merges = learned(_words())
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")


def learned(words: Iterable[str]) -> tuple[dict[str, int], list[Pair]]:
    """Token numbers and merges, in CLIP's order, such that each of these words becomes one token."""
    pieces = {word: [*word[:-1], word[-1] + _WORD_END] for word in words}
    counts = Counter(words)
    merges: list[Pair] = []
    while pair := _commonest_pair(pieces, counts):
        merges.append(pair)
        for word, parts in pieces.items():
            pieces[word] = _merged(parts, pair)
    letters = byte_letters()
    tokens = [*letters, *(letter + _WORD_END for letter in letters), *("".join(pair) for pair in merges), START, END]
    return {token: number for number, token in enumerate(dict.fromkeys(tokens))}, merges


def byte_letters() -> list[str]:
    """One printable letter for each byte: itself where it is printable Latin-1, else one from 256 on."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in sorted(printable)] + [chr(256 + place) for place in range(len(others))]


def _words() -> list[str]:
    rng = random.Random(0)
    words: list[str] = []
    for _ in range(_SAMPLE_CAPTIONS):
        scene = any_scene(rng)
        for caption in (full_caption(scene, rng), short_caption(scene, rng)):
            words.extend(_WORD.findall(caption.lower()))
    return words


def _commonest_pair(pieces: dict[str, list[str]], counts: Counter[str]) -> Pair | None:
    pairs: Counter[Pair] = Counter()
    for word, parts in pieces.items():
        for pair in pairwise(parts):
            pairs[pair] += counts[word]
    return min(pairs, key=lambda pair: (-pairs[pair], pair)) if pairs else None


def _merged(parts: Sequence[str], pair: Pair) -> list[str]:
    out: list[str] = []
    for part in parts:
        if out and (out[-1], part) == pair:
            out[-1] += part
        else:
            out.append(part)
    return out
