"""Makes the JSON beside it: tiny UNet2DConditionModels of diffusers, their outputs and gradients.

Weights follow from their names (../formula.py), so no weight file is needed. Every file holds the
config.json that diffusers itself writes, the shapes of all parameters, and cases: inputs by name
(formula.inputs), the output, and the gradients of sum(output * probe) with respect to the input, the
text states and every parameter (its norm). Besides the float32 values, largest_difference_float64
says how far they are from the same computation in float64.
"""

import json
import pathlib
import sys
import tempfile

import torch
from diffusers import UNet2DConditionModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent.parent))

import formula
import golden_json

SD1 = dict(
    sample_size=16,
    block_out_channels=(16, 32, 32),
    down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    layers_per_block=2,
    attention_head_dim=8,  # heads, in spite of its name
    cross_attention_dim=24,
    norm_num_groups=8,
)
SD2 = dict(
    sample_size=8,
    block_out_channels=(16, 32),
    down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
    up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    layers_per_block=(1, 2),
    attention_head_dim=(2, 4),
    cross_attention_dim=40,
    norm_num_groups=4,
    norm_eps=1e-3,
    use_linear_projection=True,
    upcast_attention=True,
)
SDXL = dict(
    sample_size=8,
    block_out_channels=(16, 32),
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    layers_per_block=1,
    attention_head_dim=(2, 4),
    transformer_layers_per_block=(1, 2),
    cross_attention_dim=36,
    norm_num_groups=8,
    use_linear_projection=True,
    addition_embed_type="text_time",
    addition_time_embed_dim=8,
    projection_class_embeddings_input_dim=20 + 6 * 8,
)
TIMES = [[40.0, 32.0, 0.0, 4.0, 64.0, 48.0], [16.0, 16.0, 2.0, 0.0, 16.0, 16.0]]


def case(model, height, width, tokens, timesteps):
    """Inputs, output and gradients of one pass."""
    config = model.config
    dtype = model.dtype
    rows = len(timesteps)
    x = formula.inputs("x", (rows, config.in_channels, height, width)).to(dtype).requires_grad_()
    text = formula.inputs("text", (rows, tokens, config.cross_attention_dim)).to(dtype).requires_grad_()
    added = None
    if config.addition_embed_type == "text_time":
        pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        added = {
            "text_embeds": formula.inputs("pooled", (rows, pooled)).to(dtype).requires_grad_(),
            "time_ids": torch.tensor(TIMES, dtype=dtype),
        }
    model.zero_grad(set_to_none=True)
    y = model(x, torch.tensor(timesteps), text, added_cond_kwargs=added).sample
    (y * formula.inputs("probe", tuple(y.shape)).to(dtype)).sum().backward()
    found = {
        "height": height,
        "width": width,
        "tokens": tokens,
        "timesteps": timesteps,
        "output": y.detach().flatten().tolist(),
        "gradient_x": x.grad.flatten().tolist(),
        "gradient_text": text.grad.flatten().tolist(),
        "gradient_norms": {n: p.grad.norm().item() for n, p in model.named_parameters()},
    }
    if added is not None:
        found["time_ids"] = TIMES
        found["gradient_pooled"] = added["text_embeds"].grad.flatten().tolist()
    return found


def make(name, settings, sizes):
    model = formula.fill(UNet2DConditionModel(**settings)).eval()
    with tempfile.TemporaryDirectory() as folder:
        model.save_config(folder)
        config = json.loads((pathlib.Path(folder) / "config.json").read_text())
    cases = [case(model, *size) for size in sizes]
    double = formula.fill(UNet2DConditionModel(**settings)).eval().double()
    worst = 0
    for single, exact in zip(cases, [case(double, *size) for size in sizes]):
        for key in ("output", "gradient_x", "gradient_text"):
            pairs = zip(single[key], exact[key])
            worst = max(worst, max(abs(a - b) for a, b in pairs))
    golden_json.write(
        HERE / f"{name}.json",
        {
            "config": config,
            "tensors": {n: list(p.shape) for n, p in model.state_dict().items()},
            "largest_difference_float64": worst,
            "cases": cases,
        },
        9,
    )
    y = torch.tensor(cases[0]["output"])
    print(name, "parameters", model.num_parameters(), "output deviation", y.std().item(), "worst", worst)


if __name__ == "__main__":
    torch.set_num_threads(1)
    # 10 x 14 halves to 5 x 7 and 3 x 4: the skips' sizes are not doubles of one another
    make("sd1", SD1, [(16, 16, 5, [3.0, 741.0]), (10, 14, 3, [999.0])])
    make("sd2", SD2, [(8, 8, 5, [0.0, 500.5])])
    make("sdxl", SDXL, [(8, 12, 5, [20.0, 960.0])])
