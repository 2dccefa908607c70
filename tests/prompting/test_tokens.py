"""Tokens and chunks of CLIP's vocabulary."""

import json
import os
from pathlib import Path

import pytest

from darkroom.errors import ModelMissing, ModelUnsafe
from darkroom.models.tokenizer_files import PACKAGED_TOKENIZER
from darkroom.prompting.tokens import CHUNK, END, FILES, MOST_BYTES, MOST_TOKENS, START, Vocabulary

FRAME = {START: 0, END: 1}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.read(PACKAGED_TOKENIZER)


def nothing_known(_name: str) -> int:
    return 0


def test_the_ids_are_those_of_the_original_tokenizer(vocabulary: Vocabulary) -> None:
    ids = vocabulary.ids("a photograph of an astronaut riding a horse")

    assert ids == [320, 8853, 539, 550, 18376, 6765, 320, 4558]
    assert (vocabulary.start, vocabulary.end) == (49406, 49407)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A Lighthouse", "a lighthouse"),
        ("a\tlighthouse\n\nat  dusk", "a lighthouse at dusk"),
        ("灯台", "灯 台"),
        ("a light\u200bhouse\x07 at\ufffd dusk", "a lighthouse at dusk"),
    ],
)
def test_case_space_and_what_is_not_seen_do_not_matter(vocabulary: Vocabulary, one: str, other: str) -> None:
    assert vocabulary.ids(one) == vocabulary.ids(other)


def test_a_sigma_at_the_end_of_a_word_is_the_final_one(vocabulary: Vocabulary) -> None:
    assert vocabulary.ids("ΟΔΟΣ, ΣΑΣ") == vocabulary.ids("οδος, σας")
    assert vocabulary.ids("ΟΔΟΣ") != vocabulary.ids("οδοσ")


def test_a_long_s_is_an_s_where_it_shortens_a_word(vocabulary: Vocabulary) -> None:
    assert vocabulary.ids("cat'\u017fa") == [*vocabulary.ids("cat"), *vocabulary.ids("'\u017f"), *vocabulary.ids("a")]
    assert vocabulary.ids("'\u017f") == [6, 129, 379] != vocabulary.ids("' \u017f")


def test_an_iota_below_no_vowel_ends_a_word_and_is_none(vocabulary: Vocabulary) -> None:
    assert vocabulary.ids("ca\u0345t!\u0345") == vocabulary.ids("ca t!")
    assert vocabulary.ids("\u03b1\u0345") == vocabulary.ids("\u1fb3")


def test_a_short_prompt_is_one_chunk_padded_with_end_tokens(vocabulary: Vocabulary) -> None:
    (chunk,) = vocabulary.chunks("a cat", nothing_known)

    assert chunk.tokens[:4] == (vocabulary.start, 320, 2368, vocabulary.end)
    assert set(chunk.tokens[4:]) == {vocabulary.end}
    assert len(chunk.tokens) == len(chunk.weights) == CHUNK
    assert chunk.plain


@pytest.mark.parametrize(("words", "chunks"), [(75, 1), (76, 2), (150, 2), (151, 3)])
def test_long_prompts_take_more_chunks(vocabulary: Vocabulary, words: int, chunks: int) -> None:
    assert len(vocabulary.chunks(" ".join(["cat"] * words), nothing_known)) == chunks


def test_a_short_weighted_group_is_not_cut_between_chunks(vocabulary: Vocabulary) -> None:
    first, second = vocabulary.chunks(" ".join(["cat"] * 73) + " (red boat storm:1.3)", nothing_known)

    assert set(first.weights) == {1.0}
    assert second.weights.count(1.3) == 3


@pytest.mark.parametrize(("words", "before", "after"), [(7, 0, 7), (8, 2, 6)])
def test_a_group_of_eight_tokens_is_cut_and_one_of_seven_is_moved(
    vocabulary: Vocabulary, words: int, before: int, after: int
) -> None:
    group = " ".join(["cat"] * words)

    first, second = vocabulary.chunks(" ".join(["cat"] * 73) + f" ({group}:1.3)", nothing_known)

    assert (first.weights.count(1.3), second.weights.count(1.3)) == (before, after)
    assert (first.plain, second.plain) == (before == 0, False)


