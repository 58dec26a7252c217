"""Bridges in few words: only the calls that remain, defaults left out, pads as numbers or by formula, and proven."""

import dataclasses
import sys
from pathlib import Path

import pytest

from harness.bridge.short import pads_of, shorten
from harness.bridge.translate import bridge
from harness.commands import bridge as bridging
from harness.workers.backends import FOLDER, Backend
from harness.workers.supervisor import Supervisor
from reports.facts.bridge import HOLDS
from spec import operators
from spec.errors import UserError

NUMPY = Backend("numpy", FOLDER / "numpy" / "adapter.py", Path(sys.executable))
PLAIN = '''
"""Max pooling by NumPy's own functions, as a framework has them."""
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from backends.contract import native
from spec.padding import explicit

TRANSPOSE = np.transpose

class Adapter:
    def from_numpy(self, array):
        return array

    def to_numpy(self, tensor):
        return tensor

    @native("NHWC")
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode):
        rows, columns = explicit(padding, x.shape[1:3], kernel_size, stride, dilation)
        if any((*rows, *columns)):
            x = np.pad(x, ((0, 0), rows, columns, (0, 0)), mode="constant", constant_values=-np.inf)
        seen = sliding_window_view(x, tuple(kernel_size), axis=(1, 2))
        return seen[:, :: stride[0], :: stride[1]].max(axis=(4, 5))
'''


@pytest.fixture
def plain(tmp_path):
    """A backend whose calls can be noted."""
    (tmp_path / "plain").mkdir()
    path = tmp_path / "plain" / "adapter.py"
    path.write_text(PLAIN)
    return Backend("plain", path, Path(sys.executable))


def pool(target, **attrs):
    return bridge("max_pool2d", NUMPY, target, operators()["max_pool2d"].complete({"kernel_size": [3, 2], **attrs}))


def proven(one, whole=False):
    supervisor = Supervisor(NUMPY)
    try:
        [found] = bridging.shortest([one], {"numpy": supervisor}, {"numpy": "2", "plain": "1"}, whole)
        return found
    finally:
        supervisor.close()


def test_with_a_size_the_pads_are_numbers_and_what_is_default_is_left_out(plain):
    one = bridging.sized(pool(plain, padding="same", stride=[2, 2]), (224, 223), None)
    told, proof = proven(one)
    assert proof.verdict == HOLDS
    assert 'np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=float("-inf"))' in told.code
    assert "images of 224 x 223" in told.code
    assert "explicit" not in told.code
    assert len(told.code.splitlines()) < 15
    assert bridging._call(told).startswith("y = sliding_window_view(np.pad(")


def test_without_a_size_two_lines_compute_the_pads(plain):
    told, proof = proven(pool(plain, padding="same", stride=[2, 2]))
    assert proof.verdict == HOLDS
    assert "rows, columns = (max((-(-size // 2) - 1) * 2 + kernel - size, 0) for size, kernel" in told.code
    assert "(top, bottom), (left, right)" in told.code
    assert "zip(x.shape[1:3], (3, 2))" in told.code
    sizes = {finding.trial.partition("(")[2] for finding in proof.findings}
    assert len(sizes) == 2, "the formula is tried on images of two sizes"


@pytest.mark.parametrize("padding", ["same", "same_lower", "full", "valid"])
@pytest.mark.parametrize(("stride", "dilation"), [([1, 1], [1, 1]), ([2, 3], [1, 1]), ([3, 3], [2, 2])])
def test_the_formula_is_that_of_the_specification(plain, padding, stride, dilation):
    if padding == "valid":
        assert "np.pad" not in proven(pool(plain, stride=stride, padding=padding))[0].code
        return
    from spec.padding import explicit

    one = pool(plain, padding=padding, stride=stride, dilation=dilation)
    for size in ([7, 8], [12, 5], [9, 9]):
        space = {"x": type("Array", (), {"shape": (1, *size, 1)})}
        exec("\n".join(pads_of(one)), space)
        found = (space["top"], space["bottom"]), (space["left"], space["right"])
        assert found == explicit(padding, size, [3, 2], stride, dilation), size


def test_the_whole_text_can_be_had(plain):
    told, proof = proven(pool(plain, padding="same"), whole=True)
    assert proof.verdict == HOLDS
    assert "def explicit(" in told.code


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("return seen", "seen = np.array(seen)\n        seen[...] = seen\n        return seen"),  # an assignment
        ("return seen", "return (seen if len(x) == 2 else seen * 1)"),  # other words for another size
        ("return seen", "x.sum(dtype=np.dtype('f8'))\n        return seen.astype(x.dtype)"),  # a dtype has no text
    ],
)
def test_what_cannot_be_told_in_few_words_keeps_the_whole_text(plain, right, wrong):
    plain.adapter.write_text(PLAIN.replace(right, wrong))
    told, proof = proven(pool(plain, padding=[[1, 0], [0, 1]]))
    assert not told.short
    assert proof.verdict == HOLDS


def test_few_words_that_are_wrong_are_not_printed(plain, monkeypatch):
    def spoilt(bridges):
        return [dataclasses.replace(one, short=one.short.replace("(0, 1)", "(1, 0)")) for one in shorten(bridges)]

    monkeypatch.setattr(bridging, "shorten", spoilt)
    told, proof = proven(bridging.sized(pool(plain, padding="same", stride=[2, 2]), (8, 8), None))
    assert not told.short
    assert proof.verdict == HOLDS


def test_sizes_are_for_what_has_them(plain):
    with pytest.raises(UserError, match="--kernel is not for max_pool2d: write --kernel-size"):
        bridging.sized(pool(plain), (8, 8), (3, 3))
    with pytest.raises(UserError, match="give both"):
        bridging.sized(pool(plain), None, (3, 3))
