"""Weights and inputs that follow from their names: palimpsest.testkit.FormulaWeights has the same."""

import math
import zlib

import numpy
import torch


def uniform(name, size):
    """Values in [0, 1) by name and number, float64."""
    with numpy.errstate(over="ignore"):
        start = numpy.uint64(zlib.crc32(name.encode("utf-8"))) << numpy.uint64(32)
        z = (start + numpy.arange(1, size + 1, dtype=numpy.uint64)) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return (z >> numpy.uint64(40)).astype(numpy.float64) / 2**24


def values(name, shape):
    """The tensor of a name and a shape, float32."""
    size = math.prod(shape)
    u = uniform(name, size)
    if len(shape) > 1:
        made = math.sqrt(3.0 * shape[0] / size) * (2 * u - 1)
    else:
        made = (1 if name.endswith("weight") else 0) + 0.1 * (2 * u - 1)
    return torch.from_numpy(made.astype(numpy.float32)).reshape(shape)


def fill(module):
    """Fills all parameters of a module by their names in its state dict."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(values(name, tuple(parameter.shape)))
    return module


def inputs(name, shape):
    """An input of about unit variance, float32."""
    u = uniform(name, math.prod(shape))
    return torch.from_numpy((math.sqrt(12.0) * (u - 0.5)).astype(numpy.float32)).reshape(shape)
