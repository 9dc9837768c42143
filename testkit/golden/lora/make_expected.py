"""Makes expected.json: the logits of ../llama/gqa-tied under the adapter in adapter/, by PEFT.

adapter/ is what Palimpsest's AdapterGoldenTest writes, byte for byte; here PEFT loads it.
"""

import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import LlamaForCausalLM
from transformers.utils.logging import disable_progress_bar

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import golden_json  # noqa: E402

IDS = [0, 59, 76, 83, 225, 79, 73, 84]
POSITIONS = [0, 7]


def require_loaded(model, folder):
    """Every tensor of the file is a parameter of the model, and none is left as PEFT drew it."""
    there = {n: p for n, p in model.named_parameters() if "lora_" in n}
    given = load_file(folder / "adapter_model.safetensors")
    assert len(there) == len(given) > 0
    for name, value in given.items():
        assert torch.equal(there[name.replace(".weight", ".default.weight")], value), name


@torch.no_grad()
def main():
    disable_progress_bar()
    base = LlamaForCausalLM.from_pretrained(
        HERE.parent / "llama" / "gqa-tied", dtype=torch.float32, attn_implementation="eager"
    ).eval()
    ids = torch.tensor([IDS])
    plain = base(ids).logits[0]
    model = PeftModel.from_pretrained(base, HERE / "adapter").eval()
    require_loaded(model, HERE / "adapter")
    adapted = model(ids).logits[0]
    merged = model.merge_and_unload()(ids).logits[0]
    assert torch.allclose(adapted, merged, atol=1e-5)
    expected = dict(
        input_ids=IDS,
        positions=POSITIONS,
        change_norm=(adapted - plain).norm().item(),
        logits_norm=adapted.norm().item(),
        logits=[adapted[p].tolist() for p in POSITIONS],
    )
    golden_json.write(HERE / "expected.json", expected, 9)


if __name__ == "__main__":
    main()
