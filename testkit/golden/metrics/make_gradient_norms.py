"""Makes gradient_norms.json: per example, the mean over parameter tensors of the gradient's L2 norm.

Usage: python make_gradient_norms.py   (no data, no network; reads ../losses/losses.json for token
ids and ../llama/gqa-tied for the model). The loss is the mean cross-entropy of the label tokens; one
backward pass per example, float32, eval mode; the tied embedding is one tensor.
"""

import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import golden_json  # noqa: E402


def norms(model, prompt, answer):
    model.zero_grad()
    ids = torch.tensor([prompt + answer])
    labels = torch.tensor([[-100] * len(prompt) + answer])
    model(input_ids=ids, labels=labels).loss.backward()
    return [p.grad.norm().item() for p in model.parameters()]


def main():
    model = AutoModelForCausalLM.from_pretrained(HERE.parent / "llama" / "gqa-tied").float().eval()
    losses = json.loads((HERE.parent / "losses" / "losses.json").read_text())
    cases = []
    for example in losses["forget"]["examples"] + losses["retain"]["examples"]:
        each = norms(model, example["prompt_ids"], example["answer_ids"])
        cases.append({**example, "tensors": len(each), "mean_norm": sum(each) / len(each)})
    golden_json.write(
        HERE / "gradient_norms.json", {"definition": __doc__, "cases": cases}, digits=9
    )


if __name__ == "__main__":
    main()
