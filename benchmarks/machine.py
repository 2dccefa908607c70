"""The machine and the versions a table belongs to. Imports no torch."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("darkroom", "torch", "diffusers", "transformers", "numpy")
BF16_UNITS = {"avx512_bf16", "amx_bf16", "bf16"}


def facts(threads: int) -> dict[str, Any]:
    """What a reader must know to compare two tables."""
    return {
        "cpu": _info("model name") or platform.processor(),
        "cores": os.cpu_count(),
        "threads": threads,
        "bf16 units": has_bf16_units(),
        "memory GiB": round(_memory("MemTotal") / 2**30, 1),
        "load average at the start": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        **{package: _version(package) for package in PACKAGES},
    }


def has_bf16_units() -> bool:
    """Whether the CPU multiplies bf16 natively: the x86 flags, or Arm's feature of that name."""
    return bool(BF16_UNITS & set((_info("flags") or _info("Features")).split()))


def available_memory() -> int:
    """Bytes a program may take now; 0 where the system does not say."""
    return _memory("MemAvailable")


def _info(name: str) -> str:
    return _value(Path("/proc/cpuinfo"), name)


def _memory(name: str) -> int:
    return int((_value(Path("/proc/meminfo"), name) or "0").split()[0]) * 1024


def _value(file: Path, name: str) -> str:
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == name), "")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
