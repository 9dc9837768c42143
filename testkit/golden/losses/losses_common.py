"""What the scripts of this folder share: the examples, the two models, masks, sums and gradients.

Model: ../llama/gqa-tied. Reference: ../llama/mha (same tokenizer). Run make_llama.py first.
The values are float32; `largest_difference` tells how far they are from the same in float64.
"""

import copy
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import AutoTokenizer, LlamaForCausalLM
from transformers.utils.logging import disable_progress_bar

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import golden_json  # noqa: E402

LLAMA = HERE.parent / "llama"
BOS, EOS, PAD, IGNORED = 0, 1, 2, -100

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


def load_tokenizer():
    return AutoTokenizer.from_pretrained(LLAMA / "gqa-tied")


def load(name, dtype):
    return LlamaForCausalLM.from_pretrained(
        LLAMA / name, dtype=dtype, attn_implementation="eager"
    ).eval()


def make_batch(tokenizer, pairs):
    """Right padded; labels are the answer tokens and the closing <|eos|>, elsewhere -100."""
    examples = []
    for prompt, answer in pairs:
        prompt_ids = [BOS] + tokenizer.encode(prompt, add_special_tokens=False)
        answer_ids = tokenizer.encode(answer, add_special_tokens=False) + [EOS]
        examples.append(dict(prompt_ids=prompt_ids, answer_ids=answer_ids))
    return examples, padded(examples)


def padded(examples):
    width = max(len(e["prompt_ids"]) + len(e["answer_ids"]) for e in examples)
    rows = dict(input_ids=[], attention_mask=[], labels=[])
    for e in examples:
        p, a = e["prompt_ids"], e["answer_ids"]
        rest = width - len(p) - len(a)
        rows["input_ids"].append(p + a + [PAD] * rest)
        rows["attention_mask"].append([1] * (len(p) + len(a)) + [0] * rest)
        rows["labels"].append([IGNORED] * len(p) + a + [IGNORED] * rest)
    return {name: torch.tensor(values) for name, values in rows.items()}


def with_greedy_answers(model, examples, length):
    """The same prompts answered by the model's own most likely tokens, and a closing eos."""
    answers = []
    for e in examples:
        ids = list(e["prompt_ids"])
        for _ in range(length):
            with torch.no_grad():
                ids.append(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax().item())
        answers.append(dict(prompt_ids=e["prompt_ids"], answer_ids=ids[-length:] + [EOS]))
    return answers, padded(answers)


def answered(pairs, answers):
    """The questions of `pairs` with other answers; pairs repeat if there are more answers."""
    times = len(answers) // len(pairs)
    assert times * len(pairs) == len(answers)
    return [(pairs[i // times][0], answer) for i, answer in enumerate(answers)]


def as_lists(examples, batch):
    return dict(examples=examples, **{k: v.tolist() for k, v in batch.items()})


def logits_of(model, batch):
    """Rows that predict a token: (B, T-1, V)."""
    return model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits[
        :, :-1
    ]


def label_mask(batch):
    return batch["labels"][:, 1:] != IGNORED


def label_logits(model, batch):
    """The rows that predict label tokens, of all examples: (N, V); and the labels: (N)."""
    mask = label_mask(batch)
    return logits_of(model, batch)[mask], batch["labels"][:, 1:][mask]


def label_logp(model, batch):
    """Log-probability of each label token, 0 elsewhere, and the mask of labels: both (B, T-1)."""
    mask = label_mask(batch)
    logp = logits_of(model, batch).log_softmax(-1)
    labels = batch["labels"][:, 1:].clamp(min=0)
    return logp.gather(-1, labels.unsqueeze(-1)).squeeze(-1) * mask, mask


def cross_entropy(model, batch):
    """Mean over ALL label tokens of the batch, not a mean of per-sequence means."""
    logp, mask = label_logp(model, batch)
    return -logp.sum() / mask.sum()


def sequence_logp(model, batch):
    return label_logp(model, batch)[0].sum(-1)  # (B)


def log_ratio(model, reference, batch):
    """How much likelier each completion is than under the reference, in nats: (B)."""
    with torch.no_grad():
        before = sequence_logp(reference, batch)
    return sequence_logp(model, batch) - before


def norm(tensors):
    return torch.sqrt(sum((t.detach().double() ** 2).sum() for t in tensors)).item()


def gradients(model, loss):
    """The loss and its gradient by parameter; zeros where the loss does not reach."""
    model.zero_grad()
    value = loss()
    value.backward()
    by_name = {
        name: torch.zeros_like(p) if p.grad is None else p.grad.clone()
        for name, p in model.named_parameters()
    }
    return value, by_name


def gradient_norms(by_name):
    return dict(
        gradient_norm=norm(by_name.values()),
        gradient_norm_by_parameter={name: norm([g]) for name, g in by_name.items()},
    )


def with_gradient(model, loss):
    value, by_name = gradients(model, loss)
    return dict(value=value.item(), **gradient_norms(by_name))


def cases(model, named):
    """named: name -> (parameters, function that computes the loss)."""
    return {
        name: dict(parameters=parameters, **with_gradient(model, loss))
        for name, (parameters, loss) in named.items()
    }


def defect(what, value, right):
    """A loss as some public code computes it, beside what its paper says."""
    value, right = float(value), float(right)
    return dict(what=what, value=value, right=right, ratio=value / right)


ADAMW = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)


def adamw_steps(model, count, loss, after=lambda: None):
    """Trains `model` in place; the loss and the norm before clipping at 1.0, of each step.

    named_parameters lists the tied embedding once; matrices decay, norm gains do not.
    """
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    groups = [dict(params=matrices), dict(params=vectors, weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, **ADAMW, foreach=False)
    steps = []
    for _ in range(count):
        optimizer.zero_grad()
        value = loss()
        value.backward()
        before = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        after()
        steps.append(dict(loss=value.item(), gradient_norm_before_clipping=before.item()))
    return steps


def largest_difference(a, b):
    """Largest relative difference of two nested values; text must be equal."""
    if isinstance(a, dict):
        return max((largest_difference(a[key], b[key]) for key in a), default=0.0)
    if isinstance(a, (list, tuple)):
        return max(map(largest_difference, a, b), default=0.0)
    if isinstance(a, str):
        assert a == b
        return 0.0
    return abs(a - b) / max(1e-12, abs(b))


def prepare():
    torch.set_num_threads(1)
    disable_progress_bar()


def in_both_precisions(values, limit=1e-3):
    """values(dtype) in float32, and how far it is from float64; fails above `limit`."""
    single = values(torch.float32)
    difference = largest_difference(single, values(torch.float64))
    print("largest relative difference to float64:", difference)
    assert difference < limit
    return dict(float64_largest_relative_difference=difference, **single)


def write(name, content):
    golden_json.write(HERE / name, content, digits=9)


def copy_of(model):
    return copy.deepcopy(model)
