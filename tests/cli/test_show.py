"""`darkroom show`, `darkroom models list`: reading without changing."""

from pathlib import Path

import orjson
import pytest
from PIL import Image, PngImagePlugin

from cli.running import RunCommand
from darkroom.messages import ModelList, PictureDetails, PictureSettings
from darkroom.wire import from_wire


def made(command: RunCommand, *words: str) -> str:
    return command("generate", "a lighthouse", "--seed", "42", "--quiet", *words).lines[0]


def test_a_picture_is_shown_by_its_number(command: RunCommand) -> None:
    path = made(command)

    shown = dict(line.split(maxsplit=1) for line in command("show", "1").lines if len(line.split()) > 1)

    assert shown["file"].strip() == path
    assert shown["prompt"].strip() == "a lighthouse"
    assert shown["seed"].strip() == "42"
    assert shown["precision"].strip() == "float32"


def test_a_picture_is_shown_by_its_path(command: RunCommand) -> None:
    path = made(command)

    assert "float32" in command("show", path).out


def test_a_number_that_is_a_file_is_the_file(
    command: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(command)
    monkeypatch.chdir(tmp_path)
    Path("1").write_bytes(b"no picture")

    assert command("show", path).code == 0
    assert command("show", "1").code == 1


def test_json_is_the_engines_own_answer(command: RunCommand) -> None:
    path = made(command)

    details = from_wire(orjson.loads(command("show", "1", "--json").out), PictureDetails)
    settings = from_wire(orjson.loads(command("show", path, "--json").out), PictureSettings)

    assert details.plan.seed == settings.request.seed == 42


def test_infotext_is_what_sharing_sites_read(command: RunCommand) -> None:
    path = made(command)

    by_number, by_path = command("show", "1", "--infotext"), command("show", path, "--infotext")

    assert by_number.out == by_path.out
    assert by_number.lines[0] == "a lighthouse"
    assert by_number.lines[-1].startswith("Steps: 4, Sampler: Euler")


def test_a_foreign_picture_shows_what_cannot_be_taken_over(command: RunCommand, tmp_path: Path) -> None:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("parameters", "a cat\nSteps: 20, Sampler: DPM++ SDE Karras, Seed: 7, Hires upscale: 2")
    Image.new("RGB", (8, 8)).save(tmp_path / "cat.png", pnginfo=chunks)

    outcome = command("show", str(tmp_path / "cat.png"))

    assert outcome.code == 0
    assert "a cat" in outcome.out
    assert "- Hires upscale: 2 has no counterpart here and is not taken over." in outcome.lines


def test_a_picture_that_does_not_exist_is_not_found(command: RunCommand) -> None:
    assert command("show", "99", "--json").refusal()[0] == "not-found"
    assert command("show", "gone.png", "--json").refusal()[0] == "not-found"


def test_a_picture_without_settings_is_named(command: RunCommand, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "stripped.png")

    code, sentence = command("show", str(tmp_path / "stripped.png"), "--json").refusal()

    assert code == "picture-unreadable"
    assert sentence.startswith("stripped.png: This picture holds no settings")


def test_a_file_that_is_no_picture_is_refused(command: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")

    assert command("show", str(tmp_path / "text.png"), "--json").refusal()[0] == "picture-unreadable"


def test_the_built_in_model_is_listed(command: RunCommand) -> None:
    outcome = command("models", "list")

    assert outcome.code == 0
    assert outcome.lines[1].split()[0] == "starter"


def test_a_model_that_cannot_be_used_says_why(command: RunCommand, home: Path) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / "old.ckpt").write_bytes(b"\x80\x02")

    models = from_wire(orjson.loads(command("models", "list", "--json").out), ModelList).models

    (old,) = [model for model in models if model.id == "old.ckpt"]
    assert old.problem is not None
    assert old.problem.code == "model-unsafe"
