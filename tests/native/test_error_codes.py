"""The table of refusals."""

import re

from darkroom import _native


def test_every_code_is_one_lower_case_word_with_a_sentence() -> None:
    for code, sentence in _native.error_codes().items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert re.search(r"[;:] \w+", sentence), f"{code} has no way out"
        assert not sentence.endswith(".")


def test_a_refusal_is_a_value_error_with_a_code() -> None:
    assert issubclass(_native.NativeError, ValueError)
    assert _native.NativeError("a sentence").code == ""
