"""The table of commands: what each is called and takes. What they do is in the module of the same name."""

from typing import TYPE_CHECKING, Annotated

import typer

from darkroom import __version__
from darkroom.cli import arguments
from darkroom.cli.follow import run_interruptible
from darkroom.cli.session import session_of
from darkroom.cli.terminal import say
from darkroom.messages import CancelJob, RetryJob, Sampler, Schedule, TextToImage

if TYPE_CHECKING:
    from typer.core import TyperGroup

_SAMPLERS = f"One of {', '.join(Sampler)}."
_SCHEDULES = f"One of {', '.join(Schedule)}."

Prompt = Annotated[str, typer.Argument(metavar="PROMPT", help="What the picture shows.", show_default=False)]
Negative = Annotated[str, typer.Option("--negative", "-n", metavar="TEXT", help="What it should not show.")]
Size = Annotated[
    arguments.Pixels | None, typer.Option("--size", parser=arguments.size, metavar="WxH", help="Pixels, like 512x768.")
]
Steps = Annotated[int | None, typer.Option("--steps", parser=arguments.steps, metavar="N", help="Denoising steps.")]
Guidance = Annotated[
    float | None,
    typer.Option(
        "--guidance", "--cfg", parser=arguments.guidance, metavar="X", help="How closely to keep to the prompt."
    ),
]
Samplers = Annotated[
    Sampler | None, typer.Option("--sampler", parser=arguments.sampler, metavar="NAME", help=_SAMPLERS)
]
Schedules = Annotated[
    Schedule | None, typer.Option("--schedule", parser=arguments.schedule, metavar="NAME", help=_SCHEDULES)
]
ClipSkip = Annotated[
    int | None,
    typer.Option(
        "--clip-skip", parser=arguments.clip_skip, metavar="N", help="Text layer from the end; 1 is the last."
    ),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", "-s", parser=arguments.seed, metavar="N", help="Same seed, same picture; -1 picks one."),
]
Count = Annotated[int, typer.Option("--count", "-c", parser=arguments.count, metavar="N", help="How many pictures.")]
Model = Annotated[
    str | None,
    typer.Option("--model", "-m", parser=arguments.model, metavar="PATH|NAME", help="Default: the built-in one."),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE|DIR",
        help="Also copy the pictures there: a .png, .webp or .jpg (replaced if it exists), or a folder.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON, one message per line; errors carry a code.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing but the pictures' paths.")]
Jobs = Annotated[list[int], typer.Argument(parser=arguments.job, metavar="JOB...", help="Numbers of jobs.")]
Detach = Annotated[bool, typer.Option("--detach", help="Do not wait: let another Darkroom do the work.")]


def commands() -> "TyperGroup":
    """The whole command line, ready for its words."""
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Pictures from words, on this machine.",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback(no_args_is_help=False)(_start)
    app.command()(generate)
    app.command()(show)
    app.command()(doctor)
    app.add_typer(_queue_commands(), name="queue", help="What waits, and what to do about it.")
    models = typer.Typer(help="The models that can be used.")
    models.callback()(_nothing)
    models.command("list")(list_models)
    app.add_typer(models, name="models")
    return typer.main.get_command(app)  # type: ignore[return-value]


def _queue_commands() -> typer.Typer:
    queue = typer.Typer()
    queue.command("list")(list_jobs)
    queue.command()(pause)
    queue.command()(resume)
    queue.command()(cancel)
    queue.command()(retry)
    return queue


def _nothing() -> None:
    pass


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"darkroom {__version__}")
        raise typer.Exit


def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Pictures from words, on this machine.

    The home folder is DARKROOM_HOME, else the one chosen in the window, else the platform's data folder.
    """


def generate(
    context: typer.Context,
    prompt: Prompt,
    negative: Negative = "",
    size: Size = None,
    steps: Steps = None,
    guidance: Guidance = None,
    sampler: Samplers = None,
    schedule: Schedules = None,
    clip_skip: ClipSkip = None,
    seed: Seed = None,
    count: Count = 1,
    model: Model = None,
    output: Output = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Make pictures from a prompt, and say where they are.

    Ctrl-C leaves the job in the queue; `darkroom queue resume` goes on with it.
    """
    from darkroom.cli.generate import generate
    from darkroom.cli.output import target
    from darkroom.cli.reporters import reporter
    from darkroom.tasks.request import checked

    request = TextToImage(
        prompt=prompt,
        negative=negative,
        model=model,
        width=size.width if size else None,
        height=size.height if size else None,
        steps=steps,
        guidance=guidance,
        sampler=sampler,
        schedule=schedule,
        clip_skip=clip_skip,
        seed=None if seed == -1 else seed,
        count=count,
    )
    # First: with an absurd count there would be no end to the names to look at.
    checked(request)
    place = target(output, count) if output is not None else None
    shown = reporter(json=json, quiet=quiet)
    return run_interruptible(generate(session_of(context), request, place, shown, paths=not json))


def list_jobs(context: typer.Context, json: Json = False) -> int:
    """Every job: waiting, running, done or failed, and why."""
    from darkroom.cli.queue import list_jobs

    return run_interruptible(list_jobs(session_of(context), json=json))


def pause(context: typer.Context, json: Json = False) -> int:
    """Start no more jobs until told to go on."""
    from darkroom.cli.queue import pause

    return run_interruptible(pause(session_of(context), json=json))


def resume(context: typer.Context, json: Json = False, quiet: Quiet = False, detach: Detach = False) -> int:
    """Let the queue go on, and work until it is empty."""
    from darkroom.cli.queue import resume
    from darkroom.cli.reporters import reporter

    shown = reporter(json=json, quiet=quiet)
    return run_interruptible(resume(session_of(context), shown, detach=detach, paths=not json))


def cancel(context: typer.Context, jobs: Jobs, json: Json = False) -> int:
    """Stop jobs, waiting or running; `retry` makes them wait again."""
    from darkroom.cli.queue import wish

    return run_interruptible(
        wish(session_of(context), jobs, lambda job: CancelJob(job=job), "Job {job} is cancelled.", json=json)
    )


def retry(context: typer.Context, jobs: Jobs, json: Json = False) -> int:
    """Put failed or cancelled jobs into the queue again."""
    from darkroom.cli.queue import wish

    done = "Job {job} waits again; `darkroom queue resume` runs it."
    return run_interruptible(wish(session_of(context), jobs, lambda job: RetryJob(job=job), done, json=json))


def list_models(context: typer.Context, json: Json = False) -> int:
    """Every model found, and what speaks against using it."""
    from darkroom.cli.models import list_models

    return run_interruptible(list_models(session_of(context), json=json))


def show(
    context: typer.Context,
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="A picture file of any program, or a number.")],
    infotext: Annotated[bool, typer.Option("--infotext", help="As the text that sharing sites read.")] = False,
    json: Json = False,
) -> int:
    """All settings of a picture."""
    from darkroom.cli.show import show

    return show(session_of(context), picture, json=json, as_infotext=infotext)


def doctor(json: Json = False) -> int:
    """What this installation has, and what it lacks. Fails when something needed is missing."""
    from darkroom.cli.doctor import doctor

    return doctor(json=json)
