"""Vectors, padding, dtypes and memory in NumPy, by its default calls. It has no neural networks to ask about."""

import numpy as np

from backends.contract import arrays, probe
from spec.questions.padding import MODES
from spec.questions.words import accepted, when

PROBES = {
    "numpy": {
        "convolve.default": lambda x, k: np.convolve(x, k),
        "correlate.default": lambda x, k: np.correlate(x, k),
        "padding.order": lambda x: np.pad(x, ((1, 2), (3, 4))),
        "padding.modes": lambda x: accepted(MODES, lambda mode: np.pad(x, 1, mode)),
        "padding.reflect": lambda x: np.pad(x, ((0, 0), (2, 2)), "reflect"),
        "padding.negative": lambda x: np.pad(x, -1),
        "pool.nan": lambda x: x.reshape(1, 2, 3, 2).max(axis=(1, 3)),
        "dtype.add": lambda x, k: str((x + k).dtype),
        "dtype.add.integers": lambda x, k: str((x + k).dtype),
        "dtype.numpy": arrays(lambda x: str(np.array(x).dtype)),
        "dtype.list": lambda: str(np.array([1.5, 2.5]).dtype),
        "errors.when": lambda x: when(lambda: np.linalg.cholesky(x), np.asarray),
    },
}


@probe("memory.in", "numpy.array", arrays=True)
def copied(x):
    t = np.array(x)
    x[0] = 9
    return t


@probe("memory.in", "numpy.asarray", arrays=True)
def shared(x):
    t = np.asarray(x)
    x[0] = 9
    return t


@probe("memory.out", "numpy")
def out(x):
    a = np.asarray(x)
    a[0] = 9
    return x


@probe("memory.assign", "numpy")
def assign(x):
    x[0] = 9
    return x


@probe("memory.view", "numpy")
def view(x):
    part = x[:2]
    part[0] = 9
    return x
