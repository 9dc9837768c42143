"""Makes tokens.json: losses on single tokens or whole rows of logits, and PDU's dual variable."""

import torch
import torch.nn.functional as F

from losses_common import (
    ADAMW,
    FORGET,
    RETAIN,
    adamw_steps,
    as_lists,
    cases,
    copy_of,
    cross_entropy,
    defect,
    in_both_precisions,
    label_logits,
    label_logp,
    load,
    load_tokenizer,
    logits_of,
    make_batch,
    norm,
    prepare,
    with_greedy_answers,
    write,
)


def divergence_from_uniform(model, batch):
    """KL(uniform || model), mean over label tokens."""
    logp = label_logits(model, batch)[0].log_softmax(-1)
    return (-logp.mean(-1) - torch.tensor(float(logp.shape[-1])).log()).mean()


def soft_cross_entropy(target, logits):
    return -(target * logits.log_softmax(-1)).sum(-1).mean()


def undial(model, reference, batch, penalty):
    with torch.no_grad():
        before, labels = label_logits(reference, batch)
        target = (before - penalty * F.one_hot(labels, before.shape[-1])).softmax(-1)
    return soft_cross_entropy(target, label_logits(model, batch)[0])


def ce_u(model, batch, ignore_first):
    """The first tokens of each answer are left out, and do not count in the mean."""
    labels = batch["labels"]
    rank = (labels >= 0).cumsum(-1)
    kept = batch | dict(labels=labels.masked_fill(rank <= ignore_first, -100))
    logits, labels = label_logits(model, kept)
    others = logits.detach().scatter(-1, labels.unsqueeze(-1), float("-inf")).softmax(-1)
    return soft_cross_entropy(others, logits)


def margin(logits):
    return ((logits.max(-1).values - logits.mean(-1)) ** 2).mean()


def flatness(model, batch):
    return margin(label_logits(model, batch)[0])


def preference_by_token(model, reference, batch, beta, alpha=0.0):
    """Mean of w log p over label tokens; w = 2 p^(beta+alpha) / (p^beta + p_ref^beta), detached."""
    logp, mask = label_logp(model, batch)
    with torch.no_grad():
        before = label_logp(reference, batch)[0]
        weight = 2 * (beta * (logp - before)).sigmoid() * (alpha * logp).exp()
    return (weight * logp)[mask].mean()


def losses(model, reference, forget, likely, retain):
    def retained():
        return cross_entropy(model, retain)

    def flat():
        return flatness(model, forget)

    def uniform():
        return divergence_from_uniform(model, forget)

    named = dict(
        me_forget=({}, uniform),
        me=(dict(forget_weight=0.1, retain_weight=1.0), lambda: 0.1 * uniform() + retained()),
        pdu_forget=({}, flat),
        pdu=(
            dict(forget_weight=1.0, multiplier=2.0, limit=0.3),
            lambda: flat() + 2 * (retained() - 0.3),
        ),
    )
    for penalty in (10.0, 2.0):
        named[f"undial_likely_penalty_{penalty:g}"] = (
            dict(penalty=penalty),
            lambda penalty=penalty: undial(model, reference, likely, penalty),
        )
    named["undial_forget"] = (
        dict(penalty=10.0),
        lambda: undial(model, reference, forget, 10.0),
    )
    named["undial"] = (
        dict(penalty=10.0, retain_weight=0.5),
        lambda: undial(model, reference, forget, 10.0) + 0.5 * retained(),
    )
    for ignored in (1, 0, 10):  # 10: the answer of 8 label tokens has none left
        named[f"ce_u_forget_ignore_{ignored}"] = (
            dict(ignore_first=ignored),
            lambda ignored=ignored: ce_u(model, forget, ignored),
        )
    named["ce_u_likely"] = (dict(ignore_first=1), lambda: ce_u(model, likely, 1))
    named["wtnpo_likely"] = (
        dict(beta=4.0, alpha=1.5),
        lambda: preference_by_token(model, reference, likely, 4.0, 1.5),
    )
    for beta, alpha in ((4.0, 1.5), (0.5, 0.25)):
        named |= {
            f"tnpo_forget_beta_{beta:g}": (
                dict(beta=beta),
                lambda beta=beta: preference_by_token(model, reference, forget, beta),
            ),
            f"wtnpo_forget_beta_{beta:g}": (
                dict(beta=beta, alpha=alpha),
                lambda beta=beta, alpha=alpha: preference_by_token(
                    model, reference, forget, beta, alpha
                ),
            ),
        }
    named["tnpo"] = (
        dict(beta=4.0, retain_weight=1.0),
        lambda: preference_by_token(model, reference, forget, 4.0) + retained(),
    )
    return named


