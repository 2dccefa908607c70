"""`darkroom models …`."""

from typing import TYPE_CHECKING

from darkroom.cli.reading import read
from darkroom.cli.session import Session
from darkroom.cli.terminal import one_line, say, say_json, say_table, size_text
from darkroom.messages import ListModels, Model, ModelList
from darkroom.wire import encode

if TYPE_CHECKING:
    from darkroom.engine import Engine
    from darkroom.library.database import Database
    from darkroom.library.home import Home


async def list_models(session: Session, *, json: bool) -> int:
    """Every model found, with what speaks against using it."""
    answer = await read(session, _models_of, _models_in)
    if json:
        say_json(encode(answer))
    elif answer.models:
        say_table(("Model", "Family", "Size", "Pixels", ""), map(_row, answer.models))
    else:
        say("There are no models; put a .safetensors file into the models folder, see `darkroom doctor`.")
    return 0


async def _models_of(engine: "Engine") -> ModelList:
    answer = await engine.handle(ListModels())
    assert isinstance(answer, ModelList)
    return answer


def _models_in(home: "Home", _: "Database") -> ModelList:
    from darkroom.models.catalog import catalog_of

    return ModelList(models=catalog_of(home).models())


def _row(model: Model) -> tuple[str, ...]:
    pixels = "" if model.problem else f"{model.width}x{model.height}"
    problem = one_line(model.problem.message) if model.problem else ""
    return model.id, model.family, size_text(model.size_bytes), pixels, problem
