"""A prompt's text context: what cross-attention reads. Shape (1, 77 x chunks, width), float32.

Weights act on the encoded tokens: z = (z - z_empty) * w + z_empty, where z_empty encodes the empty prompt at the same
position. Chunks are encoded separately and joined.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers.models.clip.modeling_clip import CLIPTextModel

from darkroom.errors import BadClipSkip, ModelUnsafe
from darkroom.prompting.tokens import Token, Vocabulary


def encode_prompt(
    prompt: str,
    encoder: CLIPTextModel,
    vocabulary: Vocabulary,
    *,
    clip_skip: int,
    embeddings: Mapping[str, Tensor],
    check: Callable[[], None],
) -> Tensor:
    """The context of `prompt`. `clip_skip` 1 takes the last layer; `embeddings` are (vectors, width) by name.

    Raises BadClipSkip when the encoder has no such layer, and ModelUnsafe when it does not know a token.
    """
    layers: int = encoder.config.num_hidden_layers
    if clip_skip > layers:
        raise BadClipSkip(
            f"CLIP skip is {clip_skip}, but this model's text encoder has {layers} layers; use 1 to {layers}."
        )
    chunks = vocabulary.chunks(prompt, lambda name: len(embeddings[name]) if name in embeddings else 0)
    empty = None
    encoded: list[Tensor] = []
    for chunk in chunks:
        check()
        z = _encode(chunk.tokens, encoder, vocabulary, clip_skip, embeddings)
        if not chunk.plain:
            if empty is None:
                framed = vocabulary.chunks("", lambda _: 0)[0]
                empty = _encode(framed.tokens, encoder, vocabulary, clip_skip, embeddings)
            weights = torch.tensor(chunk.weights, dtype=z.dtype, device=z.device)[None, :, None]
            z = (z - empty) * weights + empty
        encoded.append(z)
    return torch.cat(encoded, dim=1)


def _encode(
    tokens: Sequence[Token],
    encoder: CLIPTextModel,
    vocabulary: Vocabulary,
    clip_skip: int,
    embeddings: Mapping[str, Tensor],
) -> Tensor:
    table: nn.Embedding = encoder.embeddings.token_embedding
    ids = [token if isinstance(token, int) else vocabulary.end for token in tokens]
    if max(ids) >= table.num_embeddings:
        raise ModelUnsafe(
            f"The tokenizer has token {max(ids)}, the text encoder only {table.num_embeddings}; use another model."
        )
    rows = {place: embeddings[token[0]][token[1]] for place, token in enumerate(tokens) if not isinstance(token, int)}
    with _replaced(table, rows):
        output: Any = cast("Any", encoder)(
            input_ids=torch.tensor([ids], device=table.weight.device), output_hidden_states=True
        )
    if clip_skip == 1:
        return output.last_hidden_state.to(torch.float32)
    return encoder.final_layer_norm(output.hidden_states[-clip_skip]).to(torch.float32)


@contextmanager
def _replaced(table: nn.Embedding, rows: Mapping[int, Tensor]) -> Generator[None, None, None]:
    """While open, the embedding at place p of every sequence is rows[p]: textual inversion without new token ids."""

    def put(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        output = output.clone()
        for place, vector in rows.items():
            output[:, place] = vector.to(output)
        return output

    if not rows:
        yield
        return
    handle = table.register_forward_hook(put)
    try:
        yield
    finally:
        handle.remove()
