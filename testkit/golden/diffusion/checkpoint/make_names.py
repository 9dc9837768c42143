"""Makes names.json: names and shapes of Stable Diffusion checkpoints, and what they map to.

`pipelines`: tiny Stable Diffusion 1, 2 and XL models made by diffusers: configurations, names and
shapes of their components, the same as a single file of the original code, and the digests of both
with weights by formula.py (under the name COMPONENT/NAME in the folder, NAME in the file).

`kinds`: the names of the full-size single files, as templates (ldm_names.py), and the map that
diffusers' own conversion functions make of them: by component how many there are, a sample, and
SHA-256 over the sorted lines "COMPONENT/NAME LDM_NAME FORM\\n". A form is how a tensor is stored: whole,
as a 1 x 1 convolution, as one of three parts of the rows, with columns as rows.

Usage: python make_names.py   (no network, no weights: modules are made on the meta device)
"""

import hashlib
import json
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders import single_file_utils as ldm
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection
from transformers.utils import logging

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent.parent)]
import formula  # noqa: E402
import golden_json  # noqa: E402
import ldm_names  # noqa: E402
from checkpoint_digest import digest  # noqa: E402

logging.set_verbosity_error()
CLIP = {"sd1": "cond_stage_model.transformer.", "sdxl": "conditioner.embedders.0.transformer."}
OPEN = {"sd2": "cond_stage_model.model.", "sdxl": "conditioner.embedders.1.model."}


