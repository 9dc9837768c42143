"""Makes the JSON beside it: tiny AutoencoderKLs of diffusers, what they encode and decode.

Weights follow from their names (../formula.py). Inputs are formula.inputs: the image "image", the
latent "latent", the noise "noise"; probe-mean, probe-logvar and probe-image weigh the sums whose
gradients are taken. The image has odd sides in one case, where the encoder's one-sided padding shows.
"""

import json
import pathlib
import sys
import tempfile

import torch
from diffusers import AutoencoderKL

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent.parent))

import formula
import golden_json

COMMON = dict(
    sample_size=16,
    latent_channels=4,
    norm_num_groups=4,
)
SD = dict(
    COMMON,
    block_out_channels=(8, 16, 16),
    layers_per_block=2,
    down_block_types=("DownEncoderBlock2D",) * 3,
    up_block_types=("UpDecoderBlock2D",) * 3,
)
BARE = dict(
    COMMON,
    block_out_channels=(8, 16),
    layers_per_block=1,
    down_block_types=("DownEncoderBlock2D",) * 2,
    up_block_types=("UpDecoderBlock2D",) * 2,
    use_quant_conv=False,
    use_post_quant_conv=False,
    scaling_factor=1.5305,
    shift_factor=0.0609,
)


def case(model, height, width):
    image = formula.inputs("image", (2, 3, height, width)).requires_grad_()
    posterior = model.encode(image).latent_dist
    shape = tuple(posterior.mean.shape)
    weighed = posterior.mean * formula.inputs("probe-mean", shape)
    weighed = weighed + posterior.logvar * formula.inputs("probe-logvar", shape)
    weighed.sum().backward()
    latent = formula.inputs("latent", shape).requires_grad_()
    decoded = model.decode(latent).sample
    (decoded * formula.inputs("probe-image", tuple(decoded.shape))).sum().backward()
    return {
        "height": height,
        "width": width,
        "latent_shape": shape,
        "mean": posterior.mean.flatten().tolist(),
        "logvar": posterior.logvar.flatten().tolist(),
        "sample": (posterior.mean + posterior.std * formula.inputs("noise", shape)).flatten().tolist(),
        "gradient_image": image.grad.flatten().tolist(),
        "decoded_shape": tuple(decoded.shape),
        "decoded": decoded.flatten().tolist(),
        "gradient_latent": latent.grad.flatten().tolist(),
    }


def make(name, settings, sizes):
    model = formula.fill(AutoencoderKL(**settings)).eval()
    with tempfile.TemporaryDirectory() as folder:
        model.save_config(folder)
        config = json.loads((pathlib.Path(folder) / "config.json").read_text())
    content = {
        "config": config,
        "tensors": {n: list(p.shape) for n, p in model.state_dict().items()},
        "cases": [case(model, *size) for size in sizes],
    }
    golden_json.write(HERE / f"{name}.json", content, 9)
    decoded = torch.tensor(content["cases"][0]["decoded"])
    print(name, "parameters", model.num_parameters(), "decoded deviation", decoded.std().item())


if __name__ == "__main__":
    torch.set_num_threads(1)
    make("sd", SD, [(16, 16), (12, 18)])
    make("bare", BARE, [(9, 7)])
