"""What is certain, before a model is read or a picture is made, about the memory it takes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from darkroom.errors import OutOfMemory

if TYPE_CHECKING:
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

_MEMORY = Path("/proc/meminfo")
_COUNTED = ("MemTotal:", "SwapTotal:")


def refuse_weights_beyond_memory(name: str, needed: int) -> None:
    """Raise OutOfMemory for weights that take `needed` bytes, whatever else this machine lets go of.

    They pass through its memory on every device. A file may also promise more than its disk has: holes take no room.
    """
    there = memory_bytes()
    if there is not None and needed > there:
        raise OutOfMemory(
            f"{name} holds {_shown(needed)} of weights, and this machine has {_shown(there)} of memory; "
            "use a smaller model."
        )


def refuse_beyond_memory(vae: "AutoencoderKL", width: int, height: int) -> None:
    """Raise OutOfMemory for a picture that this machine cannot decode, whatever else it lets go of.

    A graphics card says so by itself and in time; a processor's memory is lent without limit, until the system ends
    one program or another.
    """
    there = memory_bytes() if vae.device.type == "cpu" else None
    needed = least_bytes(vae, width, height)
    if there is not None and needed > there:
        raise OutOfMemory(
            f"Decoding {width} x {height} pixels with this model takes more than {_shown(needed)} of memory, and "
            f"this machine has {_shown(there)}; use a smaller size or a smaller model."
        )


def least_bytes(vae: "AutoencoderKL", width: int, height: int) -> int:
    """What the decoder's last enlargement reads and writes, each with as many pixels as the picture.

    Measured, decoding takes about two to three times as much; how much depends on the model and the processor.
    """
    channels: list[int] = cast("Any", vae.config).block_out_channels
    return 2 * channels[min(1, len(channels) - 1)] * width * height * vae.dtype.itemsize


def memory_bytes() -> int | None:
    """Memory and swap space of this machine; None where the system sets no limit that it tells."""
    try:
        lines = _MEMORY.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith(_COUNTED))


def _shown(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
