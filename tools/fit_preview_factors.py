"""Fit the linear preview factors of the starter model: least squares from its scaled latents to the 8x smaller picture.

usage: python tools/fit_preview_factors.py      prints the rows for `python/darkroom/models/family.py`
"""

import sys

import torch
from torch.nn.functional import avg_pool2d

from darkroom.models.autoencoder import encode
from darkroom.models.catalog import Catalog
from darkroom.models.loader import load
from darkroom.models.precision import exact
from darkroom.starter.postcards.postcard import postcard
from darkroom.starter.training.series import EVALUATION_SEED, as_input

PICTURES = 64


def main() -> None:
    """Draw postcards the model was not trained on, encode them and solve for colours."""
    import numpy as np

    model = load(Catalog().find(None), exact(), lambda _done, _total: None)
    size = model.family.width
    drawn = np.stack([np.asarray(postcard(EVALUATION_SEED, number, size).picture) for number in range(PICTURES)])
    pictures = as_input(drawn, torch.device("cpu"))
    with torch.inference_mode():
        latents = encode(model.vae, pictures / 2 + 0.5) * model.latent_scale
    colours = avg_pool2d(pictures, model.family.downscale).permute(0, 2, 3, 1).reshape(-1, 3)
    rows = latents.permute(0, 2, 3, 1).reshape(-1, model.family.latent_channels)
    with_bias = torch.cat([rows, torch.ones(len(rows), 1)], dim=1)
    solution = torch.linalg.lstsq(with_bias, colours).solution
    explained = 1 - (with_bias @ solution - colours).var() / colours.var()
    factors = [tuple(round(float(value), 3) for value in row) for row in solution]
    sys.stdout.write(f"preview_factors={tuple(factors[:-1])}\npreview_bias={factors[-1]}\nexplained {explained:.3f}\n")


if __name__ == "__main__":
    main()
