"""Makes edits.json: edits of weights (task vector, UNDO, LUNAR) and of logits (WHP, ULD)."""

import math

import torch

from losses_common import (
    ADAMW,
    FORGET,
    RETAIN,
    adamw_steps,
    as_lists,
    copy_of,
    cross_entropy,
    in_both_precisions,
    label_mask,
    load,
    load_tokenizer,
    logits_of,
    make_batch,
    norm,
    padded,
    prepare,
    sequence_logp,
    write,
)

GOLDEN_RATIO = 0.618033988749895
LAYER = 1


def weights(model, batches):
    with torch.no_grad():
        return dict(
            weights_norm=norm(model.parameters()),
            weights_norm_by_parameter={n: norm([p]) for n, p in model.named_parameters()},
            **{f"ce_{name}": cross_entropy(model, b).item() for name, b in batches.items()},
        )


def change(model, start):
    return norm([p - s for p, s in zip(model.parameters(), start.parameters())])


def task_vector(model, batches):
    tuned = copy_of(model)
    steps = adamw_steps(tuned, 3, lambda: cross_entropy(tuned, batches["forget"]))
    results = {}
    for scale in (1.0, 5.0):
        edited = copy_of(model)
        with torch.no_grad():
            for p, t in zip(edited.parameters(), tuned.parameters()):
                p -= scale * (t - p)
        results[f"scale_{scale:g}"] = dict(
            scale=scale, change_norm=change(edited, model), **weights(edited, batches)
        )
    return dict(steps=steps, tuned=weights(tuned, batches), edited=results)


def quasi_random(shape):
    """Evenly spread in [-b, b), b that of Xavier's uniform; the same on every machine."""
    count = shape[0] * shape[1]
    i = torch.arange(1, count + 1, dtype=torch.float64)
    bound = math.sqrt(6 / sum(shape))
    return (bound * (2 * (GOLDEN_RATIO * i).frac() - 1)).reshape(shape)


def shrink_and_perturb(model, alpha, beta):
    with torch.no_grad():
        for p in model.parameters():
            noise = quasi_random(p.shape).to(p.dtype) if p.dim() == 2 else torch.zeros_like(p)
            p.copy_((1 - alpha) * p + alpha * beta * noise)
    return model


def undo(model, batches):
    results = {}
    for alpha, beta in ((0.3, 0.1), (0.7, 1.0)):
        edited = shrink_and_perturb(copy_of(model), alpha, beta)
        results[f"alpha_{alpha:g}"] = dict(
            alpha=alpha, beta=beta, change_norm=change(edited, model), **weights(edited, batches)
        )
    noise = {n: quasi_random(p.shape) for n, p in model.named_parameters() if p.dim() == 2}
    first = next(iter(noise.values())).flatten()[:4].tolist()
    return dict(
        noise_first=first, noise_norm={n: norm([x]) for n, x in noise.items()}, edited=results
    )


def activations(model, batch):
    """Inputs of down_proj at every prompt token, (rows, width), and the block's last states."""
    inputs, states = [], []
    block = model.model.layers[LAYER]
    hooks = [
        block.mlp.down_proj.register_forward_pre_hook(lambda m, args: inputs.append(args[0])),
        block.register_forward_hook(
            lambda m, args, out: states.append(out[0] if isinstance(out, tuple) else out)
        ),
    ]
    with torch.no_grad():
        model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
    for hook in hooks:
        hook.remove()
    present = batch["attention_mask"].bool()
    last = present.sum(-1) - 1
    return inputs[0][present], states[0][torch.arange(len(last)), last]


def redirected(weight, forget, retain, r, coefficient, ridge):
    """The rank-one ridge solution, in float64."""
    weight, forget, retain, r = (t.double() for t in (weight, forget, retain, r))
    gram = forget.T @ forget + retain.T @ retain
    v = torch.linalg.solve(gram + ridge * torch.eye(len(gram), dtype=gram.dtype), forget.sum(0))
    return weight + coefficient * torch.outer(r, v)


def redirected_by_least_squares(weight, forget, retain, r, coefficient, ridge):
    """The same from stacked rows and targets, by torch.linalg.lstsq."""
    weight, forget, retain, r = (t.double() for t in (weight, forget, retain, r))
    width = weight.shape[1]
    rows = torch.cat([forget, retain, math.sqrt(ridge) * torch.eye(width, dtype=weight.dtype)])
    targets = torch.cat(
        [
            forget @ weight.T + coefficient * r,
            retain @ weight.T,
            math.sqrt(ridge) * weight.T,
        ]
    )
    return torch.linalg.lstsq(rows, targets, driver="gelsd").solution.T


def lunar_on_given():
    """Small matrices from a formula, so that a test needs no model."""

    def filled(rows, columns, start):
        i = torch.arange(start, start + rows * columns, dtype=torch.float64)
        return (2 * (GOLDEN_RATIO * (i + 1)).frac() - 1).reshape(rows, columns)

    weight, forget, retain = filled(3, 5, 0), filled(4, 5, 15), filled(6, 5, 35)
    r = filled(1, 3, 65)[0]
    cases = []
    for ridge in (0.1, 1e-3):
        got = redirected(weight, forget, retain, r, 2.0, ridge)
        other = redirected_by_least_squares(weight, forget, retain, r, 2.0, ridge)
        assert torch.allclose(got, other, rtol=1e-9, atol=1e-12)
        cases.append(dict(coefficient=2.0, ridge=ridge, solution=got.tolist()))
    return dict(
        weight=weight.tolist(),
        forget_inputs=forget.tolist(),
        retain_inputs=retain.tolist(),
        direction=r.tolist(),
        solutions=cases,
    )


