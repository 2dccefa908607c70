"""How long a prompt is, before it is encoded."""

import json
import subprocess
import sys
from pathlib import Path

from darkroom.messages import TokenCount
from darkroom.models.tokenizer_files import PACKAGED_TOKENIZER
from darkroom.prompting.count import count_tokens
from darkroom.prompting.tokens import END, START


def none_known(_name: str) -> int:
    return 0


def test_tokens_are_counted_without_the_frame_and_unknown_embeddings_are_named() -> None:
    counted = count_tokens("a lighthouse embedding:nowhere,", PACKAGED_TOKENIZER, none_known)

    assert counted == TokenCount(tokens=3, chunks=1, unknown=("nowhere",))


def test_a_vocabulary_is_read_again_when_one_of_its_files_is_another(tmp_path: Path) -> None:
    letters = {START: 0, END: 1, "a": 2, "b</w>": 3, "ab</w>": 4}
    (tmp_path / "vocab.json").write_text(json.dumps(letters), "utf-8")
    (tmp_path / "merges.txt").write_text("", "utf-8")
    assert count_tokens("ab", tmp_path, none_known).tokens == 2

    (tmp_path / "merges.txt").write_text("a b</w>", "utf-8")
    assert count_tokens("ab", tmp_path, none_known).tokens == 1


def test_counting_imports_no_torch() -> None:
    program = """import sys
import darkroom.models.tokenizer_files, darkroom.prompting.count
print([name for name in ("torch", "diffusers", "transformers", "numpy") if name in sys.modules])"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
