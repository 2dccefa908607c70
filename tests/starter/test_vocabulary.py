"""The tokenizer: CLIP's layout, one token for each word of the captions, and no text it cannot write."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from transformers import CLIPTokenizer

from darkroom.starter.training.language import new_text_encoder, tokenized
from darkroom.starter.training.typed import integers
from darkroom.starter.training.vocabulary import LENGTH, new_tokenizer, save_tokenizer

TOKENIZER: Any = new_tokenizer()


def test_a_caption_is_one_token_a_word_between_start_and_end() -> None:
    tokens = TOKENIZER.convert_ids_to_tokens(TOKENIZER("A red house on the left, at night").input_ids)
    words = ["a", "red", "house", "on", "the", "left", ",", "at", "night"]
    assert tokens == ["<|startoftext|>", *(word + "</w>" for word in words), "<|endoftext|>"]


def test_captions_are_padded_to_77_with_end_tokens() -> None:
    tokens = integers(tokenized(TOKENIZER, ["the sea"])[0])
    assert len(tokens) == LENGTH
    assert tokens[3:] == [TOKENIZER.eos_token_id] * (LENGTH - 3)


def test_a_caption_that_is_too_long_keeps_its_end_token() -> None:
    tokens = integers(tokenized(TOKENIZER, ["red " * 200])[0])
    assert len(tokens) == LENGTH
    assert tokens[-1] == TOKENIZER.eos_token_id


@pytest.mark.parametrize("text", ["café", "東京", "🌵 cactus", "x²"])
def test_any_text_can_be_written(text: str) -> None:
    tokens = TOKENIZER(text).input_ids[1:-1]
    assert tokens
    assert TOKENIZER.eos_token_id not in tokens


def test_the_saved_tokenizer_says_the_same(tmp_path: Path) -> None:
    save_tokenizer(tmp_path)
    loaded: Any = cast(Any, CLIPTokenizer).from_pretrained(tmp_path, local_files_only=True)
    text = "a hot-air balloon over the desert at sunrise, naïve"
    assert loaded(text).input_ids == TOKENIZER(text).input_ids
    assert loaded.model_max_length == LENGTH
    assert {"vocab.json", "merges.txt"} <= {path.name for path in tmp_path.iterdir()}


def test_the_text_encoder_knows_the_tokenizers_special_tokens() -> None:
    config = new_text_encoder().config
    assert (config.bos_token_id, config.eos_token_id) == (TOKENIZER.bos_token_id, TOKENIZER.eos_token_id)
    assert config.vocab_size == len(TOKENIZER)