def text_config(width, layers, vocabulary, **more):
    return dict(
        hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers, vocab_size=vocabulary,
        num_attention_heads=max(1, width // 64), max_position_embeddings=77 if width > 64 else 9,
        bos_token_id=0, eos_token_id=2, pad_token_id=1, projection_dim=width, **more,
    )  # fmt: skip


CROSS, PLAIN = ("CrossAttnDownBlock2D", "CrossAttnUpBlock2D"), ("DownBlock2D", "UpBlock2D")


def unet_config(channels, depths, cross, **more):
    kinds = [CROSS if d else PLAIN for d in depths]
    return dict(
        block_out_channels=channels, cross_attention_dim=cross, in_channels=4, out_channels=4,
        down_block_types=[k[0] for k in kinds], up_block_types=[k[1] for k in reversed(kinds)],
        transformer_layers_per_block=[max(1, d) for d in depths], sample_size=64, **more,
    )  # fmt: skip


def vae_config(channels, layers, **more):
    return dict(
        block_out_channels=channels, layers_per_block=layers, latent_channels=4,
        down_block_types=["DownEncoderBlock2D"] * len(channels), up_block_types=["UpDecoderBlock2D"] * len(channels),
        **more,
    )  # fmt: skip


def xl(depths, channels, cross, pooled):
    return unet_config(
        channels, depths, cross, attention_head_dim=[max(1, c // 64) for c in channels], use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=256 if pooled > 64 else 4,
        projection_class_embeddings_input_dim=pooled + 6 * (256 if pooled > 64 else 4),
    )  # fmt: skip


WIDE, FULL_VAE = [320, 640, 1280, 1280], vae_config([128, 256, 512, 512], 2)
FULL = {
    "sd1": dict(
        unet=unet_config(WIDE, [1, 1, 1, 0], 768, attention_head_dim=8),
        vae=FULL_VAE,
        text_encoder=text_config(768, 12, 49408, hidden_act="quick_gelu"),
    ),
    "sd2": dict(
        unet=unet_config(WIDE, [1, 1, 1, 0], 1024, attention_head_dim=[5, 10, 20, 20], use_linear_projection=True),
        vae=FULL_VAE,
        text_encoder=text_config(1024, 23, 49408, hidden_act="gelu"),
    ),
    "sdxl": dict(
        unet=xl([0, 2, 10], WIDE[:3], 2048, 1280),
        vae=dict(FULL_VAE, scaling_factor=0.13025),
        text_encoder=text_config(768, 12, 49408, hidden_act="quick_gelu"),
        text_encoder_2=text_config(1280, 32, 49408, hidden_act="gelu"),
    ),
}
SMALL_VAE = vae_config([4, 8], 1, norm_num_groups=2)
GROUPS = dict(norm_num_groups=4, layers_per_block=1)
TINY = {
    "sd1": dict(
        unet=unet_config([8, 16], [1, 0], 12, attention_head_dim=8, **GROUPS),
        vae=SMALL_VAE,
        text_encoder=text_config(12, 2, 40, hidden_act="quick_gelu"),
    ),
    "sd2": dict(
        unet=unet_config([8, 16], [1, 0], 12, attention_head_dim=[1, 2], use_linear_projection=True, **GROUPS),
        vae=SMALL_VAE,
        text_encoder=text_config(12, 2, 40, hidden_act="gelu"),
    ),
    "sdxl": dict(
        unet=dict(xl([0, 2], [8, 16], 20, 8), **GROUPS),
        vae=dict(SMALL_VAE, scaling_factor=0.13025),
        text_encoder=text_config(12, 2, 40, hidden_act="quick_gelu"),
        text_encoder_2=text_config(8, 2, 40, hidden_act="gelu"),
    ),
}
TEMPLATES = {  # of the U-Net and the VAE; the text encoders follow from their configurations
    ("full", "sd1"): ldm_names.unet([1, 1, 1, 0], 2, 1, [4, 7]),
    ("full", "sd2"): ldm_names.unet([1, 1, 1, 0], 2, 1, [4, 7]),
    ("full", "sdxl"): ldm_names.unet([0, 2, 10], 2, 10, [4, 7], extra=True),
    ("full", "vae"): ldm_names.vae(4, 2, ["1.0", "2.0"], ["1.0", "0.0"]),
    ("tiny", "sd1"): ldm_names.unet([1, 0], 1, 1, [3]),
    ("tiny", "sd2"): ldm_names.unet([1, 0], 1, 1, [3]),
    ("tiny", "sdxl"): ldm_names.unet([0, 2], 1, 2, [3], extra=True),
    ("tiny", "vae"): ldm_names.vae(2, 1, ["1.0"], ["0.0"]),
}


def module(component, config):
    if component == "unet":
        return UNet2DConditionModel(**config)
    if component == "vae":
        return AutoencoderKL(**config)
    kind = CLIPTextModelWithProjection if component == "text_encoder_2" else CLIPTextModel
    return kind(CLIPTextConfig(**config))


def configuration(component, config):
    made = module(component, config)
    if "text" in component:
        return json.loads(made.config.to_json_string())
    saved = {key: value for key, value in made.config.items() if key != "_use_default_values"}
    return dict(_class_name=type(made).__name__, **saved)


def shapes(component, config):
    """Names as published checkpoints have them: with text_model. in front, also of CLIPTextModel."""
    with torch.device("meta"):
        state = module(component, config).state_dict()
    prefix = "text_model." if component == "text_encoder" else ""
    return {prefix + name: list(t.shape) for name, t in state.items() if "position_ids" not in name}


def templates(size, kind, configs):
    made = TEMPLATES[size, kind] + TEMPLATES[size, "vae"]
    if kind in CLIP:
        made += ldm_names.clip(CLIP[kind], configs["text_encoder"]["num_hidden_layers"])
    if kind in OPEN:
        encoder = configs["text_encoder_2" if kind == "sdxl" else "text_encoder"]
        layers = encoder["num_hidden_layers"] + (kind == "sd2" and size == "full")  # and one unused
        made += ldm_names.open_clip(OPEN[kind], layers)
    return made


def convert(kind, state, configs):
    """What diffusers makes of a single file's tensors."""
    made = dict(
        unet=ldm.convert_ldm_unet_checkpoint(dict(state), configs["unet"]),
        vae=ldm.convert_ldm_vae_checkpoint(dict(state), configs["vae"]),
    )
    if kind in CLIP:
        made["text_encoder"] = ldm.convert_ldm_clip_checkpoint(dict(state))
    if kind in OPEN:
        second = "text_encoder_2" if kind == "sdxl" else "text_encoder"
        made[second] = ldm.convert_open_clip_checkpoint(None, dict(state), prefix=OPEN[kind])
    if kind == "sd2":  # its encoder has none; diffusers leaves it to load_state_dict to drop it
        made["text_encoder"].pop("text_projection.weight", None)
    return made


def marked(names):
    """Tensors whose elements tell which they are, with just the dimensions that conversion looks at."""
    state = {}
    for i, name in enumerate(names):
        if "in_proj" in name:
            state[name] = torch.tensor([[10.0 * i], [10.0 * i + 1], [10.0 * i + 2]])
            state[name] = state[name][:, 0] if name.endswith("bias") else state[name]
        elif name.endswith("text_projection"):
            state[name] = torch.full((1, 2), 10.0 * i)
        else:
            matrix = "attn_1" in name and name.endswith("weight") and ".norm." not in name
            state[name] = torch.full((1, 1, 1, 1) if matrix else (1,), 10.0 * i)
    return state


def form(old, new, part):
    if "in_proj" in old:
        return ["query", "key", "value"][part]
    if old.endswith("text_projection"):
        assert new.shape == (2, 1)
        return "columns"
    if "attn_1" in old and new.dim() == 2:
        return "convolution"
    return "whole"


def mapped(kind, names, configs):
    """Rows of component, name, original name, form; checked to be all that the modules have."""
    rows = []
    for component, tensors in convert(kind, marked(names), configs).items():
        assert set(tensors) == set(shapes(component, configs[component])), (kind, component)
        for name, tensor in tensors.items():
            mark = int(tensor.flatten()[0])
            old = names[mark // 10]
            rows.append([component, name, old, form(old, tensor, mark % 10)])
    return rows


def full(kind):
    configs = dict(FULL[kind])
    configs["unet"] = dict(configs["unet"], layers_per_block=2)
    made = templates("full", kind, configs)
    names = [name for template in made for name in ldm_names.expand(template)]
    assert len(set(names)) == len(names)
    rows = mapped(kind, names, configs)
    lines = sorted(f"{c}/{n} {old} {how}\n" for c, n, old, how in rows)
    counts = {c: sum(row[0] == c for row in rows) for c in configs}
    configs["unet"].pop("sample_size")
    return dict(
        name=kind,
        templates=made,
        unused=sorted(set(names) - {row[2] for row in rows}),
        counts=counts,
        digest=hashlib.sha256("".join(lines).encode()).hexdigest(),
        sample=sorted(rows, key=lambda row: hashlib.sha256(row[1].encode()).digest())[:40],
        parameters={c: sum(torch.Size(s).numel() for s in shapes(c, configs[c]).values()) for c in configs},
    )


ORIGINAL = {
    "convolution": lambda s: s + [1, 1],
    "columns": lambda s: s[::-1],
    "query": lambda s: [3 * s[0]] + s[1:],
}


def tiny(kind):
    configs = TINY[kind]
    names = [name for template in templates("tiny", kind, configs) for name in ldm_names.expand(template)]
    components = {c: shapes(c, config) for c, config in configs.items()}
    file = {}
    for component, name, old, how in mapped(kind, names, configs):
        shape = components[component][name]
        if how not in ("key", "value"):
            file[old] = ORIGINAL.get(how, lambda s: s)(shape)
    for name in set(names) - set(file):
        assert name.endswith("text_projection"), name  # which the encoder of Stable Diffusion 2 does not use
        file[name] = [12, 12]
    folder = {
        c: {name: formula.values(f"{c}/{name}", tuple(shape)) for name, shape in tensors.items()}
        for c, tensors in components.items()
    }
    converted = convert(kind, {name: formula.values(name, tuple(s)) for name, s in file.items()}, configs)
    text = {c: ["transformers", "CLIPTextModel" + ("WithProjection" if c[-1] == "2" else "")] for c in configs if "text" in c}
    index = dict(
        _class_name="StableDiffusionXLPipeline" if kind == "sdxl" else "StableDiffusionPipeline",
        unet=["diffusers", "UNet2DConditionModel"],
        vae=["diffusers", "AutoencoderKL"],
        scheduler=["diffusers", "DDIMScheduler"],
        **text,
    )
    saved = {c: configuration(c, config) for c, config in configs.items()}
    return dict(
        name=kind,
        index=index,
        configs=saved,
        components=components,
        file=dict(sorted(file.items())),
        folder_digest=digest(folder),
        file_digest=digest(converted),
    )


def main():
    pipelines, kinds = [tiny(kind) for kind in TINY], [full(kind) for kind in FULL]
    golden_json.write(HERE / "names.json", dict(pipelines=pipelines, kinds=kinds), 17)
    for each in kinds:
        print(each["name"], each["counts"], each["parameters"], each["digest"], len(each["unused"]), "unused")


if __name__ == "__main__":
    main()
