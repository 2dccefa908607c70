"""Measurements of Darkroom against plain diffusers: `python -m benchmarks`, a table and JSON.

Every figure is a ratio of two things measured in turn in one run, medians. "Plain" is diffusers' own
`StableDiffusionPipeline` in the same environment: same weights, steps, size, seed, precision and threads, no previews.
Nothing here is asserted by a test; `docs/benchmarks.md` explains each figure.
"""
