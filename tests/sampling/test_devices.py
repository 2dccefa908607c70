"""The loop beside networks on another device. PyTorch's meta device computes nothing but refuses what a GPU would."""

import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from darkroom.messages import Sampler, Schedule
from darkroom.prompting.encode import encode_prompt
from darkroom.prompting.tokens import Vocabulary
from darkroom.sampling.guidance import GuidedDenoiser, Predict
from darkroom.sampling.noise import StepNoise, initial_noise
from darkroom.sampling.samplers import SAMPLERS
from darkroom.sampling.sigmas import NoiseTable, sigmas_for
from darkroom.starter import model_folder

META = torch.device("meta")
TABLE = NoiseTable.scaled_linear()


@pytest.fixture(scope="module")
def predict() -> Predict:
    with META:
        unet = UNet2DConditionModel(
            block_out_channels=(32, 32),
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            layers_per_block=1,
            cross_attention_dim=32,
        )

    def of(x: Tensor, timesteps: Tensor, context: Tensor) -> Tensor:
        return unet(x, timesteps, encoder_hidden_states=context, return_dict=False)[0]

    return of


@pytest.mark.parametrize("sampler", Sampler)
@pytest.mark.parametrize("guidance", [1.0, 7.0])
def test_a_sampler_works_beside_a_network_on_another_device(
    predict: Predict, sampler: Sampler, guidance: float
) -> None:
    context = torch.zeros(1, 77, 32, device=META)
    denoise = GuidedDenoiser(predict, TABLE, context, context, guidance)
    sigmas = sigmas_for(Schedule.NORMAL, TABLE, 4, drop_penultimate=SAMPLERS[sampler].drop_penultimate)
    x = initial_noise(7, (4, 8, 8), [0]).to(META) * sigmas[0]

    steps = list(SAMPLERS[sampler].walk(denoise, x, sigmas, StepNoise.started_by(7)))

    assert len(steps) == len(sigmas) - 1
    assert all(latents.device == denoised.device == META for latents, denoised in steps)


@pytest.mark.parametrize("clip_skip", [1, 2])
def test_a_prompt_is_encoded_on_another_device(clip_skip: int) -> None:
    folder = model_folder()
    with META:
        encoder = CLIPTextModel(CLIPTextConfig.from_pretrained(folder / "text_encoder"))
    width = encoder.config.hidden_size

    context = encode_prompt(
        "a (red:1.3) boat embedding:spot at night",
        encoder,
        Vocabulary.read(folder / "tokenizer"),
        clip_skip=clip_skip,
        embeddings={"spot": torch.zeros(2, width)},
        check=lambda: None,
    )

    assert context.device == META
    assert context.shape[2] == width
