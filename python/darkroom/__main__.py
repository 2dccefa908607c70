"""`python -m darkroom generate "a lighthouse"`: the command without an installed script."""

from darkroom.cli import run

if __name__ == "__main__":
    run()
