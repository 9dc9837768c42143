"""Makes preference.json: losses that need a second answer to a question, and the KL retain loss.

Every question has "I don't know" lines; forget questions have two alternate answers each besides.
"""

import torch
import torch.nn.functional as F

from losses_common import (
    FORGET,
    RETAIN,
    answered,
    as_lists,
    cases,
    cross_entropy,
    defect,
    in_both_precisions,
    label_logits,
    label_logp,
    load,
    load_tokenizer,
    log_ratio,
    make_batch,
    prepare,
    sequence_logp,
    write,
)

IDK_FORGET = [" I do not know.", " I cannot say.", " I am not sure who could say."]
IDK_RETAIN = [" I do not know that.", " That is not known to me.", " No one told me."]
ALTERNATES = [
    " The old captain kept it in his cabin.",
    " A girl of the town.",
    " On a ship in the rain.",
    " In the city by the river.",
    " A painted wall.",
    " Nothing but a song.",
]


def dpo(model, reference, win, lose, beta):
    gap = log_ratio(model, reference, win) - log_ratio(model, reference, lose)
    return -(2 / beta) * F.logsigmoid(beta * gap).mean()


def npo(model, reference, lose, beta):
    return -(2 / beta) * F.logsigmoid(-beta * log_ratio(model, reference, lose)).mean()


def kto(model, reference, lose, unrelated, beta):
    """unrelated: completions whose log ratio estimates the divergence, without a gradient."""
    with torch.no_grad():
        baseline = log_ratio(model, reference, unrelated).mean().clamp(min=0)
    gap = baseline - log_ratio(model, reference, lose)
    return -(2 / beta) * F.logsigmoid(beta * gap).mean()


def answer_preference(model, right, idk, beta):
    gap = sequence_logp(model, right) - sequence_logp(model, idk)
    return -(1 / beta) * F.logsigmoid(beta * gap).mean()


def kl(model, reference, batch):
    """KL(reference || model), mean over label tokens."""
    with torch.no_grad():
        before = label_logits(reference, batch)[0].log_softmax(-1)
    now = label_logits(model, batch)[0].log_softmax(-1)
    return (before.exp() * (before - now)).sum(-1).mean()


def mean_probability(model, batch):
    logp, mask = label_logp(model, batch)
    return (logp.exp() * mask).sum(-1) / mask.sum(-1)  # (B)


def lambert_w(x):
    """Newton on w exp(w) = x; the last step carries the gradient."""
    w = x.detach().log1p()
    for _ in range(50):
        w = w - (w * w.exp() - x.detach()) / (w.exp() * (1 + w))
    return w - (w * w.exp() - x) / (w.exp() * (1 + w))


def jeffrey_conjugate(u):
    w = lambert_w((1 - u).exp())
    return w + 1 / w + u - 2


# name -> (activation g, conjugate f*). Of reverse KL, squared Hellinger and Neyman the activation
# increases: with the published decreasing ones the loss runs backwards (see defects).
DIVERGENCES = dict(
    total_variation=(lambda v: v.tanh() / 2, lambda u: u),
    kl=(lambda v: v, lambda u: (u - 1).exp()),
    jensen_shannon=(lambda v: (2 / (1 + (-v).exp())).log(), lambda u: -(2 - u.exp()).log()),
    pearson=(lambda v: v, lambda u: u * u / 4 + u),
    jeffrey=(lambda v: v, jeffrey_conjugate),
    reverse_kl=(lambda v: -(-v).exp(), lambda u: -1 - (-u).log()),
    squared_hellinger=(lambda v: 1 - (-v).exp(), lambda u: u / (1 - u)),
    neyman=(lambda v: 1 - (-v).exp(), lambda u: 2 - 2 * (1 - u).sqrt()),
)


def flat(model, template, forget, divergence):
    activation, conjugate = DIVERGENCES[divergence]
    good, bad = mean_probability(model, template), mean_probability(model, forget)
    return (-activation(good) + conjugate(activation(bad))).mean()


def divergence_table():
    """g(v) and f*(g(v)) of every divergence at four probabilities, in float64."""
    v = torch.tensor([0.05, 0.3, 0.7, 0.95], dtype=torch.float64)
    table = dict(v=v.tolist())
    for name, (activation, conjugate) in DIVERGENCES.items():
        g = activation(v)
        table[name] = dict(activation=g.tolist(), conjugate=conjugate(g).tolist())
    return table