def dual_steps(model, forget, retain, step, limit, multiplier=1.0):
    """Three AdamW steps on L_f + lambda (L_r - limit); lambda moves after each of them."""
    model = copy_of(model)
    rows = []

    def loss():
        forgetting, retaining = flatness(model, forget), cross_entropy(model, retain)
        rows.append(
            dict(
                multiplier=rows[-1]["multiplier_after"] if rows else multiplier,
                forget_loss=forgetting.item(),
                retain_loss=retaining.item(),
            )
        )
        used = rows[-1]["multiplier"]
        rows[-1]["multiplier_after"] = max(0.0, used + step * (retaining.item() - limit))
        return forgetting + used * (retaining - limit)

    steps = adamw_steps(model, 3, loss)
    return dict(
        parameters=dict(dual_step=step, limit=limit, multiplier=multiplier, forget_weight=1.0),
        steps=[row | more for row, more in zip(rows, steps)],
        weights_norm_after=norm(model.parameters()),
    )


@torch.no_grad()
def defects(model, reference, forget):
    """What public code computes on the same tensors, beside the value of the formula."""
    width = forget["input_ids"].shape[1]
    vocabulary = model.config.vocab_size

    padded = logits_of(model, forget)
    logp = padded.log_softmax(-1)
    everywhere = -logp.mean() - torch.tensor(float(vocabulary)).log()

    labels = forget["labels"][:, 1:]
    hit = F.one_hot(torch.where(labels < 0, labels + vocabulary, labels), vocabulary)
    target = (logits_of(reference, forget) - 10.0 * hit).softmax(-1)
    undial_everywhere = soft_cross_entropy(target, padded)

    logits = model(input_ids=forget["input_ids"], attention_mask=forget["attention_mask"]).logits
    late = logits[forget["labels"] >= 0]

    p, mask = label_logp(model, forget)
    q = label_logp(reference, forget)[0]
    b = 4.0
    softened = 2 * (b * p).exp() / ((b * p).exp() + (b * q).exp() + 1e-5)
    right = preference_by_token(model, reference, forget, b)
    return dict(
        me_unmasked=defect(
            f"ME averaged over all {width - 1} rows, prompt and padding included",
            everywhere,
            divergence_from_uniform(model, forget),
        ),
        undial_unmasked=defect(
            "UNDIAL (penalty 10) over all rows; label -100 lowers vocabulary entry V-100",
            undial_everywhere,
            undial(model, reference, forget, 10.0),
        ),
        pdu_unshifted_mask=defect(
            "PDU with the mask of the labels' own rows: without the row that predicts the first "
            "label token, with the row after the last",
            margin(late),
            flatness(model, forget),
        ),
        tnpo_epsilon=defect(
            "TNPO (beta 4) with 1e-5 added to the denominator of the weight, which rules wherever "
            "p and p_ref are below 0.05",
            (softened * p)[mask].mean(),
            right,
        ),
    )


def values(dtype, forget, likely, retain):
    model, reference = load("gqa-tied", dtype), load("mha", dtype)
    return dict(
        losses=cases(model, losses(model, reference, forget, likely, retain)),
        pdu_dual=dual_steps(model, forget, retain, step=1.0, limit=6.0),
        pdu_dual_clamped=dual_steps(model, forget, retain, step=2.0, limit=7.0),
        defects=defects(model, reference, forget),
    )


def main():
    prepare()
    tokenizer = load_tokenizer()
    forget_examples, forget = make_batch(tokenizer, FORGET)
    retain_examples, retain = make_batch(tokenizer, RETAIN)
    likely_examples, likely = with_greedy_answers(
        load("mha", torch.float32), forget_examples, length=6
    )
    write(
        "tokens.json",
        dict(
            definition=dict(
                model="../llama/gqa-tied",
                reference="../llama/mha",
                likely="the forget questions, answered by the reference's six most likely tokens; "
                "names without `likely` are on forget",
                rows="every mean is over the rows that predict label tokens of the whole batch",
                me_forget="KL(uniform || model)",
                me="forget_weight me_forget + retain_weight ce(retain)",
                undial_forget="cross-entropy to softmax(z_reference - penalty onehot(label))",
                undial="undial_forget + retain_weight ce(retain)",
                ce_u_forget="cross-entropy to softmax(z with z[label] = -infinity), detached; the "
                "first ignore_first label tokens of each answer left out of sum and count",
                pdu_forget="(max z - mean z)^2 over the vocabulary",
                pdu="forget_weight pdu_forget + multiplier (ce(retain) - limit)",
                pdu_dual="three AdamW steps (adamw, clipped at 1.0) on pdu; after each, multiplier "
                "<- max(0, multiplier + dual_step (retain_loss - limit)), retain_loss before the "
                "step",
                tnpo_forget="w log p, w = 2 p^beta / (p^beta + p_ref^beta), detached",
                wtnpo_forget="w log p, w = 2 p^(beta+alpha) / (p^beta + p_ref^beta), detached",
                defects="what some public code computes (value) and the formula (right)",
            ),
            adamw=ADAMW | dict(clip_gradient_norm=1.0),
            forget=as_lists(forget_examples, forget),
            likely=as_lists(likely_examples, likely),
            retain=as_lists(retain_examples, retain),
            **in_both_precisions(lambda dtype: values(dtype, forget, likely, retain)),
        ),
    )


if __name__ == "__main__":
    main()