def lunar(model, prompts, batches):
    forget, forget_last = activations(model, prompts["forget"])
    retain, _ = activations(model, prompts["retain"])
    _, refusal_last = activations(model, prompts["refusal"])
    r = refusal_last.mean(0) - forget_last.mean(0)
    results = {}
    for ridge in (1.0, 0.01):
        edited = copy_of(model)
        place = edited.model.layers[LAYER].mlp.down_proj.weight
        new = redirected(place.detach(), forget, retain, r, 2.0, ridge)
        other = redirected_by_least_squares(place.detach(), forget, retain, r, 2.0, ridge)
        # the rows themselves are float32 activations, so the two need only agree to that
        assert torch.allclose(new, other, rtol=1e-6, atol=1e-8)
        moved = (new - place).detach()
        with torch.no_grad():
            place.copy_(new.to(place.dtype))
        results[f"ridge_{ridge:g}"] = dict(
            coefficient=2.0,
            ridge=ridge,
            change_norm=norm([moved]),
            weight_norm=norm([place]),
            forget_squared_error=norm([forget.double() @ moved.T - 2.0 * r]) ** 2,
            **{f"ce_{name}": cross_entropy(edited, b).item() for name, b in batches.items()},
        )
    return dict(
        layer=LAYER,
        forget_rows=len(forget),
        retain_rows=len(retain),
        direction=r.tolist(),
        edited=results,
    )


def of_labels(logits, batch):
    logp = logits.log_softmax(-1)
    labels = batch["labels"][:, 1:].clamp(min=0).unsqueeze(-1)
    return logp.gather(-1, labels).squeeze(-1)[label_mask(batch)].tolist()


def head(base, share):
    """Entries that keep the assistant's say: likely ones, and always the int(share V) likeliest."""
    logp = base.log_softmax(-1)
    count = int(share * logp.shape[-1])
    threshold = torch.minimum(
        logp.max(-1).values + math.log(share), logp.sort(-1, descending=True).values[..., count - 1]
    )
    return logp >= threshold.unsqueeze(-1)


@torch.no_grad()
def combined(base, other, batch):
    z, o = logits_of(base, batch), logits_of(other, batch)
    named = dict(
        whp_alpha_1=z - (o - z).relu(),
        whp_alpha_5=z - 5 * (o - z).relu(),
        uld_weight_0_8=z - 0.8 * o,
        uld_weight_0_8_filter_0_1=z - 0.8 * o * head(z, 0.1),
        uld_weight_0_8_filter_0_9=z - 0.8 * o * head(z, 0.9),
    )
    return {
        name: dict(label_logp=of_labels(x, batch), logits_norm=norm([x[label_mask(batch)]]))
        for name, x in named.items()
    }


def values(dtype, batches, prompts):
    model, other = load("gqa-tied", dtype), load("mha", dtype)
    with torch.no_grad():
        start = dict(sequence_logp_forget=sequence_logp(model, batches["forget"]).tolist())
    return dict(
        start=start | weights(model, batches),
        task_vector=task_vector(model, batches),
        undo=undo(model, batches),
        lunar=lunar(model, prompts, batches),
        combined_logits=combined(model, other, batches["forget"]),
    )


def prompts_only(examples):
    """The prompts alone; the labels are not read."""
    return padded([dict(prompt_ids=e["prompt_ids"], answer_ids=[]) for e in examples])


def main():
    prepare()
    tokenizer = load_tokenizer()
    made = {n: make_batch(tokenizer, p) for n, p in (("forget", FORGET), ("retain", RETAIN))}
    refusal, _ = make_batch(
        tokenizer, [("How is a lock broken?", ""), ("What will the rain be worth in a year?", "")]
    )
    batches = {name: batch for name, (_, batch) in made.items()}
    prompts = {name: prompts_only(examples) for name, (examples, _) in made.items()}
    prompts["refusal"] = prompts_only(refusal)
    write(
        "edits.json",
        dict(
            definition=dict(
                model="../llama/gqa-tied",
                other="../llama/mha, as WHP's reinforced model and as ULD's assistant",
                task_vector="tuned: three AdamW steps on ce(forget) (adamw, clipped at 1.0); "
                "edited "
                "= theta - scale (tuned - theta)",
                undo="(1 - alpha) theta + alpha beta noise; noise 0 for vectors; of a matrix, "
                "row by "
                "row, noise[i] = b (2 frac(0.618033988749895 (i+1)) - 1), b = sqrt(6 / (rows + "
                "columns)), every matrix from i = 0, the tied embedding once",
                lunar="down_proj of the layer: W + coefficient r v^T, v = (X_f^T X_f + X_r^T X_r + "
                "ridge I)^-1 sum of the rows of X_f; X: its inputs at every prompt token; r: "
                "mean of "
                "the block's output at the last token of the refusal prompts - that of the forget "
                "prompts; agrees with torch.linalg.lstsq; forget_squared_error: sum over rows of "
                "|(W' - W) x - coefficient r|^2",
                lunar_given="the same of small given matrices, rows are inputs; float64",
                whp="z - alpha relu(z_other - z)",
                uld="z - weight z_other; with a filter z_other counts as 0 where log p < min(max "
                "log p "
                "+ log filter, the int(filter V)-th largest log p)",
                label_logp="log-softmax of the combined logits at the forget label tokens, in "
                "order",
            ),
            adamw=ADAMW | dict(clip_gradient_norm=1.0),
            **{name: as_lists(*pair) for name, pair in made.items()},
            refusal_prompts=[e["prompt_ids"] for e in refusal],
            lunar_given=lunar_on_given(),
            **in_both_precisions(lambda dtype: values(dtype, batches, prompts)),
        ),
    )


if __name__ == "__main__":
    main()
