"""Which precision a processor computes in: measured once per machine, and half precision only where it pays."""

from pathlib import Path

import pytest

from darkroom.models import precision
from darkroom.models.precision import chosen


@pytest.mark.parametrize(("ratio", "picked"), [(0.5, "bf16"), (0.84, "bf16"), (0.85, "fp32"), (3.0, "fp32")])
def test_half_precision_is_picked_where_it_is_clearly_faster_and_measured_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ratio: float, picked: str
) -> None:
    measured: list[float] = []

    def probe() -> float:
        measured.append(ratio)
        return ratio

    monkeypatch.setattr(precision, "probe", probe)

    assert [chosen("cpu", tmp_path / "precision.json").precision for _ in range(2)] == [picked] * 2
    assert measured == [ratio]


def test_another_processor_is_measured_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "probe", lambda: 0.5)
    assert chosen("cpu", tmp_path / "precision.json").precision == "bf16"

    monkeypatch.setattr(precision, "probe", lambda: 2.0)
    monkeypatch.setattr(precision, "_cpu", lambda: "another processor")

    assert chosen("cpu", tmp_path / "precision.json").precision == "fp32"
