"""Makes trial.json: a whole made-up evaluation and what every metric must say of it.

Usage: python make_trial.py   (no data, no network)

Texts, log-probabilities, hits, gradient norms of a subject, a retrained reference and the model
before, on all splits; the expected values come from numpy, scipy, scikit-learn, rouge_score, zlib
and the statistics module. `public_code` holds what open-unlearning's arithmetic gives, written
anew from its description: its 1e-10 in denominators, its extraction strength that ends one short.
"""

import pathlib
import statistics
import sys

import numpy as np
from scipy import stats
from sklearn.metrics import roc_auc_score

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import golden_json  # noqa: E402
from trial_evaluation import model, texts  # noqa: E402
from trial_quantities import (  # noqa: E402
    Side,
    area,
    better,
    distinct,
    exact_match,
    is_lettered,
    loss,
    min_k,
    min_k_plus_plus,
    nearness,
    options,
    plain_rouge,
    prob_mean,
    probability,
    ratio,
    right_letter,
    right_text,
    rouge,
    strength,
    strength_ending_one_short,
    without_end,
    zlib_loss,
)

EPSILON = 1e-10


def utility(side, arithmetic=False, epsilon=0.0):
    nine = []
    for split in ("retain", "real_authors", "world_facts"):
        given = probability if split == "retain" else options(epsilon)
        right = "paraphrased" if split == "retain" else "logp"
        nine += [
            side[split].each(given).mean(),
            side[split].each(rouge("rougeL", "recall")).mean(),
            better(side[split].each(ratio(right, epsilon, arithmetic))),
        ]
    return float(stats.hmean(nine))


def lume_values(side):
    values = []
    for split in ("forget", "retain"):
        for n in (1, 2, 3):
            for kind, function in (("sc", rouge("rougeL", "recall")), ("qa", exact_match)):
                mean = float(side[split].task(f"Task{n}.{kind}").each(function).mean())
                values.append(1 - mean if split == "forget" else mean)
    return values


def lume(side, split, kind, function):
    return side[split].where(lambda a: (a["task"] or "").endswith(kind)).each(function).mean()


def letters(side, split):
    return side[split].where(is_lettered).each(right_letter).mean()


def mean(side, split, function):
    return side[split].each(function).mean()


def compared(ours, theirs):
    return {
        "privacy.privacy-leakage": ((1 - ours) - (1 - theirs)) / (1 - theirs) * 100,
        "privacy.relative-difference": (ours - theirs) / theirs * 100,
    }


def forgetting(side, reference):
    forget = side["forget"]
    ratios = forget.each(ratio("paraphrased"))
    test = stats.ks_2samp(ratios, reference["forget"].each(ratio("paraphrased")))
    f = "forgetting."
    return {
        f + "probability": forget.each(probability).mean(),
        f + "probability-without-end": forget.each(without_end).mean(),
        f + "rouge-l-recall": forget.each(rouge("rougeL", "recall")).mean(),
        f + "rouge-l-f1": forget.each(rouge("rougeL", "fmeasure")).mean(),
        f + "rouge-1-recall": forget.each(rouge("rouge1", "recall")).mean(),
        f + "truth-ratio": nearness(ratios),
        f + "truth-ratio-prob-mean": forget.each(prob_mean()).mean(),
        f + "truth-ratio-arithmetic": nearness(forget.each(ratio("paraphrased", arithmetic=True))),
        f + "forget-quality": test.pvalue,
        f + "forget-distance": test.statistic,
        f + "exact-memorisation": forget.each(lambda a, r: np.mean(r["hit"][:-1])).mean(),
        f + "extraction-strength": forget.each(strength).mean(),
        f + "probability-with-options": forget.each(options()).mean(),
    }


def utilities(side, before):
    retain = side["retain"]
    drops = np.maximum(0, 1 - retain.each(probability) / before["retain"].each(probability))
    shares = [distinct(r["generated"]) for r in retain.rows]
    values = {
        "utility.model-utility": utility(side),
        "utility.model-utility-available": utility(side),
        "utility.model-utility-arithmetic": utility(side, arithmetic=True),
        "utility.retain-probability": retain.each(probability).mean(),
        "utility.retain-rouge-l": retain.each(rouge("rougeL", "recall")).mean(),
        "utility.distinct-bigrams": np.mean([s for s in shares if s is not None]),
        "utility.side-effects": drops.max(),
        "utility.side-effects-mean": drops.mean(),
        "forgetting.truth-ratio-true-better@retain": better(retain.each(ratio("paraphrased"))),
    }
    for split, name in (("real_authors", "real-authors"), ("world_facts", "world-facts")):
        given = side[split]
        values |= {
            f"forgetting.probability-with-options@{name}": given.each(options()).mean(),
            f"forgetting.rouge-l-recall@{name}": given.each(rouge("rougeL", "recall")).mean(),
            f"forgetting.truth-ratio-true-better@{name}": better(given.each(ratio("logp"))),
        }
    return values


