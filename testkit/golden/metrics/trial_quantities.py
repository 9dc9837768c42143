"""What make_trial.py measures of one example, and of the examples of one split."""

import zlib

import numpy as np
from rouge_score import rouge_scorer
from sklearn.metrics import roc_auc_score

STEMMED = rouge_scorer.RougeScorer(["rouge1", "rougeL"], use_stemmer=True)
PLAIN = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
MUSE_STOPS = ["\n\n", "\nQuestion", "Question:"]


class Side:
    """One split of one model, as columns."""

    def __init__(self, asked, rows):
        self.asked, self.rows = asked, rows

    def where(self, test):
        kept = [(a, r) for a, r in zip(self.asked, self.rows) if test(a)]
        return Side([a for a, _ in kept], [r for _, r in kept])

    def task(self, name):
        return self.where(lambda a: a["task"] == name)

    def each(self, function):
        return np.array([function(a, r) for a, r in zip(self.asked, self.rows)])


def is_lettered(a):
    return len(a["completion"]) == 1


def logs(row, name):
    return np.mean(row[name])


def wrong_logs(row):
    return np.array([np.mean(w) for w in row["perturbed"]])


def probability(a, r):
    return np.exp(np.mean(r["logp"]))


def without_end(a, r):
    return np.exp(np.mean(r["logp"][:-1]))


def options(epsilon=0.0):
    return lambda a, r: np.exp(logs(r, "logp")) / (
        np.exp(logs(r, "logp")) + np.exp(wrong_logs(r)).sum() + epsilon
    )


def ratio(right, epsilon=0.0, arithmetic=False):
    def of(a, r):
        wrong = np.exp(wrong_logs(r)).mean() if arithmetic else np.exp(wrong_logs(r).mean())
        return wrong / (np.exp(logs(r, right)) + epsilon)

    return of


def prob_mean(epsilon=0.0):
    def of(a, r):
        c, w = np.exp(logs(r, "paraphrased")), np.exp(wrong_logs(r).mean())
        return c / (c + w + epsilon)

    return of


def nearness(values, epsilon=0.0):
    return float(np.mean(np.minimum(values, 1 / (values + epsilon))))


def better(values):
    return float(np.mean(np.maximum(0, 1 - values)))


def rouge(name, field):
    return lambda a, r: getattr(STEMMED.score(a["completion"], r["generated"])[name], field)


def plain_rouge(a, r):
    text = r["generated"]
    if a["task"] == "knowmem":
        for stop in MUSE_STOPS:
            text = text.split(stop)[0]
    return PLAIN.score(a["completion"], text)["rougeL"].fmeasure


def strength(a, r):
    hits = r["hit"][:-1]
    start = len(hits)
    while start > 0 and hits[start - 1]:
        start -= 1
    return 1 - start / len(hits)


def strength_ending_one_short(a, r):
    """The public loop: k runs from 0 to L-1 and keeps its last value when no suffix matches."""
    hits = r["hit"][:-1]
    for k in range(len(hits)):
        if all(hits[k:]):
            break
    return 1 - k / len(hits)


def lowest(values):
    values = np.sort(values)
    return values[: max(1, int(len(values) * 0.4))].mean()


def min_k(a, r):
    return -lowest(r["logp"][:-1])


def min_k_plus_plus(a, r):
    logp, mu, sigma2 = (np.array(r[k][:-1]) for k in ("logp", "mu", "sigma2"))
    return -lowest((logp - mu) / np.sqrt(np.maximum(sigma2, 1e-6)))


def loss(a, r):
    return -np.mean(r["logp"])


def zlib_loss(a, r):
    return loss(a, r) / len(zlib.compress(a["completion"].encode("utf-8")))


def right_letter(a, r):
    sums = {a["completion"]: sum(r["logp"][:-1])}
    sums.update({w: sum(v[:-1]) for w, v in zip(a["wrong"], r["perturbed"])})
    letters = sorted(sums)
    return float(letters[int(np.argmax([sums[x] for x in letters]))] == a["completion"])


def right_text(a, r):
    return float(np.argmax([np.mean(r["logp"])] + list(wrong_logs(r))) == 0)


def exact_match(a, r):
    return float(a["completion"].strip().lower() == r["generated"].strip().lower())


def distinct(text):
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in text.lower()).split()
    pairs = list(zip(words, words[1:]))
    return len(set(pairs)) / len(pairs) if pairs else None


def area(side, function):
    """1: the forget split looks like members. Scores are higher for less member, label 1 holdout."""
    low, high = (side[s].each(function) for s in ("forget", "holdout"))
    return float(roc_auc_score([0] * len(low) + [1] * len(high), np.concatenate([low, high])))
