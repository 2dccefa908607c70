"""What models there are, told without torch."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from darkroom.errors import ModelMissing, ModelUnsafe, ModelUnsupported
from darkroom.messages import Code, TextToImage
from darkroom.models.catalog import Catalog, Entry
from darkroom.models.family import FAMILIES
from darkroom.sampling.plan import plan
from tests.tiny import tiny_model


def problems(folder: Path) -> dict[str, Code | None]:
    return {model.id: model.problem and model.problem.code for model in Catalog((folder,)).models()[1:]}


def test_folders_and_files_are_found_and_damaged_ones_say_why(tmp_path: Path) -> None:
    tiny_model(tmp_path / "sub" / "tiny")
    (tmp_path / "old.ckpt").write_bytes(b"\x80\x04pickle")
    (tmp_path / "cut.safetensors").write_bytes(b"\x00" * 5)
    (tmp_path / "notes.txt").write_text("no model", "utf-8")

    found = problems(tmp_path)

    assert found == {"tiny": None, "old.ckpt": Code.MODEL_UNSAFE, "cut": Code.MODEL_UNSAFE}


@pytest.mark.parametrize(
    ("tensor", "what"),
    [
        ("conditioner.embedders.0.x", "SDXL"),
        ("double_blocks.0.x", "Flux"),
        ("lora_unet_x.alpha", "LoRA"),
        ("emb_params", "textual-inversion"),
        ("encoder.conv_in.weight", "VAE"),
        ("first_stage_model.encoder.conv_in.weight", "VAE"),
        ("cond_stage_model.model.x", "Stable Diffusion 2"),
        ("model.diffusion_model.input_blocks.0.0.weight", "has no text encoder"),
        ("something", "no model Darkroom knows"),
    ],
)
def test_a_file_of_another_kind_is_named(tmp_path: Path, tensor: str, what: str) -> None:
    save_file({tensor: torch.zeros(1)}, tmp_path / "other.safetensors")

    with pytest.raises(ModelUnsupported, match=what):
        Catalog((tmp_path,)).find("other")


def test_a_pickle_under_the_right_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evil.safetensors").write_bytes(b"\x80\x04\x95" + b"\x00" * 64)

    with pytest.raises(ModelUnsafe, match="evil"):
        Catalog((tmp_path,)).find("evil")


def test_an_unknown_name_suggests_the_nearest(tmp_path: Path) -> None:
    tiny_model(tmp_path / "watercolour")

    with pytest.raises(ModelMissing, match="did you mean watercolour"):
        Catalog((tmp_path,)).find("watercolor")


def test_two_files_with_one_name_keep_their_paths(tmp_path: Path) -> None:
    tiny_model(tmp_path / "a" / "tiny")
    tiny_model(tmp_path / "b" / "tiny")

    assert set(problems(tmp_path)) == {"a/tiny", "b/tiny"}


def test_a_link_to_a_folder_above_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)

    assert problems(tmp_path) == {}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_model_says_what_an_open_request_is_made_with(tmp_path: Path, family: str) -> None:
    told = Entry("x", tmp_path / "x.safetensors", "file", family).message()

    made = plan(TextToImage(prompt="x"), 0, family=FAMILIES[family], model="x", model_hash="", precision="fp32")

    for name in ("width", "height", "steps", "guidance", "sampler", "schedule", "clip_skip"):
        assert getattr(told, name) == getattr(made, name)


def test_listing_models_imports_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from darkroom.models.catalog import Catalog;"
        "Catalog((Path(sys.argv[1]),)).models(); assert 'torch' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
