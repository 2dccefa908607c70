"""The training loop of every stage: seeded per step, so that an interrupted run continues as if it never stopped."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

Loss = Callable[[int, torch.Generator], dict[str, Tensor]]
"""Step number and that step's random numbers → named losses; the one called "loss" is minimised."""

_WARM_UP = 0.04
_FINAL_RATE = 0.01
_LARGEST_GRADIENT = 1.0


@dataclass(frozen=True)
class Plan:
    """How a stage is trained. The learning rate rises for 4 % of `steps`, then falls along a cosine."""

    name: str
    steps: int
    learning_rate: float
    seed: int = 0
    weight_decay: float = 0.01
    average: float = 0.0
    """Decay of the moving average of the weights a step; 0 keeps none."""
    report_every: int = 25
    save_every: int = 500


@dataclass(frozen=True)
class Hooks:
    """What happens beside the steps: text for people, and sample grids or exports at every save."""

    told: Callable[[str], None] = lambda _: None
    saved: Callable[[int], None] = lambda _: None


def train(model: nn.Module, loss: Loss, plan: Plan, workdir: Path, hooks: Hooks, until: int | None = None) -> nn.Module:
    """Trains up to step `until` (the plan's end if None) from the last checkpoint; returns the averaged model.

    The returned model is `model` itself when the plan keeps no average. Raising `plan.steps` and training again
    continues with a learning rate that follows the new length.
    """
    run = _Run(model, plan, workdir)
    first = run.restore()
    last = plan.steps if until is None else min(until, plan.steps)
    meter = _Meter(plan, first)
    for step in range(first, last):
        generator = torch.Generator().manual_seed(plan.seed * 1_000_003 + step)
        losses = loss(step, generator)
        run.update(step, losses["loss"])
        if meter.counted(step, losses):
            hooks.told(meter.line(step, run.learning_rate))
        if (step + 1) % plan.save_every == 0 or step + 1 == last:
            run.save(step + 1)
            hooks.saved(step + 1)
    return run.averaged


def checkpoint(workdir: Path, name: str) -> Path:
    """Where the stage of that name keeps its state."""
    return workdir / f"{name}.ckpt"


def load_weights(model: nn.Module, workdir: Path, name: str) -> bool:
    """Loads a stage's averaged weights from its checkpoint into the model; False if there is none."""
    path = checkpoint(workdir, name)
    if not path.exists():
        return False
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["average"])
    return True


def rate_at(plan: Plan, step: int) -> float:
    """The learning rate of a step."""
    progress = min(1.0, (step + 1) / plan.steps)
    if progress < _WARM_UP:
        return plan.learning_rate * progress / _WARM_UP
    fall = 0.5 * (1 + math.cos(math.pi * (progress - _WARM_UP) / (1 - _WARM_UP)))
    return plan.learning_rate * (_FINAL_RATE + (1 - _FINAL_RATE) * fall)


class _Run:
    """Model, optimizer and moving average of one stage, and their checkpoint."""

    def __init__(self, model: nn.Module, plan: Plan, workdir: Path) -> None:
        self._model = model
        self._plan = plan
        self._path = checkpoint(workdir, plan.name)
        self._trained = [weight for weight in model.parameters() if weight.requires_grad]
        self._optimizer = torch.optim.AdamW(
            self._trained, lr=plan.learning_rate, weight_decay=plan.weight_decay, betas=(0.9, 0.99)
        )
        self.averaged = _copy(model) if plan.average else model
        self.learning_rate = 0.0

    def restore(self) -> int:
        """Loads the checkpoint, if there is one; returns the number of steps already done."""
        if not self._path.exists():
            return 0
        state: dict[str, Any] = torch.load(self._path, map_location="cpu", weights_only=True)
        self._model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        if self._plan.average:
            self.averaged.load_state_dict(state["average"])
        return int(state["step"])

    def save(self, step: int) -> None:
        """Writes the checkpoint; the old one stays whole until the new one is."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        state = {
            "step": step,
            "model": self._model.state_dict(),
            "average": self.averaged.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }
        torch.save(state, partial)
        os.replace(partial, self._path)

    def update(self, step: int, loss: Tensor) -> None:
        """One optimizer step."""
        self.learning_rate = rate_at(self._plan, step)
        for group in self._optimizer.param_groups:
            group["lr"] = self.learning_rate
        self._optimizer.zero_grad(set_to_none=True)
        cast(Any, loss).backward()
        nn.utils.clip_grad_norm_(self._trained, _LARGEST_GRADIENT)
        cast(Any, self._optimizer).step()
        if self._plan.average:
            self._follow(step)

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        decay = min(self._plan.average, (1 + step) / (10 + step))
        targets = [weight.detach() for weight in self._model.parameters()]
        cast(Any, torch)._foreach_lerp_(list(self.averaged.parameters()), targets, 1 - decay)


class _Meter:
    """Mean losses and seconds a step since the last line told."""

    def __init__(self, plan: Plan, first: int) -> None:
        self._plan = plan
        self._sums: dict[str, float] = {}
        self._count = 0
        self._since = time.monotonic()
        self._first = first

    def counted(self, step: int, losses: dict[str, Tensor]) -> bool:
        """Adds a step's losses; True when a line is due."""
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + float(value.detach())
        self._count += 1
        return (step + 1) % self._plan.report_every == 0 or step == self._first

    def line(self, step: int, learning_rate: float) -> str:
        """The line, and a fresh start for the next one."""
        seconds = (time.monotonic() - self._since) / self._count
        means = " ".join(f"{name} {total / self._count:.4f}" for name, total in self._sums.items())
        left = (self._plan.steps - step - 1) * seconds / 60
        self._sums, self._count, self._since = {}, 0, time.monotonic()
        return (
            f"{self._plan.name} {step + 1}/{self._plan.steps} {means} rate {learning_rate:.2e} "
            f"{seconds:.3f} s/step {left:.0f} min left"
        )


def _copy(model: nn.Module) -> nn.Module:
    twin = deepcopy(model)
    return twin.requires_grad_(False).eval()
