"""Makes the golden values of the metrics: ROUGE, stems, KS, AUC, traces, PrivLeak and TOFU's logs.

Usage: python make_metrics.py [SHARED_DATA]   (default: shared/data in or beside the repository; it
holds tofu/full.json for the stems and tofu_logs/ for the published per-sample values). No network.
All floats are float64, printed with 17 digits.
"""

import json
import math
import pathlib
import re
import sys
from fractions import Fraction

import numpy as np
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer, tokenize
from scipy import stats
from sklearn.metrics import roc_auc_score

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import golden_json  # noqa: E402
from rouge_pairs import PAIRS  # noqa: E402


def write(name, content):
    golden_json.write(HERE / name, content, digits=17)


# --- ROUGE -----------------------------------------------------------------------------------


def rouge():
    scorer = rouge_scorer.RougeScorer(["rouge1", "rougeL"], use_stemmer=True)
    stemmer = PorterStemmer()
    cases = []
    for reference, prediction in PAIRS:
        scores = scorer.score(reference, prediction)  # (target, prediction)
        cases.append(
            dict(
                reference=reference,
                prediction=prediction,
                reference_tokens=tokenize.tokenize(reference, stemmer),
                **{
                    name: dict(
                        precision=float(s.precision),
                        recall=float(s.recall),
                        fmeasure=float(s.fmeasure),
                    )
                    for name, s in scores.items()
                },
            )
        )
    assert len(cases) >= 60
    write(
        "rouge.json",
        dict(
            definition="rouge_score RougeScorer([rouge1, rougeL], use_stemmer=True)"
            ".score(reference, prediction); "
            "tokens: lower-case, [^a-z0-9]+ is a blank, Porter stem of tokens longer than 3",
            cases=cases,
        ),
    )


