"""The narrow import leaves out what is never run, and takes nothing away from whoever needs it later."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys, warnings
from darkroom.models.imports import COMPILER, HOLLOW, import_networks

import_networks()
import darkroom.tasks.text_to_image
left_out = [name for name in ("torch._dynamo.symbolic_convert", "torch._inductor", "scipy.stats._stats_py",
            "scipy.optimize._optimize", "diffusers.models.transformers.transformer_flux") if name in sys.modules]
assert not left_out, left_out
assert all(type(sys.modules[name]).__name__ == "_Hollow" for name in HOLLOW if name != COMPILER), HOLLOW
assert COMPILER not in sys.modules

import torch
assert torch.compile(lambda x: x + 1, backend="eager")(torch.ones(1)) == 2
assert torch.compiler.disable(len).__name__ == "len"
assert "torch._dynamo.symbolic_convert" in sys.modules

from scipy.stats import norm
assert norm.cdf(0) == 0.5
from transformers.loss.loss_for_object_detection import linear_sum_assignment
assert list(linear_sum_assignment([[0, 1], [1, 0]])[1]) == [0, 1]
from diffusers.models.transformers import FluxTransformer2DModel
from diffusers.models import AutoencoderKL, UNet2DConditionModel
from darkroom.models import networks
assert networks.AutoencoderKL is AutoencoderKL and networks.UNet2DConditionModel is UNet2DConditionModel
from diffusers import StableDiffusionPipeline
print("as before")
"""


@pytest.mark.timeout(600)
def test_what_the_import_leaves_out_is_there_as_soon_as_somebody_asks() -> None:
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert ran.stdout.strip().endswith("as before"), ran.stderr
