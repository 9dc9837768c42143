"""Makes closed.json: UCE, RECE and MACE's refinement by brute force, layer by layer, in float64.

Each layer's weights are solved for twice, from the normal equations and by lstsq on the stacked
system, as if nothing were known of what the layers share. RECE finds its states by lstsq over all
layers stacked. All inputs follow from their names (formula.py): 2 u - 1.
"""

import pathlib
import sys

import numpy

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

import formula
import golden_json

WIDTH = 12
HEIGHTS = (5, 8, 16)
TOKENS = 4


def matrix(name, rows):
    return (2 * formula.uniform("closed." + name, rows * WIDTH) - 1).reshape(rows, WIDTH)


LAYERS = [matrix(f"layer.{h}", h) for h in HEIGHTS]
ERASE = {name: matrix("erase." + name, TOKENS) for name in "abc"}
GUIDE = {name: matrix("guide." + name, TOKENS) for name in "abc"}
for prompt in "abc":  # a prompt's first token is the same in every text
    GUIDE[prompt][0] = ERASE[prompt][0]
PRESERVED = {"p": matrix("preserved.p", 3), "q": matrix("preserved.q", 2)}
CAPTIONS = matrix("captions", 40)


def close(a, b, tolerance):
    error = numpy.abs(a - b).max()
    assert error < tolerance, error
    return a


def solve(weight, rows, aims, weights, ridge):
    """min over W' of sum w_i |W' x_i - W y_i|^2 + ridge |W' - W|^2, in two ways."""
    scale = numpy.sqrt(weights)[:, None]
    identity = numpy.eye(WIDTH)
    values = aims @ weight.T
    mat1 = ridge * weight + (weights[:, None] * values).T @ rows
    mat2 = ridge * identity + (weights[:, None] * rows).T @ rows
    normal = numpy.linalg.solve(mat2.T, mat1.T).T
    inverse = mat1 @ numpy.linalg.inv(mat2)
    stacked = numpy.concatenate([scale * rows, numpy.sqrt(ridge) * identity])
    wanted = numpy.concatenate([scale * values, numpy.sqrt(ridge) * weight.T])
    least, *_ = numpy.linalg.lstsq(stacked, wanted, rcond=None)
    close(normal, inverse, 1e-11)
    return close(normal, least.T, 1e-11)


def together(erase, guide, kept, erase_scale, preserve_scale):
    rows = numpy.concatenate([*erase, *kept])
    aims = numpy.concatenate([*guide, *kept])
    moved = sum(len(e) for e in erase)
    weights = numpy.full(len(rows), float(preserve_scale))
    weights[:moved] = erase_scale
    return rows, aims, weights


def uce(layers, erase, guide, kept, scales):
    erase_scale, preserve_scale, ridge = scales
    rows, aims, weights = together(erase, guide, kept, erase_scale, preserve_scale)
    return [solve(w, rows, aims, weights, ridge) for w in layers]


def derived(layers, original, states, ridge):
    """min over c' of sum |W_i c' - W_i0 c|^2 + ridge |c'|^2, for each row c."""
    stacked = numpy.concatenate([*layers, numpy.sqrt(ridge) * numpy.eye(WIDTH)])
    wanted = numpy.concatenate([*(w @ states.T for w in original), numpy.zeros((WIDTH, len(states)))])
    least, *_ = numpy.linalg.lstsq(stacked, wanted, rcond=None)
    gram = sum(w.T @ w for w in layers) + ridge * numpy.eye(WIDTH)
    cross = sum(w.T @ v for w, v in zip(layers, original))
    close(least, numpy.linalg.solve(gram, cross @ states.T), 1e-9)
    return least.T


def rece(erase, guide, kept, scales, ridge, epochs):
    layers = uce(LAYERS, erase, guide, kept, scales)
    for _ in range(epochs):
        again = [derived(layers, LAYERS, states, ridge) for states in erase]
        layers = uce(layers, again, guide, kept, scales)
    return layers


def share_one_matrix(layers):
    """R of the highest layer, where W0 has full column rank, makes all of them."""
    shared, *_ = numpy.linalg.lstsq(LAYERS[-1], layers[-1], rcond=None)
    for old, new in zip(LAYERS, layers):
        close(old @ shared, new, 1e-11)
    return numpy.linalg.svd(shared - numpy.eye(WIDTH), compute_uv=False)


def relative(new, text, old, aim):
    return numpy.sqrt(
        sum(numpy.sum((n @ text.T - o @ aim.T) ** 2) for n, o in zip(new, old))
        / sum(numpy.sum((o @ aim.T) ** 2) for o in old)
    )