def test_an_embedding_takes_the_place_of_its_vectors(vocabulary: Vocabulary) -> None:
    (chunk,) = vocabulary.chunks("a (embedding:sea, tower:1.2)", lambda name: 2 if name == "sea" else 0)

    assert chunk.tokens[2:4] == (("sea", 0), ("sea", 1))
    assert chunk.weights[2:6] == (1.2, 1.2, 1.2, 1.2)


@pytest.mark.parametrize(("before", "known"), [("", True), ("a ", True), ("a\n", True), ("a\t", False), ("a", False)])
def test_an_embedding_begins_a_line_or_follows_a_space(vocabulary: Vocabulary, before: str, known: bool) -> None:
    (chunk,) = vocabulary.chunks(f"{before}embedding:sea", lambda name: 2 if name == "sea" else 0)

    assert (("sea", 0) in chunk.tokens) is known


def test_an_unknown_embedding_is_left_out(vocabulary: Vocabulary) -> None:
    (chunk,) = vocabulary.chunks("a embedding:nothere tower", nothing_known)

    assert chunk.tokens[1:4] == (*vocabulary.ids("a tower"), vocabulary.end)


def written(folder: Path, vocab: bytes, merges: bytes = b"") -> Path:
    for name, data in zip(FILES, (vocab, merges), strict=True):
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize(
    ("vocab", "said"),
    [
        (b"no json", "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"a": ' + b"1" * 10_000 + b"}", "not valid JSON"),
        (b"[]", "no JSON object"),
        (b"null", "no JSON object"),
        (b'{"a": 0}', "1 entries"),
        (b" " * (MOST_BYTES + 1), "larger than 8 MB"),
        *(
            (json.dumps({**FRAME, "a": number}).encode(), "gives 'a' the number")
            for number in ("0", 1.5, True, None, [], {}, -1, 2**32, MOST_TOKENS)
        ),
        (json.dumps({**FRAME, "\ud800": 2}).encode(), "half a character"),
    ],
)
def test_what_is_no_vocabulary_is_refused_with_a_sentence(tmp_path: Path, vocab: bytes, said: str) -> None:
    with pytest.raises(ModelUnsafe, match=said) as refused:
        Vocabulary.read(written(tmp_path, vocab))

    assert len(refused.value.sentence) < 300 + len(str(tmp_path))


@pytest.mark.parametrize(
    ("merges", "said"),
    [
        (b"f o", "joins 'f o'"),
        (b"a x", "joins 'a x'"),
        (b"b a", "joins 'b a'"),
        (b"a", "joins 'a'"),
        (b"\xff\xfe", "not UTF-8"),
        (b"\n" * (MOST_BYTES + 1), "larger than 8 MB"),
    ],
)
def test_merges_that_the_vocabulary_does_not_know_are_refused(tmp_path: Path, merges: bytes, said: str) -> None:
    vocab = json.dumps({**FRAME, "a": 2, "b": 3, "ab": 4}).encode()
    assert Vocabulary.read(written(tmp_path, vocab, b"#version: 0.2\na b\n")).ids("ab") != []

    with pytest.raises(ModelUnsafe, match=said):
        Vocabulary.read(written(tmp_path, vocab, merges))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
@pytest.mark.parametrize("name", FILES)
def test_nobody_waits_for_a_pipe_in_the_place_of_a_vocabulary(tmp_path: Path, name: str) -> None:
    written(tmp_path, json.dumps(FRAME).encode())
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)

    with pytest.raises(ModelUnsafe, match="not a regular file"):
        Vocabulary.read(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_vocabulary_without_one_of_its_files_is_missing(tmp_path: Path, name: str) -> None:
    written(tmp_path, json.dumps(FRAME).encode())
    (tmp_path / name).unlink()

    with pytest.raises(ModelMissing, match=name):
        Vocabulary.read(tmp_path)
