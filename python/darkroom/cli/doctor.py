"""`darkroom doctor`: what this installation has, and what it lacks to make pictures."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from darkroom import __version__
from darkroom.cli.terminal import say, say_table, say_value, size_text
from darkroom.errors import DarkroomError

# Distribution → module. Without one of these no picture can be made.
_NEEDED: dict[str, str] = {
    "torch": "torch",
    "diffusers": "diffusers",
    "transformers": "transformers",
    "tokenizers": "tokenizers",
    "accelerate": "accelerate",
    "safetensors": "safetensors",
    "numpy": "numpy",
    "scipy": "scipy",
    "torchsde": "torchsde",
    "pillow": "PIL",
    "apsw": "apsw",
    "msgspec": "msgspec",
    "orjson": "orjson",
    "platformdirs": "platformdirs",
    "tomli-w": "tomli_w",
    "typer": "typer",
    "rich": "rich",
}
_SPARE_BYTES = 10**9


@dataclass(frozen=True)
class Finding:
    """One line of the report. `advice` is the way out; only "missing" makes the doctor fail."""

    name: str
    value: str
    state: Literal["ok", "warning", "missing"] = "ok"
    advice: str = ""


def doctor(*, json: bool) -> int:
    """Print what was found; 1 when something needed is missing."""
    findings = [finding for look in (_program, _packages, _devices, _folders, _models) for finding in look()]
    healthy = all(finding.state != "missing" for finding in findings)
    if json:
        say_value({"ok": healthy, "findings": [vars(finding) for finding in findings]})
        return 0 if healthy else 1
    say_table(("What", "", "Found", "What to do"), map(_row, findings))
    say("Everything needed is here." if healthy else "Something needed is missing; see the last column.")
    return 0 if healthy else 1


def _row(finding: Finding) -> tuple[str, ...]:
    return finding.name, finding.state, finding.value, finding.advice


def _program() -> Iterator[Finding]:
    yield Finding("darkroom", __version__)
    yield Finding("python", f"{platform.python_version()} at {sys.executable}")
    yield Finding("system", f"{platform.platform()}, {os.cpu_count()} processors, {_memory()}")
    yield _found("native extension", _native_place, "build it with `maturin develop`, or install Darkroom again")


def _memory() -> str:
    try:
        return f"{size_text(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES'))} memory"
    except (AttributeError, ValueError, OSError):
        return "memory unknown"


def _native_place() -> str:
    return str(import_module("darkroom._native").__file__)


def _found(name: str, look: Callable[[], str], advice: str) -> Finding:
    """What `look` says, or that it is missing. A broken library is an OSError, an absent module an ImportError."""
    try:
        return Finding(name, look())
    except (ImportError, OSError) as error:
        return Finding(name, str(error).split("\n")[0], "missing", advice)


def _packages() -> Iterator[Finding]:
    for distribution, module in _NEEDED.items():
        try:
            found = version(distribution) if find_spec(module) else None
        except PackageNotFoundError:
            found = None
        if found is None:
            yield Finding(distribution, "not installed", "missing", f"install {distribution}, or Darkroom again")
        else:
            yield Finding(distribution, found)
    if find_spec("apsw"):
        yield Finding("sqlite", import_module("apsw").sqlite_lib_version())


def _devices() -> Iterator[Finding]:
    """The only place of the command line where torch is imported."""
    loaded = _found("torch loads", lambda: import_module("torch").__version__, "install torch again")
    if loaded.state == "missing":
        yield loaded
        return
    torch: Any = import_module("torch")
    yield Finding("processor", f"{torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads")
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        about = torch.cuda.get_device_properties(index)
        yield Finding(f"cuda:{index}", f"{about.name}, {size_text(about.total_memory)}")
    if torch.backends.mps.is_available():
        yield Finding("mps", "Apple GPU")
    if not torch.cuda.is_available() and not torch.backends.mps.is_available():
        yield Finding("graphics card", "none that torch can use; pictures are made on the processor")


def _folders() -> Iterator[Finding]:
    from darkroom.library.database import refuse_newer
    from darkroom.library.home import Home, home_folder, open_home

    root = home_folder()
    home = Home(root)
    try:
        refuse_newer(home.database)
        open_home(root)
    except DarkroomError as error:
        yield Finding("home", str(root), "missing", error.sentence)
        if not home.database.is_file():
            return
    else:
        yield Finding("home", str(root))
    yield Finding("pictures", str(home.pictures))
    yield Finding("models", str(home.models))
    yield _space(root)


def _space(root: Path) -> Finding:
    free = shutil.disk_usage(root).free
    if free < _SPARE_BYTES:
        return Finding("free space", size_text(free), "warning", "free some space; a picture takes up to 100 MB")
    return Finding("free space", size_text(free))


def _models() -> Iterator[Finding]:
    if find_spec("darkroom._native") is None:
        return
    from darkroom.models.catalog import Catalog

    entry = Catalog().entries()[0]
    if entry.problem is None:
        yield Finding("built-in model", str(entry.path))
    else:
        yield Finding("built-in model", "not installed", "missing", entry.problem.sentence)
