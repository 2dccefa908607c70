"""The set-up: what is gone is made again and nothing else, what is too old is said, and what is a user's stays."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from shell.driver import ROOT

FOLDERS = ("native/src", "ui/src", "ui/public", "src-tauri", "python", "tests", "benchmarks", ".setup")
SOURCES = (
    "Cargo.toml",
    "Cargo.lock",
    "pyproject.toml",
    "native/Cargo.toml",
    "requirements.lock",
    "ui/package-lock.json",
)
TOOLS = ("system_packages.txt", "install_system_packages.sh", "uv.txt", "make_environment.sh", "package-lock.json")
STAMPS = ("system", "environment", "native", "typescript", "page-packages", "page", "window")
MADE = {
    ".venv/bin/python": "make_environment.sh",
    "python/darkroom/_native.abi3.so": "maturin",
    "tools/node_modules/typescript": "npm ci --prefix tools",
    "ui/node_modules/vite": "npm ci --prefix ui",
    "ui/dist/index.html": "run --silent build",
    "target/window/darkroom": "cargo build",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the Makefile in a folder where everything was set up."""
    project = tmp_path / "a project"
    for folder in FOLDERS:
        (project / folder).mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", project)
    for file in (*SOURCES, *(f"tools/{tool}" for tool in TOOLS), *MADE):
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).touch()
    (project / ".venv/bin/python").write_text("#!/bin/sh\n")
    (project / ".venv/bin/python").chmod(0o755)
    for stamp in STAMPS:
        (project / ".setup" / stamp).touch()
    return project


def make(project: Path, *words: str, **variables: str) -> str:
    """What make says, as if nobody had started it."""
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "OUT"}
    own = {name: value for name, value in os.environ.items() if name not in outer}
    done = subprocess.run(
        ["make", *words], cwd=project, env=own | variables, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_what_is_there_is_not_set_up_again(project: Path) -> None:
    assert "Nothing to be done" in make(project, "--dry-run", "setup")


@pytest.mark.parametrize("file", MADE)
def test_what_was_deleted_is_made_again(project: Path, file: str) -> None:
    gone = project / file
    shutil.rmtree(gone.parent)

    assert MADE[file] in make(project, "--dry-run", "setup")


def test_an_environment_whose_python_is_gone_is_made_again(project: Path) -> None:
    python = project / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nonexistent/python3.11")

    assert "make_environment.sh" in make(project, "--dry-run", "setup")


def test_a_list_of_system_packages_that_grew_brings_nothing_else_anew(project: Path) -> None:
    (project / ".setup/system").unlink()

    recipes = make(project, "--dry-run", "setup")

    assert "install_system_packages.sh" in recipes
    assert not [recipe for recipe in MADE.values() if recipe in recipes]


def test_clean_leaves_a_folder_that_the_environment_names_alone(project: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()

    make(project, "clean", OUT=str(mine))

    assert mine.exists()
    assert not (project / "target").exists()


@pytest.mark.parametrize(
    ("program", "says", "sentence"),
    [
        ("cargo", "cargo 1.85.0 (d73d2caf9 2024-12-31)", "Darkroom needs Rust 1.90 or newer, this is 1.85.0;"),
        ("node", "v20.18.1", "Darkroom needs Node 20.19 or newer, this is 20.18.1;"),
    ],
)
def test_what_is_too_old_to_build_with_is_said_first(tmp_path: Path, program: str, says: str, sentence: str) -> None:
    (tmp_path / program).write_text(f"#!/bin/sh\necho '{says}'\n")
    (tmp_path / program).chmod(0o755)
    variables = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    done = subprocess.run(
        [ROOT / "tools/install_system_packages.sh"], env=variables, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith(sentence), done.stderr
