"""Commands that only read: an engine answers them, or the files of a home in which nothing can be written."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from darkroom.cli.session import Session
from darkroom.errors import HomeUnwritable

if TYPE_CHECKING:
    from darkroom.engine import Engine
    from darkroom.library.database import Database
    from darkroom.library.home import Home

Found = TypeVar("Found")


async def read(
    session: Session, ask: "Callable[[Engine], Awaitable[Found]]", look: "Callable[[Home, Database], Found]"
) -> Found:
    """What `ask` has of an engine; where none can be opened, because nothing can be written, what `look` sees.

    Raises why no engine can be opened if there is nothing to look at either.
    """
    try:
        async with session.open(run_queue=False) as engine:
            return await ask(engine)
    except HomeUnwritable as refusal:
        return _seen(look, refusal)


def _seen(look: "Callable[[Home, Database], Found]", refusal: HomeUnwritable) -> Found:
    from darkroom.library.home import Home, home_folder
    from darkroom.library.reading import library_to_read

    try:
        home = Home(home_folder())
        with library_to_read(home.database) as database:
            return look(home, database)
    except HomeUnwritable:
        raise refusal from None
