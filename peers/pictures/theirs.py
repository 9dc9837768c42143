"""Draws and trains in diffusers a model of pixels that `train --pictures` wrote, and prints seconds as JSON.

Usage: python theirs.py FOLDER draw|train|once TIMES [--samples N] [--steps N] [--guidance X] [--prompt TEXT]...

draw: all prompts at once, by the folder's DDIM, TIMES after one that is not counted: tokens, text states,
noise, steps and bytes, as `palimpsest bench pictures` times them. once: one drawing, which is what the memory
of a process is taken of. train: TIMES steps of 16 pictures after two that are not counted: noised pictures,
squared error, gradient with its norm clipped to 1, torch.optim.AdamW, moving average. No network.
"""

import argparse
import json
import os
import time

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from diffusers import DDIMScheduler, DDPMScheduler, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

BATCH = 16
WARM = 2


class Model:
    def __init__(self, folder):
        self.unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet")
        self.encoder = CLIPTextModel.from_pretrained(folder, subfolder="text_encoder")
        self.tokenizer = CLIPTokenizer.from_pretrained(folder, subfolder="tokenizer")
        self.scheduler = DDIMScheduler.from_pretrained(folder, subfolder="scheduler")
        self.side = self.unet.config.sample_size

    def ids(self, texts):
        return self.tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids

    def states(self, ids):
        return self.encoder(ids).last_hidden_state

    @torch.no_grad()
    def draw(self, wanted, steps, guidance):
        x = torch.randn(len(wanted), 3, self.side, self.side)
        texts = self.states(self.ids(wanted))
        both = torch.cat([self.states(self.ids([""])).expand_as(texts), texts])
        self.scheduler.set_timesteps(steps)
        for t in self.scheduler.timesteps:
            empty, prompted = self.unet(torch.cat([x, x]), t, both).sample.chunk(2)
            x = self.scheduler.step(empty + guidance * (prompted - empty), t, x).prev_sample
        return ((x.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def now():
    return time.perf_counter(), time.process_time()


def since(start):
    return tuple(end - begin for begin, end in zip(start, now()))


def draw(model, times, asked):
    wanted = [p for p in asked.prompt for _ in range(asked.samples)]
    model.unet.eval()
    for _ in range(times + 1):
        start = now()
        for at in range(0, len(wanted), BATCH):
            model.draw(wanted[at : at + BATCH], asked.steps, asked.guidance)
        yield since(start)


def train(model, times):
    noising = DDPMScheduler.from_config(model.scheduler.config)
    parameters = [*model.unet.parameters(), *model.encoder.parameters()]
    average = [p.detach().clone() for p in parameters]
    moving = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.01)
    model.unet.train()
    for step in range(times + WARM):
        start = now()
        clean = torch.rand(BATCH, 3, model.side, model.side) * 2 - 1
        ids = model.ids([f"a picture {step * BATCH + i}" for i in range(BATCH)])
        noise = torch.randn_like(clean)
        t = torch.randint(0, noising.config.num_train_timesteps, (BATCH,))
        moving.zero_grad()
        out = model.unet(noising.add_noise(clean, noise, t), t, model.states(ids)).sample
        torch.nn.functional.mse_loss(out, noise).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        moving.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 0.001)
        yield since(start)


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("folder")
    reader.add_argument("what", choices=["draw", "train", "once"])
    reader.add_argument("times", type=int)
    reader.add_argument("--prompt", action="append", default=[])
    reader.add_argument("--samples", type=int, default=1)
    reader.add_argument("--steps", type=int, default=50)
    reader.add_argument("--guidance", type=float, default=3)
    asked = reader.parse_args()
    model = Model(asked.folder)
    if asked.what == "train":
        taken = list(train(model, asked.times))[WARM:]
    else:
        taken = list(draw(model, asked.times if asked.what == "draw" else 0, asked))[1 if asked.what == "draw" else 0 :]
    seconds, processor = zip(*taken)
    print(json.dumps({"seconds": seconds, "processor": processor, "threads": torch.get_num_threads()}))


if __name__ == "__main__":
    main()
