"""Models from disk: the right weights in the right place, and a clear word about everything else."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from darkroom.errors import Cancelled, Code, ModelMissing, ModelUnsafe, ModelUnsupported
from darkroom.models.catalog import Catalog
from darkroom.models.loader import Loaded, load
from darkroom.models.precision import Placement, exact
from refusals import refused
from tests.tiny import tiny_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny_model(tmp_path / "tiny")


def loaded(path: Path) -> Loaded:
    return load(Catalog().find(str(path)), exact(), lambda _done, _total: None)


def change_config(file: Path, **values: Any) -> None:  # noqa: ANN401 - JSON
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **values}), "utf-8")


def test_a_folder_gives_the_networks_with_their_weights(folder: Path) -> None:
    model = loaded(folder)

    stored = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    state = model.unet.state_dict()
    assert state.keys() == stored.keys()
    assert all(torch.equal(state[name], tensor) for name, tensor in stored.items())
    assert model.latent_scale == pytest.approx(0.18215)


def test_every_byte_is_reported_and_the_last_report_is_complete(folder: Path) -> None:
    seen: list[tuple[int, int]] = []

    load(Catalog().find(str(folder)), exact(), lambda done, total: seen.append((done, total)))

    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (sum(file.stat().st_size for file in folder.rglob("*.safetensors")),) * 2


def test_loading_stops_where_it_is_told_to(folder: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        load(Catalog().find(str(folder)), exact(), stop)


def test_the_precision_is_the_placements(folder: Path) -> None:
    placement = Placement(torch.device("cpu"), torch.bfloat16)

    model = load(Catalog().find(str(folder)), placement, lambda _done, _total: None)

    assert {parameter.dtype for parameter in model.unet.parameters()} == {torch.bfloat16}
    assert placement.precision == "bf16"


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("unet", "layers_per_block", 10**6),
        ("unet", "block_out_channels", [2**30, 2**30]),
        ("unet", "in_channels", 9),
        ("unet", "down_block_types", ["__import__", "DownBlock2D"]),
        ("vae", "scaling_factor", 0),
        ("vae", "latent_channels", 16),
        ("text_encoder", "num_hidden_layers", 10**6),
        ("text_encoder", "vocab_size", 2**40),
        ("text_encoder", "max_position_embeddings", 10**9),
    ],
)
def test_a_configuration_out_of_range_is_refused_before_anything_is_built(
    folder: Path, part: str, key: str, value: object
) -> None:
    change_config(folder / part / "config.json", **{key: value})

    with pytest.raises(ModelUnsafe, match=key):
        loaded(folder)


def test_a_feature_of_another_family_is_named(folder: Path) -> None:
    change_config(folder / "unet" / "config.json", addition_embed_type="text_time")

    with pytest.raises(ModelUnsupported, match="addition_embed_type"):
        loaded(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("prediction_type", "v_prediction"),
        ("beta_schedule", "linear"),
        ("beta_start", 0.0001),
        ("beta_end", 0.02),
        ("num_train_timesteps", 500),
    ],
)
def test_a_model_of_another_prediction_or_other_noise_levels_is_refused(folder: Path, key: str, value: object) -> None:
    change_config(folder / "scheduler" / "scheduler_config.json", **{key: value})

    with pytest.raises(ModelUnsupported, match=f"says {key} = {value};"):
        loaded(folder)


def test_a_vae_may_have_a_scale_of_its_own(folder: Path) -> None:
    change_config(folder / "vae" / "config.json", scaling_factor=0.5)

    assert loaded(folder).latent_scale == 0.5


def test_weights_in_a_precision_that_cannot_be_read_are_named(folder: Path) -> None:
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    save_file({**load_file(file), "conv_in.bias": torch.zeros(32, dtype=torch.float8_e4m3fn)}, file)

    with refused(Code.MODEL_UNSAFE, "conv_in.bias as F8_E4M3", "use an fp16 file"):
        loaded(folder)


def test_weights_that_are_whole_numbers_are_refused(folder: Path) -> None:
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    save_file({**load_file(file), "conv_in.bias": torch.zeros(32, dtype=torch.int64)}, file)

    with refused(Code.MODEL_UNSAFE, "conv_in.bias", "use a file in half precision"):
        loaded(folder)


def test_a_component_may_have_its_half_precision_file_alone(folder: Path) -> None:
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    file.rename(file.with_suffix(".fp16.safetensors"))

    assert loaded(folder).latent_scale == pytest.approx(0.18215)


def test_a_component_in_several_files_is_refused_by_name(folder: Path) -> None:
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    file.rename(file.with_name("diffusion_pytorch_model-00001-of-00001.safetensors"))
    file.with_suffix(".safetensors.index.json").write_text("{}", "utf-8")

    with pytest.raises(ModelUnsupported, match="unet is split into several files"):
        loaded(folder)


@pytest.mark.parametrize("size", [1, 0])
def test_weights_that_do_not_fit_name_the_tensor(folder: Path, size: int) -> None:
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    tensors["conv_in.weight"] = torch.zeros(size)
    save_file(tensors, file)

    with pytest.raises(ModelUnsafe, match=rf"conv_in\.weight is \({size},\) instead of"):
        loaded(folder)


@pytest.mark.parametrize("name", ["forward.__class__.evil", "__dict__", "to"])
def test_a_tensor_name_cannot_reach_anything_but_weights(folder: Path, name: str) -> None:
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    save_file({**load_file(file), name: torch.zeros(1)}, file)

    with pytest.raises(ModelUnsafe, match="is not part of it"):
        loaded(folder)


def test_a_cut_file_is_refused(folder: Path) -> None:
    file = folder / "vae" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])

    with refused(Code.MODEL_UNSAFE, file.name):
        loaded(folder)


def test_weights_beyond_the_machines_memory_are_refused_before_a_byte_is_read(folder: Path) -> None:
    # A terabyte of nothing: the file is a hole behind its header.
    weights = folder / "unet/diffusion_pytorch_model.safetensors"
    size = 1 << 40
    header = json.dumps(
        {"conv_in.weight": {"dtype": "F32", "shape": [size >> 12, 1024], "data_offsets": [0, size]}}
    ).encode()
    with weights.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + size)
    read: list[int] = []

    with refused(Code.OUT_OF_MEMORY, weights.name, "holds 1099.5 GB of weights", "use a smaller model"):
        load(Catalog().find(str(folder)), exact(), lambda done, _total: read.append(done))

    assert read == []


def test_pickled_weights_are_refused_by_name(folder: Path) -> None:
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    file.rename(file.with_suffix(".bin"))

    with pytest.raises(ModelUnsupported, match="pickle"):
        loaded(folder)


def test_a_component_without_weights_is_missing(folder: Path) -> None:
    (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()

    with pytest.raises(ModelMissing, match="vae"):
        loaded(folder)
