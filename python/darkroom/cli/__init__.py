"""The command line: thin over the engine, the same whether installed as a wheel or embedded in the shell."""

from darkroom.cli.app import main, run

__all__ = ["main", "run"]