def stems(data):
    """The words of TOFU's first questions and answers; rouge_score stems those longer than 3."""
    words = set()
    with open(data / "tofu" / "full.json", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            words.update(re.findall(r"[a-z]+", f"{row['question']} {row['answer']}".lower()))
            if len(words) >= 1500:
                break
    words |= set(
        "running ran generously generous agreed policies authors flies dying lying tying news "
        "skies sky happy happiest enjoy enjoyed innings outing canning howe proceed exceed succeed "
        "ties dies relational conditional rational vietnamization hopefulness operator feudalism "
        "sensibility adjustable probate rate cease controll roll falling hissing fizzed failing "
        "sized hopping tanned motoring conflated troubled oaten plastered bled sing feed a as by "
        "is the its yes toy cries cry spied abilities electrical formative".split()
    )
    stemmer = PorterStemmer()
    write(
        "stems.json",
        dict(
            definition="stem: nltk PorterStemmer().stem(word) (NLTK_EXTENSIONS mode); "
            "rouge_token: stem if len(word) > 3 else word, as rouge_score tokenizes",
            nltk_irregular={
                word: form
                for form, group in {
                    "sky": ["sky", "skies"],
                    "die": ["dying"],
                    "lie": ["lying"],
                    "tie": ["tying"],
                    "news": ["news"],
                    "inning": ["innings", "inning"],
                    "outing": ["outings", "outing"],
                    "canning": ["cannings", "canning"],
                    "howe": ["howe"],
                    "proceed": ["proceed"],
                    "exceed": ["exceed"],
                    "succeed": ["succeed"],
                }.items()
                for word in group
            },
            cases=[
                dict(
                    word=word,
                    stem=stemmer.stem(word),
                    rouge_token=stemmer.stem(word) if len(word) > 3 else word,
                )
                for word in sorted(words)
            ],
        ),
    )


# --- Kolmogorov-Smirnov ----------------------------------------------------------------------


def ks_log10_p(x, y):
    """(D, log10 P(D' >= D)) in exact integers: lattice paths from (0,0) to (n,m).

    A path is a merging of the samples; it counts as extreme when |i/n - j/m| >= D at some point.
    Ties enter only through the observed D, as in scipy.
    """
    n, m = len(x), len(y)
    values = sorted(set(x) | set(y))
    distance = max(
        abs(Fraction(sum(a <= v for a in x), n) - Fraction(sum(b <= v for b in y), m))
        for v in values
    )
    if distance == 0:
        return 0.0, 0.0
    top, bottom = distance.numerator * n * m // distance.denominator, n * m  # D = top / (n m)
    assert Fraction(top, bottom) == distance
    inside = [0] * (m + 1)  # paths to (i, j) that never were extreme
    for i in range(n + 1):
        for j in range(m + 1):
            before = 1 if i == j == 0 else inside[j] + (inside[j - 1] if j else 0)
            inside[j] = 0 if abs(i * m - j * n) >= top else before
    total = math.comb(n + m, n)
    extreme = total - inside[m]
    return float(distance), log10_ratio(extreme, total)


def log10_ratio(a, b):
    """log10(a / b) for integers of any size."""
    if a == b:
        return 0.0
    if Fraction(a, b) > Fraction(1, 2):
        return math.log1p(-float(Fraction(b - a, b))) / math.log(10)
    shift_a, shift_b = max(0, a.bit_length() - 200), max(0, b.bit_length() - 200)
    ratio = float(Fraction(a >> shift_a, b >> shift_b))
    return math.log10(ratio) + (shift_a - shift_b) * math.log10(2)


def ks_samples():
    random = np.random.default_rng(20240607)

    def normal(size, mean=0.0, scale=1.0):
        return [round(float(v), 6) for v in random.normal(mean, scale, size)]

    def ties(size, top):
        return [float(v) for v in random.integers(0, top, size)]

    def line(size, start):
        return [float(start + i) for i in range(size)]

    same = normal(17)
    return {
        "one-each-different": ([0.0], [1.0]),
        "one-each-equal": ([2.5], [2.5]),
        "one-against-five": ([0.3], [0.1, 0.2, 0.4, 0.5, 0.6]),
        "one-against-nine-below": ([-1.0], line(9, 0)),
        "two-two-disjoint": ([0.0, 1.0], [2.0, 3.0]),
        "identical": (same, list(same)),
        "identical-with-ties": ([1.0, 1.0, 2.0, 3.0, 3.0], [1.0, 1.0, 2.0, 3.0, 3.0]),
        "identical-permuted": (same, same[::-1]),
        "equal-5": (normal(5), normal(5)),
        "equal-10": (normal(10), normal(10, 1.0)),
        "equal-20": (normal(20), normal(20, 0.5)),
        "equal-40": (normal(40), normal(40, 1.0)),
        "equal-100-scale": (normal(100), normal(100, 0.0, 2.0)),
        "equal-200-shift": (normal(200), normal(200, 1.5)),
        "equal-400-null": (normal(400), normal(400)),
        "unequal-3-7": (normal(3), normal(7, 1.0)),
        "unequal-10-15": (normal(10), normal(15, 1.0)),
        "unequal-12-18": (normal(12), normal(18, -1.0)),
        "unequal-40-300": (normal(40, 1.0), normal(300)),
        "unequal-200-300": (normal(200, 0.8), normal(300)),
        "unequal-coprime-29-31": (normal(29), normal(31, 0.7)),
        "swapped-unequal-300-40": (normal(300), normal(40, 1.0)),
        "ties-10": (ties(10, 4), ties(10, 6)),
        "ties-40-60": (ties(40, 5), ties(60, 8)),
        "ties-binary": ([0.0] * 8 + [1.0] * 4, [0.0] * 3 + [1.0] * 9),
        "ties-200": (ties(200, 10), ties(200, 14)),
        "all-one-value": ([1.0] * 6, [1.0] * 9),
        "small-difference-null-50": (line(50, 0), line(50, 0.5)),
        "disjoint-4-6": (line(4, 10), line(6, 0)),
        "disjoint-40": (line(40, 0), line(40, 1000)),
        "disjoint-200": (line(200, 0), line(200, 1000)),
        "disjoint-400": (line(400, 0), line(400, 1000)),
        "nearly-disjoint-400": (line(400, 0), line(400, 395.5)),
        "disjoint-1000": (line(1000, 0), line(1000, 5000)),
    }


def ks():
    cases = []
    for name, (x, y) in ks_samples().items():
        distance, log10_p = ks_log10_p(x, y)
        scipy_exact = stats.ks_2samp(x, y, alternative="two-sided", method="exact")
        scipy_auto = stats.ks_2samp(x, y, alternative="two-sided", method="auto")
        assert abs(scipy_exact.statistic - distance) < 1e-12, name
        p = float(scipy_exact.pvalue)
        if p > 1e-300:  # below that scipy underflows
            assert abs(math.log10(p) - log10_p) < 1e-9 * max(1, abs(log10_p)), (name, p, log10_p)
        if "disjoint" in name and not name.startswith("nearly"):
            want = log10_ratio(2, math.comb(len(x) + len(y), len(x)))
            assert abs(want - log10_p) < 1e-9, name
        cases.append(
            dict(
                name=name,
                x=x,
                y=y,
                d=distance,
                p_scipy_exact=p,
                p_scipy_auto=float(scipy_auto.pvalue),
                log10_p_exact=log10_p,
            )
        )
    assert len(cases) >= 25
    write(
        "ks.json",
        dict(
            definition="two-sided two-sample KS. log10_p_exact counts lattice paths in integers: "
            "P = 1 - inside / C(n+m, n), inside = paths with |i/n - j/m| < d everywhere. "
            "p_scipy_*: scipy.stats.ks_2samp(method=exact, auto); 0 where a float64 underflows",
            cases=cases,
        ),
    )


# --- AUC, harmonic mean, PrivLeak ------------------------------------------------------------


def auc():
    random = np.random.default_rng(3)
    samples = {
        "perfect": ([1.0, 2.0], [3.0, 4.0]),
        "reversed": ([3.0, 4.0], [1.0, 2.0]),
        "all-equal": ([1.0] * 3, [1.0] * 4),
        "one-tie": ([1.0, 2.0, 3.0], [2.0, 4.0]),
        "one-each": ([0.0], [1.0]),
        "one-each-tied": ([1.0], [1.0]),
        "negative-scores": ([-3.0, -2.5, -1.0], [-2.5, -0.5]),
    }
    for size, other, top in [(10, 12, 5), (40, 40, 8), (7, 200, 30), (100, 100, 1000), (50, 3, 2)]:
        samples[f"random-{size}-{other}-{top}"] = (
            [float(v) for v in random.integers(0, top, size)],
            [float(v) for v in random.integers(0, top, other) + 1],
        )
    cases = [
        dict(
            name=name,
            negative=low,
            positive=high,
            auc=float(roc_auc_score([0] * len(low) + [1] * len(high), low + high)),
        )
        for name, (low, high) in samples.items()
    ]
    write(
        "auc.json",
        dict(
            definition="sklearn roc_auc_score: P(positive > negative) + P(equal) / 2; in "
            "open-unlearning label 0 is forget, label 1 is holdout, score is higher for "
            "less member",
            cases=cases,
        ),
    )


def hmean():
    lists = [
        [1.0],
        [1.0, 1.0],
        [0.5, 0.25],
        [0.9895, 0.9857, 0.4747, 0.4555, 0.933, 0.5962, 0.4186, 0.8825, 0.539],
        [0.1, 0.2, 0.3, 0.4],
        [1e-12, 0.5, 0.9],
        [0.0, 0.5, 0.9],
        [0.0],
        [0.3] * 9,
        [1e-300, 1.0],
    ]
    with np.errstate(divide="ignore"):
        cases = [dict(values=values, hmean=float(stats.hmean(values))) for values in lists]
    write("hmean.json", dict(definition="scipy.stats.hmean; 0 when any value is 0", cases=cases))


def privleak():
    cases = []
    for value in (0.0, 0.05, 0.3, 0.4772, 0.5, 0.5393, 0.75, 0.95, 1.0):
        for retrained in (0.38, 0.4772, 0.5, 0.5393, 0.62):
            cases.append(
                dict(
                    auc=value,
                    auc_retrained=retrained,
                    open_unlearning=((1 - value) - (1 - retrained)) / (1 - retrained) * 100,
                    muse=(value - retrained) / retrained * 100,
                )
            )
    write(
        "privleak.json",
        dict(
            definition="open_unlearning ((1-auc)-(1-auc_retrained))/(1-auc_retrained)*100 "
            "without its 1e-10 in the "
            "denominator; muse (auc-auc_retrained)/auc_retrained*100. Both are given the "
            "same auc here, whichever class it calls positive",
            cases=cases,
        ),
    )


# --- Traces: what a model says about the label tokens of one answer --------------------------


def trace_case(logits, labels, temperature_note):
    logits = np.asarray(logits)
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp_all = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))  # (T, V)
    p_all = np.exp(logp_all)
    rows = np.arange(len(labels))
    logp = logp_all[rows, labels]
    hits = logits.argmax(axis=1) == labels
    mu = (p_all * logp_all).sum(axis=1)
    sigma2 = (p_all * (logp_all - mu[:, None]) ** 2).sum(axis=1)
    z = (logp - mu) / np.sqrt(np.maximum(sigma2, 1e-6))
    length = len(labels)
    lowest = max(1, int(length * 0.4))
    start = length
    while start > 0 and hits[start - 1]:
        start -= 1
    return dict(
        name=temperature_note,
        logits=logits.tolist(),
        labels=[int(v) for v in labels],
        logp=logp.tolist(),
        hit=[bool(v) for v in hits],
        mu=mu.tolist(),
        sigma2=sigma2.tolist(),
        z=z.tolist(),
        probability=float(np.exp(logp.mean())),
        loss=float(-logp.mean()),
        exact_memorization=float(hits.mean()),
        extraction_strength=float(1 - start / length),
        min_k_tokens=lowest,
        min_k=float(np.sort(logp)[:lowest].mean()),
        min_k_plus_plus=float(np.sort(z)[:lowest].mean()),
    )


