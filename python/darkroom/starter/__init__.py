"""The starter model: the program that trains it, and its weights as package data."""

from __future__ import annotations

from pathlib import Path


def model_folder() -> Path:
    """The folder of the built-in model, in diffusers' StableDiffusionPipeline layout."""
    return Path(__file__).parent / "model"
