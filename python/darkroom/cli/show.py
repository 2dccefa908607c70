"""`darkroom show PICTURE`: all settings of a picture of the library, or of any picture file."""

import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from darkroom.cli.follow import run_interruptible
from darkroom.cli.reading import read
from darkroom.cli.session import Session
from darkroom.cli.terminal import say, say_json, say_table
from darkroom.library.metadata import infotext, read_file_settings
from darkroom.library.store import PictureTable
from darkroom.messages import GetPicture, PictureDetails, PictureSettings, Plan, TextToImage
from darkroom.wire import encode

if TYPE_CHECKING:
    from darkroom.engine import Engine
    from darkroom.library.database import Database
    from darkroom.library.home import Home


def show(session: Session, picture: str, *, json: bool, as_infotext: bool) -> int:
    """`picture` is a path, or the number of a picture in the library when no file has that name."""
    path = Path(os.path.expanduser(picture))
    if picture.isdecimal() and len(picture) < 19 and not path.exists():
        return run_interruptible(_show_own(session, int(picture), json=json, as_infotext=as_infotext))
    _show_file(path, json=json, as_infotext=as_infotext)
    return 0


async def _show_own(session: Session, picture: int, *, json: bool, as_infotext: bool) -> int:
    async def ask(engine: "Engine") -> tuple[PictureDetails, Path]:
        details = await engine.handle(GetPicture(picture=picture))
        assert isinstance(details, PictureDetails)
        return details, engine.home.root / details.picture.file

    def look(home: "Home", database: "Database") -> tuple[PictureDetails, Path]:
        details = PictureTable(database).details(picture)
        return details, home.root / details.picture.file

    details, file = await read(session, ask, look)
    if json:
        say_json(encode(details))
    elif as_infotext:
        say(details.infotext)
    else:
        say_table(("Setting", "Value"), [("picture", str(picture)), ("file", str(file)), *_rows(details.plan)])
    return 0


def _show_file(path: Path, *, json: bool, as_infotext: bool) -> None:
    settings = read_file_settings(path)
    if json:
        say_json(encode(settings))
        return
    if settings.plan is not None:
        _show_plan(path, settings.plan, as_infotext=as_infotext)
        return
    say_table(("Setting", "Value"), [("file", str(path)), ("written by", settings.source), *_rows(settings.request)])
    _say_notes(settings)


def _show_plan(path: Path, plan: Plan, *, as_infotext: bool) -> None:
    if as_infotext:
        say(infotext(plan))
    else:
        say_table(("Setting", "Value"), [("file", str(path)), *_rows(plan)])


def _say_notes(settings: PictureSettings) -> None:
    if settings.notes:
        say("")
    for note in settings.notes:
        say(f"- {note}")


def _rows(value: Plan | TextToImage) -> list[tuple[str, str]]:
    named = ((field.name, getattr(value, field.name)) for field in fields(value))
    return [(name.replace("_", " "), str(item)) for name, item in named if item not in (None, "")]
