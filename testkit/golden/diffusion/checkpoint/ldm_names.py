"""Names of the original latent diffusion code, as templates with lists in braces.

`a.{b,c}.{d,e}` stands for a.b.d, a.b.e, a.c.d and a.c.e. That they are right is checked by
make_names.py, which has diffusers convert them.
"""

import itertools
import re

ENDS = "{weight,bias}"
UNET = "model.diffusion_model."
VAE = "first_stage_model."


def expand(template):
    parts = [p[1:-1].split(",") if p.startswith("{") else [p] for p in re.split(r"(\{[^}]*\})", template)]
    return ["".join(choice) for choice in itertools.product(*parts)]


def among(values):
    values = list(values)
    return "{" + ",".join(map(str, values)) + "}" if len(values) > 1 else str(values[0])


def unet(depths, layers, middle, shortcuts, extra=False):
    """depths: transformer blocks of an attention by level, 0 for none; shortcuts: of input blocks."""
    levels = len(depths)
    ends = ["time_embed.{0,2}.", "input_blocks.0.0.", "out.{0,2}."] + (["label_emb.0.{0,2}."] if extra else [])
    made = [UNET + e + ENDS for e in ends]
    res = "{in_layers.0,in_layers.2,emb_layers.1,out_layers.0,out_layers.3}." + ENDS
    down = {i * (layers + 1) + j + 1: depths[i] for i in range(levels) for j in range(layers)}
    up = {i * (layers + 1) + j: depths[-1 - i] for i in range(levels) for j in range(layers + 1)}
    made += [
        UNET + f"input_blocks.{among(down)}.0.{res}",
        UNET + f"input_blocks.{among(shortcuts)}.0.skip_connection.{ENDS}",
        UNET + f"output_blocks.{among(up)}.0.{res}",
        UNET + f"output_blocks.{among(up)}.0.skip_connection.{ENDS}",
        UNET + "middle_block.{0,2}.0.".replace(".0.", ".") + res,
    ]
    if levels > 1:
        made.append(UNET + f"input_blocks.{among((i + 1) * (layers + 1) for i in range(levels - 1))}.0.op.{ENDS}")
        for i in range(levels - 1):
            n = (i + 1) * (layers + 1) - 1
            made.append(UNET + f"output_blocks.{n}.{2 if depths[-1 - i] else 1}.conv.{ENDS}")
    places = [(f"input_blocks.{n}.1.", d) for n, d in down.items()] + [("middle_block.1.", middle)]
    places += [(f"output_blocks.{n}.1.", d) for n, d in up.items()]
    for place, depth in places:
        if depth:
            made.append(UNET + place + "{norm,proj_in,proj_out}." + ENDS)
            inner = place + f"transformer_blocks.{among(range(depth))}."
            made.append(UNET + inner + "{norm1,norm2,norm3,attn1.to_out.0,attn2.to_out.0,ff.net.0.proj,ff.net.2}." + ENDS)
            made.append(UNET + inner + "{attn1,attn2}.{to_q,to_k,to_v}.weight")
    return made


def vae(levels, layers, down, up):
    """down, up: blocks with a shortcut, as level.block."""
    made = [VAE + "{quant_conv,post_quant_conv}." + ENDS]
    made.append(VAE + "{encoder,decoder}.{conv_in,conv_out,norm_out}." + ENDS)
    res = "{norm1,conv1,norm2,conv2}." + ENDS
    made.append(VAE + "{encoder,decoder}.mid.{block_1,block_2}." + res)
    made.append(VAE + "{encoder,decoder}.mid.attn_1.{norm,q,k,v,proj_out}." + ENDS)
    made.append(VAE + f"encoder.down.{among(range(levels))}.block.{among(range(layers))}." + res)
    made.append(VAE + f"decoder.up.{among(range(levels))}.block.{among(range(layers + 1))}." + res)
    if levels > 1:
        made.append(VAE + f"encoder.down.{among(range(levels - 1))}.downsample.conv." + ENDS)
        made.append(VAE + f"decoder.up.{among(range(1, levels))}.upsample.conv." + ENDS)
    for side, which in (("encoder.down", down), ("decoder.up", up)):
        for place in which:
            level, block = place.split(".")
            made.append(VAE + f"{side}.{level}.block.{block}.nin_shortcut." + ENDS)
    return made


def clip(prefix, layers):
    made = [prefix + "text_model.embeddings.{token_embedding,position_embedding}.weight"]
    made.append(prefix + "text_model.final_layer_norm." + ENDS)
    attention = "self_attn.q_proj,self_attn.k_proj,self_attn.v_proj,self_attn.out_proj"
    inner = "{layer_norm1,layer_norm2,mlp.fc1,mlp.fc2," + attention + "}."
    made.append(prefix + f"text_model.encoder.layers.{among(range(layers))}." + inner + ENDS)
    return made


def open_clip(prefix, layers):
    made = [prefix + "{token_embedding.weight,positional_embedding,text_projection,ln_final.weight,ln_final.bias}"]
    inner = prefix + f"transformer.resblocks.{among(range(layers))}."
    made.append(inner + "{ln_1,ln_2,mlp.c_fc,mlp.c_proj,attn.out_proj}." + ENDS)
    made.append(inner + "attn.{in_proj_weight,in_proj_bias}")
    return made
