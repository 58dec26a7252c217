"""The records everything else is made of: an operator, a case, and the truth of a case.

Of whole numbers (int8 to int64, uint8 to uint64) every operator is the same definition in whole numbers, exact: sums,
products and means are those of arithmetic, in the dtype of the inputs. A result that is no whole number, such as a mean
of 1.5, or that the dtype does not hold, such as a sum of 200 in int8 or a pad of 1000, is refused: nothing wraps, and
nothing is cut. Neither are there inputs of different dtypes. Whole numbers have no gradients.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from spec.errors import shown
from spec.layouts import convert


class Rejected(ValueError):
    """The specification refuses this input; the message says why."""


class BadCase(ValueError):
    """A case that cannot be read: unknown attribute, wrong type; the message names value and remedy."""


@dataclasses.dataclass(frozen=True)
class Attribute:
    """One attribute of an operator.

    `valid(value)` says whether the value has the right form (its amount is `out_shape`'s to judge), `form`
    says that form in words. `values` are the representatives whose pairs the cases must cover. `late`: an adapter may
    lack it, and then expresses its default alone.
    """

    form: str
    valid: Callable[[Any], bool]
    default: Any = None
    required: bool = False
    values: tuple = ()
    late: bool = False


@dataclasses.dataclass(frozen=True)
class Case:
    """One input of one operator, and what is expected of it.

    `attrs` is complete (defaults filled in), `inputs` are arrays in the case's own layouts. `expect` is
    "value", or "rejected" where every framework must refuse. `tier` is "integers" (the result must be
    exact) or "reals" (it must be within the bounds). `canonical_cotangent`, in the axes NCHW, is what the
    gradients are taken against; None: drawn from the id. `memory` says of inputs how they lie in memory, where that is
    not in C order (`spec.memory`). `expected` (of outputs), `expected_gradients` (of inputs),
    `rtol` and `atol` come from case files; without both, `expected` holds within the derived bound.
    """

    id: str
    op: str
    attrs: Mapping[str, Any]
    inputs: Mapping[str, np.ndarray]
    why: str = ""
    expect: str = "value"
    tier: str = "reals"
    gradient: bool = True
    canonical_cotangent: np.ndarray | None = None
    expected: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    rtol: float | None = None
    atol: float | None = None
    expected_gradients: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    memory: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the case: that of its first input."""
        return next(iter(self.inputs.values())).dtype

    @property
    def layout(self) -> str:
        """The image layout, "" for operators without one."""
        return self.attrs.get("layout", "")


@dataclasses.dataclass(frozen=True)
class Operator:
    """The record of one operator. Functions take arrays and shapes in NCHW and OIHW (IOHW).

    reference       (*inputs, **attrs) -> array, or a tuple in the order of `outputs`; any float dtype
    out_shape       (*input shapes, **attrs) -> shape, or a tuple of shapes; raises `Rejected`
    cases           () -> the named cases
    scale           (*inputs, **attrs) -> the error scale B of each output; default: the reference on
                    absolute values. The bounds of the judge are multiples of unit roundoff times B
    terms           (*inputs, **attrs) -> the number n of products that each output element sums; default:
                    the reference on ones, and on zeros where the inputs are zero
    draws           (*inputs, unit, stored, **attrs) -> (errors, sums): the errors of the outputs in several runs that
                    round, along a first axis, and how many sums were rounded; in place of `scale` for an operator
                    whose errors are not those of one sum (`spec.numerics.stochastic`)
    pullback        (cotangent, *inputs, **attrs) -> gradients, for an operator that is not linear in each
                    input; default: read off from the reference (`spec.numerics.gradient`)
    pullback_roundings (cotangent, *inputs, **attrs) -> {input: (B, n)} of each gradient, beside a `pullback`; default:
                    the pullback of absolute cotangents, and of ones, for gradients that only move and add cotangents
    images, kernels the inputs that follow `layout` and `kernel_layout`
    image_outputs   the outputs that follow `layout`
    differentiable  the inputs that have a gradient
    space           parameter -> values, all pairs of which must occur in the cases: attributes, and more
                    that only shape the inputs; empty where there is nothing to pair
    shapes          (row of parameters) -> shapes of the inputs that such a case has
    plan            the sizes that are crossed with attributes (`spec.cases.geometry.Plan`); None where there are none
    """

    name: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    reference: Callable
    out_shape: Callable
    cases: Callable[[], Iterable[Case]]
    optional: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ("y",)
    scale: Callable | None = None
    terms: Callable | None = None
    draws: Callable | None = None
    pullback: Callable | None = None
    pullback_roundings: Callable | None = None
    images: tuple[str, ...] = ()
    kernels: tuple[str, ...] = ()
    image_outputs: tuple[str, ...] = ()
    differentiable: tuple[str, ...] = ()
    space: Mapping[str, Sequence[Any]] = dataclasses.field(default_factory=dict)
    shapes: Callable[[Mapping[str, Any]], Mapping[str, tuple[int, ...]]] = lambda row: {}
    plan: Any = None

    @property
    def kernel_layout(self) -> str:
        """The canonical order of a kernel's axes: the default of the attribute `kernel_layout`."""
        return self.attributes["kernel_layout"].default if "kernel_layout" in self.attributes else ""

    def complete(self, attrs: Mapping[str, Any]) -> dict[str, Any]:
        """The attributes with defaults filled in; raises `BadCase` for an unknown or malformed one."""
        for name, value in attrs.items():
            if name not in self.attributes:
                known = ", ".join(self.attributes) or "none"
                raise BadCase(f"{self.name} has no attribute {shown(name)}; it has: {known}")
            if not self.attributes[name].valid(value):
                raise BadCase(f"{self.name}: {name} is {shown(value)}; it must be {self.attributes[name].form}")
        missing = [name for name, attribute in self.attributes.items() if attribute.required and name not in attrs]
        if missing:
            raise BadCase(f"{self.name} needs the attribute {missing[0]!r}: {self.attributes[missing[0]].form}")
        return {name: attrs.get(name, attribute.default) for name, attribute in self.attributes.items()}

    def check_inputs(self, names: Iterable[str]) -> None:
        """Raise `BadCase` for an unknown or missing input."""
        names = set(names)
        for name in sorted(names.difference(self.inputs)):
            raise BadCase(f"{self.name} has no input {shown(name)}; it has: {', '.join(self.inputs)}")
        for name in self.inputs:
            if name not in names and name not in self.optional:
                raise BadCase(f"{self.name} needs the input {name!r}")


def convert_images(operator: Operator, name: str, array: np.ndarray, source: str, target: str) -> np.ndarray:
    """An input, gradient or output `name` brought from one image layout to another, if it follows it."""
    follows = name in operator.images or name in operator.image_outputs
    return convert(array, source, target) if follows and source else array


def canonical(operator: Operator, attrs: Mapping[str, Any], inputs: Mapping[str, np.ndarray]) -> tuple[dict, dict]:
    """Inputs in NCHW and OIHW (IOHW), and the attributes that the operator's functions take."""
    attrs = dict(attrs)
    arrays = dict(inputs)
    if operator.images:
        layout = attrs.pop("layout", "NCHW")
        arrays.update({name: convert(arrays[name], layout, "NCHW") for name in operator.images})
    if operator.kernels:
        layout = attrs.pop("kernel_layout", operator.kernel_layout)
        arrays.update({name: convert(arrays[name], layout, operator.kernel_layout) for name in operator.kernels})
    return arrays, attrs


def as_tuple(value: Any) -> tuple:
    """One output as a tuple of one, several as they are."""
    return value if isinstance(value, tuple) else (value,)
