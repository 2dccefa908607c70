"""The same picture: final latents against those in `comfyui/`, made by another program from the same weights.

The weights are a function of their names; a script of 80 lines writes them (0.5 GB, seconds) into a cache folder.
"""

import json
import os
import runpy
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from darkroom.models.autoencoder import decode, encode
from darkroom.models.catalog import Catalog
from darkroom.models.embeddings import Embeddings
from darkroom.models.loader import Loaded, load
from darkroom.models.precision import exact
from darkroom.prompting.encode import encode_prompt
from darkroom.prompting.tokens import Vocabulary
from darkroom.sampling.denoise import run
from darkroom.sampling.guidance import GuidedDenoiser
from darkroom.sampling.noise import initial_noise
from darkroom.sampling.sigmas import NoiseTable
from tests.reference.graphs import GROUPS, Encoded, OutOfRange, Sampled, read

HERE = Path(__file__).parent / "comfyui"
ROOT = Path(__file__).parents[2]
WEIGHTS = Path(os.environ.get("DARKROOM_REFERENCE_CACHE", ROOT / ".setup" / "reference"))
CASES: list[dict[str, Any]] = json.loads((HERE / "cases.json").read_text("utf-8"))
TABLE = NoiseTable.scaled_linear()
RESULTS: Counter[tuple[str, str]] = Counter()


def _in_range() -> Iterator[Any]:
    """The cases to run; the others are counted with their reason, so that none disappears silently."""
    for case in CASES:
        group = case["name"].split("/")[0]
        if group not in GROUPS:
            continue
        try:
            yield pytest.param(case, read(case["prompt"]), id=case["name"])
        except OutOfRange as reason:
            RESULTS[group, f"out of range: {reason}"] += 1


PARAMETERS = list(_in_range())


@pytest.fixture(scope="module")
def weights() -> Path:
    wanted = ("ref15-small", "refti")
    if not all((WEIGHTS / f"{name}.safetensors").is_file() for name in wanted):
        WEIGHTS.mkdir(parents=True, exist_ok=True)
        script = runpy.run_path(str(HERE / "make_reference_checkpoint.py"))
        shapes = json.loads((HERE / "reference_shapes.json").read_text("utf-8"))
        for name in wanted:
            assert script["make"](name, shapes[name], str(WEIGHTS)), f"{name} has another checksum"
    return WEIGHTS


@pytest.fixture(scope="module")
def model(weights: Path) -> Iterator[Loaded]:
    threads = torch.get_num_threads()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    yield load(Catalog().find(str(weights / "ref15-small.safetensors")), exact(), lambda _done, _total: None)
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def reference() -> dict[str, Tensor]:
    return load_file(HERE / "latents.safetensors")


def _context(model: Loaded, weights: Path, text: tuple[str, int]) -> Tensor:
    return encode_prompt(
        text[0],
        model.text_encoder,
        Vocabulary.read(model.tokenizer),
        clip_skip=text[1],
        embeddings=Embeddings((weights,), 768),
        check=lambda: None,
    )


def _sample(model: Loaded, weights: Path, case: Sampled) -> Tensor:
    def predict(x: Tensor, timesteps: Tensor, context: Tensor) -> Tensor:
        return model.unet(x, timesteps, encoder_hidden_states=context, return_dict=False)[0]

    denoise = GuidedDenoiser(
        predict,
        TABLE,
        _context(model, weights, case.positive),
        _context(model, weights, case.negative),
        case.guidance,
    )
    latents = run(
        denoise,
        initial_noise(case.seed, (4, case.height, case.width), case.indexes),
        table=TABLE,
        sampler=case.sampler,
        schedule=case.schedule,
        steps=case.steps,
        seed=case.seed,
        on_step=lambda _step: None,
    )
    return latents / model.latent_scale


def _pixels(file: Path) -> Tensor:
    with Image.open(file) as image:
        return torch.from_numpy(np.asarray(image.convert("RGB"), dtype=np.float32) / 255).permute(2, 0, 1)[None]


@pytest.mark.parametrize(("case", "asked"), PARAMETERS)
@torch.inference_mode()
def test_the_latents_agree(
    case: dict[str, Any], asked: Sampled | Encoded, model: Loaded, weights: Path, reference: dict[str, Tensor]
) -> None:
    name, expected = case["name"], reference[case["name"]]
    group = name.split("/")[0]
    RESULTS[group, "run"] += 1

    if isinstance(asked, Sampled):
        latents = _sample(model, weights, asked)
    else:
        latents = encode(model.vae, _pixels(HERE / "inputs" / asked.image))

    assert latents.shape == expected.shape
    difference = float((latents - expected).abs().max() / expected.abs().max())
    assert difference <= case["settings"]["rtol"], f"{name}: relative difference {difference:.2e}"
    if group == "vae":
        _compare_pictures(model, name, latents)
    RESULTS[group, "passed"] += 1


def _compare_pictures(model: Loaded, name: str, latents: Tensor) -> None:
    """Saved values are floor(255 v); rounding may move a few of them by one."""
    stem = name.replace("/", "_")
    pictures = decode(model.vae, latents)
    for index, picture in enumerate(pictures):
        expected = np.asarray(Image.open(HERE / "images" / f"{stem}{f'_{index}' if index else ''}.png"), dtype=np.int16)
        ours = ((picture / 2 + 0.5).clamp(0, 1) * 255).floor().permute(1, 2, 0).numpy().astype(np.int16)
        assert ours.shape == expected.shape
        off = np.abs(ours - expected)
        assert off.max() <= 1
        assert (off > 0).mean() < 0.01


def test_the_table_of_cases_is_complete(capsys: pytest.CaptureFixture[str]) -> None:
    total = Counter(case["name"].split("/")[0] for case in CASES)
    counted: Counter[str] = Counter()
    for (group, what), count in RESULTS.items():
        if what != "passed":
            counted[group] += count

    with capsys.disabled():
        lines = [f"\n{'group':8}{'cases':>7}{'run':>6}{'passed':>8}{'out of range':>14}"]
        for group in GROUPS:
            run_, passed = RESULTS[group, "run"], RESULTS[group, "passed"]
            lines.append(f"{group:8}{total[group]:>7}{run_:>6}{passed:>8}{counted[group] - run_:>14}")
        reasons = sorted({what for (_, what) in RESULTS if what.startswith("out of range")})
        others = {group: count for group, count in total.items() if group not in GROUPS}
        lines += [f"  {reason}" for reason in reasons]
        lines.append(f"  not this engine's yet: {', '.join(f'{group} {count}' for group, count in others.items())}")
        sys.stdout.write("\n".join(lines) + "\n")

    # Every case was run, or is out of range for a reason above.
    assert PARAMETERS
    assert {group: counted[group] for group in GROUPS} == {group: total[group] for group in GROUPS}
