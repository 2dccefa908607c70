"""`(text:1.2)` and friends."""

import pytest

from darkroom.prompting.weights import EMPHASIS, LONGEST_NUMBER, Piece, parse


@pytest.mark.parametrize(
    ("prompt", "pieces"),
    [
        ("a lighthouse", [("a lighthouse", 1.0)]),
        ("", []),
        ("(red)", [("red", 1.1)]),
        ("((red))", [("red", 1.21)]),
        ("(red:1.3) boat", [("red", 1.3), (" boat", 1.0)]),
        ("(a (red:1.4) boat:0.8)", [("a ", 0.8), ("red", 1.4), (" boat", 0.8)]),
        ("(a (red) boat:0.5)", [("a ", 0.5), ("red", 0.55), (" boat", 0.5)]),
        (r"\(old\)", [("(old)", 1.0)]),
        (r"(tower \(old\):1.3)", [("tower (old)", 1.3)]),
        ("a (lighthouse", [("a ", 1.0), ("(lighthouse", 1.0)]),
        ("[red] :1.3", [("[red] :1.3", 1.0)]),
        ("(red:blue)", [("red:blue", 1.1)]),
        ("(cliff:15e-1)", [("cliff", 1.5)]),
        ("(:1.2)", [(":1.2", 1.1)]),
        ("(a:b:1.2)", [("a:b", 1.2)]),
    ],
)
def test_a_prompt_becomes_weighted_pieces(prompt: str, pieces: list[tuple[str, float]]) -> None:
    parsed = parse(prompt)

    assert [piece.text for piece in parsed] == [text for text, _ in pieces]
    assert [piece.weight for piece in parsed] == pytest.approx([weight for _, weight in pieces])


def test_ten_thousand_open_parentheses_are_only_text() -> None:
    parsed = parse("(" * 10_000 + "red")

    assert parsed == [Piece("(" * 10_000 + "red")]


def test_ten_thousand_nested_groups_do_not_overflow_the_stack() -> None:
    parsed = parse("(" * 10_000 + "red" + ")" * 10_000)

    assert "".join(piece.text for piece in parsed).strip("()") == "red"


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_a_weight_that_is_no_finite_number_is_text(number: str) -> None:
    assert parse(f"(a:{number})") == [Piece(f"a:{number}", EMPHASIS)]


def test_a_weight_may_have_so_many_characters_and_no_more() -> None:
    longest = "1.5".ljust(LONGEST_NUMBER, "0")

    assert parse(f"(a:{longest})") == [Piece("a", 1.5)]
    assert parse(f"(a:{longest}0)") == [Piece(f"a:{longest}0", EMPHASIS)]
