"""`python -m darkroom.starter`."""

from darkroom.starter.cli import app

app()
