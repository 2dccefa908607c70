"""What is refused, as whoever is refused learns it."""

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from darkroom.errors import Code, DarkroomError


@contextmanager
def refused(code: Code, *words: object) -> Generator[None]:
    """The body is refused with this code; the sentence holds `words`: the value in question, and the way out."""
    with pytest.raises(DarkroomError) as caught:
        yield
    assert caught.value.code == code, caught.value.sentence
    assert [word for word in map(str, words) if word not in caught.value.sentence] == [], caught.value.sentence
