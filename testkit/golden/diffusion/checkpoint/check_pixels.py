"""Draws with diffusers what `palimpsest generate` drew from a folder of `train --pictures`, and compares.

Usage: python check_pixels.py FOLDER GRID.png SAMPLES STEPS PROMPT...

GRID.png is of `generate --model FOLDER --prompt PROMPT ... --samples SAMPLES --steps STEPS`, with its
defaults: guidance 3, seed 0, the folder's DDIM. Each component is loaded by from_pretrained; the noise is
made here after the formulas of SeededNoise. Prints the largest difference of a byte: below 0.5 is
rounding alone. For use by hand: no network.
"""

import math
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextModel, CLIPTokenizer

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
GUIDANCE = 3
GAP = 4
GLYPH = 6


def mixed(state):
    z = state & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def signed(state):
    z = mixed(state)
    return ((z - (1 << 64) if z >> 63 else z) >> 11) * 2.0**-52


def noise(seed, sample, step, count):
    """Marsaglia's polar method on a splitmix64 stream keyed by seed, sample and step."""
    state = mixed(mixed(mixed(seed + GOLDEN) + sample * GOLDEN + 1) + step * GOLDEN + 2)
    values = []
    while len(values) < count:
        u, v = signed(state + GOLDEN), signed(state + 2 * GOLDEN)
        state += 2 * GOLDEN
        square = u * u + v * v
        if 0 < square < 1:
            scale = math.sqrt(-2 * math.log(square) / square)
            values += [u * scale, v * scale]
    return np.array(values[:count], np.float32)


def main(folder, grid, samples, steps, *prompts):
    samples, steps = int(samples), int(steps)
    unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet")
    encoder = CLIPTextModel.from_pretrained(folder, subfolder="text_encoder")
    tokenizer = CLIPTokenizer.from_pretrained(folder, subfolder="tokenizer")
    scheduler = DDIMScheduler.from_pretrained(folder, subfolder="scheduler")
    channels = unet.config.in_channels
    fold = math.isqrt(channels // 3)
    places = unet.config.sample_size
    side = places * fold

    def states(text):
        ids = tokenizer(text, padding="max_length", truncation=True, return_tensors="pt").input_ids
        return encoder(ids).last_hidden_state

    start = [noise(0, s, -1, channels * places**2).reshape(channels, places, places) for _ in prompts for s in range(samples)]
    x = torch.tensor(np.stack(start))
    with torch.no_grad():
        texts = torch.cat([states(p) for p in prompts for _ in range(samples)])
        both = torch.cat([states("").expand_as(texts), texts])
        scheduler.set_timesteps(steps)
        for t in scheduler.timesteps:
            empty, prompted = unet(torch.cat([x, x]), t, both).sample.chunk(2)
            x = scheduler.step(empty + GUIDANCE * (prompted - empty), t, x).prev_sample
    x = torch.pixel_shuffle(x, fold)
    wanted = ((x.clamp(-1, 1) + 1) * 127.5).permute(0, 2, 3, 1).numpy()

    sheet = np.asarray(Image.open(grid).convert("RGB")).astype(float)
    scale = max(1, 64 // side)
    cell = side * scale
    left = max(len(p) * GLYPH - 1 for p in prompts) + 2 * GAP
    worst = 0.0
    for row in range(len(prompts)):
        for column in range(samples):
            y, z = GAP + row * (cell + GAP), left + column * (cell + GAP)
            got = sheet[y : y + cell : scale, z : z + cell : scale]
            worst = max(worst, np.abs(got - wanted[row * samples + column]).max())
    print("largest difference of a byte", worst)


if __name__ == "__main__":
    main(*sys.argv[1:])
