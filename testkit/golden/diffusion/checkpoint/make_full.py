"""Writes a full-size Stable Diffusion folder with random weights, to time and measure with, by hand.

Usage: python make_full.py sd1|sd2|sdxl F32|F16 DIR

Normal weights of variance 1 / fan-in, so about the size of real ones; 4.3 GB for sd1 in F32. The
tokenizers are the small one of text/tokenizer, whose ids an encoder of full size has rows for.
"""

import json
import pathlib
import shutil
import sys

import make_names
import numpy
import torch
from safetensors.torch import save_file

TOKENIZER = pathlib.Path(__file__).resolve().parent.parent / "text" / "tokenizer"
SCHEDULER = dict(
    _class_name="DDIMScheduler",
    beta_schedule="scaled_linear",
    beta_start=0.00085,
    beta_end=0.012,
    clip_sample=False,
    set_alpha_to_one=False,
    steps_offset=1,
)


def add_rest(folder, index, encoders):
    """Tokenizers and a scheduler, so that diffusers can draw."""
    for name in ["tokenizer", "tokenizer_2"][:encoders]:
        (folder / name).mkdir(parents=True)
        for file in ("vocab.json", "merges.txt"):
            shutil.copy(TOKENIZER / file, folder / name)
        config = dict(tokenizer_class="CLIPTokenizer", model_max_length=77)
        (folder / name / "tokenizer_config.json").write_text(json.dumps(config))
        index[name] = ["transformers", "CLIPTokenizer"]
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(SCHEDULER))
    index["scheduler"] = ["diffusers", "DDIMScheduler"]
    if encoders == 1:
        index["safety_checker"] = index["feature_extractor"] = [None, None]


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
    add_rest(folder, index, len(text))
    for component, config in configs.items():
        (folder / component).mkdir(parents=True)
        tensors = {}
        for name, shape in make_names.shapes(component, config).items():
            fan = numpy.prod(shape[1:]) if len(shape) > 1 else 100
            values = random.standard_normal(shape, dtype=numpy.float32) / numpy.float32(numpy.sqrt(fan))
            tensors[name] = torch.from_numpy(values).to(wanted)
        stem = "model" if "text" in component else "diffusion_pytorch_model"
        save_file(tensors, folder / component / f"{stem}.safetensors", metadata={"format": "pt"})
        if "unet" in component:
            written = dict(config, _class_name="UNet2DConditionModel")
        else:
            written = make_names.configuration(component, config)
        if "text" in component:
            written["architectures"] = text[component][1:]
        (folder / component / "config.json").write_text(json.dumps(written, indent=1))
    (folder / "model_index.json").write_text(json.dumps(index, indent=1))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
