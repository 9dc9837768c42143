"""Writes a full-size Stable Diffusion folder with random weights, to time and measure with, by hand.

Usage: python make_full.py sd1|sd2|sdxl F32|F16 DIR

Normal weights of variance 1 / fan-in, so about the size of real ones; 4.3 GB for sd1 in F32.
"""

import json
import pathlib
import sys

import make_names
import numpy
import torch
from safetensors.torch import save_file


def main(kind, dtype, folder):
    folder, random = pathlib.Path(folder), numpy.random.default_rng(1)
    wanted = dict(F32=torch.float32, F16=torch.float16)[dtype]
    configs = dict(make_names.FULL[kind])
    configs["unet"] = dict(configs["unet"], layers_per_block=2)
    text = {c: ["transformers", "CLIPTextModel" + ("WithProjection" if c[-1] == "2" else "")] for c in configs if "text" in c}
    index = dict(
        _class_name="StableDiffusionXLPipeline" if kind == "sdxl" else "StableDiffusionPipeline",
        unet=["diffusers", "UNet2DConditionModel"],
        vae=["diffusers", "AutoencoderKL"],
        **text,
    )
    for component, config in configs.items():
        (folder / component).mkdir(parents=True)
        tensors = {}
        for name, shape in make_names.shapes(component, config).items():
            fan = numpy.prod(shape[1:]) if len(shape) > 1 else 100
            values = random.standard_normal(shape, dtype=numpy.float32) / numpy.float32(numpy.sqrt(fan))
            tensors[name] = torch.from_numpy(values).to(wanted)
        stem = "model" if "text" in component else "diffusion_pytorch_model"
        save_file(tensors, folder / component / f"{stem}.safetensors", metadata={"format": "pt"})
        (folder / component / "config.json").write_text(json.dumps(make_names.configuration(component, config) if "unet" not in component else dict(config, _class_name="UNet2DConditionModel"), indent=1))
    (folder / "model_index.json").write_text(json.dumps(index, indent=1))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
