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
    guidance=5.0,
    sampler=Sampler.DPMPP_2M,
    schedule=Schedule.KARRAS,
    preview_factors=((0.2, 0.2, 0.2), (0.2, 0.2, 0.2), (0.2, 0.2, 0.2), (0.2, 0.2, 0.2)),
)

FAMILIES: dict[str, Family] = {family.name: family for family in (SD15, STARTER)}