def traces():
    random = np.random.default_rng(11)

    def make(length, vocabulary, scale, planted=()):
        """planted: positions whose label is given the highest logit."""
        logits = np.round(random.normal(0, scale, (length, vocabulary)), 4)
        labels = random.integers(0, vocabulary, length)
        for t in range(length):
            best = logits[t].argmax()
            if t in planted:
                labels[t] = best
            elif labels[t] == best:
                labels[t] = (best + 1) % vocabulary
        return logits, labels

    settings = [
        ("one-token-hit", 1, 4, 1, [0]),
        ("one-token-miss", 1, 4, 1, []),
        ("two-tokens", 2, 8, 1, [1]),
        ("three-last-hit", 3, 8, 2, [2]),
        ("all-hit", 8, 16, 3, range(8)),
        ("none-hit", 8, 16, 3, []),
        ("suffix-of-5", 12, 16, 2, [0, 3, 7, 8, 9, 10, 11]),
        ("last-misses", 10, 12, 2, range(9)),
        ("first-misses", 10, 12, 2, range(1, 10)),
        ("sharp", 6, 16, 12, [0, 2, 3, 5]),
        ("flat", 7, 16, 0.01, [1, 6]),
        ("long", 12, 16, 1, [2, 5, 11]),
        ("five", 5, 16, 4, [3, 4]),
    ]
    cases = []
    for name, length, vocabulary, scale, planted in settings:
        logits, labels = make(length, vocabulary, scale, set(planted))
        cases.append(trace_case(logits, labels, name))
    uniform = trace_case(np.zeros((3, 4)), np.array([1, 2, 3]), "uniform-sigma-floor")
    cases.append(
        uniform
    )  # sigma2 = 0: the floor of 1e-6 holds, and ties in argmax go to the first id

    write(
        "trace_metrics.json",
        dict(
            definition="row t of logits predicts labels[t]. mu = E_p[log p], "
            "sigma2 = Var_p[log p], natural "
            "logarithm. extraction_strength = 1 - k/L, k the smallest index with hit[k:] all true. "
            "min_k: mean of the int(L*0.4), at least 1, lowest logp; min_k_plus_plus the same over "
            "z = (logp - mu)/sqrt(max(sigma2, 1e-6)), its lowest picked by z. Not negated. "
            "loss = mean of -logp. hit: first argmax on ties",
            cases=cases,
            truth_ratio=truth_ratios(),
        ),
    )


