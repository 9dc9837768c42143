"""Makes inversion.json: the gradient of textual inversion's loss by placeholder embeddings.

A tiny CLIPTextModel of transformers whose table has two more rows than the vocabulary, a tiny
UNet2DConditionModel of diffusers and its DDPMScheduler, all with weights by their names
(../formula.py). No network, no weight files. float64 beside float32 says how far float32 is off.
"""

import json
import os
import pathlib
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]
import formula  # noqa: E402
import golden_json  # noqa: E402

TEXT = dict(
    vocab_size=40,
    hidden_size=16,
    intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=2,
    max_position_embeddings=7,
    hidden_act="quick_gelu",
    eos_token_id=39,
    bos_token_id=38,
    pad_token_id=39,
    attn_implementation="sdpa",
)
UNET = dict(
    sample_size=8,
    in_channels=3,
    out_channels=3,
    block_out_channels=(8, 16),
    down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
    up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    layers_per_block=1,
    attention_head_dim=2,
    cross_attention_dim=16,
    norm_num_groups=4,
)
IDS = [[38, 5, 40, 41, 7, 39, 39], [38, 40, 41, 39, 39, 39, 39], [38, 40, 41, 3, 12, 21, 39]]
TIMES = [7, 420, 960]


def saved(save):
    with tempfile.TemporaryDirectory() as folder:
        save(folder)
        return json.loads((pathlib.Path(folder) / "config.json").read_text())


def case(prediction, dtype):
    text = CLIPTextModel(CLIPTextConfig(**TEXT)).eval()
    config = saved(text.save_pretrained)
    prefix = "text_model."  # transformers 5 leaves it out where there is no projection
    with torch.no_grad():
        for name, parameter in text.named_parameters():
            full = name if name.startswith(prefix) else prefix + name
            parameter.copy_(formula.values(full, tuple(parameter.shape)))
        table = text.get_input_embeddings().weight.detach().clone()
    unet = formula.fill(UNet2DConditionModel(**UNET)).eval()
    unet_config = saved(unet.save_config)
    added = formula.values("added", (2, 16)).to(dtype).requires_grad_()
    text, unet, table = text.to(dtype), unet.to(dtype), table.to(dtype)
    grown = torch.cat([table, added])
    ids = torch.tensor(IDS)
    hook = text.get_input_embeddings().register_forward_hook(lambda m, i, out: grown[ids])
    states = text(ids.clamp_max(39)).last_hidden_state
    hook.remove()
    noise_scheduler = DDPMScheduler(prediction_type=prediction)
    clean = formula.inputs("clean", (3, 3, 8, 8)).to(dtype)
    noise = formula.inputs("noise", (3, 3, 8, 8)).to(dtype)
    t = torch.tensor(TIMES)
    x = noise_scheduler.add_noise(clean, noise, t)
    target = noise if prediction == "epsilon" else noise_scheduler.get_velocity(clean, noise, t)
    out = unet(x, t, states).sample
    loss = torch.nn.functional.mse_loss(out, target, reduction="mean")
    loss.backward()
    found = {
        "prediction": prediction,
        "ids": IDS,
        "timesteps": TIMES,
        "loss": loss.item(),
        "gradient": added.grad.flatten().tolist(),
    }
    return found, config, unet_config


if __name__ == "__main__":
    torch.set_num_threads(1)
    cases = []
    worst = 0
    for prediction in ("epsilon", "v_prediction"):
        found, text_config, unet_config = case(prediction, torch.float32)
        exact, _, _ = case(prediction, torch.float64)
        off = max(abs(a - b) for a, b in zip(found["gradient"], exact["gradient"]))
        worst = max(worst, off)
        print(prediction, found["loss"], exact["loss"], max(map(abs, found["gradient"])), off)
        cases.append(found)
    golden_json.write(
        HERE / "inversion.json",
        {
            "text_config": text_config,
            "unet_config": unet_config,
            "largest_difference_float64": worst,
            "cases": cases,
        },
        9,
    )
