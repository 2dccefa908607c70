"""Training that is interrupted ends where uninterrupted training ends."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from darkroom.starter.training.loop import Hooks, Loss, Plan, load_weights, rate_at, train
from darkroom.starter.training.typed import seed_everything

SILENT = Hooks()
PLAN = Plan("tiny", steps=12, learning_rate=1e-2, average=0.9, save_every=4, report_every=5)


def model() -> nn.Module:
    seed_everything(3)
    return nn.Sequential(nn.Linear(4, 8), nn.SiLU(), nn.Linear(8, 1))


def loss_of(network: nn.Module) -> Loss:
    def loss(step: int, generator: torch.Generator) -> dict[str, Tensor]:
        del step
        points = torch.randn(16, 4, generator=generator)
        return {"loss": (network(points).squeeze(1) - points.sum(dim=1)).square().mean()}

    return loss


def trained(workdir: Path, stops: tuple[int | None, ...], hooks: Hooks = SILENT) -> list[Tensor]:
    averaged = nn.Module()
    for stop in stops:
        network = model()
        averaged = train(network, loss_of(network), PLAN, workdir, hooks, until=stop)
    return [weight.clone() for weight in averaged.state_dict().values()]


@pytest.mark.parametrize("stop", [1, 4, 7, 11])
def test_a_resumed_run_ends_exactly_like_an_uninterrupted_one(tmp_path: Path, stop: int) -> None:
    whole = trained(tmp_path / "whole", (None,))
    parts = trained(tmp_path / "parts", (stop, None))
    assert all(torch.equal(one, other) for one, other in zip(whole, parts, strict=True))


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    once = trained(tmp_path, (None,))
    twice = trained(tmp_path, (None,))
    assert all(torch.equal(one, other) for one, other in zip(once, twice, strict=True))


def test_the_averaged_weights_are_those_loaded_for_use(tmp_path: Path) -> None:
    averaged = trained(tmp_path, (None,))
    fresh = model()
    assert load_weights(fresh, tmp_path, "tiny")
    assert all(torch.equal(one, other) for one, other in zip(averaged, fresh.state_dict().values(), strict=True))


def test_without_a_checkpoint_nothing_is_loaded(tmp_path: Path) -> None:
    assert not load_weights(model(), tmp_path, "tiny")


def test_progress_and_loss_are_told_and_saves_announced(tmp_path: Path) -> None:
    lines: list[str] = []
    saves: list[int] = []
    trained(tmp_path, (None,), Hooks(lines.append, saves.append))
    assert saves == [4, 8, 12]
    assert lines[0].startswith("tiny 1/12 loss ")
    assert "tiny 5/12" in lines[1]


def test_the_learning_rate_rises_then_falls() -> None:
    plan = Plan("tiny", steps=1000, learning_rate=1.0)
    rates = [rate_at(plan, step) for step in range(1000)]
    assert max(rates) == pytest.approx(1.0, abs=1e-3)
    assert rates.index(max(rates)) < 50
    assert rates[-1] == pytest.approx(0.01)
