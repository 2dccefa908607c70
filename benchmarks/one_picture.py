"""`python -m benchmarks.one_picture plain|darkroom MODEL SIDE STEPS HOME`: make one picture.

Prints the process's peak of memory in KiB. Each side imports only what it needs.
"""

import resource
import sys
from pathlib import Path

from benchmarks.bench import Case


def plain(model: Path, case: Case, home: Path) -> None:
    from benchmarks.plain import Plain

    Plain.load(model).picture(case).save(home / "plain.png")


def darkroom(model: Path, case: Case, home: Path) -> None:
    from darkroom.models.imports import import_networks

    # As the engine does when it gets ready; what is measured here is not slimmer than what runs.
    import_networks()
    from benchmarks.ours import Ours

    with Ours.open(home, model) as ours:
        ours.picture(case)


def peak() -> int:
    """KiB. `ru_maxrss` would do elsewhere, but on Linux it starts with what the parent process had."""
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    side, model, edge, steps, home = sys.argv[1:]
    case = Case(name=side, side=int(edge), steps=int(steps), rounds=1)
    {"plain": plain, "darkroom": darkroom}[side](Path(model), case, Path(home))
    print(peak())


if __name__ == "__main__":
    main()
