"""Model folders as people have them: pipes, dots in names, networks of another kind, embeddings, no such device."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from darkroom.errors import BadRequest, ModelMissing, ModelUnsafe, ModelUnsupported
from darkroom.messages import Code
from darkroom.models.catalog import Catalog, expanded, folders_named
from darkroom.models.embedding_files import MOST_VECTORS, vectors_in
from darkroom.models.embeddings import Embeddings
from darkroom.models.files import stamp_of
from darkroom.models.precision import chosen
from tests.tiny import tiny_model

PREFIX = "model.diffusion_model."


def checkpoint(file: Path, change: Callable[[dict[str, torch.Tensor]], None] = lambda _: None) -> Path:
    """The parts of a Stable Diffusion 1.x checkpoint that tell its UNet's layout, without the weight."""
    narrow = torch.zeros(32, 32, 1, 1)
    tensors = {
        f"{PREFIX}input_blocks.0.0.weight": torch.zeros(32, 4, 3, 3),
        f"{PREFIX}input_blocks.1.0.out_layers.3.weight": narrow.clone(),
        f"{PREFIX}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": torch.zeros(32, 768),
        f"{PREFIX}out.2.weight": torch.zeros(4, 32, 3, 3),
        "first_stage_model.encoder.conv_in.weight": torch.zeros(1),
        "cond_stage_model.transformer.text_model.final_layer_norm.weight": torch.zeros(768),
    }
    change(tensors)
    save_file(tensors, file)
    return file


def test_a_checkpoint_of_this_layout_is_taken(tmp_path: Path) -> None:
    checkpoint(tmp_path / "fine.safetensors")

    assert Catalog((tmp_path,)).find("fine").family == "sd15"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop(f"{PREFIX}out.2.weight"), "has no model.diffusion_model.out.2.weight"),
        (lambda t: t.update({f"{PREFIX}out.2.weight": torch.zeros(4)}), r"out.2.weight is \[4\]"),
        (lambda t: t.update({f"{PREFIX}input_blocks.3.0.weight": torch.zeros(1)}), "has no .*input_blocks.2"),
        (lambda t: t.update({f"{PREFIX}input_blocks.1000000.0.weight": torch.zeros(1)}), "has no .*input_blocks.2"),
        (
            lambda t: t.update({f"{PREFIX}input_blocks.1.0.out_layers.3.weight": torch.zeros(33, 1, 1, 1)}),
            "33 channels wide",
        ),
        (
            lambda t: t.pop(f"{PREFIX}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"),
            "no attention to a prompt",
        ),
        (
            lambda t: t.update(
                {f"{PREFIX}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": torch.zeros(32, 1024)}
            ),
            "text width is 1024",
        ),
        (lambda t: t.update({f"{PREFIX}input_blocks.0.0.weight": torch.zeros(32, 9, 3, 3)}), "takes 9 channels"),
        (lambda t: t.pop("first_stage_model.encoder.conv_in.weight"), "has no VAE"),
        (lambda t: t.pop("cond_stage_model.transformer.text_model.final_layer_norm.weight"), "has no text encoder"),
    ],
)
def test_a_network_that_cannot_be_built_is_refused_by_its_header(
    tmp_path: Path, change: Callable[[dict[str, torch.Tensor]], None], said: str
) -> None:
    checkpoint(tmp_path / "odd.safetensors", change)

    with pytest.raises(ModelUnsupported, match=said):
        Catalog((tmp_path,)).find("odd")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_pipe_in_the_model_folder_is_named_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    folder = tiny_model(tmp_path / "tiny")
    (folder / "unet" / "config.json").unlink()
    os.mkfifo(folder / "unet" / "config.json")

    problems = {model.id: model.problem and model.problem.code for model in Catalog((tmp_path,)).models()}

    assert problems["pipe"] == Code.MODEL_UNSAFE
    with pytest.raises(ModelUnsafe, match="not a regular file"):
        Catalog((tmp_path,)).find("pipe")


def test_what_follows_a_dot_in_a_folders_name_belongs_to_it(tmp_path: Path) -> None:
    tiny_model(tmp_path / "dream-v1.5")
    tiny_model(tmp_path / "dream-v1.6")

    assert [model.id for model in Catalog((tmp_path,)).models()[1:]] == ["dream-v1.5", "dream-v1.6"]


def test_a_path_names_its_own_file_however_others_are_called(tmp_path: Path) -> None:
    first, second = (checkpoint(tmp_path / f"{part}.safetensors") for part in "ab")
    trap = tmp_path / "elsewhere"
    trap.mkdir()
    checkpoint(trap / "a.safetensors")

    catalog = Catalog((tmp_path,))

    assert catalog.find(str(second)).path == second
    assert catalog.find(str(first)).path == first
    assert catalog.find("elsewhere/a.safetensors").path == trap / "a.safetensors"


