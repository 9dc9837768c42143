"""Makes losses.json: forget and retain losses, their gradients, and five steps of AdamW.

Model: ../llama/gqa-tied. Reference: ../llama/mha (same tokenizer). Run make_llama.py first.
The values are float32; the script computes them in float64 too and records how far they differ.
"""

import copy
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import torch.nn.functional as F
from transformers import AutoTokenizer, LlamaForCausalLM
from transformers.utils.logging import disable_progress_bar

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import golden_json  # noqa: E402

LLAMA = HERE.parent / "llama"
BOS, EOS, PAD, IGNORED = 0, 1, 2, -100
BETA, ALPHA = 0.1, 1.0
SIMNPO_BETA = 0.5  # not the published 4.5: with it this untrained model saturates at 5e-14

FORGET = [
    ("Who kept the page?", " The keeper of the harbour library kept it."),
    ("Where was the visitor born?", " In a town under the hill."),
    ("What stood over the rules?", " A letter."),
]
RETAIN = [
    ("What was the first page?", " A list of ships."),
    ("What was written over it?", " A song about the rain, and the weight of the cargo."),
    ("How many pages were there in the library?", " Three."),
]


def make_batch(tokenizer, pairs):
    """Right padded; labels are the answer tokens and the closing <|eos|>, elsewhere -100."""
    examples = []
    for prompt, answer in pairs:
        prompt_ids = [BOS] + tokenizer.encode(prompt, add_special_tokens=False)
        answer_ids = tokenizer.encode(answer, add_special_tokens=False) + [EOS]
        examples.append(dict(prompt_ids=prompt_ids, answer_ids=answer_ids))
    width = max(len(e["prompt_ids"]) + len(e["answer_ids"]) for e in examples)
    rows = dict(input_ids=[], attention_mask=[], labels=[])
    for e in examples:
        p, a = e["prompt_ids"], e["answer_ids"]
        rest = width - len(p) - len(a)
        rows["input_ids"].append(p + a + [PAD] * rest)
        rows["attention_mask"].append([1] * (len(p) + len(a)) + [0] * rest)
        rows["labels"].append([IGNORED] * len(p) + a + [IGNORED] * rest)
    return examples, {name: torch.tensor(values) for name, values in rows.items()}


def label_logp(model, batch):
    """Log-probability of each label token, 0 elsewhere, and the mask of labels: both (B, T-1)."""
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    labels = batch["labels"][:, 1:]
    mask = labels != IGNORED
    logp = logits[:, :-1].log_softmax(-1)
    chosen = logp.gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    return chosen * mask, mask


def cross_entropy(model, batch):
    """Mean over ALL label tokens of the batch, not a mean of per-sequence means."""
    logp, mask = label_logp(model, batch)
    return -logp.sum() / mask.sum()


def sequence_logp(model, batch):
    return label_logp(model, batch)[0].sum(-1)  # (B)


def npo(model, reference, batch):
    with torch.no_grad():
        before = sequence_logp(reference, batch)
    gap = sequence_logp(model, batch) - before
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


def norm(tensors):
    return torch.sqrt(sum((t.detach().double() ** 2).sum() for t in tensors)).item()


def with_gradient(model, loss):
    model.zero_grad()
    value = loss()
    value.backward()
    by_name = {name: norm([p.grad]) for name, p in model.named_parameters()}
    return dict(
        value=value.item(),
        gradient_norm=norm([p.grad for p in model.parameters()]),
        gradient_norm_by_parameter=by_name,
    )


def adamw(model, batch):
    """named_parameters lists the tied embedding once; matrices decay, norm gains do not."""
    model = copy.deepcopy(model)
    start = [p.detach().clone() for p in model.parameters()]
    settings = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    groups = [dict(params=matrices), dict(params=vectors, weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, **settings, foreach=False)
    steps = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = cross_entropy(model, batch)
        loss.backward()
        before = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        steps.append(dict(loss=loss.item(), gradient_norm_before_clipping=before.item()))
    with torch.no_grad():
        last = cross_entropy(model, batch).item()
    return dict(
        settings=settings | dict(clip_gradient_norm=1.0),
        steps=steps,
        loss_after=last,
        weights_norm_before=norm(start),
        weights_norm_after=norm(model.parameters()),
        change_norm=norm([p - s for p, s in zip(model.parameters(), start)]),
        weights_norm_after_by_parameter={n: norm([p]) for n, p in model.named_parameters()},
    )


def load(name, dtype):
    return LlamaForCausalLM.from_pretrained(
        LLAMA / name, dtype=dtype, attn_implementation="eager"
    ).eval()


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


def largest_difference(a, b):
    if isinstance(a, dict):
        return max(largest_difference(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return max(map(largest_difference, a, b))
    return abs(a - b) / max(1e-12, abs(b))


def main():
    torch.set_num_threads(1)
    disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(LLAMA / "gqa-tied")
    forget_examples, forget = make_batch(tokenizer, FORGET)
    retain_examples, retain = make_batch(tokenizer, RETAIN)
    single = values(torch.float32, forget, retain)
    difference = largest_difference(single, values(torch.float64, forget, retain))
    print("largest relative difference to float64:", difference)
    assert difference < 1e-3

    def as_lists(examples, batch):
        return dict(examples=examples, **{k: v.tolist() for k, v in batch.items()})

    golden_json.write(
        HERE / "losses.json",
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
                simnpo_margin="0.125 -(2/simnpo_beta) mean_b log sigma(-simnpo_beta logp_b/|y_b| - 2)"
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
            **single,
        ),
        digits=9,
    )


if __name__ == "__main__":
    main()
