"""Where a long text is cut: by its size in JSON, and between what is drawn as characters."""

from collections.abc import Callable

import orjson
import pytest

from darkroom.library.brief import NEGATIVE, beginning, ends, json_size

EVERYTHING = [chr(number) for number in range(0x110000) if not 0xD800 <= number < 0xE000]
# Each is drawn as one character.
CLUSTERS = ["e\u0301", "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "❤️", "각", "\r\n"]


def test_the_size_of_a_text_is_that_of_its_json() -> None:
    text = "".join(EVERYTHING)

    assert json_size(text) == len(orjson.dumps(text)) - 2
    assert all(json_size(character) == len(orjson.dumps(character)) - 2 for character in EVERYTHING[:0x3000])


def test_half_a_character_has_a_size_too() -> None:
    assert json_size("\ud83d") == 3


@pytest.mark.parametrize("cut", [beginning, ends])
@pytest.mark.parametrize("character", ["x", "\x01", '"', "ß", "灯", "🌙"], ids=ascii)
@pytest.mark.parametrize("most", [10, 99, 100])
def test_a_text_is_cut_to_no_more_than_may_be_and_not_much_less(
    cut: Callable[[str, int], str], character: str, most: int
) -> None:
    for count in range(1, 120):
        short = cut(character * count, most)

        if json_size(character * count) <= most:
            assert short == character * count
        else:
            assert most - 2 * json_size(character) - 2 < json_size(short) <= most
            assert short.count("…") == 1


def test_the_beginning_keeps_the_start_and_the_ends_keep_both() -> None:
    text = "".join(map(str, range(1000)))

    assert beginning(text, 20) == "01234567891011121…"
    assert ends(text, 20) == "01234567…97998999"


@pytest.mark.parametrize("cluster", CLUSTERS, ids=ascii)
@pytest.mark.parametrize("before", range(30))
def test_what_is_drawn_as_one_character_is_not_cut_in_two(cluster: str, before: int) -> None:
    text = "x" * before + cluster * 40

    start, _, nothing = beginning(text, 100).partition("…")
    first, _, last = ends(text, 100).partition("…")

    assert nothing == ""
    for part in (start, first):
        assert part == "x" * before + cluster * part.count(cluster)
    assert last == cluster * last.count(cluster) != ""


@pytest.mark.parametrize("marks", ["\u0301" * 500, "\u200d" * 500, "🏽" * 500])
def test_a_text_made_to_be_one_endless_character_is_cut_all_the_same(marks: str) -> None:
    assert NEGATIVE // 2 < json_size(beginning(f"e{marks}", NEGATIVE)) <= NEGATIVE
    assert NEGATIVE // 4 < json_size(ends(f"e{marks}", NEGATIVE)) <= NEGATIVE
