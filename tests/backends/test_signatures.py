"""Every adapter keeps to the operators' records, and is laid out like the others; what does not is seen."""

from pathlib import Path

import pytest

from harness.source.signatures import faults, unlike_the_others
from harness.workers.backends import FOLDER, names


@pytest.mark.parametrize("name", names())
def test_every_method_has_the_signature_of_its_operator(name):
    assert faults(FOLDER / name / "adapter.py") == []


@pytest.mark.parametrize("name", names())
def test_every_adapter_is_laid_out_like_the_others(name):
    assert unlike_the_others(FOLDER / name / "adapter.py") == []


# ---- planted faults ------------------------------------------------------------------------------

RIGHT = """
class Adapter:
    def __init__(self): ...
    def from_numpy(self, array): ...
    def to_numpy(self, tensor): ...
    def vjp(self, fn, tensors, cotangent): ...
    def synchronize(self): ...
    def describe(self): ...

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups): ...

    @native(*IMAGE, kernel=KERNEL)
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups, layout, kernel_layout): ...

    @native("NHWC")
    @compiled
    def pad2d(self, x, *, padding, mode, value): ...

    def flatten(self, x, *, layout): ...

    def learn_kernel(self, x, y, w, *, lr, steps, loss): ...

    def lenet5(self, images, labels, *weights, lr, steps): ...

    def _helper(self, anything, **more): ...
"""


@pytest.fixture
def seen(tmp_path):
    """What is found in an adapter of this text."""

    def look(text: str, find=faults) -> list[str]:
        path: Path = tmp_path / "adapter.py"
        path.write_text(text)
        return find(path)

    return look


def test_what_is_right_has_no_faults(seen):
    assert seen(RIGHT) == []


def test_an_adapter_without_autodiff_has_no_faults(seen):
    assert seen(RIGHT.replace("    def vjp(self, fn, tensors, cotangent): ...\n", "")) == []


def test_methods_may_be_inherited(seen):
    assert seen("from backends.numpy.adapter import Adapter as NumPy\n\n\nclass Adapter(NumPy): ...\n") == []


def test_no_operator_at_all_is_seen(seen):
    head = RIGHT[: RIGHT.index("    @native")]
    assert [one.partition(";")[0] for one in seen(head)] == ["Adapter: has no operator"]


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("def describe(self): ...", "", "describe: is missing"),
        ("def vjp(self, fn, tensors, cotangent)", "def vjp(self, fn, cotangent, tensors)", "vjp: takes"),
        ("def _helper(self", "def helper(self", "helper: is no operator"),
        ("def _helper(self", "def conv3d(self", "conv3d: is no operator"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, x, k, b=None, *, stride", "conv2d: takes the inputs"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, w, x, b=None, *, stride", "conv2d: takes the inputs"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, x, w, *, stride", "conv2d: takes the inputs"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, *tensors, stride", "conv2d: takes any number"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, x, w, b, *, stride", "conv2d: has defaults for []"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, x, w=None, b=None, *, stride", "conv2d: has defaults"),
        (
            "conv2d(self, x, w, b=None, *, stride",
            "conv2d(self, x, w, b=0, *, stride",
            "conv2d: has a default other than None",
        ),
        ("dilation, groups): ...", "dilation): ...", "conv2d: takes the attributes"),
        ("dilation, groups): ...", "dilation, groups, bias): ...", "conv2d: takes the attributes"),
        ("dilation, groups): ...", "dilation, groups=1): ...", "conv2d: has a default for an attribute"),
        ("dilation, groups): ...", "dilation, groups, **more): ...", "conv2d: takes any attribute"),
        ("dilation, groups): ...", "dilation, groups, layout): ...", "conv2d: takes the attributes"),
        ("groups, layout, kernel_layout", "groups, kernel_layout", "conv2d_layer: takes the attributes"),
        ("*IMAGE, kernel=KERNEL", "*IMAGE, kernel='OIHW'", "conv2d_layer: takes the attributes"),
        ('"NCHW", kernel="OIHW"', '"NCHW"', "conv2d: @native declares 0 for kernel_layout"),
        ('@native("NHWC")', "", "pad2d: @native declares 0 for layout"),
        ('@native("NHWC")', '@native("NHWC", kernel="OIHW")', "pad2d: @native declares 1 for kernel_layout"),
        ('@native("NHWC")', '@native("NWHC")', "pad2d: @native declares ['NWHC'], which is no layout"),
        ("def flatten(self, x, *, layout)", "def flatten(self, x)", "flatten: takes the attributes []"),
        ("labels, *weights, lr", "*weights, labels, lr", "lenet5: takes the attributes"),
    ],
)
def test_a_planted_fault_is_seen(seen, right, wrong, fault):
    assert RIGHT.count(right) == 1
    found = seen(RIGHT.replace(right, wrong))
    assert any(fault in one for one in found), found
    assert {one.partition(":")[0] for one in found} == {fault.partition(":")[0]}


ALIKE = '''
class Adapter:
    # ---- correlation and convolution -------------------------------------------------------------

    def corr2d(self, x, k):
        """Calls `sum`."""

    def convolve2d(self, x, k):
        """Calls `corr2d`.
        Lacks a true convolution, and so flips the kernel instead.
        """

    # ---- training --------------------------------------------------------------------------------

    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        """Calls `descend`."""
'''


def test_what_is_laid_out_alike_is_right(seen):
    assert seen(ALIKE, unlike_the_others) == []


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("Calls `sum`.", "The sum.", "corr2d: its docstring begins 'The sum.'"),
        ("Lacks a true", "Has no true", "convolve2d: its docstring goes on 'Has no true"),
        ("convolution, and so flips", "convolution: flips", "convolve2d: its docstring goes on"),
        ("def corr2d", "def conv2d", "order: 'convolve2d' should stand where 'conv2d' does"),
        ("---- training", "---- learning", "order: 'training' should stand where 'learning' does"),
    ],
)
def test_a_planted_difference_is_seen(seen, right, wrong, fault):
    assert ALIKE.count(right) == 1
    [found] = seen(ALIKE.replace(right, wrong), unlike_the_others)
    assert found.startswith(fault)
