"""Makes representation.json: losses on hidden states after a decoder layer.

The reference is ../llama/gqa-untied, because the states of both models must have one width.
"""

import torch

from losses_common import (
    FORGET,
    RETAIN,
    as_lists,
    cases,
    defect,
    in_both_precisions,
    load,
    load_tokenizer,
    make_batch,
    prepare,
    write,
)

SEED = 20
WIDTH = 32


def direction(seed):
    """A unit vector with entries >= 0: uniform in [0, 1), then divided by its norm."""
    x = torch.rand(WIDTH, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (x / x.norm()).float()


def hidden_states(model, batch, layer):
    """After the block `layer` (0-based) and its residual, before the final norm: (B, T, D)."""
    kept = []
    hook = model.model.layers[layer].register_forward_hook(
        lambda module, args, out: kept.append(out[0] if isinstance(out, tuple) else out)
    )
    model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
    hook.remove()
    return kept[0]


def at_labels(model, batch, layer):
    """The states at the label tokens' own positions: (N, D)."""
    return hidden_states(model, batch, layer)[batch["labels"] >= 0]


def rmu(model, batch, layer, target):
    return ((at_labels(model, batch, layer) - target) ** 2).mean()


def adaptive_rmu(model, reference, batch, layer, u, scale):
    with torch.no_grad():
        size = at_labels(reference, batch, layer).norm(dim=-1, keepdim=True)
    return rmu(model, batch, layer, scale * size * u)


def hidden_retain(model, reference, batch, layer):
    with torch.no_grad():
        before = at_labels(reference, batch, layer)
    return rmu(model, batch, layer, before)


def losses(model, reference, u, forget, retain):
    named = {}
    for layer in (0, 1):
        named |= {
            f"rmu_forget_layer_{layer}": (
                dict(layer=layer, steering=6.5),
                lambda layer=layer: rmu(model, forget, layer, 6.5 * u),
            ),
            f"adaptive_rmu_forget_layer_{layer}": (
                dict(layer=layer, scale=5.0),
                lambda layer=layer: adaptive_rmu(model, reference, forget, layer, u, 5.0),
            ),
            f"hidden_retain_layer_{layer}": (
                dict(layer=layer),
                lambda layer=layer: hidden_retain(model, reference, retain, layer),
            ),
        }
    named["rmu"] = (
        dict(layer=1, steering=2.0, retain_weight=3.0),
        lambda: rmu(model, forget, 1, 2 * u) + 3 * hidden_retain(model, reference, retain, 1),
    )
    named["adaptive_rmu"] = (
        dict(layer=1, scale=2.0, retain_weight=3.0),
        lambda: (
            adaptive_rmu(model, reference, forget, 1, u, 2.0)
            + 3 * hidden_retain(model, reference, retain, 1)
        ),
    )
    return named


@torch.no_grad()
def defects(model, reference, u, forget):
    """What public code computes on the same tensors, beside the value of the formula."""
    mask = (forget["labels"] >= 0).to(u.dtype)
    states = hidden_states(model, forget, 1)
    squared = ((states - 6.5 * u) ** 2).mean(-1)
    sums, counts = (squared * mask).sum(1), mask.sum(1, keepdim=True)  # (B), (B, 1)
    right = rmu(model, forget, 1, 6.5 * u)
    everywhere = squared.mean()
    mean_size = hidden_states(model, forget, 1).norm(dim=-1).mean()
    constant = rmu(model, forget, 1, 5 * mean_size * u)
    return dict(
        rmu_broadcast=defect(
            "RMU with sums (B) over counts (B, 1): the quotient is (B, B), so its mean is "
            "mean(sums) mean(1/counts)",
            (sums / counts).mean(),
            (sums / counts.squeeze(1)).mean(),
        ),
        rmu_broadcast_against_token_mean=defect(
            "the same beside the mean over all label tokens of the batch",
            (sums / counts).mean(),
            right,
        ),
        rmu_all_positions=defect(
            "RMU averaged over every position, prompt and padding included", everywhere, right
        ),
        adaptive_rmu_one_number=defect(
            "adaptive RMU whose scale is one number, the mean size of the trained model's own "
            "states"
            " over every position, padding included",
            constant,
            adaptive_rmu(model, reference, forget, 1, u, 5.0),
        ),
    )


def values(dtype, forget, retain):
    model, reference = load("gqa-tied", dtype), load("gqa-untied", dtype)
    u = direction(SEED).to(dtype)
    with torch.no_grad():
        sizes = {
            f"{who}_layer_{layer}": at_labels(m, forget, layer).norm(dim=-1).tolist()
            for who, m in (("model", model), ("reference", reference))
            for layer in (0, 1)
        }
    return dict(
        state_norms_forget=sizes,
        losses=cases(model, losses(model, reference, u, forget, retain)),
        defects=defects(model, reference, u, forget),
    )


def main():
    prepare()
    tokenizer = load_tokenizer()
    forget_examples, forget = make_batch(tokenizer, FORGET)
    retain_examples, retain = make_batch(tokenizer, RETAIN)
    write(
        "representation.json",
        dict(
            definition=dict(
                model="../llama/gqa-tied",
                reference="../llama/gqa-untied",
                states="output of decoder layer `layer`, 0-based, residual added, before the final "
                "norm, at the label tokens' OWN positions",
                u="unit vector of the target; given, so that a test need not draw it",
                rmu_forget="(h - steering u)^2, mean over label tokens and dimensions",
                adaptive_rmu_forget="(h - scale ||h_reference|| u)^2, the norm of the same token's "
                "state, mean over label tokens and dimensions",
                hidden_retain="(h - h_reference)^2, mean over retain label tokens and dimensions",
                with_retain="rmu, adaptive_rmu: + retain_weight hidden_retain",
                state_norms_forget="||h|| of each forget label token, in order of the batch",
                zeros="parameters above the layer get no gradient: their norm is 0",
                defects="what some public code computes (value) and the formula (right)",
            ),
            u=direction(SEED).tolist(),
            forget=as_lists(forget_examples, forget),
            retain=as_lists(retain_examples, retain),
            **in_both_precisions(lambda dtype: values(dtype, forget, retain)),
        ),
    )


if __name__ == "__main__":
    main()
