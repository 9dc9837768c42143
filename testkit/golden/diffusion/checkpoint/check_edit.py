"""Does an edit of image.uce again, without Palimpsest's code, and compares; for use by hand, no network.

Usage: python check_edit.py SOURCE OUT

SOURCE is the folder that was edited, OUT what `palimpsest apply --method image.uce` left. Prints

  loaded      the class that diffusers' DiffusionPipeline makes of OUT/model
  changed     how many tensors differ from SOURCE, and how many that are no attn2.to_k/to_v do (0)
  shift       largest |W' - W| of a map
  difference  largest distance of a map from UCE's formula, solved in float64 on states of transformers'
              text encoder; of 16-bit weights also in units of the last place, of which rounding is 0.5

The formula is that of the paper: W' = (l W + s W c* c^T + p sum W q q^T) (l I + s c c^T + p sum q q^T)^-1.
"""

import json
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy
import torch
from diffusers import DiffusionPipeline
from safetensors import safe_open


def states(pipe, text):
    """The state of the last token before the end, as the denoiser reads it."""
    parts = []
    for tokenizer, encoder in ((pipe.tokenizer, pipe.text_encoder), *second(pipe)):
        ids = tokenizer(text, padding="max_length", max_length=tokenizer.model_max_length, return_tensors="pt").input_ids
        last = len(tokenizer(text).input_ids) - 2
        made = encoder(ids, output_hidden_states=True)
        read = made.hidden_states[-2] if second(pipe) else made.last_hidden_state
        parts.append(read[0, last].double().numpy())
    return numpy.concatenate(parts)


def second(pipe):
    return ((pipe.tokenizer_2, pipe.text_encoder_2),) if getattr(pipe, "text_encoder_2", None) else ()


def solved(pipe, applied):
    """R of W' = W R, by the formula with W = I."""
    how, asked = applied["method"]["parameters"], applied["asked"]
    concepts = [(states(pipe, c["erase"]), states(pipe, c["toward"])) for c in asked["concepts"]]
    kept = [states(pipe, "" if k["text"] == "(empty text)" else k["text"]) for k in asked["preserved"]]
    right = how["keepScale"] * numpy.eye(len(concepts[0][0])) + how["preserveScale"] * sum(numpy.outer(q, q) for q in kept)
    left = right.copy()
    for c, guide in concepts:
        left += how["eraseScale"] * numpy.outer(guide, c)
        right += how["eraseScale"] * numpy.outer(c, c)
    return numpy.linalg.solve(right.T, left.T).T


def main(source, out):
    source, out = pathlib.Path(source), pathlib.Path(out)
    applied = json.loads((out / "applied.json").read_text())
    pipe = DiffusionPipeline.from_pretrained(out / "model", torch_dtype=torch.float32)
    matrix = solved(pipe, applied)
    changed = others = 0
    shift = worst = last = 0.0
    for file in sorted(source.glob("*/*.safetensors")):
        with safe_open(file, "pt") as before, safe_open(out / "model" / file.relative_to(source), "pt") as after:
            assert set(before.keys()) == set(after.keys())
            for name in before.keys():
                old, new = before.get_tensor(name), after.get_tensor(name)
                text_map = "attn2.to_k." in name or "attn2.to_v." in name
                changed += not torch.equal(old, new)
                others += not torch.equal(old, new) and not text_map
                if text_map:
                    expected = torch.from_numpy(old.double().numpy() @ matrix)
                    ulp = torch.nextafter(new.abs(), torch.full_like(new, torch.inf)).double() - new.abs().double()
                    off = (new.double() - expected).abs()
                    shift = max(shift, float((new.double() - old.double()).abs().max()))
                    worst = max(worst, float(off.max()))
                    last = max(last, float((off / ulp).max()) if new.itemsize == 2 else 0)
    loaded = {name: list(p.shape) for name, p in pipe.unet.named_parameters() if "attn2.to_k" in name}
    print(json.dumps(dict(loaded=type(pipe).__name__, maps=2 * len(loaded), changed=changed, others=others)))
    print(json.dumps(dict(shift=shift, difference=worst, last_places=last)))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with torch.no_grad():
        main(*sys.argv[1:])
