"""`darkroom models …`."""

from darkroom.cli.session import Session
from darkroom.cli.terminal import one_line, say, say_json, say_table, size_text
from darkroom.messages import ListModels, Model, ModelList
from darkroom.wire import encode


async def list_models(session: Session, *, json: bool) -> int:
    """Every model found, with what speaks against using it."""
    async with session.open(run_queue=False) as engine:
        answer = await engine.handle(ListModels())
    assert isinstance(answer, ModelList)
    if json:
        say_json(encode(answer))
    elif answer.models:
        say_table(("Model", "Family", "Size", "Pixels", ""), map(_row, answer.models))
    else:
        say("There are no models; put a .safetensors file into the models folder, see `darkroom doctor`.")
    return 0


def _row(model: Model) -> tuple[str, ...]:
    pixels = "" if model.problem else f"{model.width}x{model.height}"
    problem = one_line(model.problem.message) if model.problem else ""
    return model.id, model.family, size_text(model.size_bytes), pixels, problem
