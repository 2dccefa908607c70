"""Write the CLIP tokenizer's files from the vocabulary that the package open_clip_torch carries (MIT, see NOTICE).

Run by hand, once; the result is committed:

    pip install --no-deps --target FOLDER open_clip_torch
    python tools/convert_clip_vocabulary.py FOLDER/open_clip/bpe_simple_vocab_16e6.txt.gz
"""

import argparse
import gzip
import json
from pathlib import Path

TOKENIZER = Path(__file__).parent.parent / "python/darkroom/models/configs/sd15/tokenizer"
START, END = "<|startoftext|>", "<|endoftext|>"
VOCABULARY_SIZE = 49408
WORD_END = "</w>"


def byte_letters() -> list[str]:
    """One printable letter per byte, in the order in which the vocabulary numbers them (byte-level BPE of GPT-2)."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + place) for place in range(len(others))]


def read_merges(source: Path) -> list[str]:
    """The merges CLIP uses: "left right" in order of rank. The file holds more, CLIP stops at its vocabulary's size."""
    lines = gzip.decompress(source.read_bytes()).decode("utf-8").split("\n")
    return lines[1 : 1 + VOCABULARY_SIZE - 2 * 256 - 2]


def vocabulary(merges: list[str]) -> dict[str, int]:
    """Token to id: letters, letters that end a word, merges, the two marks."""
    letters = byte_letters()
    merged = ["".join(merge.split(" ")) for merge in merges]
    tokens = [*letters, *(letter + WORD_END for letter in letters), *merged, START, END]
    return {token: place for place, token in enumerate(tokens)}


def special_tokens() -> dict[str, str]:
    """SD 1.x pads with the end mark."""
    return {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}


def tokenizer_config() -> dict[str, object]:
    """What `CLIPTokenizer.from_pretrained` reads beside the vocabulary."""
    return {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": 77,
        "do_lower_case": True,
        "add_prefix_space": False,
        "errors": "replace",
        **special_tokens(),
    }


def write_tokenizer(source: Path, folder: Path) -> None:
    """Write the four files of a CLIP tokenizer into `folder`."""
    merges = read_merges(source)
    tokens = vocabulary(merges)
    if len(tokens) != VOCABULARY_SIZE:
        raise SystemExit(f"{source} gives {len(tokens)} tokens, CLIP has {VOCABULARY_SIZE}; is it the right file?")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n", encoding="utf-8")
    (folder / "vocab.json").write_text(json.dumps(tokens, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, content in (
        ("tokenizer_config.json", tokenizer_config()),
        ("special_tokens_map.json", special_tokens()),
    ):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="bpe_simple_vocab_16e6.txt.gz of the package open_clip_torch")
    parser.add_argument("--folder", type=Path, default=TOKENIZER, help="where the tokenizer's files go")
    arguments = parser.parse_args()
    write_tokenizer(arguments.source, arguments.folder)
    print(f"wrote {arguments.folder}")


if __name__ == "__main__":
    main()
