"""What the queue's tests share."""

from collections.abc import Callable
from typing import Any

import pytest

from darkroom.errors import HomeUnwritable

GONE = HomeUnwritable("The home is gone for a moment; try again.")


@pytest.fixture
def fails_once(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Exception]]:
    """Let the next call of a function or method raise; the list then holds what was raised."""

    def install(whose: object, name: str, error: Exception = GONE) -> list[Exception]:
        right, raised = getattr(whose, name), list[Exception]()

        def failing(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever the right one takes and gives
            if not raised:
                raised.append(error)
                raise error
            return right(*arguments, **options)

        monkeypatch.setattr(whose, name, failing)
        return raised

    return install
