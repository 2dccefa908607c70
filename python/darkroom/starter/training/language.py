"""The text encoder: a small CLIP text model, trained first and alone, then frozen.

It learns to tell, from a caption, what the postcard shows: linear readers of its final hidden states predict every
attribute, at the end token and at each of the end tokens that pad a caption to full length. The UNet is then trained on
exactly these 77 states (the last hidden state after the final norm, as in Stable Diffusion 1), and finds most of them
carrying the whole caption from its first step on. What a caption leaves unsaid stays uncertain, because the readers
are asked for it all the same. Pairs of attributes that are held out from the drawings do occur in these captions: the
text encoder must not learn that a purple house is impossible; whether the UNet can draw one is another question.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from darkroom.starter.postcards.captions import any_caption
from darkroom.starter.postcards.postcard import lot
from darkroom.starter.postcards.scene import ATTRIBUTES, Scene, any_scene
from darkroom.starter.training.loop import Hooks, Loss, Plan, load_weights, train
from darkroom.starter.training.series import TRAINING_SEED
from darkroom.starter.training.typed import frozen_as_exported, seed_everything
from darkroom.starter.training.vocabulary import LENGTH, new_tokenizer

NAME = "language"
WIDTH = 128
_BATCH = 64
NOT_SHOWN = -100
_DROPPED_WORDS = frozenset({"a", "the", "an", "of", "in", "on", "at", "with", "and", "by", "during"})


def plan(steps: int, seed: int) -> Plan:
    """The stage's plan."""
    return Plan(NAME, steps, learning_rate=1e-3, seed=seed, save_every=500)


def new_text_encoder() -> CLIPTextModel:
    """An untrained text encoder: 3 layers, 128 wide, 77 positions."""
    numbers = new_tokenizer().get_vocab()
    start, end = numbers["<|startoftext|>"], numbers["<|endoftext|>"]
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(numbers),
            hidden_size=WIDTH,
            intermediate_size=4 * WIDTH,
            num_hidden_layers=3,
            num_attention_heads=4,
            max_position_embeddings=LENGTH,
            projection_dim=WIDTH,
            bos_token_id=start,
            eos_token_id=end,
            pad_token_id=end,
        )
    )


class Reader(nn.Module):
    """A text encoder with one linear reader an attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = new_text_encoder()
        self.heads = nn.ModuleDict({name: nn.Linear(WIDTH, len(values)) for name, values in ATTRIBUTES.items()})

    def forward(self, tokens: Tensor) -> dict[str, Tensor]:
        """Tokens (n, 77) → class scores of each attribute (n, 77, values)."""
        states = self.encoder(input_ids=tokens).last_hidden_state
        return {name: head(states) for name, head in self.heads.items()}


def tokenized(tokenizer: CLIPTokenizer, captions: list[str]) -> Tensor:
    """Token numbers (n, 77), padded with end tokens and cut at 77."""
    batch = tokenizer(captions, padding="max_length", max_length=LENGTH, truncation=True, return_tensors="pt")
    return cast(Tensor, batch["input_ids"])


def classes(scenes: list[Scene]) -> dict[str, Tensor]:
    """Class numbers of each attribute; colour and place of nothing are marked to be ignored."""
    return {name: torch.tensor([_class(scene, name) for scene in scenes]) for name in ATTRIBUTES}


def train_language(workdir: Path, plan: Plan, device: torch.device, hooks: Hooks) -> CLIPTextModel:
    """Trains to the plan's end; returns the frozen text encoder, its weights rounded to fp16."""
    seed_everything(plan.seed)
    reader = Reader().to(device)
    train(reader, _reading_loss(reader, plan, device), plan, workdir, hooks)
    return trained_text_encoder(workdir)


def trained_text_encoder(workdir: Path) -> CLIPTextModel:
    """The frozen text encoder of the work folder, with the very numbers that the exported fp16 file holds."""
    reader = Reader()
    if not load_weights(reader, workdir, NAME):
        raise FileNotFoundError(f"{workdir} holds no trained text encoder; train the stage “{NAME}” first")
    return frozen_as_exported(reader.encoder)


def _class(scene: Scene, name: str) -> int:
    if name in ("colour", "place") and scene.subject == "none":
        return NOT_SHOWN
    return ATTRIBUTES[name].index(scene.value(name))


def _reading_loss(reader: Reader, plan: Plan, device: torch.device) -> Loss:
    tokenizer = new_tokenizer()

    def loss(step: int, generator: torch.Generator) -> dict[str, Tensor]:
        del generator
        scenes, captions = _captioned(plan.seed, step)
        tokens = tokenized(tokenizer, captions).to(device)
        ended = tokens.eq(cast(int, tokenizer.eos_token_id)).float()
        shares = ended / ended.sum(dim=1, keepdim=True)
        scores = reader(tokens)
        parts = [_error(scores[name], truth.to(device), shares) for name, truth in classes(scenes).items()]
        return {"loss": torch.stack(parts).sum()}

    return loss


def _error(scores: Tensor, truth: Tensor, shares: Tensor) -> Tensor:
    wanted = truth[:, None].expand(-1, LENGTH)
    each = F.cross_entropy(scores.transpose(1, 2), wanted, ignore_index=NOT_SHOWN, reduction="none")
    return (each * shares).sum(dim=1).mean()


def _captioned(seed: int, step: int) -> tuple[list[Scene], list[str]]:
    rng = lot(TRAINING_SEED, seed * 1_000_003 + step, "language")
    scenes = [any_scene(rng) for _ in range(_BATCH)]
    return scenes, [_careless(any_caption(scene, rng), rng) for scene in scenes]


def _careless(caption: str, rng: random.Random) -> str:
    """The caption, one time in five without some of its small words: people type prompts that way."""
    if rng.random() > 0.2:
        return caption
    return " ".join(w for w in caption.split(" ") if w not in _DROPPED_WORDS or rng.random() < 0.5)
