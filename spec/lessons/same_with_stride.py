""" "Same" with stride 2: every framework makes the same size, and not from the same pixels."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import ceil, frac, math, num, op, output_size, var
from spec.lessons.windows import Panel
from spec.padding import explicit

IMAGE = np.arange(16.0).reshape(4, 4)
KERNEL = np.arange(1.0, 10.0).reshape(3, 3)
CONV = {"stride": (2, 2), "dilation": (1, 1), "groups": 1}


def conv(padding) -> np.ndarray:
    """The output (1, 1, 2, 2) with this padding."""
    return operators()["conv2d"].reference(IMAGE[None, None], KERNEL[None, None], None, padding=padding, **CONV)


def panels() -> list[Panel]:
    """SAME, and one pixel at each end: the two that are taken for each other."""
    end, both = ((0, 1), (0, 1)), ((1, 1), (1, 1))
    return [
        Panel("SAME", "TensorFlow, JAX: the one missing pixel goes to the end", IMAGE, KERNEL, (2, 2), pads=end),
        Panel("padding=1", "PyTorch, MXNet: one pixel at each end", IMAGE, KERNEL, (2, 2), pads=both),
    ]


def formula() -> str:
    """How many pixels SAME adds, and the size of both."""
    total = max((2 - 1) * 2 + 3 - 4, 0)
    pads = math(
        *(var("p"), op("="), op("("), ceil(frac(var("H"), var("s"))), op("−"), num(1), op(")"), var("s")),
        *(op("+"), var("k"), op("−"), var("H"), op("="), op("("), num(2), op("−"), num(1), op(")"), op("·"), num(2)),
        *(op("+"), num(3), op("−"), num(4), op("="), num(total)),
    )
    return pads + output_size(4, 3, 2, (0, 1)) + output_size(4, 3, 2, (1, 1))


def _agreeing_heights() -> str:
    """Heights at which padding=1 reads the same places as SAME."""
    found = []
    for height in range(1, 13):
        (before, _), _ = explicit("same", (height, 4), (3, 3), (2, 2))
        same_size = -(-height // 2) == (height + 2 - 3) // 2 + 1
        found += [height] if before == 1 and same_size else []
    heights = ", ".join(map(str, found))
    return f"Of the heights 1 to 12: {heights}. Those are the odd ones: there SAME adds one at each end."


def _pads_of(height: int, kernel: int) -> str:
    (before, after), _ = explicit("same", (height, 1), (kernel, 1), (2, 1))
    return f"{before} before and {after} after the image"


def _shift() -> str:
    same, one = conv("same").ravel(), conv(((1, 1), (1, 1))).ravel()
    wrong = sum(a != b for a, b in zip(same, one))
    return f"{wrong} of {len(same)}. The shapes agree, so no error tells you."


LESSON = Lesson(
    name="same-with-stride",
    title='"Same" padding with stride 2',
    seeds=(Seed("1. Introduction to Convolution", "Padding"), Seed("1. Introduction to Convolution", "Stride")),
    intro=(
        "A 4×4 image, a 3×3 kernel with the numbers 1 to 9, stride 2. All frameworks agree that the output is 2×2. "
        "They do not agree on which pixels it sees.",
        "SAME asks for ceil(H / stride) outputs and adds as many zeros as that needs: one row here. It is odd, so it "
        "cannot be shared, and SAME puts it at the **end**. `padding=1` puts one at **each** end, and the last row and "
        "column are never read.",
    ),
    predict="Is the first output 303 or 83?",
    choices=("303", "83", "it depends on the framework"),
    inputs={"x": Input(IMAGE[None, None], "image"), "w": Input(KERNEL[None, None], "kernel")},
    truth=lambda: conv("same"),
    ways={
        "its own word": Way("what the framework itself calls SAME", "padding.same.stride"),
        "padding=1": Way("the usual next attempt: the right shape, and other pixels", "padding.same.stride"),
        "padded before": Way("the bridge: the one missing pixel is put on at the end, then no padding"),
    },
    panels=panels,
    questions=("padding.same", "padding.same.stride", "padding.same.pool.stride", "padding.same.lower"),
    cases=("conv2d/same-indivisible",),
    printed=("seed/shape-padding", "seed/shape-unequal-kernel"),
    operator="conv2d",
    attrs={"stride": [2, 2], "padding": "same"},
    formula=formula,
    sizes="convolution",
    exercises=(
        Exercise(
            "For which heights H (kernel 3, stride 2) does padding=1 read the same places as SAME?", _agreeing_heights
        ),
        Exercise("224 rows, kernel 3, stride 2: where does SAME pad?", lambda: _pads_of(224, 3)),
        Exercise(
            "224 rows, kernel 7, stride 2, the first layer of many networks: where does SAME pad?",
            lambda: _pads_of(224, 7),
        ),
        Exercise("How many of the four outputs above are wrong with padding=1?", _shift),
    ),
    takeaways=(
        "From TensorFlow or JAX to PyTorch or MXNet: pad first, `(0, 1, 0, 1)` for even sizes, kernel 3 and stride 2.",
        "A right shape proves nothing about the pixels.",
    ),
)
