"""Folders in which nothing can be written, in the two ways in which that happens."""

import contextlib
import os
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

NOBODY = 65534


@contextlib.contextmanager
def without_rights(folder: Path) -> Generator[None]:
    """Below `folder`, nothing can be written. Root, whom modes do not bind, becomes nobody meanwhile."""
    root = os.geteuid() == 0
    paths = [folder, *folder.rglob("*")]
    modes = [(path, path.stat().st_mode) for path in paths]
    for path in paths:
        if root:
            os.chown(path, NOBODY, NOBODY)
        path.chmod(0o500 if path.is_dir() else 0o400)
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path, mode in modes:
            if path.exists():
                path.chmod(mode)


@contextlib.contextmanager
def mounted_read_only(folder: Path) -> Generator[None]:
    """`folder` as on a medium that is locked. Skips the test where mounting is not allowed."""
    for options in (["--bind"], ["-o", "remount,bind,ro"]):
        mounted = subprocess.run(["mount", *options, folder, folder], check=False, capture_output=True)
        if mounted.returncode:
            subprocess.run(["umount", "-l", folder], check=False, capture_output=True)
            pytest.skip("mounting a folder once more needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def contents(folder: Path) -> dict[Path, tuple[int, bytes]]:
    """When each file below `folder` was changed, and what it holds."""
    return {path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*")}
