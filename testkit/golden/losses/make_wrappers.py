"""Makes wrappers.json: gradients that are changed before the step (GRU, SAM) and sign descent."""

import torch
import torch.nn.functional as F

from losses_common import (
    FORGET,
    RETAIN,
    answered,
    as_lists,
    copy_of,
    cross_entropy,
    gradient_norms,
    gradients,
    in_both_precisions,
    load,
    load_tokenizer,
    log_ratio,
    make_batch,
    norm,
    prepare,
    write,
)

IDK = [" I do not know.", " I cannot say.", " I am not sure who could say."]
RATE = 0.02  # of the plain descent between two gradients


def inner(a, b):
    return sum((a[name].double() * b[name].double()).sum() for name in a)


def plus(a, b, factor):
    return {name: a[name] + factor * b[name] for name in a}


def descend(model, by_name, rate):
    with torch.no_grad():
        for name, p in model.named_parameters():
            p -= rate * by_name[name]


def gru(model, forgetting, retaining, average, retain_weight):
    """Two steps; the moving average of the retain gradient starts at zero."""
    model = copy_of(model)
    smooth = {name: torch.zeros_like(p) for name, p in model.named_parameters()}
    steps = []
    for _ in range(2):
        forget_loss, forget = gradients(model, lambda: forgetting(model))
        retain_loss, retain = gradients(model, lambda: retaining(model))
        smooth = {n: average * retain[n] + (1 - average) * smooth[n] for n in smooth}
        dot = inner(forget, smooth)
        projected = forget
        if dot < 0:
            projected = plus(forget, smooth, -(dot / inner(smooth, smooth)).item())
        total = plus(projected, retain, retain_weight)
        steps.append(
            dict(
                forget_loss=forget_loss.item(),
                retain_loss=retain_loss.item(),
                cosine=(dot / (norm(forget.values()) * norm(smooth.values()))).item(),
                forget_norm=norm(forget.values()),
                retain_norm=norm(retain.values()),
                smooth_norm=norm(smooth.values()),
                projected=gradient_norms(projected),
                total=gradient_norms(total),
            )
        )
        descend(model, total, RATE)
    return dict(
        parameters=dict(average=average, retain_weight=retain_weight, rate=RATE),
        steps=steps,
        weights_norm_after=norm(model.parameters()),
    )


def sam(model, forgetting, retaining, radius, retain_weight):
    _, first = gradients(model, lambda: forgetting(model))
    moved = copy_of(model)
    descend(moved, first, -radius / norm(first.values()))
    perturbed_loss, perturbed = gradients(moved, lambda: forgetting(moved))
    _, retain = gradients(model, lambda: retaining(model))
    return dict(
        parameters=dict(radius=radius, retain_weight=retain_weight),
        forget_loss_at_perturbed=perturbed_loss.item(),
        forget=gradient_norms(first),
        forget_at_perturbed=gradient_norms(perturbed),
        total=gradient_norms(plus(perturbed, retain, retain_weight)),
    )


def sign(model, loss, rate):
    model = copy_of(model)
    start = copy_of(model)
    steps = []
    for _ in range(2):
        value, by_name = gradients(model, lambda: loss(model))
        steps.append(dict(loss=value.item(), gradient_norm=norm(by_name.values())))
        descend(model, {name: g.sign() for name, g in by_name.items()}, rate)
    with torch.no_grad():
        last = loss(model).item()
    changes = [p - s for p, s in zip(model.parameters(), start.parameters())]
    return dict(
        parameters=dict(rate=rate),
        steps=steps,
        loss_after=last,
        weights_norm_after=norm(model.parameters()),
        change_norm=norm(changes),
        weights_norm_after_by_parameter={n: norm([p]) for n, p in model.named_parameters()},
    )


def values(dtype, forget, retain, idk, mixed):
    model, reference = load("gqa-tied", dtype), load("mha", dtype)

    def ascent(m):
        return -cross_entropy(m, forget)

    def npo(m):
        return -20 * F.logsigmoid(-0.1 * log_ratio(m, reference, forget)).mean()

    def refusal(m):
        return cross_entropy(m, idk)

    def retaining(m):
        return cross_entropy(m, retain)

    def opposed(m):
        return cross_entropy(m, mixed)

    return dict(
        gru_opposed=gru(model, ascent, opposed, average=0.8, retain_weight=1.0),
        gru_ga=gru(model, ascent, retaining, average=1.0, retain_weight=0.0),
        gru_ga_moving=gru(model, ascent, retaining, average=0.8, retain_weight=1.0),
        gru_npo_moving=gru(model, npo, retaining, average=0.3, retain_weight=1.0),
        gru_refusal=gru(model, refusal, retaining, average=0.8, retain_weight=1.0),
        sam_npo=sam(model, npo, retaining, radius=0.5, retain_weight=1.0),
        sam_npo_small=sam(model, npo, retaining, radius=0.01, retain_weight=1.0),
        sign_grad_diff=sign(model, lambda m: ascent(m) + retaining(m), rate=1e-3),
    )


def main():
    prepare()
    tokenizer = load_tokenizer()
    forget_examples, forget = make_batch(tokenizer, FORGET)
    retain_examples, retain = make_batch(tokenizer, RETAIN)
    idk_examples, idk = make_batch(tokenizer, answered(FORGET, IDK))
    mixed_examples, mixed = make_batch(tokenizer, FORGET[:1] + RETAIN[:2])
    write(
        "wrappers.json",
        dict(
            definition=dict(
                model="../llama/gqa-tied",
                reference="../llama/mha",
                names="gru_<forget term>, sam_<forget term>",
                ga="-ce(forget), also of gru_opposed",
                npo="npo_forget of losses.json, beta 0.1",
                refusal="ce(idk_forget)",
                retain="ce(retain); of gru_opposed ce(mixed), which shares an example with forget",
                gru="smooth <- average g_retain + (1 - average) smooth, from 0; if <g_forget, "
                "smooth> "
                "< 0: projected = g_forget - <g_forget, smooth> / <smooth, smooth> smooth, else "
                "g_forget; total = projected + retain_weight g_retain; theta <- theta - rate "
                "total; "
                "two steps",
                cosine="of g_forget and smooth",
                sam="forget_at_perturbed: gradient at theta + radius g_forget / ||g_forget||; "
                "total: + "
                "retain_weight g_retain at theta",
                sign="two steps theta <- theta - rate sign(g) on -ce(forget) + ce(retain)",
            ),
            forget=as_lists(forget_examples, forget),
            retain=as_lists(retain_examples, retain),
            idk_forget=as_lists(idk_examples, idk),
            mixed=as_lists(mixed_examples, mixed),
            **in_both_precisions(lambda dtype: values(dtype, forget, retain, idk, mixed)),
        ),
    )


if __name__ == "__main__":
    main()