def case(name, layers, texts, **settings):
    concepts, rows, kept = texts
    values = share_one_matrix(layers)
    scores = dict(
        before=[relative(LAYERS, ERASE[c][rows], LAYERS, GUIDE[c][rows]) for c in concepts],
        erased=[relative(layers, ERASE[c][rows], LAYERS, GUIDE[c][rows]) for c in concepts],
        erased_in_first_layer=[
            relative(layers[:1], ERASE[c][rows], LAYERS[:1], GUIDE[c][rows]) for c in concepts
        ],
        preserved=[relative(layers, PRESERVED[p], LAYERS, PRESERVED[p]) for p in kept],
    )
    return dict(
        name=name,
        settings=settings,
        concepts=list(concepts),
        last_only=rows == slice(-1, None),
        preserved=list(kept),
        rank=int(numpy.sum(values > 1e-9 * values[0])),
        scores={k: [float(v) for v in vs] for k, vs in scores.items()},
        layers=[w.ravel().tolist() for w in layers],
    )


def chosen(concepts, rows, kept):
    return (
        [ERASE[c][rows] for c in concepts],
        [GUIDE[c][rows] for c in concepts],
        [PRESERVED[p] for p in kept],
    )


def uce_case(name, texts, scales):
    erase, preserve, keep = scales
    layers = uce(LAYERS, *chosen(*texts), scales)
    return case(name, layers, texts, eraseScale=erase, preserveScale=preserve, keepScale=keep)


def rece_case(name, texts, scales, ridge, epochs):
    _, preserve, keep = scales
    layers = rece(*chosen(*texts), scales, ridge, epochs)
    settings = dict(preserveScale=preserve, keepScale=keep, regularScale=ridge, epochs=epochs)
    return case(name, layers, texts, **settings)


def mace_case(name, texts, preserve, keep):
    erase, guide, kept = chosen(*texts)
    layers = uce(LAYERS, erase, guide, kept + [CAPTIONS], (1, preserve, keep))
    return case(name, layers, texts, preserveScale=preserve, keepScale=keep)


def bias_toy():
    """A layer with a bias: targets with it, as public code for Flux has them, and without."""
    weight = matrix("toy.layer", 16)
    direction = 2 * formula.uniform("closed.toy.bias", 16) - 1
    erase, guide, kept = matrix("toy.erase", 1), matrix("toy.guide", 1), matrix("toy.kept", 8)
    scales = (1, 1, 0.009)
    rows, aims, weights = together([erase], [guide], [kept], scales[0], scales[1])

    def share(scale):
        bias = scale * direction
        return numpy.linalg.norm(bias) * numpy.sqrt(len(kept)) / numpy.linalg.norm(kept @ weight.T + bias)

    low, high = 0.0, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if share(middle) < 0.128 else (low, middle)
    bias = low * direction
    right = solve(weight, rows, aims, weights, scales[2])
    doubled = scales[2] * weight + (weights[:, None] * (aims @ weight.T + bias)).T @ rows
    system = scales[2] * numpy.eye(WIDTH) + (weights[:, None] * rows).T @ rows
    wrong = doubled @ numpy.linalg.inv(system)
    outputs = kept @ weight.T + bias

    def error(new):
        return float(numpy.linalg.norm(kept @ new.T + bias - outputs) / numpy.linalg.norm(outputs))

    return dict(bias=bias.tolist(), bias_share=float(share(low)), bias_twice=error(wrong), right=error(right))


def main():
    last, whole = slice(-1, None), slice(None)
    three = ("abc", last, "pq")
    two = ("ab", whole, "p")
    cases = [
        uce_case("uce_one", ("a", last, ""), (1, 1, 0.5)),
        uce_case("uce_three", three, (1, 1, 0.5)),
        uce_case("uce_prompt", two, (2, 0.3, 0.1)),
        rece_case("rece_style", two, (1, 0.1, 0.1), 1e-3, 1),
        rece_case("rece_nudity", two, (1, 0.1, 0.1), 0.1, 3),
        rece_case("rece_last", three, (1, 0.1, 0.1), 0.1, 2),
        mace_case("mace_prior_and_ridge", two, 0.01, 0.7),
        mace_case("mace_prior_alone", ("abc", whole, "q"), 1, 0),
    ]
    content = dict(width=WIDTH, heights=HEIGHTS, tokens=TOKENS, cases=cases, toy=bias_toy())
    golden_json.write(HERE / "closed.json", content, 17)
    for c in cases:
        print(c["name"], "rank", c["rank"], {k: [round(v, 4) for v in vs] for k, vs in c["scores"].items()})
    print({k: v for k, v in content["toy"].items() if k != "bias"})


if __name__ == "__main__":
    main()
