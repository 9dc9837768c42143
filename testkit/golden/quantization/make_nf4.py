"""Makes nf4.json: the NF4 codebook, and matrices quantized to it by bitsandbytes on the CPU.

Usage: python make_nf4.py   (no data, no network; needs bitsandbytes beside requirements.txt)

The codebook of QLoRA (arXiv 2305.14314, appendix E) has 16 values that an N(0, 1) weight, scaled by
the largest of its block, meets about equally often, and 0 exactly. With
d = ((1 - 1/30) + (1 - 1/32)) / 2 and q the quantile of the normal distribution:

    8 values q(d) ... towards q(1/2) in 8 even steps of probability, the last step left out,
    0, and 7 values -q(d) ... in 7 even steps likewise; sorted, divided by the largest.

It is checked here against the table that bitsandbytes has. Blocks are 64 values in row-major order,
the last one may be shorter; the scale is the largest absolute value of the block.

Rows are 64 long here: where they are not, bitsandbytes 0.50.2 on the CPU stores the right scales and
multiplies by those of other blocks (6 by 32 values: all three blocks by the first one's).
"""

import pathlib
import sys

import bitsandbytes
import numpy as np
import torch
from bitsandbytes import functional
from scipy.stats import norm

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import golden_json  # noqa: E402


def codebook():
    d = ((1 - 1 / 30) + (1 - 1 / 32)) / 2
    above = norm.ppf(np.linspace(d, 0.5, 9)[:-1])
    below = -norm.ppf(np.linspace(d, 0.5, 8)[:-1])
    code = np.sort(np.concatenate([above, [0.0], below]))
    return code / code.max()


def case(name, matrix):
    packed, state = functional.quantize_4bit(matrix, blocksize=64, quant_type="nf4")
    back = functional.dequantize_4bit(packed, state)
    return {
        "name": name,
        "shape": list(matrix.shape),
        "values": [float(v) for v in matrix.flatten()],
        "quantized": [float(v) for v in back.flatten()],
    }


def main():
    code = codebook()
    table = functional.get_4bit_type("nf4", device="cpu").numpy()
    assert np.abs(code - table).max() < 1e-6, np.abs(code - table).max()
    torch.manual_seed(0)
    drawn = torch.randn(3, 64) * 0.02
    outlier = torch.randn(2, 64)
    outlier[0, 3] = -40.0
    odd = torch.randn(100)  # a block of 64 and one of 36
    cases = [
        case("three blocks", drawn),
        case("an outlier in the first of two blocks", outlier),
        case("a short last block", odd),
        case("zeros", torch.zeros(2, 64)),
    ]
    content = {
        "source": f"bitsandbytes {bitsandbytes.__version__}",
        "codebook": [float(v) for v in table],
        "derived": [float(v) for v in code],
        "cases": cases,
    }
    golden_json.write(HERE / "nf4.json", content, 9)


if __name__ == "__main__":
    main()