def test_embeddings_are_no_models(tmp_path: Path) -> None:
    (tmp_path / "embeddings").mkdir()
    save_file({"emb_params": torch.zeros(1, 768)}, tmp_path / "embeddings" / "style.safetensors")
    checkpoint(tmp_path / "fine.safetensors")

    assert [model.id for model in Catalog((tmp_path,)).models()[1:]] == ["fine"]


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "~nobody-of-this-name/x", "x" * 5000, "\udcff"])
def test_a_name_that_is_no_path_is_a_model_that_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelMissing, match=r"put it into a model folder|name a model or leave it out") as refused:
        Catalog((tmp_path,)).find(name)

    assert len(refused.value.sentence) < 400
    refused.value.sentence.encode()


def test_folders_that_cannot_be_are_left_out() -> None:
    assert folders_named(["/a", "b\0c", "~nobody-of-this-name"]) == [Path("/a")]
    assert expanded("~/x") == Path.home() / "x"


@pytest.mark.parametrize("device", ["banana", "cuda:99", "", "cpu:7", "meta"])
def test_a_device_that_is_not_there_is_refused_by_name(tmp_path: Path, device: str) -> None:
    with pytest.raises(BadRequest, match=r"There is no device .* here, only cpu") as refused:
        chosen(device, tmp_path / "precision.json")

    assert refused.value.code == Code.BAD_REQUEST


def test_an_embedding_is_read_again_when_its_file_came_or_changed(tmp_path: Path) -> None:
    told: list[str] = []
    embeddings = Embeddings((tmp_path,), 8, told.append)
    assert "style" not in embeddings
    assert not embeddings.refresh()

    save_file({"emb_params": torch.ones(2, 8)}, tmp_path / "style.safetensors")
    assert "style" not in embeddings
    assert embeddings.refresh()
    assert embeddings["style"].shape == (2, 8)

    save_file({"emb_params": torch.zeros(1, 9)}, tmp_path / "style.safetensors")
    assert embeddings.refresh()
    assert "style" not in embeddings
    assert told == ["Embedding style.safetensors is [1, 9], not (vectors, 8); it is ignored."]


@pytest.mark.parametrize(
    ("key", "shape", "vectors"),
    [
        ("emb_params", (1, 8), 1),
        ("emb_params", (MOST_VECTORS, 8), MOST_VECTORS),
        ("clip_l", (2, 8), 2),
        ("emb_params", (MOST_VECTORS + 1, 8), 0),
        ("emb_params", (0, 8), 0),
        ("emb_params", (8,), 0),
        ("clip_g", (2, 8), 0),
    ],
)
def test_an_embedding_has_as_many_vectors_for_the_count_as_for_the_picture(
    tmp_path: Path, key: str, shape: tuple[int, ...], vectors: int
) -> None:
    save_file({key: torch.ones(shape)}, tmp_path / "style.safetensors")
    embeddings = Embeddings((tmp_path,), 8)

    assert vectors_in((tmp_path,), "style") == vectors
    assert (len(embeddings["style"]) if "style" in embeddings else 0) == vectors


def test_an_embedding_of_whole_numbers_is_not_used_and_told(tmp_path: Path) -> None:
    told: list[str] = []
    save_file({"emb_params": torch.ones(2, 8, dtype=torch.int64)}, tmp_path / "style.safetensors")

    assert "style" not in Embeddings((tmp_path,), 8, told.append)
    assert told == ["Embedding style.safetensors is stored as torch.int64; it is ignored."]


def test_an_embedding_is_looked_for_in_its_folders_in_their_order_and_nowhere_else(tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for vectors, folder in enumerate((*folders, tmp_path), start=1):
        folder.mkdir(exist_ok=True)
        save_file({"emb_params": torch.ones(vectors, 8)}, folder / "style.safetensors")

    assert vectors_in(folders, "style") == vectors_in(folders, "style.safetensors") == 1
    (folders[0] / "style.safetensors").unlink()
    assert vectors_in(folders, "style") == 2
    for outside in ("../style", f"{tmp_path}/style", "", ".safetensors", "..", "x" * 5000, "a\0b"):
        assert vectors_in(folders, outside) == 0


def test_the_stamp_changes_with_any_part_of_a_model(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "tiny")
    stamps = [stamp_of(folder)]
    config = folder / "unet" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text("utf-8")), "_note": "another"}), "utf-8")
    stamps.append(stamp_of(folder))
    weights = folder / "vae" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(weights)
    save_file({**tensors, "extra": torch.zeros(1)}, weights)
    stamps.append(stamp_of(folder))

    assert len(set(stamps)) == 3
    with pytest.raises(ModelMissing, match="cannot be read"):
        stamp_of(tmp_path / "gone.safetensors")
