"""A prompt's text context."""

import pytest
import torch
from transformers import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel

from darkroom.errors import ModelUnsafe
from darkroom.models.tokenizer_files import PACKAGED_TOKENIZER
from darkroom.prompting.encode import encode_prompt
from darkroom.prompting.tokens import Vocabulary


def encoded(vocab_size: int) -> torch.Tensor:
    encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocab_size, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1
        )
    )
    vocabulary = Vocabulary.read(PACKAGED_TOKENIZER)
    with torch.inference_mode():
        return encode_prompt("a cat", encoder, vocabulary, clip_skip=1, embeddings={}, check=lambda: None)


def test_a_prompt_becomes_a_context_of_one_chunk() -> None:
    assert encoded(49408).shape == (1, 77, 8)


def test_a_tokenizer_with_more_tokens_than_the_text_encoder_is_refused() -> None:
    with pytest.raises(ModelUnsafe, match="token 49407, the text encoder only 49407"):
        encoded(49407)
