"""Where everything of Darkroom's lives. Nothing outside this folder is ever written."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from darkroom.errors import HomeUnwritable
from darkroom.library.disk import make_folder, probe, refuse_special, writing


@dataclass(frozen=True)
class Home:
    """The layout of a home folder; the folders exist once `open_home` returned."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "library.db"

    @property
    def pictures(self) -> Path:
        return self.root / "pictures"

    @property
    def trash(self) -> Path:
        return self.root / "trash"

    @property
    def set_aside(self) -> Path:
        """Picture files that are not ours or cannot be read: kept, never shown, never deleted."""
        return self.trash / "set-aside"

    @property
    def staging(self) -> Path:
        return self.root / "staging"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def settings(self) -> Path:
        return self.root / "settings.toml"

    @property
    def runner_lock(self) -> Path:
        """Held as long as a process runs the queue of this home."""
        return self.root / "runner.lock"

    @property
    def opening_lock(self) -> Path:
        """Held while a process opens, migrates or repairs the home."""
        return self.root / "opening.lock"

    @property
    def live(self) -> Path:
        """What the running job is doing now; worth nothing after a crash."""
        return self.root / "live"


def home_folder(given: Path | str | None = None) -> Path:
    """`given`, else DARKROOM_HOME, else what was chosen in the window, else the platform's folder for data.

    `src-tauri/src/home.rs` has the same rule; `tests/homes.json` holds both to it. Raises HomeUnwritable for the home
    of a user that this machine does not know.
    """
    named = given or os.environ.get("DARKROOM_HOME") or _chosen() or _platforms(platformdirs.user_data_path)
    path = os.path.expanduser(named)
    if os.fspath(path).startswith("~"):
        raise HomeUnwritable(
            f"The home {named} is that of a user whom nobody knows here; set DARKROOM_HOME to another."
        )
    return Path(path).absolute()


def _chosen() -> Path | None:
    """What the window wrote down; a folder that depends on where a program was started is no choice."""
    try:
        name = (_platforms(platformdirs.user_config_path) / "home").read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None
    chosen = Path(name.rstrip("\n"))
    return chosen if chosen.is_absolute() else None


def _platforms(folder: Callable[..., Path]) -> Path:
    return folder("darkroom", appauthor=False)


def open_home(root: Path) -> Home:
    """The home in `root`, its folders made if missing. Raises HomeUnwritable or DiskFull."""
    try:
        os.fsdecode(root).encode()
    except UnicodeEncodeError as error:
        # The library's file name and the page's messages are UTF-8.
        name = os.fsencode(root).decode(errors="replace")
        raise HomeUnwritable(
            f"The name of the home folder {name} holds bytes that are no text; "
            "rename it or set DARKROOM_HOME to another one."
        ) from error
    home = Home(root)
    folders = (home.root, home.pictures, home.trash, home.set_aside, home.staging, home.models, home.logs)
    for folder in folders:
        make_folder(folder)
    for file in (home.database, home.settings, home.runner_lock, home.opening_lock, home.live):
        refuse_special(file)
    with writing(home.root):
        for folder in folders:
            probe(folder)
    return home
