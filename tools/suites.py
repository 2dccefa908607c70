"""Run the checks or the tests, all of them even when one fails, and close with a line for each.

Exit code 1 if any failed.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from libpython import libpython_folder

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One command and its name. Left out where the path it `needs` is not there, or none of the programs it `uses`."""

    name: str
    command: str
    needs: str = "."
    uses: tuple[str, ...] = ()


def cargo_tests(package: str, profile: str) -> str:
    """nextest where it is installed: it shows the same results sooner."""
    nextest = shutil.which("cargo-nextest")
    runner = f"cargo nextest run --cargo-profile {profile}" if nextest else f"cargo test --profile {profile}"
    return f"{runner} --package {package} --locked"


def clippy(package: str, profile: str) -> str:
    return f"cargo clippy --package {package} --profile {profile} --all-targets --locked -- -D warnings"


SUITES: Mapping[str, tuple[Suite, ...]] = {
    "check": (
        Suite(name="python format", command="ruff format --check ."),
        Suite(name="python lint", command="ruff check ."),
        Suite(name="python types", command="pyright --warnings"),
        Suite(
            name="native stubs", command="python -m mypy.stubtest darkroom._native --mypy-config-file pyproject.toml"
        ),
        Suite(name="rust format", command="cargo fmt --all --check"),
        Suite(name="native lint", command=clippy("darkroom-native", "dev")),
        Suite(name="window lint", command=clippy("darkroom-shell", "window"), needs="src-tauri"),
        Suite(name="generated files", command="python tools/generate_types.py --check"),
        Suite(name="typescript types", command="npm --prefix tools run --silent check"),
        Suite(name="page lint", command="npm --prefix ui run --silent check", needs="ui/package.json"),
        Suite(name="import order", command="python -m pytest -q tests/test_house.py"),
    ),
    "test": (
        Suite(name="checks", command="python tools/suites.py check"),
        Suite(name="page tests", command="npm --prefix ui test", needs="ui/package.json"),
        Suite(name="page in a browser", command="npm --prefix ui run test:e2e", needs="ui/tests", uses=BROWSERS),
        Suite(name="native tests", command=cargo_tests("darkroom-native", "dev")),
        Suite(name="window tests", command=cargo_tests("darkroom-shell", "window"), needs="src-tauri"),
        Suite(name="python tests", command="python -m pytest"),
    ),
}


def environment() -> dict[str, str]:
    """Our own Python first, libpython where the linker looks, and no tool that asks the network for its update."""
    paths = [str(ROOT / ".venv/bin"), os.environ.get("PATH", "")]
    libraries = [str(libpython_folder() or ""), os.environ.get("LD_LIBRARY_PATH", "")]
    return os.environ | {
        "PATH": os.pathsep.join(paths),
        "LD_LIBRARY_PATH": os.pathsep.join(filter(None, libraries)),
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        "CI": "true",
    }


def run(suites: tuple[Suite, ...]) -> Iterator[tuple[bool, str]]:
    """Run each suite; yields whether it passed and its closing line."""
    for suite in suites:
        if not (ROOT / suite.needs).exists():
            continue
        if suite.uses and not any(map(shutil.which, suite.uses)):
            yield True, f"{suite.name:<18} left out, it needs {suite.uses[0]}"
            continue
        print(f"\n── {suite.name}: {suite.command}", flush=True)
        start = time.monotonic()
        code = call(suite.command)
        seconds = time.monotonic() - start
        yield code == 0, f"{suite.name:<18} {'passed' if code == 0 else f'FAILED ({code})':<12} {seconds:6.1f} s"


def call(command: str) -> int:
    """The exit code of a command, run in the repository without anything to read from."""
    return subprocess.run(
        command.split(), cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, check=False
    ).returncode


def main() -> int:
    results = list(run(SUITES[sys.argv[1]]))
    print(f"\n{sys.argv[1]}:")
    for _, line in results:
        print(f"  {line}")
    return 0 if all(passed for passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
