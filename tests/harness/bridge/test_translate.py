"""Bridges: the text cut out of an adapter runs by itself, and takes arrays as the source has them."""

import sys
from pathlib import Path

import numpy as np
import pytest

from harness.bridge.translate import NETWORK, OPERATORS, Bridge, bridge
from harness.commands import bridge as bridging
from harness.source.standalone import Layouts, Snippet, layouts_of_function, layouts_of_method
from harness.workers import environments
from harness.workers.backends import FOLDER, Backend, names
from spec import operators
from spec.errors import UserError
from spec.layouts import apart, behind_flatten, together
from spec.numerics import lenet_arithmetic


def backend(name: str) -> Backend:
    return Backend(name, FOLDER / name / "adapter.py", Path(sys.executable))


def between(source: str, target: str, op: str = "conv2d", **attrs) -> Bridge:
    return bridge(op, backend(source), backend(target), operators()[op].complete(attrs) if op != NETWORK else {})


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("op", [*OPERATORS, NETWORK])
def test_a_text_is_valid_python_that_does_not_know_the_project(name, op):
    other = next(one for one in names() if one != name)
    attrs = bridging.EXAMPLES.get(op, {})
    wanted = between(other, name, op, **attrs)
    if any(wanted.lacking):
        pytest.skip(": ".join(wanted.lacking))
    code = wanted.code
    compile(code, f"{name}-{op}", "exec")
    for word in ("import spec", "from spec", "backends", "native("):
        assert word not in code
    assert code == "\n".join(line.rstrip() for line in code.split("\n"))


def test_layouts_are_read_off_the_declarations():
    def method(name, op):
        return layouts_of_method(FOLDER / name / "adapter.py", op)

    assert method("tensorflow", "conv_transpose2d") == Layouts("NHWC", "HWOI")
    assert method("torch", "pad2d") == Layouts("NCHW", "")
    assert method("jax", "conv2d") == Layouts("NCHW", "OIHW")
    assert method("torch", "flatten") == Layouts()
    assert layouts_of_function(FOLDER / "tensorflow" / "lenet5.py", NETWORK) == Layouts("NHWC", "HWIO", "IO")


def test_images_and_kernels_are_taken_as_the_source_has_them():
    code = between("tensorflow", "torch", padding="same", stride=[2, 1]).tail
    assert code.splitlines() == [
        "def conv2d_of_tensorflow(x, w, b=None):",
        '    """conv2d as tensorflow has it: x NHWC, w HWIO."""',
        "    x = torch.permute(x, (0, 3, 1, 2))  # NHWC -> NCHW",
        "    w = torch.permute(w, (3, 2, 0, 1))  # HWIO -> OIHW",
        "    y = conv2d(x, w, b, stride=[2, 1], padding='same', dilation=(1, 1), groups=1)",
        "    y = torch.permute(y, (0, 2, 3, 1))  # NCHW -> NHWC",
        "    return y",
    ]


def test_nothing_is_turned_between_equal_layouts():
    assert between("torch", "mxnet").changes == []
    assert between("torch", "mxnet", NETWORK).changes == []


# ---- LeNet-5 -------------------------------------------------------------------------------------


def test_dense_weights_behind_a_flatten_follow_the_order_of_the_image():
    assert behind_flatten("IO", "NHWC") == "(HWI)O"
    assert behind_flatten("OI", "NCHW") == "O(IHW)"
    assert apart("O(IHW)") == "OIHW"
    assert together({"H": 5, "W": 4, "I": 16, "O": 120}, "(HWI)O") == (320, 120)


def test_the_first_dense_weights_are_permuted_from_one_flatten_to_the_other():
    """By hand: entry (o, i*H*W + h*W + w) of what torch has is entry (h*W*I + w*I + i, o) of what Keras has."""
    text = between("torch", "numpy", NETWORK)
    lines = between("torch", "tensorflow", NETWORK).turned(
        next(one for one in between("torch", "tensorflow", NETWORK).changes if one.name == "c5_w")
    )
    assert text.changes == []
    space = {"c5_w": np.arange(120 * 400).reshape(120, 400), "tf": np}
    exec("\n".join(lines), space)
    found = space["c5_w"]
    assert found.shape == (400, 120)
    for o, i, h, w in ((0, 0, 0, 1), (7, 3, 2, 4), (119, 15, 4, 0)):
        assert found[h * 5 * 16 + w * 16 + i, o] == o * 400 + i * 25 + h * 5 + w


