"""Tokens and chunks of CLIP's vocabulary."""

from pathlib import Path

import pytest

from darkroom.errors import ModelUnsafe
from darkroom.models.loader import PACKAGED_TOKENIZER
from darkroom.prompting.tokens import CHUNK, Vocabulary


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
    [("A Lighthouse", "a lighthouse"), ("a\tlighthouse\n\nat  dusk", "a lighthouse at dusk"), ("灯台", "灯 台")],
)
def test_case_space_and_cjk_neighbours_do_not_matter(vocabulary: Vocabulary, one: str, other: str) -> None:
    assert vocabulary.ids(one) == vocabulary.ids(other)


def test_a_sigma_at_the_end_of_a_word_is_the_final_one(vocabulary: Vocabulary) -> None:
    assert vocabulary.ids("ΟΔΟΣ, ΣΑΣ") == vocabulary.ids("οδος, σας")
    assert vocabulary.ids("ΟΔΟΣ") != vocabulary.ids("οδοσ")


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


def test_an_embedding_takes_the_place_of_its_vectors(vocabulary: Vocabulary) -> None:
    (chunk,) = vocabulary.chunks("a (embedding:sea, tower:1.2)", lambda name: 2 if name == "sea" else 0)

    assert chunk.tokens[2:4] == (("sea", 0), ("sea", 1))
    assert chunk.weights[2:6] == (1.2, 1.2, 1.2, 1.2)


def test_an_unknown_embedding_is_left_out(vocabulary: Vocabulary) -> None:
    (chunk,) = vocabulary.chunks("a embedding:nothere tower", nothing_known)

    assert chunk.tokens[1:4] == (*vocabulary.ids("a tower"), vocabulary.end)


def test_a_vocabulary_without_its_frame_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_text('{"a": 0}', "utf-8")
    (tmp_path / "merges.txt").write_text("", "utf-8")

    with pytest.raises(ModelUnsafe, match="1 entries"):
        Vocabulary.read(tmp_path)
