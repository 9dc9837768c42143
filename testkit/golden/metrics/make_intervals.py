"""Makes intervals.json: bootstrap percentile intervals and Student's t.

Usage: python make_intervals.py   (no data, no network)

Percentile intervals depend on the draws, so that two programs agree only up to the error of B
draws: each case gives scipy.stats.bootstrap's ends (method="percentile", 200,000 resamples) and the
standard deviation of an end over 40 runs of 1000 resamples.
"""

import pathlib
import sys

import numpy as np
from scipy import stats
from sklearn.metrics import roc_auc_score

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import golden_json  # noqa: E402


def area(members, others):
    return roc_auc_score([1] * len(members) + [0] * len(others), np.concatenate([members, others]))


def areas(members, others, axis=-1):
    """Mann-Whitney of each row."""
    wins = (members[..., :, None] > others[..., None, :]).mean((-1, -2))
    return wins + (members[..., :, None] == others[..., None, :]).mean((-1, -2)) / 2


def distance(x, y):
    return stats.ks_2samp(x, y).statistic


def hmean_of_means(a, b, c, axis=-1):
    return 3 / (1 / a.mean(axis) + 1 / b.mean(axis) + 1 / c.mean(axis))


def ends(data, statistic, vectorized, paired=False, resamples=200_000, seed=0):
    interval = stats.bootstrap(
        data,
        statistic,
        n_resamples=resamples,
        method="percentile",
        vectorized=vectorized,
        paired=paired,
        batch=1000,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return [float(interval.low), float(interval.high)]


def case(name, data, statistic, vectorized=True, paired=False, resamples=200_000):
    low, high = ends(data, statistic, vectorized, paired, resamples)
    small = np.array([ends(data, statistic, vectorized, paired, 1000, s) for s in range(1, 41)])
    return {
        "name": name,
        "data": [d.tolist() for d in data],
        "low": low,
        "high": high,
        "error_low": float(small[:, 0].std(ddof=1)),
        "error_high": float(small[:, 1].std(ddof=1)),
    }


def main():
    random = np.random.default_rng(7)
    skewed = np.round(random.beta(0.5, 3, 60), 6)
    members, others = np.round(random.normal(0.6, 1, 40), 3), np.round(random.normal(0, 1, 50), 3)
    kept = np.round(random.beta([[6], [4], [2]], 2, (3, 40)), 6)
    x, y = np.round(random.normal(0, 1, 30), 3), np.round(random.normal(1, 1, 30), 3)
    assert abs(areas(members, others) - area(members, others)) < 1e-12
    cases = [
        case("mean", (skewed,), np.mean),
        case("auc", (members, others), areas, resamples=20_000),
        case("harmonic mean of three means of the same examples", tuple(kept), hmean_of_means, paired=True),
        case("ks distance of the same examples", (x, y), distance, vectorized=False, paired=True, resamples=5000),
    ]
    student = [
        {"level": level, "freedom": n, "t": float(stats.t.ppf((1 + level) / 2, n))}
        for level in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
        for n in (1, 2, 3, 4, 5, 9, 10, 29, 30, 99, 400)
    ]
    golden_json.write(
        HERE / "intervals.json", {"definition": __doc__, "cases": cases, "student_t": student}, 17
    )


if __name__ == "__main__":
    main()