def truth_ratios():
    random = np.random.default_rng(12)
    cases = []
    for i in range(14):
        correct = float(np.round(-random.exponential(1.5), 5))
        wrong = [
            float(v) for v in np.round(correct - random.normal(0.8 - 0.25 * (i % 7), 0.7, 5), 5)
        ]
        wrong = [min(v, -1e-5) for v in wrong]
        if i == 12:
            wrong = [correct] * 5  # R = 1
        if i == 13:
            correct, wrong = -0.001, [-40.0, -50.0, -45.0, -60.0, -41.5]  # R close to 0
        c, w = math.exp(correct), math.exp(sum(wrong) / len(wrong))
        ratio = w / c
        cases.append(
            dict(
                correct_mean_logp=correct,
                wrong_mean_logps=wrong,
                ratio=ratio,
                closer_to_1=min(ratio, 1 / ratio),
                true_better=max(0.0, 1 - ratio),
                prob_mean=c / (c + w),
                arithmetic_ratio=sum(map(math.exp, wrong)) / len(wrong) / c,
            )
        )
    return cases


# --- TOFU's published logs -------------------------------------------------------------------

SPLITS = {
    "retain": "eval_log.json",
    "real_authors": "eval_real_author_wo_options.json",
    "world_facts": "eval_real_world_wo_options.json",
    "forget": "eval_log_forget.json",
}


def column(log, key):
    return [log[key][index] for index in sorted(log[key], key=int)]


def log_truth_ratios(log):
    """R = exp(mean loss of the paraphrased answer - mean of the mean losses of the wrong ones)."""
    right, wrong = column(log, "avg_paraphrased_loss"), column(log, "average_perturb_loss")
    return np.array([math.exp(r - sum(w) / len(w)) for r, w in zip(right, wrong)])


