"""Where a model computes and in which precision, decided once per machine by measuring.

On CPUs with bf16 units a Stable Diffusion step takes 0.6 of its fp32 time; on the others bf16 is emulated and slower.
fp16 is never chosen on a CPU: no CPU computes it natively, and it is about 29 times slower.
"""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

import torch
from torch import nn

from darkroom.errors import BadRequest
from darkroom.models.kept import keep, kept

Network = TypeVar("Network", bound=nn.Module)

CPU = "cpu"
WORTH_IT = 0.85
"""bf16 costs some accuracy; it is chosen only when it takes less than this share of the fp32 time."""


@dataclass(frozen=True)
class Placement:
    """The device and the precision of the networks. Latents and samplers are always float32."""

    device: torch.device
    dtype: torch.dtype

    @property
    def precision(self) -> str:
        return {torch.float32: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16"}[self.dtype]

    def put(self, network: Network) -> Network:
        """The network on the device. Its tensors were read in this precision; casting a network warns and copies."""
        return network.to(device=self.device)


def exact() -> Placement:
    """fp32 on the CPU: what comparisons and the reference latents are made with."""
    return Placement(torch.device("cpu"), torch.float32)


def chosen(device: str, cache: Path) -> Placement:
    """The placement for `device` ("auto", "cpu", "cuda", "cuda:1", "mps" …); a CPU's precision is probed once and kept.

    Raises BadRequest for a device that this machine does not have.
    """
    there = devices()
    name = there[-1] if device == "auto" else device.strip().lower()
    if name not in there:
        raise BadRequest(
            f'There is no device {device[:40]!r} here, only {", ".join(there)}; set device = "auto" in settings.toml.'
        )
    if name != CPU:
        return Placement(torch.device(name), torch.float16)
    return Placement(torch.device(CPU), torch.bfloat16 if _bf16_pays(cache) else torch.float32)


def devices() -> tuple[str, ...]:
    """The names of the devices of this machine; the last is the best."""
    numbered = [f"cuda:{number}" for number in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return (CPU, *mps, *numbered, *(["cuda"] if numbered else []))


def _bf16_pays(cache: Path) -> bool:
    machine = f"{platform.machine()} {_cpu()} torch {torch.__version__} {torch.get_num_threads()} threads"
    known = kept(cache)
    if known.get("machine") == machine and isinstance(known.get("bf16"), float):
        return known["bf16"] < WORTH_IT
    ratio = probe()
    keep(cache, {"machine": machine, "bf16": ratio})
    return ratio < WORTH_IT


def probe() -> float:
    """Time of a bf16 convolution, linear layer and attention over their fp32 time; about 50 ms."""
    works = [_work(torch.float32), _work(torch.bfloat16)]
    times: list[list[float]] = [[], []]
    with torch.inference_mode():
        for work in works:
            work()
        for _ in range(5):
            for seen, work in zip(times, works, strict=True):
                begun = time.perf_counter()
                work()
                seen.append(time.perf_counter() - begun)
    return median(times[1]) / median(times[0])


def _work(dtype: torch.dtype) -> Callable[[], None]:
    convolution = nn.Conv2d(64, 64, 3, padding=1).to(dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
    linear = nn.Linear(256, 256).to(dtype)
    picture = torch.ones(1, 64, 32, 32, dtype=dtype).contiguous(memory_format=torch.channels_last)
    tokens = torch.ones(1, 4, 256, 64, dtype=dtype)
    rows = torch.ones(512, 256, dtype=dtype)

    def work() -> None:
        convolution(picture)
        linear(rows)
        nn.functional.scaled_dot_product_attention(tokens, tokens, tokens)

    return work


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
