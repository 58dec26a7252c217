"""Cases that are too large are told by their shapes, before anything is computed."""

import numpy as np
import pytest

from harness.cases import limits
from spec import operators
from spec.core import Case
from spec.errors import UserError

BILLION = 10**9


def case(op: str, attrs, **shapes) -> Case:
    inputs = {name: np.zeros(shape, "float32") for name, shape in shapes.items()}
    return Case("large", op, operators()[op].complete(attrs), inputs)


IMAGE, KERNEL = (1, 1, 4, 4), (1, 1, 2, 2)


@pytest.mark.parametrize(
    "one",
    [
        case("pad2d", {"padding": [[BILLION, 0], [0, 0]]}, x=IMAGE),
        case("upsample2d", {"scale": [10_000, 10_000]}, x=IMAGE),
        case("max_pool2d", {"kernel_size": [BILLION, BILLION], "padding": "same"}, x=IMAGE),
        case("avg_pool2d", {"kernel_size": [2**62, 2**62], "padding": "same"}, x=IMAGE),
        case("avg_pool2d", {"kernel_size": [2, 2], "padding": [[BILLION, 0], [0, 0]], "stride": [BILLION, 1]}, x=IMAGE),
        case("conv2d", {"padding": [[BILLION, 0], [0, 0]]}, x=IMAGE, w=KERNEL),
        case("conv2d", {"padding": "same", "dilation": [BILLION, 1]}, x=IMAGE, w=KERNEL),
        case("conv2d", {"padding": "full", "dilation": [1, BILLION], "layout": "NHWC"}, x=IMAGE, w=KERNEL),
        case("conv_transpose2d", {"stride": [BILLION, 1]}, x=IMAGE, w=KERNEL),
        case("conv_transpose2d", {"dilation": [BILLION, 1]}, x=IMAGE, w=KERNEL),
        case("learn_kernel", {"lr": 0.1, "steps": BILLION}, x=(4, 4), y=(3, 3), w=(2, 2)),
        case("conv2d", {"padding": [[800, 800], [800, 800]]}, x=(1, 64, 8, 8), w=(64, 64, 40, 40)),
    ],
    ids=lambda one: f"{one.op} {one.attrs}"[:60],
)
def test_what_is_too_large_is_one_line(one):
    with pytest.raises(UserError, match=r"^here .* the limit is .*: make it smaller$"):
        limits.check(one, "here")


@pytest.mark.parametrize(
    "one",
    [
        case("max_pool2d", {"kernel_size": [BILLION, BILLION]}, x=IMAGE),  # the specification refuses it
        case("pad2d", {"padding": [[1, 2], [3, 4]]}, x=(1, 2, 3)),  # and this: an axis is missing
        case("conv2d", {"stride": [0, 1], "padding": "same"}, x=IMAGE, w=KERNEL),
        case("conv2d", {"padding": "same"}, x=(1, 64, 112, 112), w=(128, 64, 3, 3)),
        case("max_pool2d", {"kernel_size": [3, 3]}, x=(1, 64, 112, 112)),
        case("learn_kernel", {"lr": 0.1, "steps": 1000}, x=(28, 28), y=(24, 24), w=(5, 5)),
    ],
    ids=lambda one: f"{one.op} {one.attrs}"[:60],
)
def test_sizes_of_real_layers_pass_and_so_does_what_is_refused(one):
    limits.check(one, "here")
