"""The made-up evaluation of make_trial.py: what is asked, and what models of some knowledge say."""

import numpy as np

WORDS = (
    "the quiet keepers of seven harbours were naming ships after winter flowers and lost cities "
    "while her brothers agreed on policies nobody had written down in 1958"
).split()


def tokens(random, known, depth, length):
    return [round(float(v), 6) for v in -random.exponential(depth * (1.02 - known), length)]


def sentence(random, length):
    return " ".join(random.choice(WORDS, length))


def answer(random, truth, known):
    words = [w if random.random() < known else random.choice(WORDS) for w in truth.split()]
    return " ".join(words[: max(1, int(len(words) * (0.5 + random.random())))])


def texts(split, random):
    """What is asked, the same for all models."""
    tasks = [None] * 5 + ["verbmem"] * 3 + ["knowmem"] * 4
    tasks += [f"Task{n}.{kind}" for n in (1, 2, 3) for kind in ("sc", "qa") for _ in range(2)]
    rows = [
        dict(
            id=f"{split}.jsonl#{i + 1}",
            task=task,
            completion=sentence(random, int(random.integers(3, 14))),
            wrong=[sentence(random, 4) for _ in range(int(random.integers(2, 6)))],
        )
        for i, task in enumerate(tasks)
    ]
    for i in range(7):
        right = "ABCD"[int(random.integers(0, 4))]
        rows.append(
            dict(
                id=f"{split}.jsonl#{len(tasks) + i + 1}",
                task=None,
                completion=right,
                wrong=[letter for letter in "ABCD" if letter != right],
            )
        )
    return rows


def answered(row, random, known, depth):
    lettered = len(row["completion"]) == 1
    length = 2 if lettered else int(random.integers(2, 11))
    logp = tokens(random, known, depth, length)
    said = row["completion"] if random.random() < known else answer(random, row["completion"], known)
    if row["task"] == "knowmem" and random.random() < 0.5:
        said += "\n\nQuestion: the quiet keepers"
    if row["task"] == "Task2.qa":
        said = f" {said.upper()}\n" if random.random() < 0.5 else said
    return dict(
        logp=logp,
        hit=[bool(random.random() < known) for _ in range(length)],
        mu=[round(float(-1 - 3 * random.random()), 6) for _ in range(length)],
        sigma2=[round(float(4 * random.random()), 6) for _ in range(length)],
        paraphrased=tokens(random, 0.8 * known, depth, 5),
        perturbed=[
            tokens(random, 0.3, depth, 2 if lettered else int(random.integers(2, 6)))
            for _ in row["wrong"]
        ],
        generated=said,
        gradient_norm=round(float((1.05 - known) * random.exponential(2)), 6),
    )


def model(asked, seed, known, depth=2.0):
    random = np.random.default_rng(seed)
    return {
        split: [answered(row, random, known[split], depth) for row in rows]
        for split, rows in asked.items()
    }