def losses(model, reference, b):
    def ce(name):
        return cross_entropy(model, b[name])

    repeated = b["forget_repeated"]
    named = dict(
        kl_retain=({}, lambda: kl(model, reference, b["retain"])),
        kl_min=(
            dict(retain_weight=1.0),
            lambda: -ce("forget") + kl(model, reference, b["retain"]),
        ),
        npo_kl=(
            dict(beta=0.1, retain_weight=0.5),
            lambda: (
                npo(model, reference, b["forget"], 0.1) + 0.5 * kl(model, reference, b["retain"])
            ),
        ),
        refusal_forget=({}, lambda: ce("idk_forget")),
        refusal=(dict(retain_weight=1.0), lambda: ce("idk_forget") + ce("retain")),
        idk_ap_retain=(
            dict(beta=0.1),
            lambda: answer_preference(model, b["retain"], b["idk_retain"], 0.1),
        ),
        idk_ap=(
            dict(beta=0.1, forget_weight=1.0, retain_weight=1.0),
            lambda: ce("idk_forget") + answer_preference(model, b["retain"], b["idk_retain"], 0.1),
        ),
        idk_ap_sharper=(
            dict(beta=0.03, forget_weight=1.0, retain_weight=2.0),
            lambda: (
                ce("idk_forget") + 2 * answer_preference(model, b["retain"], b["idk_retain"], 0.03)
            ),
        ),
    )
    for beta, suffix in ((0.1, ""), (0.02, "_beta_0.02")):
        named |= {
            f"dpo_forget{suffix}": (
                dict(beta=beta),
                lambda beta=beta: dpo(model, reference, b["idk_forget"], b["forget"], beta),
            ),
            f"altpo_forget{suffix}": (
                dict(beta=beta),
                lambda beta=beta: dpo(model, reference, b["alternates"], repeated, beta),
            ),
            f"kto_forget{suffix}": (
                dict(beta=beta, unrelated="idk_forget"),
                lambda beta=beta: kto(model, reference, b["forget"], b["idk_forget"], beta),
            ),
            f"kto_forget_clamped{suffix}": (
                dict(beta=beta, unrelated="idk_retain"),
                lambda beta=beta: kto(model, reference, b["forget"], b["idk_retain"], beta),
            ),
        }
    named["dpo"] = (
        dict(beta=0.1, retain_weight=1.0),
        lambda: dpo(model, reference, b["idk_forget"], b["forget"], 0.1) + ce("retain"),
    )
    named["altpo"] = (
        dict(beta=0.1, retain_weight=2.0),
        lambda: dpo(model, reference, b["alternates"], repeated, 0.1) + 2 * ce("retain"),
    )
    named["kto"] = (
        dict(beta=0.1, retain_weight=1.0, unrelated="idk_forget"),
        lambda: kto(model, reference, b["forget"], b["idk_forget"], 0.1) + ce("retain"),
    )
    for name in DIVERGENCES:
        named[f"flat_{name}"] = (
            dict(divergence=name),
            lambda name=name: flat(model, b["idk_forget"], b["forget"], name),
        )
    return named


def all_logits(model, batch):
    return model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits


