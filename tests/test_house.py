"""The rules of the house that no linter knows: who may import whom, what things are called, how long a file may be."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import darkroom
from darkroom import errors, messages

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "python/darkroom"
SOURCES = sorted(PACKAGE.rglob("*.py"))

# Each may use only what stands to its right, and what stands beside it in the same group.
ORDER = (
    {"__main__"},
    {"cli", "bridge"},
    {"engine"},
    {"workflows"},
    {"queue"},
    {"tasks"},
    {"sampling"},
    {"prompting"},
    {"previews"},
    {"models"},
    {"library"},
    {"wire"},
    {"messages"},
    {"errors"},
)
RANK = {name: rank for rank, group in enumerate(ORDER) for name in group}
HEAVY = {"torch", "diffusers", "transformers", "accelerate", "torchsde"}
MAY_BE_HEAVY = {"models", "sampling", "prompting", "previews", "tasks", "starter"}
EMPTY_WORDS = re.compile(r"(Manager|Service|Helper|Utils?)$|^Base[A-Z]|^Default[A-Z]")
LONGEST_FILE = 400
# An address in a Python or Cargo lock; in npm's, where a package was fetched (its funding pages may stay).
REGISTRY = re.compile(r'"resolved": "[^"]*"|--(?:extra-)?index-url.*|--find-links.*|registry\+[^"]*| @ http.*')
CARGOS_OWN_NAME = "registry+https://github.com/rust-lang/crates.io-index"


def imports(path: Path) -> Iterator[str]:
    """The modules a file imports, wherever in it; names taken from the package itself count as its parts."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (
                (f"darkroom.{alias.name}" for alias in node.names) if node.module == "darkroom" else [str(node.module)]
            )


def part_of(path: Path) -> str:
    """The part a file belongs to: the folder or module directly under the package."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def parts_used(path: Path) -> set[str]:
    """The parts of the package a file imports from; `from darkroom import __version__` is none."""
    names = {name.split(".")[1] for name in imports(path) if name.startswith("darkroom.")}
    return names & {part_of(source) for source in SOURCES}


def lock_files() -> list[Path]:
    folders = (ROOT, ROOT / "ui", ROOT / "tools", ROOT / "src-tauri", ROOT / "native/fuzz")
    names = ("requirements.lock", "Cargo.lock", "package-lock.json", "uv.txt")
    return [folder / name for folder in folders for name in names if (folder / name).exists()]


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if part_of(path) in RANK], ids=lambda path: str(path.relative_to(ROOT))
)
def test_imports_point_one_way(path: Path) -> None:
    own = part_of(path)

    backwards = {part for part in parts_used(path) if part != own and RANK.get(part, -1) <= RANK[own]}

    assert not backwards, f"{own} may not import {', '.join(sorted(backwards))}"


def test_every_part_has_its_place_in_the_order() -> None:
    assert {part_of(path) for path in SOURCES} - set(RANK) <= {"__init__", "starter"}


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if part_of(path) not in MAY_BE_HEAVY],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_torch_stays_out_of_what_answers_before_it_has_loaded(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & HEAVY


def test_nothing_but_the_shipped_model_is_used_of_the_starters_training() -> None:
    users = [path for path in SOURCES if part_of(path) != "starter" and "starter" in parts_used(path)]

    assert users == []


def test_every_code_has_an_error_and_every_error_a_code() -> None:
    kinds = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.DarkroomError)]

    assert {kind.code for kind in kinds} == set(errors.Code)
    assert all(isinstance(kind.code, errors.Code) for kind in kinds)


def test_the_public_names_are_there() -> None:
    assert {"Engine", "TextToImage", "DarkroomError"} <= set(darkroom.__all__)
    assert [name for name in darkroom.__all__ if not hasattr(darkroom, name)] == []


def test_every_command_has_its_answer() -> None:
    assert set(messages.ANSWERS) == set(messages.COMMANDS.values())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_classes_have_names_that_say_what_they_are(path: Path) -> None:
    names = [
        node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)
    ]

    assert [name for name in names if EMPTY_WORDS.search(name)] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_short_enough_to_read(path: Path) -> None:
    # The contract stays in one file, however long the list of messages grows.
    if path != ROOT / "python/darkroom/messages.py":
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", lock_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_lock_files_name_no_registry(path: Path) -> None:
    addresses = REGISTRY.findall(path.read_text(encoding="utf-8"))

    assert set(addresses) <= {CARGOS_OWN_NAME}
