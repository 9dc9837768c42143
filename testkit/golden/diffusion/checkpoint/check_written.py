"""Loads with diffusers what Palimpsest wrote: a folder, or a single file with a folder for its configurations.

Usage: python check_written.py FOLDER
       python check_written.py FILE.safetensors FOLDER

Prints, by component, missing and unexpected keys (all must be empty), the largest difference of a
loaded parameter from the stored one, and the digest of the stored weights as checkpoint_digest.py
makes it, to be compared with Palimpsest's. For use by hand: no network.
"""

import json
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders import single_file_utils as ldm
from safetensors.torch import load_file
from transformers import CLIPTextModel, CLIPTextModelWithProjection
from transformers.utils import logging

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from checkpoint_digest import digest  # noqa: E402

CLASSES = dict(
    unet=UNet2DConditionModel, vae=AutoencoderKL, text_encoder=CLIPTextModel, text_encoder_2=CLIPTextModelWithProjection
)
logging.set_verbosity_error()


def stored(folder, component):
    tensors = {}
    for file in sorted((folder / component).glob("*.safetensors")):
        tensors.update(load_file(file))
    tensors.pop("text_model.embeddings.position_ids", None)
    return tensors


def common(component, name):
    """transformers 5 leaves text_model. out of CLIPTextModel's names."""
    bare = component == "text_encoder" and not name.startswith("text_model.")
    return "text_model." + name if bare else name


def compare(component, model, tensors):
    loaded = {common(component, name): t for name, t in model.state_dict().items()}
    return max(float((loaded[name].double() - t.double()).abs().max()) for name, t in tensors.items())


def from_folder(folder):
    report, components = {}, {}
    for component in CLASSES:
        if not (folder / component).is_dir():
            continue
        components[component] = tensors = stored(folder, component)
        arguments = dict(subfolder=component, output_loading_info=True)
        if component in ("unet", "vae"):
            arguments["low_cpu_mem_usage"] = False
        model, keys = CLASSES[component].from_pretrained(folder, **arguments)
        report[component] = dict(
            missing=sorted(keys["missing_keys"]),
            unexpected=sorted(keys["unexpected_keys"]),
            difference=compare(component, model, tensors),
        )
    return report, components


def from_file(file, folder):
    state = load_file(file)
    report, components = {}, {}
    for component, kind in CLASSES.items():
        if not (folder / component).is_dir():
            continue
        if component in ("unet", "vae"):
            config = kind.load_config(folder, subfolder=component)
            make = ldm.convert_ldm_unet_checkpoint if component == "unet" else ldm.convert_ldm_vae_checkpoint
            model, tensors = kind.from_config(config), make(dict(state), config)
        else:
            config = kind.config_class.from_pretrained(folder, subfolder=component)
            model, tensors = kind(config), text(component, state)
        names = {common(component, name): name for name in model.state_dict()}
        loaded = model.load_state_dict({names.get(n, n): t for n, t in tensors.items()}, strict=False)
        missing = [name for name in loaded.missing_keys if "position_ids" not in name]
        components[component] = tensors
        report[component] = dict(missing=missing, unexpected=loaded.unexpected_keys)
    return report, components


def text(component, state):
    for prefix in ("cond_stage_model.model.", "conditioner.embedders.1.model."):
        opened = any(name.startswith(prefix) for name in state)
        if opened and (component == "text_encoder_2" or prefix.startswith("cond")):
            tensors = ldm.convert_open_clip_checkpoint(None, dict(state), prefix=prefix)
            if component == "text_encoder":  # that of Stable Diffusion 2 has none
                tensors.pop("text_projection.weight", None)
            return tensors
    return ldm.convert_ldm_clip_checkpoint(dict(state))


def main(path, *folder):
    path = pathlib.Path(path)
    report, components = from_file(path, pathlib.Path(folder[0])) if folder else from_folder(path)
    report["digest"] = digest(components)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with torch.no_grad():
        main(*sys.argv[1:])
