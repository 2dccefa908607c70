"""The examples in docs/library.md run as they stand, with a stand-in for the network."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import standin
from darkroom import Code

PAGE = Path(__file__).parents[2] / "docs" / "library.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


class Studio:
    """Where the engine looks for what it runs by default."""

    def __init__(self, **_: object) -> None:
        self.perform = standin.StandIn()


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("darkroom.tasks.text_to_image")
    vars(module)["Studio"] = Studio
    monkeypatch.setitem(sys.modules, module.__name__, module)


def run(example: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(example, str(PAGE), "exec"), names)
    return names


def example_with(word: str) -> str:
    (found,) = [example for example in EXAMPLES if word in example]
    return found


def test_the_first_example_shows_progress_and_the_picture(capsys: pytest.CaptureFixture[str]) -> None:
    run(example_with("asyncio.run(main())"))

    *_, last = capsys.readouterr().out.splitlines()
    seed, _, file = last.partition(" ")
    assert seed == "7"
    assert Path(file).read_bytes().startswith(b"\x89PNG")


def test_a_request_can_say_all_that_the_page_says() -> None:
    assert run(example_with("request = "))["request"].steps == 25


async def test_an_error_has_the_code_and_sentence_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    code = await run(example_with("too_small"))["too_small"]()

    assert code == Code.BAD_SIZE
    assert f"# {capsys.readouterr().out.strip()}\n" in example_with("too_small")


async def test_many_jobs_at_once_give_a_picture_each() -> None:
    pictures = await run(example_with("postcards"))["postcards"](["one", "two", "three"])

    assert [picture.prompt for picture in pictures] == ["one", "two", "three"]


def test_every_example_is_run_by_a_test() -> None:
    words = ("asyncio.run(main())", "request = ", "too_small", "postcards")

    assert sorted(EXAMPLES) == sorted(example_with(word) for word in words)
