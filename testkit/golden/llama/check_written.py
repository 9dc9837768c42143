"""Prints the logits transformers computes for a checkpoint folder, e.g. one written by Palimpsest.

Usage: python check_written.py DIR '[[0, 17, 42], [0, 5, 9]]'   (rows of equal length; or a path
to a JSON file with them). Prints {"logits": [B][T][V], "missing_keys": [], "unexpected_keys": []}.
For use by hand or from an optional test: float32, no network.
"""

import json
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import AutoTokenizer, LlamaForCausalLM
from transformers.utils.logging import disable_progress_bar

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import golden_json  # noqa: E402


@torch.no_grad()
def main(folder, prompt_ids):
    disable_progress_bar()
    text = pathlib.Path(prompt_ids).read_text() if prompt_ids.endswith(".json") else prompt_ids
    ids = json.loads(text)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model, report = LlamaForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    logits = model.eval()(torch.tensor(ids)).logits.tolist()
    print(
        json.dumps(
            dict(
                logits=golden_json.rounded(logits, 9),
                missing_keys=sorted(report["missing_keys"]),
                unexpected_keys=sorted(report["unexpected_keys"]),
                decoded=[tokenizer.decode(row) for row in ids],
            )
        )
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