def log_probability(split, log):
    losses = column(log, "avg_gt_loss")
    if split in ("retain", "forget"):
        return float(np.mean(np.exp(-np.array(losses))))
    shares = []
    for loss, wrong in zip(losses, column(log, "average_perturb_loss")):
        right = math.exp(-loss)
        shares.append(right / (right + sum(math.exp(-w) for w in wrong)))
    return float(np.mean(shares))


def tofu_model(logs):
    scores = {}
    for split, file in SPLITS.items():
        ratios = log_truth_ratios(logs[file])
        closer = np.minimum(ratios, 1 / ratios)
        better = np.maximum(0, 1 - ratios)
        scores[split] = dict(
            samples=len(ratios),
            probability=log_probability(split, logs[file]),
            rouge_l_recall=float(np.mean(column(logs[file], "rougeL_recall"))),
            truth_ratio=float(np.mean(closer if split == "forget" else better)),
        )
    nine = [
        scores[s][k]
        for s in ("retain", "real_authors", "world_facts")
        for k in ("probability", "rouge_l_recall", "truth_ratio")
    ]
    return dict(splits=scores, nine=nine, model_utility=float(stats.hmean(nine)))


def tofu_logs(data):
    logs = {
        name: json.loads((data / "tofu_logs" / f"llama2-7b_{name}.json").read_text())
        for name in ("full", "retain90", "retain95")
    }
    forget = {name: log_truth_ratios(log[SPLITS["forget"]]).tolist() for name, log in logs.items()}
    quality = []
    for reference in ("retain90", "retain95"):
        result = stats.ks_2samp(forget["full"], forget[reference])
        distance, log10_p = ks_log10_p(forget["full"], forget[reference])
        assert (
            abs(distance - result.statistic) < 1e-12
            and abs(log10_p - math.log10(result.pvalue)) < 1e-9
        )
        quality.append(
            dict(
                model="full",
                reference=reference,
                n=len(forget["full"]),
                m=len(forget[reference]),
                d=distance,
                p_value=float(result.pvalue),
                log10_p_exact=log10_p,
            )
        )
    models = {name: tofu_model(log) for name, log in logs.items()}

    # The published figures.
    assert round(models["full"]["model_utility"], 4) == 0.6227
    assert round(models["retain90"]["model_utility"], 4) == 0.6137
    assert round(models["retain95"]["model_utility"], 4) == 0.6006
    assert f"{quality[0]['p_value']:.3e} {quality[0]['d']:.4f}" == "1.834e-21 0.3967"
    assert f"{quality[1]['p_value']:.3e} {quality[1]['d']:.4f}" == "6.504e-16 0.3800"

    write(
        "tofu_logs.json",
        dict(
            source="shared/data/tofu_logs/llama2-7b_{full,retain90,retain95}.json",
            files=SPLITS,
            keys_used=dict(
                probability="retain, forget: mean of exp(-avg_gt_loss). "
                "real_authors, world_facts: mean of "
                "exp(-avg_gt_loss) / (exp(-avg_gt_loss) + sum_j exp(-average_perturb_loss[j]))",
                rouge_l_recall="mean of rougeL_recall",
                truth_ratio="R = exp(avg_paraphrased_loss - mean_j average_perturb_loss[j]) "
                "(geometric); retain, "
                "real_authors, world_facts: mean of max(0, 1 - R); forget: mean of min(R, 1/R)",
                model_utility="harmonic mean of nine: "
                "{probability, rouge_l_recall, truth_ratio} x {retain, "
                "real_authors, world_facts}",
                forget_quality="scipy ks_2samp (auto, i.e. exact) of the R of the forget split, "
                "model against "
                "reference",
                not_used="truth_ratio of the logs (same numbers in float32, "
                "see truth_ratio_max_difference), gt_loss, "
                "num_token_*, normalized_gt_loss, rouge1_recall, generated_text",
            ),
            truth_ratio_max_difference=max(
                float(
                    np.max(
                        np.abs(
                            log_truth_ratios(log[file]) / np.array(column(log[file], "truth_ratio"))
                            - 1
                        )
                    )
                )
                for log in logs.values()
                for file in SPLITS.values()
            ),
            models=models,
            forget_quality=quality,
        ),
    )


def main():
    root = HERE.parents[2]
    near = [folder / "shared" / "data" for folder in (root, root.parent)]
    data = (
        pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else next(filter(pathlib.Path.exists, near))
    )
    rouge()
    ks()
    auc()
    hmean()
    privleak()
    traces()
    stems(data)
    tofu_logs(data)


if __name__ == "__main__":
    main()
