"""Makes distance.json: distances of two sets of features with scipy and numpy, in float64.

Squared Frechet distance of the fitted normal distributions, with scipy.linalg.sqrtm where the
covariances are regular and by the singular values of A^T B (Sigma_1 = A A^T, Sigma_2 = B B^T) where
they are not; the unbiased squared MMD under (x.y / F + 1)^3, by full kernel matrices; Wilson's
interval with scipy.stats.
"""

import pathlib
import sys

import numpy as np
import scipy
import scipy.linalg
import scipy.stats

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
import golden_json  # noqa: E402


def frechet(x, y):
    gap = x.mean(0) - y.mean(0)
    first, second = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(first @ second)
    assert np.abs(np.imag(root)).max() < 1e-9
    covariances = np.trace(first) + np.trace(second) - 2 * np.trace(np.real(root))
    return float(gap @ gap), float(covariances)


def frechet_by_singular_values(x, y):
    gap = x.mean(0) - y.mean(0)
    a = (x - x.mean(0)).T / np.sqrt(len(x) - 1)
    b = (y - y.mean(0)).T / np.sqrt(len(y) - 1)
    overlap = np.linalg.svd(a.T @ b, compute_uv=False).sum()
    return float(gap @ gap), float((a * a).sum() + (b * b).sum() - 2 * overlap)


def mmd(x, y):
    def kernel(a, b):
        return (a @ b.T / x.shape[1] + 1) ** 3

    within = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in (kernel(x, x), kernel(y, y))]
    return float(within[0] + within[1] - 2 * kernel(x, y).mean())


def case(name, x, y, distance):
    means, covariances = distance(x, y)
    return {
        "name": name,
        "means": means,
        "covariances": covariances,
        "mmd": mmd(x, y),
        "x": x.tolist(),
        "y": y.tolist(),
    }


def main():
    random = np.random.default_rng(20261123)
    mix = random.normal(size=(6, 6))
    x = random.normal(size=(40, 6)).round(6)
    y = (random.normal(size=(25, 6)) @ mix + 0.5).round(6)
    few = random.normal(size=(5, 8)).round(6), (2 * random.normal(size=(4, 8)) - 1).round(6)
    wide = random.normal(size=(60, 32)).round(6), (random.normal(size=(48, 32)) * 0.3).round(6)
    shares = []
    for k, n, level in [(0, 5, 0.95), (3, 10, 0.95), (96, 100, 0.95), (7, 7, 0.9), (450, 480, 0.99)]:
        got = scipy.stats.binomtest(k, n).proportion_ci(level, method="wilson")
        shares.append({"k": k, "n": n, "level": level, "low": got.low, "high": got.high})
    golden_json.write(
        HERE / "distance.json",
        {
            "versions": f"numpy {np.__version__}, scipy {scipy.__version__}",
            "distances": [
                case("regular", x, y, frechet),
                case("regular, 32 features", *wide, frechet),
                case("fewer pictures than features", *few, frechet_by_singular_values),
            ],
            "shares": shares,
        },
        17,
    )


if __name__ == "__main__":
    main()
