"""Known differences in the layers of a network that several frameworks share; those of images are beside it."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from backends.instead import Defined, Gives, Instead, Other, Rounds, Says
from backends.known import Known, coarse, convention, numeric, unsupported
from backends.shared_ledger import BIAS_AFTER_ROUNDING, BIAS_GRADIENT_IN_HALF_PRECISION
from spec.cases import predicates
from spec.core import Case
from spec.ops import activation


def is_kind(*kinds: str, dtype: str = "") -> Callable[[Case], bool]:
    """A condition: one of these activations, of numbers, in this dtype or any."""
    return lambda case: case.attrs["kind"] in kinds and dtype in ("", case.dtype.name) and case.expect == "value"


def steps_in(dtype: str, operator: str, parts: tuple[str, ...] = ("output", "gradient")) -> list[Known]:
    """An operator that rounds every step of its formula to half precision, and not the result alone."""
    return [
        coarse(
            id=f"{dtype}-steps-{operator.replace('_', '-')}{'-gradient' if part == 'gradient' else ''}",
            operators=(operator,),
            part=part,
            when=lambda case: case.dtype.name == dtype and case.tier == "reals" and case.expect == "value",
            seldom=True,
            what=f"Every step of a formula is rounded to {dtype}, or it begins with a result that was.",
            why="It is made of operators that each return this dtype; a derivative is made of the rounded output.",
        )
        for part in parts
    ]


def with_gradient(known: Known, instead: Instead, seldom: bool = False) -> list[Known]:
    """An entry of outputs, and one of gradients, in whose stead something else may come."""
    gradient = dataclasses.replace(
        known, id=f"{known.id}-gradient", part="gradient", instead=instead, seldom=seldom or known.seldom
    )
    return [known, gradient]


def slope_in_float32(x: np.ndarray, *, slope: float, **attrs: Any) -> np.ndarray:
    """An activation whose slope was rounded to float32, for an image in float64."""
    return activation.reference(x, slope=float(np.float32(slope)), **attrs)


def linear_above_20(x: np.ndarray, **attrs: Any) -> np.ndarray:
    """softplus(x), or x itself where that is above 20."""
    return np.where(x > 20, x, activation.reference(x, **attrs))


SLOPE_IN_FLOAT32 = numeric(
    id="slope-in-float32",
    operators=("activation",),
    when=lambda case: is_kind("leaky_relu", dtype="float64")(case) and case.attrs["slope"] == 0.01,
    what="The slope of leaky_relu is rounded to float32, in float64 too: the result is right to 8 digits.",
    why="Attributes of operators are kept in float32.",
    instead=Defined(slope_in_float32),
)
SOFTPLUS_IS_LINEAR_ABOVE_20 = numeric(
    id="softplus-is-linear-above-20",
    operators=("activation",),
    when=lambda case: is_kind("softplus", dtype="float64")(case) and bool((case.inputs["x"] > 20).any()),
    what="softplus(x) is x above 20. In float64 that is off by up to 2e-9, ten million times its rounding.",
    why="exp(-20) is nothing beside 20 in float32, for which the threshold was chosen.",
    instead=Defined(linear_above_20),
)
ELU_CANCELS = numeric(
    id="elu-cancels-near-0",
    operators=("activation",),
    when=is_kind("elu"),
    seldom=True,
    what="elu(x) near 0 has few right digits, or none: -1.907e-6 for -1.920e-6.",
    why="It is computed as exp(x) - 1, and not as expm1(x).",
    instead=Rounds(times=4000),
)


# ---- dense ---------------------------------------------------------------------------------------


def product(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None) -> np.ndarray:
    """A dense layer of any number of rows, by the rules of NumPy."""
    y = x @ w.T
    return y if b is None else y + b


def has_rank(*ranks: int) -> Callable[[Case], bool]:
    """A condition: the input has so many axes."""
    return lambda case: predicates.rank(case) in ranks


EMPTY_MATRICES = convention(
    id="empty-matrices",
    operators=("dense",),
    when=lambda case: bool(predicates.empty(case)),
    what="A dense layer takes no images, no inputs or no outputs: a sum of nothing is 0.",
    why="A matrix product is defined for all sizes.",
    instead=Defined(product),
)
LEADING_AXES = convention(
    id="dense-leading-axes",
    operators=("dense",),
    when=has_rank(3),
    what="A dense layer takes rows in more than one axis, (2, 3, 7), and gives (2, 3, 5).",
    why="It is documented: all axes but the last are kept. A forgotten flatten shows only where results are used.",
    instead=Defined(product),
)
BIAS_IS_BROADCAST = convention(
    id="dense-bias-is-broadcast",
    operators=("dense",),
    when=lambda case: "b" in case.inputs and case.inputs["b"].shape == (1,) and case.expect == "rejected",
    what="A bias of one number is added to every output.",
    why="Addition broadcasts.",
    instead=Defined(product),
)
DENSE_BIAS_AFTER_ROUNDING = dataclasses.replace(
    BIAS_AFTER_ROUNDING, id="dense-bias-after-rounding", operators=("dense",)
)
DENSE_BIAS_GRADIENT = dataclasses.replace(
    BIAS_GRADIENT_IN_HALF_PRECISION,
    id="dense-bias-gradient",
    operators=("dense",),
    what="The gradient for a bias in float16 or bfloat16 is added up in its own dtype, rounded at every addition.",
    why="It is the sum over all rows, which an operator takes in the dtype of what it gets.",
)
DENSE_WITHOUT_FLOAT16 = unsupported(
    id="dense-without-float16",
    operators=("dense",),
    when=lambda case: case.dtype == np.float16,
    what="npx.fully_connected refuses float16 on the CPU.",
    why="The BLAS that it calls has no such product.",
    instead=Says("float16 fully connected layer"),
)


# ---- batch normalisation -------------------------------------------------------------------------

EMPTY_STATISTICS = convention(
    id="statistics-of-no-images",
    operators=("batch_norm2d",),
    when=lambda case: not case.attrs["training"] and predicates.first(case).size == 0,
    what="A batch of no images is normalised with given statistics: it gives no images.",
    why="Nothing is computed, so nothing is checked.",
    instead=Defined(lambda x, scale, shift, mean, variance, **attrs: (x, mean, variance)),
)


def _of_one_pixel(case: Case) -> Other:
    """Rows as images of one pixel; a layout of four axes says nothing of two."""
    x = case.inputs["x"]
    image = dataclasses.replace(
        case, inputs={**case.inputs, "x": x[:, :, None, None]}, attrs={**case.attrs, "layout": "NCHW"}
    )
    return Other(image, lambda name, array: array[..., 0, 0] if name == "y" else array)


ROWS_ARE_NORMALISED = convention(
    id="rows-are-normalised",
    operators=("batch_norm2d",),
    when=lambda case: predicates.rank(case) == 2,
    what="Rows without pixels, (4, 3), are normalised as well: the second axis is that of channels.",
    why="One function serves batches of rows, images and volumes.",
    instead=Gives(_of_one_pixel),
)
