"""Makes losses.json: forget and retain losses, their gradients, and five steps of AdamW.

Model: ../llama/gqa-tied. Reference: ../llama/mha (same tokenizer). Run make_llama.py first.
The values are float32; the script computes them in float64 too and records how far they differ.
"""

import copy

import torch
import torch.nn.functional as F

from losses_common import (
    ADAMW,
    FORGET,
    RETAIN,
    adamw_steps,
    as_lists,
    cross_entropy,
    in_both_precisions,
    label_logp,
    load,
    load_tokenizer,
    log_ratio,
    make_batch,
    norm,
    prepare,
    sequence_logp,
    with_gradient,
    write,
)

BETA, ALPHA = 0.1, 1.0
SIMNPO_BETA = 0.5  # not the published 4.5: with it this untrained model saturates at 5e-14


def npo(model, reference, batch):
    gap = log_ratio(model, reference, batch)
    return -(2 / BETA) * F.logsigmoid(-BETA * gap).mean()


def simnpo(model, batch, margin=0.0):
    logp, mask = label_logp(model, batch)
    inside = -SIMNPO_BETA * logp.sum(-1) / mask.sum(-1) - margin
    return -(2 / SIMNPO_BETA) * F.logsigmoid(inside).mean()


def weighted_ascent(model, batch, saturation, importance):
    """Mean over label tokens of p^saturation (1-p)^importance log p, the weights detached."""
    logp, mask = label_logp(model, batch)
    p = logp.detach().exp()
    return (p**saturation * (1 - p) ** importance * logp)[mask].sum() / mask.sum()


def losses(model, reference, forget, retain):
    """name -> a function that computes the loss."""
    same = copy.deepcopy(model)

    def ce(batch):
        return cross_entropy(model, batch)

    return dict(
        ce_forget=lambda: ce(forget),
        ce_retain=lambda: ce(retain),
        ga=lambda: -ce(forget),
        grad_diff=lambda: -ce(forget) + ALPHA * ce(retain),
        npo_forget=lambda: npo(model, reference, forget),
        npo=lambda: npo(model, reference, forget) + ALPHA * ce(retain),
        npo_forget_reference_is_model=lambda: npo(model, same, forget),
        simnpo_forget=lambda: simnpo(model, forget),
        simnpo_margin=lambda: 0.125 * simnpo(model, forget, margin=2.0) + ALPHA * ce(retain),
        wga=lambda: weighted_ascent(model, forget, 0.25, 0) + ALPHA * ce(retain),
        satimp=lambda: 0.1 * weighted_ascent(model, forget, 0.25, 2) + ALPHA * ce(retain),
    )


def adamw(model, batch):
    model = copy.deepcopy(model)
    start = [p.detach().clone() for p in model.parameters()]
    steps = adamw_steps(model, 5, lambda: cross_entropy(model, batch))
    with torch.no_grad():
        last = cross_entropy(model, batch).item()
    return dict(
        settings=ADAMW | dict(clip_gradient_norm=1.0),
        steps=steps,
        loss_after=last,
        weights_norm_before=norm(start),
        weights_norm_after=norm(model.parameters()),
        change_norm=norm([p - s for p, s in zip(model.parameters(), start)]),
        weights_norm_after_by_parameter={n: norm([p]) for n, p in model.named_parameters()},
    )


def values(dtype, forget, retain):
    model, reference = load("gqa-tied", dtype), load("mha", dtype)
    own = model(**forget).loss  # transformers' cross-entropy, always float32
    assert torch.allclose(cross_entropy(model, forget).float(), own)
    with torch.no_grad():
        sums = {
            f"{who}_{what}": sequence_logp(m, batch).tolist()
            for who, m in (("model", model), ("reference", reference))
            for what, batch in (("forget", forget), ("retain", retain))
        }
    return dict(
        sequence_logp=sums,
        losses={
            n: with_gradient(model, f) for n, f in losses(model, reference, forget, retain).items()
        },
        adamw_on_ce_retain=adamw(load("gqa-tied", dtype), retain),
    )


def main():
    prepare()
    tokenizer = load_tokenizer()
    forget_examples, forget = make_batch(tokenizer, FORGET)
    retain_examples, retain = make_batch(tokenizer, RETAIN)
    both = in_both_precisions(lambda dtype: values(dtype, forget, retain))
    difference = both.pop("float64_largest_relative_difference")
    write(
        "losses.json",
        dict(
            definition=dict(
                model="../llama/gqa-tied",
                reference="../llama/mha",
                ce="mean over all label tokens of the batch; row t of logits predicts token t+1",
                labels="answer tokens and the closing eos, -100 elsewhere; right padded with 2",
                sequence_logp="SUM of the label tokens' log-probabilities",
                ga="-ce(forget)",
                grad_diff="-ce(forget) + alpha ce(retain)",
                npo_forget="-(2/beta) mean_b log sigma(-beta (logp_model - logp_reference))",
                npo="npo_forget + alpha ce(retain)",
                npo_forget_reference_is_model="2 log 2 / beta",
                simnpo_forget="-(2/simnpo_beta) mean_b log sigma(-simnpo_beta logp_b/|y_b|)",
                simnpo_margin="0.125 -(2/simnpo_beta) mean_b log sigma(-simnpo_beta logp_b/|y_b| "
                "- 2)"
                " + alpha ce(retain)",
                wga="mean over forget tokens of p^0.25 log p, p detached, + alpha ce(retain)",
                satimp="0.1 mean over forget tokens of p^0.25 (1-p)^2 log p, p detached,"
                " + alpha ce(retain)",
                gradient_norm="L2 over all parameters, the tied embedding once, no clipping",
                adamw="torch.optim.AdamW on ce(retain), clip_grad_norm_ before each step, "
                "matrices decayed, norm gains not; loss is before the step",
            ),
            alpha=ALPHA,
            beta=BETA,
            simnpo_beta=SIMNPO_BETA,
            float64_largest_relative_difference=difference,
            forget=as_lists(forget_examples, forget),
            retain=as_lists(retain_examples, retain),
            **both,
        ),
    )


if __name__ == "__main__":
    main()