def test_a_network_is_given_its_weights_as_it_has_them():
    shapes = {name: one.shape for name, one in between("jax", "torch", NETWORK).trials()[0].inputs.items()}
    assert shapes["images"] == (4, 28, 28, 1)
    assert (shapes["c3_w"], shapes["c5_w"], shapes["out_w"]) == ((5, 5, 6, 16), (400, 120), (84, 10))
    assert list(shapes) == ["images", *lenet_arithmetic.SHAPES]


def test_the_kernel_of_a_convolution_in_place_of_c5_holds_the_same_numbers():
    """What the text of the network says of c5: the kernel in the source's own layout, merged, is c5_w."""
    files = [FOLDER / name / "lenet5.py" for name in names()]
    assert any(file.is_file() for file in files)
    for file in filter(Path.is_file, files):
        own = layouts_of_function(file, NETWORK)
        assert apart(behind_flatten(own.dense, own.image)) == own.kernel


# ---- the command ---------------------------------------------------------------------------------


def test_one_number_stands_for_both_axes():
    attrs = bridging.attributes("conv2d", ["--stride", "2", "--padding", "same", "--groups", "2"])
    assert (attrs["stride"], attrs["padding"], attrs["groups"]) == ([2, 2], "same", 2)
    attrs = bridging.attributes("max_pool2d", ["--kernel-size", "[3, 2]", "--ceil-mode", "true"])
    assert (attrs["kernel_size"], attrs["ceil_mode"]) == ([3, 2], True)


@pytest.mark.parametrize(
    ("op", "words", "named"),
    [
        ("conv2d", ["--stride"], "'--stride' is no attribute with its value"),
        ("conv2d", ["stride", "2"], "'stride' is no attribute"),
        ("conv2d", ["--strid", "2"], "no attribute 'strid'; they have: stride, padding, dilation, groups$"),
        ("conv2d", ["--layout", "NHWC"], "no attribute 'layout'"),
        ("conv2d", ["--padding", "sme"], "padding is 'sme'; it must be"),
        ("lenet5", ["--lr", "1"], "the bridges of lenet5 have no attribute 'lr'; they have: none"),
    ],
)
def test_a_wrong_attribute_is_one_line_that_names_it(op, words, named):
    with pytest.raises(UserError, match=named) as caught:
        bridging.attributes(op, words)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("op", "ends", "named"),
    [
        ("conv3d", ("torch", "jax"), "no bridges for 'conv3d'; choose from: conv2d, .*, lenet5"),
        ("conv2d", ("torch", "torch"), "--from and --to are both torch"),
        ("conv2d", ("torch", "tch"), "unknown backend 'tch'"),
        ("conv2d", ("torch", "tensorflow:xla"), "tensorflow:xla is a mode of tensorflow, .* write tensorflow"),
        ("conv2d", ("torch", "jax@new"), "'new' is no version"),
    ],
)
def test_wrong_ends_are_one_line(op, ends, named, monkeypatch):
    monkeypatch.setattr(environments, "resolve", lambda found, progress: found)
    with pytest.raises(UserError, match=named) as caught:
        bridging.show_one(op, *ends, [], "float32")
    assert "\n" not in str(caught.value)


def test_an_adapter_that_cannot_turn_arrays_is_named(tmp_path):
    (tmp_path / "adapter.py").write_text("class Adapter:\n    def conv2d(self, x, w, b=None):\n        return x\n")
    with pytest.raises(UserError, match="a bridge needs TRANSPOSE"):
        Snippet(tmp_path / "adapter.py").expression("TRANSPOSE")
    with pytest.raises(UserError, match="a bridge needs the method from_numpy"):
        Snippet(tmp_path / "adapter.py").add("from_numpy")
