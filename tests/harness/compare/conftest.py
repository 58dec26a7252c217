"""Traces of a small network, computed here and written by the common part of the recorders."""

import numpy as np
import pytest

from backends.recorder import Recording
from harness import cli
from harness.compare.kinds import computed
from harness.compare.model import Model
from harness.compare.search import compare_models
from harness.compare.trace import read
from spec.layouts import convert

RANDOM = np.random.default_rng(14)
X = RANDOM.standard_normal((2, 3, 8, 9)).astype("f4")
W = (RANDOM.standard_normal((4, 3, 3, 3)) / 5).astype("f4")
NORM = {name: RANDOM.uniform(0.5, 1.5, 4).astype("f4") for name in ("scale", "shift", "mean", "variance")}
DENSE = (RANDOM.standard_normal((5, 4 * 8 * 9)) / 17).astype("f4")
CONV = {"stride": [1, 1], "padding": "same", "dilation": [1, 1], "groups": 1}


class Writer:
    """Writes a network layer by layer, in one layout; `last` is the canonical result so far."""

    def __init__(self, folder, layout="NCHW", x=X) -> None:
        self.layout, self.last = layout, x
        self.recording = Recording(folder, "numpy", {}, lambda one: isinstance(one, np.ndarray), np.copy, layout)
        self.raw = self.keep = self._raw(x)
        self.recording.inputs = [self.recording.new(self.raw)]
        self.held = [self.raw]

    def _raw(self, array):
        return convert(array, "NCHW", self.layout).copy() if array.ndim == 4 else array.copy()

    def layer(self, name, kind, settings=None, weights=None, claimed=None, seen=True, inputs=None):
        """Compute a layer; `claimed` settings are written in place of those used, and nothing if it is not `seen`."""
        settings, weights = settings or {}, weights or {}
        given = [self.last] if inputs is None else [one for one, _ in inputs]
        sources = [self.raw] if inputs is None else [one for _, one in inputs]
        value = computed(kind, settings, given, weights).astype("f4")
        raw = self._raw(value)
        if kind == "flatten" and self.layout == "NHWC":
            raw = self.raw.reshape(len(self.raw), -1).copy()
        shown = {**(settings if claimed is None else claimed)}
        held = {key: array.copy() for key, array in weights.items()}
        if kind in ("conv2d", "batch_norm2d", "flatten"):
            shown["layout"] = self.layout
        if kind == "conv2d":
            shown["kernel_layout"] = "OIHW" if self.layout == "NCHW" else "HWIO"
            held["w"] = convert(held["w"], "OIHW", shown["kernel_layout"])
        if kind == "dense":
            shown["kernel_layout"] = "OI"
            if self.layout == "NHWC":
                held["w"] = held["w"].reshape(5, 4, 8, 9).transpose(0, 2, 3, 1).reshape(5, -1)
        if seen:
            names = [self.recording.named(one) for one in sources]
            self.recording.add(name, kind, kind, shown, names, [raw], held)
        self.held.append(raw)
        self.last, self.raw = value, raw
        return self

    def finish(self):
        self.recording.outputs = [self.recording.named(self.raw)]
        self.recording.finish(False)


def network(folder, layout="NCHW", norm=NORM, w=W, dense=DENSE, form="relu", skip=(), hide=(), epsilon=1e-3, x=X):
    """Convolution, norm, activation, flatten, dense; some of them left out, or not seen by the recorder."""
    writer = Writer(folder, layout, x)
    steps = [
        ("conv", "conv2d", CONV, {"w": w}),
        ("norm", "batch_norm2d", {"epsilon": epsilon, "momentum": 0.9, "training": False}, norm),
        ("act", "activation", {"form": form}, {}),
        ("flat", "flatten", {}, {}),
        ("dense", "dense", {}, {"w": dense}),
    ]
    for name, kind, settings, weights in steps:
        if name not in skip:
            writer.layer(name, kind, settings, weights, seen=name not in hide)
    writer.finish()
    return folder


@pytest.fixture
def two(tmp_path):
    """The rows of a comparison: the right network in NCHW against a changed one in NHWC."""

    def compare(first=None, **changes):
        one = network(tmp_path / "a", **(first or {}))
        other = network(tmp_path / "b", "NHWC", **changes)
        return compare_models(Model(read(one)), Model(read(other)))[0]

    return compare


@pytest.fixture
def error(capsys):
    """The one line that a command's wrong input comes to."""

    def line(*arguments) -> str:
        capsys.readouterr()
        assert cli.main([str(one) for one in arguments]) == 2
        found = capsys.readouterr()
        assert (found.out, found.err.count("\n")) == ("", 1)
        return found.err

    return line
