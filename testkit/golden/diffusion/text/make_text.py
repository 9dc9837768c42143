"""Makes encoders.json: tiny CLIP text encoders with formula weights, as transformers computes them.

Run from anywhere: python make_text.py. No network, no weight files. The tokenizer's golden values
are made by make_tokenizer.py.
"""

import json
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]
import formula  # noqa: E402
import golden_json  # noqa: E402


def rows(*lists, width, pad):
    return [row + [pad] * (width - len(row)) for row in lists]


# name: (CLIPTextConfig arguments, with projection, ids)
CASES = {
    # as Stable Diffusion 1: eos_token_id 2 is the legacy mark, the end token is the highest id and
    # pads too; all 77 positions
    "sd1": (
        dict(hidden_size=16, num_attention_heads=2, hidden_act="quick_gelu", eos_token_id=2),
        False,
        rows([98, 5, 17, 5, 99], [98] + [(7 * i) % 98 for i in range(75)] + [99], width=77, pad=99),
    ),
    # as Stable Diffusion 2, but with an end token of its own that is not the highest id; it stands
    # twice in the first row; the second has no filling
    "sd2": (
        dict(hidden_size=32, num_attention_heads=4, hidden_act="gelu", eos_token_id=60),
        False,
        rows(
            [98, 61, 7, 60, 60, 95, 60], [98] + list(range(20, 38)) + [60], [98, 60], width=20, pad=0
        ),
    ),
    # as the second encoder of SDXL: wider than its projection, filled with 0
    "projection": (
        dict(
            hidden_size=32,
            num_attention_heads=4,
            hidden_act="gelu",
            eos_token_id=2,
            layer_norm_eps=1e-3,
        ),
        True,
        rows([98, 3, 1, 4, 1, 5, 99], [98, 99], width=12, pad=0),
    ),
}


def build(arguments, projection, dtype):
    """The model with weights by their names in Stable Diffusion's files."""
    config = CLIPTextConfig(
        vocab_size=100,
        intermediate_size=48,
        num_hidden_layers=3,
        max_position_embeddings=77,
        projection_dim=24,
        bos_token_id=0,
        pad_token_id=1,
        attn_implementation="sdpa",  # the eager one takes softmax in float32
        **arguments,
    )
    model = (CLIPTextModelWithProjection if projection else CLIPTextModel)(config).eval()
    # transformers 5 leaves the prefix out where there is no projection
    prefix = "" if projection else "text_model."
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(formula.values(prefix + name, tuple(parameter.shape)))
    return model.to(dtype), prefix


def loss_of(states, embeds, name):
    """All that may be read, in one number: last and penultimate states, pooled, projected."""

    def weighed(what, x):
        return (x * formula.inputs(f"{name}.{what}", tuple(x.shape)).to(x.dtype)).sum()

    penultimate = states.hidden_states[-2]
    loss = weighed("last", states.last_hidden_state) + weighed("penultimate", penultimate)
    return loss if embeds is None else loss + weighed("projected", embeds)


def run(name, dtype):
    arguments, projection, ids = CASES[name]
    model, prefix = build(arguments, projection, dtype)
    text = model.text_model if projection else model
    embedded = []

    def keep(module, given, made):
        made.retain_grad()
        embedded.append(made)

    text.embeddings.token_embedding.register_forward_hook(keep)
    out = model(torch.tensor(ids), output_hidden_states=True)
    last = out.last_hidden_state
    normed = text.final_layer_norm(out.hidden_states[-1])
    assert torch.equal(normed, last), "hidden_states[-1] is not before the final norm"
    loss = loss_of(out, out.text_embeds if projection else None, name)
    loss.backward()
    made = dict(
        penultimate=out.hidden_states[-2].detach(),
        last=last.detach(),
        loss=loss.detach(),
        embedding_gradient=embedded[0].grad,
    )
    if projection:
        made["projected"] = out.text_embeds.detach()
        made["pooled"] = text(torch.tensor(ids)).pooler_output.detach()
    else:
        made["pooled"] = out.pooler_output.detach()
    norms = {prefix + n: p.grad.norm() for n, p in model.named_parameters()}
    return model.config, ids, made, norms


def case(name):
    """The values in float64, and how far float32 comes out from them."""
    config, ids, exact, norms = run(name, torch.float64)
    single = run(name, torch.float32)[2]
    worst = {
        key: (torch.as_tensor(single[key]).double() - exact[key]).abs().max().item()
        for key in exact
    }
    print(name, "float32 against float64:", worst)
    written = json.loads(config.to_json_string(use_diff=True))
    return dict(
        name=name,
        config=dict(written, architectures=[ARCHITECTURES[CASES[name][1]]]),
        ids=ids,
        **{key: value.tolist() for key, value in exact.items()},
        gradient_norms={key: norm.item() for key, norm in norms.items()},
        float32_largest_difference=worst,
    )


ARCHITECTURES = {False: "CLIPTextModel", True: "CLIPTextModelWithProjection"}


def main():
    torch.set_num_threads(1)
    golden_json.write(
        HERE / "encoders.json",
        dict(
            definition="loss = sum of each output times formula.inputs(case.output, shape), outputs "
            "last, penultimate, projected (where there is one)",
            cases=[case(name) for name in CASES],
        ),
        digits=9,
    )


if __name__ == "__main__":
    main()
