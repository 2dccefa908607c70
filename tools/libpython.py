"""Print the folder of this interpreter's libpython, which the native tests and the window link; fail without one."""

import sys
import sysconfig
from pathlib import Path


def libpython_folder() -> Path | None:
    """The folder that holds `libpython3.x.so`, or None where Python was built without it."""
    name = str(sysconfig.get_config_var("LDLIBRARY") or "")
    folder = Path(str(sysconfig.get_config_var("LIBDIR") or ""))
    return folder if name.endswith((".so", ".dylib")) and (folder / name).exists() else None


if __name__ == "__main__":
    found = libpython_folder()
    if found is None:
        sys.exit(f"{sys.executable} has no shared libpython; install its -dev package, or name another with PYTHON=.")
    print(found)
