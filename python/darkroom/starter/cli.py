"""The starter model's own commands: draw, train, export, samples and evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline

from darkroom.starter import model_folder
from darkroom.starter.evaluation import figures, reader
from darkroom.starter.postcards.postcard import postcard
from darkroom.starter.training import export
from darkroom.starter.training.grids import save_grid
from darkroom.starter.training.loop import Hooks, checkpoint
from darkroom.starter.training.sampling import PROMPTS, Sampling, sampled
from darkroom.starter.training.stages import STEPS, Work, train_stage

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

Workdir = Annotated[Path, typer.Option(help="Folder for drawings, checkpoints and sample grids; some 2 GB.")]
Device = Annotated[str, typer.Option(help="Where to compute: cpu, cuda, mps.")]
Size = Annotated[int, typer.Option(help="Side of the pictures: 128, or 256 on a GPU.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same run.")]
Count = Annotated[int, typer.Option(help="How many drawings to train on.")]
Model = Annotated[Path, typer.Option(help="A model folder; the built-in one unless told otherwise.")]
_WORKDIR = Path("build/starter")
_MODEL = model_folder()


@app.command("draw")
def draw_postcards(
    output: Annotated[Path, typer.Argument(help="The PNG to write.")],
    size: Size = 128,
    seed: Seed = 0,
    count: Annotated[int, typer.Option(help="How many postcards.")] = 40,
) -> None:
    """Draw postcards of the training series in a grid and print their captions."""
    cards = [postcard(seed, number, size) for number in range(count)]
    pictures = np.stack([np.asarray(card.picture) for card in cards])
    save_grid([pictures[first : first + 8] for first in range(0, count, 8)], output)
    for card in cards:
        typer.echo(card.caption or "(no caption)")


@app.command()
def train(
    workdir: Workdir = _WORKDIR,
    device: Device = "cpu",
    size: Size = 128,
    seed: Seed = 0,
    count: Count = 24_000,
    stage: Annotated[str, typer.Option(help=f"all, or one of {', '.join(STEPS)}.")] = "all",
    steps: Annotated[int | None, typer.Option(help="Steps of the stage in all; more continues it.")] = None,
    resume: Annotated[bool, typer.Option(help="Continue from the checkpoints in the work folder.")] = True,
    threads: Annotated[int | None, typer.Option(help="CPU threads.")] = None,
) -> None:
    """Train the stages one after the other; interrupt at any time, and run again to continue."""
    names = list(STEPS) if stage == "all" else [stage]
    if unknown := set(names) - set(STEPS):
        raise typer.BadParameter(f"There is no stage “{unknown.pop()}”; the stages are {', '.join(STEPS)}.")
    if threads:
        torch.set_num_threads(threads)
    work = Work(workdir, size, count, seed, torch.device(device), Hooks(typer.echo))
    if not resume:
        _forget(work, names)
    for name in names:
        train_stage(work, name, steps or STEPS[name])


@app.command("export")
def export_folder(workdir: Workdir = _WORKDIR, size: Size = 128, count: Count = 24_000, model: Model = _MODEL) -> None:
    """Write the trained model as a StableDiffusionPipeline folder in fp16."""
    size_in_bytes = export.export_model(workdir, size, Work(workdir, size, count).latents(), model)
    typer.echo(f"{model}: {size_in_bytes / 1e6:.1f} MB")


@app.command()
def samples(
    output: Annotated[Path, typer.Argument(help="The PNG to write.")],
    model: Model = _MODEL,
    device: Device = "cpu",
    seed: Seed = 0,
    steps: Annotated[int, typer.Option(help="Sampling steps.")] = 20,
    guidance: Annotated[float, typer.Option(help="Guidance scale.")] = 4.0,
) -> None:
    """Make a grid of pictures from a fixed list of prompts."""
    pipeline = loaded(model, device)
    pictures = sampled(pipeline, PROMPTS, Sampling(steps, guidance, seed, batch=len(PROMPTS)))
    save_grid([pictures[:8], pictures[8:]], output)
    for prompt in PROMPTS:
        typer.echo(prompt or "(no prompt)")


@app.command()
def evaluate(
    output: Annotated[Path, typer.Argument(help="The JSON to write.")],
    workdir: Workdir = _WORKDIR,
    model: Model = _MODEL,
    device: Device = "cpu",
    pictures: Annotated[int, typer.Option(help="Pictures from held-out captions.")] = figures.PICTURES,
    reader_drawings: Annotated[int, typer.Option(help="Drawings that the reader learns from.")] = 5000,
    reader_steps: Annotated[int, typer.Option(help="Training steps of the reader.")] = 700,
) -> None:
    """Read pictures made from held-out captions with a classifier trained on drawings; print the card's table."""
    pipeline, where = loaded(model, device), torch.device(device)
    hooks = Hooks(typer.echo)
    trained = reader.train_reader(workdir, pipeline.vae, reader_drawings, reader.plan(reader_steps), where, hooks)
    found = figures.evaluated(pipeline, trained, workdir, Sampling(), where, pictures, typer.echo)
    figures.save_figures(found, output)
    typer.echo(figures.table(found))
    typer.echo(f"autoencoder: {found.autoencoder_psnr:.2f} dB PSNR on held-out drawings")


def loaded(model: Path, device: str) -> StableDiffusionPipeline:
    """The model folder as diffusers' own pipeline, in fp32."""
    build: Any = StableDiffusionPipeline
    pipeline = build.from_pretrained(model, safety_checker=None, local_files_only=True)
    return pipeline.to(device)


def _forget(work: Work, names: list[str]) -> None:
    for name in names:
        checkpoint(work.workdir, name).unlink(missing_ok=True)
