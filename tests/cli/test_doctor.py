"""`darkroom doctor`: what is here, what is missing, and an exit code that says which."""

import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from cli.running import RunCommand


def findings(command: RunCommand) -> tuple[int, dict[str, dict[str, Any]]]:
    outcome = command("doctor", "--json")
    report = orjson.loads(outcome.out)
    assert report["ok"] is (outcome.code == 0)
    return outcome.code, {finding["name"]: finding for finding in report["findings"]}


def test_what_is_here_is_named_with_its_version(command: RunCommand) -> None:
    _, found = findings(command)

    here = {"darkroom", "python", "native extension", "torch", "diffusers", "sqlite", "processor", "home", "free space"}
    assert {name for name in here if found[name]["state"] == "ok"} == here


def test_the_report_is_a_table(command: RunCommand) -> None:
    outcome = command("doctor")

    assert any(line.split()[:2] == ["torch", "ok"] for line in outcome.lines)


def test_a_missing_package_makes_the_doctor_fail(command: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)

    code, found = findings(command)

    assert code == 1
    assert found["torch"]["state"] == "missing"
    assert "install torch" in found["torch"]["advice"]


def test_a_home_that_cannot_be_used_makes_the_doctor_fail(
    command: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DARKROOM_HOME", str(tmp_path / "file"))

    code, found = findings(command)

    assert code == 1
    assert found["home"]["state"] == "missing"
    assert str(tmp_path / "file") in found["home"]["advice"]


def test_a_missing_built_in_model_makes_the_doctor_fail(
    command: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.models.catalog.BUILT_IN_FOLDER", tmp_path)

    code, found = findings(command)

    assert code == 1
    assert found["built-in model"]["state"] == "missing"
