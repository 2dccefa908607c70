"""What distinguishes one kind of model from another: one row each. Imports no torch."""

from dataclasses import dataclass

from darkroom.messages import Sampler, Schedule

Factors = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Family:
    """Defaults suit the family; `preview_factors` are channels x RGB and turn a scaled latent into colours -1 … 1."""

    name: str
    width: int
    height: int
    steps: int
    guidance: float
    sampler: Sampler
    schedule: Schedule
    preview_factors: Factors
    preview_bias: tuple[float, float, float] = (0.0, 0.0, 0.0)
    latent_channels: int = 4
    downscale: int = 8
    clip_skip: int = 1


SD15 = Family(
    name="sd15",
    width=512,
    height=512,
    steps=25,
    guidance=7.0,
    sampler=Sampler.DPMPP_2M,
    schedule=Schedule.KARRAS,
    # Least-squares fit published by keturn for Stable Diffusion 1.4, in use across diffusers-based tools.
    preview_factors=((0.298, 0.207, 0.208), (0.187, 0.286, 0.173), (-0.158, 0.189, 0.264), (-0.184, -0.271, -0.473)),
)

STARTER = Family(
    name="starter",
    width=128,
    height=128,
    steps=20,
    guidance=4.0,
    sampler=Sampler.DPMPP_2M,
    schedule=Schedule.KARRAS,
    # Least squares over 64 postcards, explaining 0.87 of the colours' variance: tools/fit_preview_factors.py.
    preview_factors=(
        (-0.435, -0.652, -0.996),
        (0.881, 0.27, -0.311),
        (-0.222, -0.437, -0.753),
        (0.532, -0.265, -1.101),
    ),
    preview_bias=(0.222, -0.009, -0.247),
)

FAMILIES: dict[str, Family] = {family.name: family for family in (SD15, STARTER)}
