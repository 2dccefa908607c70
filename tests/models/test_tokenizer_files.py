"""One vocabulary for a model, whoever asks: the one that its prompts are encoded with."""

import json
import shutil
from pathlib import Path

import pytest

from darkroom.errors import ModelMissing, ModelUnsafe
from darkroom.models.catalog import BUILT_IN_FOLDER, Catalog
from darkroom.models.loader import load
from darkroom.models.precision import exact
from darkroom.models.tokenizer_files import PACKAGED_TOKENIZER, tokenizer_of
from tests.tiny import tiny_model


def folder_with(folder: Path, config: str) -> Path:
    (folder / "text_encoder").mkdir(parents=True)
    (folder / "text_encoder" / "config.json").write_text(config, "utf-8")
    return folder


def test_our_own_vocabulary_is_taken_wherever_it_fits(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "tiny")
    shutil.copytree(BUILT_IN_FOLDER / "tokenizer", folder / "tokenizer")

    assert load(Catalog().find(str(folder)), exact(), lambda _done, _total: None).tokenizer == PACKAGED_TOKENIZER
    assert tokenizer_of(folder) == PACKAGED_TOKENIZER
    assert tokenizer_of(tmp_path / "checkpoint.safetensors") == PACKAGED_TOKENIZER
    assert tokenizer_of(folder_with(tmp_path / "silent", "{}")) == PACKAGED_TOKENIZER


def test_a_text_encoder_trained_with_another_vocabulary_keeps_its_own(tmp_path: Path) -> None:
    assert tokenizer_of(BUILT_IN_FOLDER) == BUILT_IN_FOLDER / "tokenizer"
    assert load(Catalog().find(None), exact(), lambda _done, _total: None).tokenizer == BUILT_IN_FOLDER / "tokenizer"
    other = folder_with(tmp_path / "other", json.dumps({"vocab_size": 1000}))
    assert tokenizer_of(other) == other / "tokenizer"


def test_a_model_whose_text_encoder_cannot_be_told_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnsafe, match="no JSON object"):
        tokenizer_of(folder_with(tmp_path / "list", "[]"))
    with pytest.raises(ModelMissing, match="cannot be opened"):
        tokenizer_of(tmp_path)
