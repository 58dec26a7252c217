"""Floating point: what is normal in float32 and float16, and why bits differ."""

import numpy as np

from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import math, num, op, power, var

X, Y = np.array([0.1]), np.array([0.2])


def _orders() -> str:
    terms = [np.float32(one) for one in (1e8, 1.0, -1e8)]
    left = terms[0] + terms[1] + terms[2]
    right = terms[0] + terms[2] + terms[1]
    return f"{left:g} from left to right, {right:g} when the large ones meet first. Both are correct rounding."


def _ulp() -> str:
    return f"{np.spacing(np.float32(1)):.3g}, {np.spacing(np.float16(1)):.3g}: two to the minus 23 and minus 10."


def _largest() -> str:
    total = float(np.finfo(np.float16).max)
    return f"{total:g}. A mean of 64×64 pixels of 16 already sums to {16 * 64 * 64:,}, beyond it."


def _tf32() -> str:
    cut = float(np.round(0.1 * 2**14) / 2**14)
    return f"{abs(cut - 0.1) / 0.1:.1e}, beside {abs(float(np.float32(0.1)) - 0.1) / 0.1:.1e} in float32."


LESSON = Lesson(
    name="floating-point",
    title="Floating point: what is a normal difference",
    seeds=(Seed("Convolutions (filters, PyTorch)", "Convolving in PyTorch"),),
    intro=(
        "0.1 + 0.2 in three widths. No width holds 0.1, so each sum is rounded: in float32 after 7 digits, in float16 "
        "after 3, in bfloat16 after 2.",
        "A convolution sums many products, and rounds after each. Another order of summation gives other last bits, "
        "and both "
        "are right. How much may differ follows from the number of products, not from a tolerance typed by hand.",
    ),
    predict="Is float16's 0.1 + 0.2 equal to 0.3 within a millionth?",
    choices=("yes", "no"),
    inputs={"x": Input(X), "y": Input(Y)},
    truth=lambda: X + Y,
    role="plain",
    ways={
        "float32": Way("seven digits: within a millionth of 0.3"),
        "float16": Way("three digits", "dtype.half"),
        "bfloat16": Way("two digits, and the range of float32", "dtype.bfloat16"),
    },
    questions=("dtype.half", "dtype.bfloat16", "dtype.add", "dtype.mixed", "dtype.numpy"),
    cases=("conv2d/many-terms", "conv2d/half-precision"),
    formula=lambda: math(
        *(op("|"), var("y"), op("−"), var("y_true"), op("|"), op("≤"), op("(")),
        *(power("".join([op("("), num(1), op("+"), var("u"), op(")")]), num(2) + var("n")), op("−"), num(1), op(")")),
        var("B"),
    ),
    exercises=(
        Exercise("In float32, what is 1e8 + 1 - 1e8?", _orders),
        Exercise("How far is the next number after 1, in float32 and in float16?", _ulp),
        Exercise("What is the largest number of float16?", _largest),
        Exercise("TF32 keeps 11 bits. How large is the relative error of 0.1 in it?", _tf32),
    ),
    takeaways=(
        "Other bits are normal; an error of other size is not. `run` says which it is, from bounds derived from the "
        "case.",
        "float16 and bfloat16 sums may lose everything: find out in which width the framework adds.",
    ),
)
