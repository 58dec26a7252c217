"""Bridges: text cut out of an adapter runs by itself, and its proof fails when the text is wrong."""

import dataclasses
import sys
from pathlib import Path

import pytest

from harness import bridging, transfer
from harness.backends import FOLDER, Backend, names
from harness.bridge import OPERATORS, Bridge, Proof, prove
from harness.errors import UserError
from harness.snippets import Snippet, native_layouts
from harness.station import Station
from spec import operators

NUMPY = Backend("numpy", FOLDER / "numpy" / "adapter.py", Path(sys.executable))
NHWC = '''
"""The NumPy backend for images NHWC and kernels HWIO."""
import numpy as np
from backends.contract import native
from backends.numpy import adapter

class Adapter(adapter.Adapter):
    @native("NHWC", kernel="HWIO")
    def conv2d(self, x, w, *b, **attrs):
        y = super().conv2d(np.transpose(x, (0, 3, 1, 2)), np.transpose(w, (3, 2, 0, 1)), *b, **attrs)
        return np.transpose(y, (0, 2, 3, 1))
'''


@pytest.fixture
def channels_last(tmp_path):
    (tmp_path / "last").mkdir()
    path = tmp_path / "last" / "adapter.py"
    path.write_text(NHWC)
    return Backend("last", path, Path(sys.executable))


def bridge(source, target, op="conv2d", **attrs):
    return Bridge(op, source, target, operators()[op].complete(attrs))


def proof(one: Bridge) -> Proof:
    station = Station(one.source)
    try:
        return prove([one], {one.source.name: station})[0]
    finally:
        station.close()


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("op", OPERATORS)
def test_a_snippet_is_valid_python_that_does_not_know_the_project(name, op):
    snippet = Snippet(FOLDER / name / "adapter.py")
    snippet.add(op)
    compile(snippet.text(), f"{name}-{op}", "exec")
    assert "import spec" not in snippet.text()
    assert "backends" not in snippet.text()


def test_native_layouts_are_read_off_the_declarations():
    assert native_layouts(FOLDER / "tensorflow" / "adapter.py", "conv_transpose2d") == ("NHWC", "HWOI")
    assert native_layouts(FOLDER / "torch" / "adapter.py", "pad2d") == ("NCHW", "")
    assert native_layouts(FOLDER / "jax" / "adapter.py", "conv2d") == ("NCHW", "OIHW")


def test_images_and_kernels_are_taken_as_the_source_has_them(channels_last):
    one = bridge(channels_last, NUMPY, padding="same", stride=[2, 1])
    assert "x = TRANSPOSE(x, (0, 3, 1, 2))  # NHWC -> NCHW" in one.code
    assert "w = TRANSPOSE(w, (3, 2, 0, 1))  # HWIO -> OIHW" in one.code
    found = proof(one)
    assert found.holds
    assert found.same_bits == found.cases > 0


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("(3, 2, 0, 1)", "(3, 2, 1, 0)"), ("stride=[2, 1]", "stride=[1, 2]"), ("padding='same'", "padding='same_lower'")],
)
def test_a_wrong_text_has_no_proof(channels_last, monkeypatch, right, wrong):
    one = bridge(channels_last, NUMPY, padding="same", stride=[2, 1])
    code = one.code
    assert right in code
    monkeypatch.setattr(Bridge, "code", code.replace(right, wrong))
    found = proof(one)
    assert not found.holds
    assert found.problem.startswith("numpy: ")


def test_a_wrong_source_has_no_proof(channels_last):
    channels_last.adapter.write_text(NHWC.replace("(0, 2, 3, 1))", "(0, 2, 3, 1)) + 1"))
    assert proof(bridge(channels_last, NUMPY)).problem.startswith("last: ")


def test_weights_arrive_where_they_are_loaded(tmp_path):
    stations = {"one": Station(NUMPY), "two": Station(dataclasses.replace(NUMPY, name="two"))}
    try:
        found = transfer.matrix(stations, tmp_path)
    finally:
        for station in stations.values():
            station.close()
    assert found == {"one": {"one": "", "two": ""}, "two": {"one": "", "two": ""}}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lenet5-one.safetensors", "lenet5-two.safetensors"]


def test_one_number_stands_for_both_axes():
    attrs = bridging.attributes(operators()["conv2d"], ["--stride", "2", "--padding", "same", "--groups", "2"])
    assert (attrs["stride"], attrs["padding"], attrs["groups"]) == ([2, 2], "same", 2)
    attrs = bridging.attributes(operators()["max_pool2d"], ["--kernel-size", "[3, 2]", "--ceil-mode", "true"])
    assert (attrs["kernel_size"], attrs["ceil_mode"]) == ([3, 2], True)


@pytest.mark.parametrize("words", [["--stride"], ["stride", "2"], ["--strid", "2"], ["--padding", "sme"]])
def test_a_wrong_attribute_is_one_line_that_names_it(words):
    with pytest.raises(UserError, match=words[-1].lstrip("-")[:5] if len(words) == 1 else words[-1]) as caught:
        bridging.attributes(operators()["conv2d"], words)
    assert "\n" not in str(caught.value)