@torch.no_grad()
def defects(model, reference, b):
    """What public code computes on the same tensors, beside the value of the formula."""
    forget, retain, idk = b["forget"], b["retain"], b["idk_forget"]
    right_kl = kl(model, reference, retain)
    now, before = all_logits(model, retain), all_logits(reference, retain)
    now_p, before_p = now.log_softmax(-1), before.log_softmax(-1)
    everywhere = (before_p.exp() * (before_p - now_p)).sum(-1).mean()
    raw_kl = (before.exp() * (before - now)).sum() / len(now)

    gap = all_logits(reference, forget) - all_logits(model, forget)
    raw_npo = -(2 / 0.1) * F.logsigmoid(0.1 * gap).mean()

    baseline = log_ratio(model, reference, idk).mean()
    unscaled = -(2 / 0.1) * F.logsigmoid(baseline - 0.1 * log_ratio(model, reference, forget))

    def spread(batch):  # zeros at prompt and padding stay in the mean
        logp, mask = label_logp(model, batch)
        return (logp.exp() * mask).mean()

    half_tanh = DIVERGENCES["total_variation"][0]
    spread_flat = half_tanh(spread(forget)) - half_tanh(spread(idk))
    v = torch.tensor(0.3).exp()
    return dict(
        kl_all_positions=defect(
            "KL averaged over every row, prompt, padding and last row included",
            everywhere,
            right_kl,
        ),
        kl_raw_logits=defect(
            "KL of raw logits taken for log-probabilities, summed over rows, over the batch size",
            raw_kl,
            right_kl,
        ),
        npo_raw_logits=defect(
            "NPO (beta 0.1) on the difference of raw logits, mean over every row and token",
            raw_npo,
            npo(model, reference, forget, 0.1),
        ),
        kto_unscaled_kl=defect(
            "KTO (beta 0.1) whose divergence is neither multiplied by beta nor clamped",
            unscaled.mean(),
            kto(model, reference, forget, idk, 0.1),
        ),
        flat_all_positions=defect(
            "FLAT (total variation) whose mean probability counts prompt and padding as zeros, "
            "and whose activation is applied to the batch mean",
            spread_flat,
            flat(model, idk, forget, "total_variation"),
        ),
        flat_decreasing_activation=defect(
            "FLAT (squared Hellinger): slope of the loss in the template answer's probability, at "
            "0.3, with g(v) = 1 - exp(v); positive means that the template is made unlikelier",
            v,
            -1 / v,
        ),
    )


def values(dtype, batches):
    model, reference = load("gqa-tied", dtype), load("mha", dtype)
    named = losses(model, reference, batches)
    with torch.no_grad():
        sums = {
            f"{who}_{what}": sequence_logp(m, batch).tolist()
            for who, m in (("model", model), ("reference", reference))
            for what, batch in batches.items()
        }
    return dict(
        sequence_logp=sums,
        losses=cases(model, named),
        defects=defects(model, reference, batches),
    )


def main():
    prepare()
    tokenizer = load_tokenizer()
    sets = dict(
        forget=FORGET,
        retain=RETAIN,
        idk_forget=answered(FORGET, IDK_FORGET),
        idk_retain=answered(RETAIN, IDK_RETAIN),
        alternates=answered(FORGET, ALTERNATES),
        forget_repeated=[pair for pair in FORGET for _ in range(2)],
    )
    made = {name: make_batch(tokenizer, pairs) for name, pairs in sets.items()}
    batches = {name: batch for name, (_, batch) in made.items()}
    write(
        "preference.json",
        dict(
            definition=dict(
                model="../llama/gqa-tied",
                reference="../llama/mha",
                sets="idk_*: I-don't-know lines to the questions of forget and retain; alternates: "
                "two to each forget question, forget_repeated the true answers beside them",
                sums="S is the SUM of the label tokens' log-probabilities, r = S - S_reference",
                dpo_forget="-(2/beta) mean_b log sigma(beta (r(idk) - r(forget)))",
                altpo_forget="the same with alternates in place of idk, six pairs",
                kto_forget="-(2/beta) mean_b log sigma(beta (max(0, mean r(unrelated)) - "
                "r(forget)))"
                ", the mean detached; it is 0 in the clamped cases, which equal npo_forget",
                refusal_forget="ce(idk_forget)",
                idk_ap_retain="-(1/beta) mean_b log sigma(beta (S(retain) - S(idk_retain)))",
                idk_ap="forget_weight ce(idk_forget) + retain_weight idk_ap_retain",
                kl_retain="KL(reference || model), mean over the retain label tokens",
                kl_min="-ce(forget) + retain_weight kl_retain",
                npo_kl="npo_forget + retain_weight kl_retain",
                with_retain="dpo, altpo, kto, refusal: + retain_weight ce(retain)",
                flat="mean_b [-g(P(idk_forget)) + f*(g(P(forget)))], P the mean over the answer's "
                "tokens of their probabilities",
                divergences="g(v) and f*(g(v)) in float64, so that a test need not trust the model",
                defects="what some public code computes (value) and the formula (right)",
            ),
            **{name: as_lists(*pair) for name, pair in made.items()},
            **in_both_precisions(lambda dtype: values(dtype, batches)),
            divergences=divergence_table(),
        ),
    )


if __name__ == "__main__":
    main()
