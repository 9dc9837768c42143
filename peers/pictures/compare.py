"""Compares drawing and training of a model of pixels here and in diffusers, in one run on one machine.

Usage: python compare.py MODEL [--rounds 3] [--threads 1] [--palimpsest PATH] [--json FILE]

MODEL is a folder that `palimpsest train --pictures` wrote; diffusers loads the same files. Each round starts
four processes one after the other: drawing here, drawing there, training here, training there, so that what
else the machine does falls on both. Medians are over all rounds. Peak memory is the largest resident set of a
process of its own that draws once (`palimpsest generate`, and the like there), and of the trainings. Versions
are those of requirements.txt; no network.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version

HERE = os.path.dirname(os.path.abspath(__file__))
PROMPTS = ["a heart in flat style", "a star in neon style", "a key in striped style", "a car in mosaic style"]
TIMES = 2
STEPS = 6
MIB = 1024


def run(command, threads):
    """The output of a process, and its peak of resident memory in MiB."""
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), OMP_WAIT_POLICY="passive")
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=env)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: ended with {child.returncode}")
        out.seek(0)
        return out.read().decode(), used.ru_maxrss / MIB


def asked(options):
    prompts = [word for prompt in PROMPTS for word in ("--prompt", prompt)]
    return prompts + ["--samples", "4", "--steps", str(options.steps), "--guidance", "3"]


class Sides:
    def __init__(self, options):
        self.options = options
        self.ours = [options.palimpsest, "bench", "pictures", "--model", options.model, "--json"]
        self.theirs = [sys.executable, os.path.join(HERE, "theirs.py"), options.model]
        self.taken = {}
        self.peaks = {}
        self.training = []

    def note(self, what, seconds, processor, peak):
        for kind, values in (("clock", seconds), ("processor", processor)):
            self.taken.setdefault((what, kind), []).extend(values)
        self.peaks[what] = max(peak, self.peaks.get(what, 0))

    def round(self):
        draw = asked(self.options)
        out, peak = run([*self.ours, *draw, "--times", str(TIMES), "--train", "0"], self.options.threads)
        times = json.loads(out)["drawing"]["times"]
        self.note("draw here", times["seconds"], times["processor"], peak)
        out, peak = run([*self.theirs, "draw", str(TIMES), *draw], self.options.threads)
        there = json.loads(out)
        self.note("draw there", there["seconds"], there["processor"], peak)
        out, peak = run([*self.ours, "--times", "0", "--train", str(STEPS + 2)], self.options.threads)
        training = json.loads(out)["training"]
        self.training.append(training)
        self.note("train here", training["times"]["seconds"], training["times"]["processor"], peak)
        out, peak = run([*self.theirs, "train", str(STEPS)], self.options.threads)
        there = json.loads(out)
        self.note("train there", there["seconds"], there["processor"], peak)

    def once(self):
        """Peaks of one drawing."""
        with tempfile.TemporaryDirectory() as folder:
            grid = os.path.join(folder, "grid.png")
            command = [self.options.palimpsest, "generate", "--model", self.options.model, "--out", grid]
            _, self.peaks["draw here"] = run([*command, *asked(self.options)], self.options.threads)
        _, self.peaks["draw there"] = run([*self.theirs, "once", "1", *asked(self.options)], self.options.threads)


def table(sides):
    rows = ["| | clock, s | processor, s | peak, MiB |", "|---|---:|---:|---:|"]
    for what in ("draw here", "draw there", "train here", "train there"):
        clock = statistics.median(sides.taken[what, "clock"])
        processor = statistics.median(sides.taken[what, "processor"])
        rows.append(f"| {what} | {clock:.2f} | {processor:.2f} | {sides.peaks[what]:.0f} |")
    for what in ("draw", "train"):
        for kind in ("clock", "processor"):
            here, there = (statistics.median(sides.taken[f"{what} {side}", kind]) for side in ("here", "there"))
            rows.append(f"\n{what}, {kind}: {there / here:.2f} times the speed of diffusers")
    shares = [t["share"] for t in sides.training]
    rates = [rate for t in sides.training for rate in (t["gemmBefore"], t["gemmAfter"])]
    each = sides.training[0]["multiplyAdds"]
    rows.append(f"\n{each:,} multiply-adds for a picture forwards; a training step is {min(shares):.0%} to {max(shares):.0%} of the machine's GEMM rate ({min(rates):.0f} to {max(rates):.0f} GFLOP/s)")
    return "\n".join(rows)


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("model")
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--threads", type=int, default=1)
    reader.add_argument("--steps", type=int, default=20)
    reader.add_argument("--palimpsest", default=os.path.join(HERE, "..", "..", "palimpsest"))
    reader.add_argument("--json", help="file for all seconds")
    options = reader.parse_args()
    sides = Sides(options)
    loads = [os.getloadavg()[0]]
    for _ in range(options.rounds):
        sides.round()
        loads.append(os.getloadavg()[0])
    sides.once()
    names = ("torch", "diffusers", "transformers")
    print(", ".join(f"{name} {version(name)}" for name in names), f"Python {platform.python_version()}", sep=", ")
    print(f"{os.cpu_count()} processors, {options.threads} threads, load {min(loads):.1f} to {max(loads):.1f}")
    print(table(sides))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump({" ".join(key): values for key, values in sides.taken.items()}, out, indent=1)


if __name__ == "__main__":
    main()