def privacy(side, reference):
    gains = {
        split: side[split].each(loss) - reference[split].each(loss)
        for split in ("forget", "holdout")
    }
    labels = [0] * len(gains["forget"]) + [1] * len(gains["holdout"])
    return {
        "privacy.loss-auc": area(side, loss),
        "privacy.min-k-auc": area(side, min_k),
        "privacy.min-k-plus-plus-auc": area(side, min_k_plus_plus),
        "privacy.zlib-auc": area(side, zlib_loss),
        "privacy.grad-norm-auc": area(side, lambda a, r: r["gradient_norm"]),
        "privacy.reference-auc": roc_auc_score(labels, np.concatenate(list(gains.values()))),
    } | compared(area(side, min_k), area(reference, min_k))


def benchmarks(side):
    aggregate = statistics.harmonic_mean(lume_values(side))
    membership = 1 - abs(area(side, loss) - 0.5) * 2
    mmlu = float(letters(side, "world_facts"))
    recall = rouge("rougeL", "recall")
    return {
        "muse.verbmem": side["forget"].task("verbmem").each(plain_rouge).mean(),
        "muse.knowmem": side["forget"].task("knowmem").each(plain_rouge).mean(),
        "muse.knowmem@retain": side["retain"].task("knowmem").each(plain_rouge).mean(),
        "wmdp.multiple-choice": letters(side, "forget"),
        "wmdp.multiple-choice@world-facts": mmlu,
        "wmdp.open-ended": side["forget"].where(lambda a: not is_lettered(a)).each(right_text).mean(),
        "lume.regurgitation": lume(side, "forget", ".sc", recall),
        "lume.regurgitation@retain": lume(side, "retain", ".sc", recall),
        "lume.knowledge": lume(side, "forget", ".qa", exact_match),
        "lume.knowledge@retain": lume(side, "retain", ".qa", exact_match),
        "lume.membership": membership,
        "lume.task-aggregate": aggregate,
        "lume.final-score": statistics.mean([aggregate, mmlu, membership]),
    }


def public_code(side, reference):
    """open-unlearning's arithmetic, where it is not the definition's to the last digits."""
    forget = side["forget"]
    theirs, ours = area(reference, min_k), area(side, min_k)
    return {
        "forgetting.truth-ratio": nearness(forget.each(ratio("paraphrased", EPSILON)), EPSILON),
        "forgetting.truth-ratio-prob-mean": forget.each(prob_mean(EPSILON)).mean(),
        "forgetting.probability-with-options@real-authors": side["real_authors"]
        .each(options(EPSILON))
        .mean(),
        "forgetting.extraction-strength": forget.each(strength_ending_one_short).mean(),
        "utility.model-utility": utility(side, epsilon=EPSILON),
        "privacy.privacy-leakage": ((1 - ours) - (1 - theirs)) / ((1 - theirs) + EPSILON) * 100,
        "privacy.relative-difference": (ours - theirs) / (theirs + EPSILON) * 100,
    }


def main():
    random = np.random.default_rng(20250101)
    splits = ("forget", "retain", "holdout", "real_authors", "world_facts")
    asked = {split: texts(split, random) for split in splits}
    low, high = dict.fromkeys(splits, 0.3), dict.fromkeys(splits, 0.9)
    settings = {
        "subject": model(asked, 1, high | dict(forget=0.6, holdout=0.35)),
        "reference": model(asked, 2, high | dict(forget=0.35, holdout=0.4)),
        "original": model(asked, 3, high | dict(holdout=0.4)),
        "collapsed": model(asked, 4, low, depth=60.0),
    }
    sides = {
        name: {split: Side(asked[split], rows[split]) for split in splits}
        for name, rows in settings.items()
    }
    trials = []
    for name in ("subject", "collapsed"):
        expected = (
            forgetting(sides[name], sides["reference"])
            | utilities(sides[name], sides["original"])
            | privacy(sides[name], sides["reference"])
            | benchmarks(sides[name])
        )
        public = public_code(sides[name], sides["reference"])
        trials.append(
            dict(
                subject=name,
                expected={k: float(v) for k, v in sorted(expected.items())},
                public_code={k: float(v) for k, v in sorted(public.items())},
            )
        )
    models = [
        dict(model=name, split=split, **row, **said)
        for name, rows in settings.items()
        for split in splits
        for row, said in zip(asked[split], rows[split])
    ]
    golden_json.write(HERE / "trial.json", dict(definition=__doc__, trials=trials, items=models), 17)


if __name__ == "__main__":
    main()
