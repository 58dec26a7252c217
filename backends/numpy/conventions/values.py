"""What NumPy does by default. It has no neural network; asked is what it has: vectors, pads, dtypes, memory."""

import numpy as np

from backends.contract import probe
from spec.questions.padding import MODES
from spec.questions.words import accepted, when


@probe("convolve.default", "numpy")
def convolve(x, k):
    return np.convolve(x, k)


@probe("correlate.default", "numpy")
def correlate(x, k):
    return np.correlate(x, k)


@probe("padding.order", "numpy")
def order(x):
    return np.pad(x, ((1, 2), (3, 4)))


@probe("padding.modes", "numpy")
def modes(x):
    return accepted(MODES, lambda mode: np.pad(x, 1, mode))


@probe("padding.reflect", "numpy")
def reflect(x):
    return np.pad(x, ((0, 0), (2, 2)), "reflect")


@probe("padding.negative", "numpy")
def negative(x):
    return np.pad(x, -1)


@probe("pool.nan", "numpy")
def nan(x):
    return x.reshape(1, 2, 3, 2).max(axis=(1, 3))


@probe("dtype.add", "numpy")
def add(x, k):
    return str((x + k).dtype)


@probe("dtype.add.integers", "numpy")
def add_integers(x, k):
    return str((x + k).dtype)


@probe("dtype.numpy", "numpy", arrays=True)
def from_array(x):
    return str(np.array(x).dtype)


@probe("dtype.list", "numpy")
def from_list():
    return str(np.array([1.5, 2.5]).dtype)


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


@probe("errors.when", "numpy")
def values(x):
    return when(lambda: np.linalg.cholesky(x), np.asarray)
