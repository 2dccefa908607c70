"""What took long to find out, kept in a JSON file of the home. Imports no torch."""

import json
import os
from pathlib import Path
from typing import Any, cast


def kept(file: Path) -> dict[str, Any]:
    """What `keep` wrote; nothing if the file is missing or damaged."""
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def keep(file: Path, value: dict[str, Any]) -> None:
    """Replace what is kept. Best effort: without the file it is found out again."""
    try:
        staged = file.with_suffix(f".{os.getpid()}")
        staged.write_text(json.dumps(value), "utf-8")
        staged.replace(file)
    except OSError:
        return
