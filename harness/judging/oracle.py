"""The truth of a case: values, error scales and gradients, all from the specification in float64."""

import dataclasses
import functools
import zlib
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from harness.judging.floats import FLOAT32, is_half, roundoff
from harness.judging.repeated_errors import walk
from spec import operators
from spec.core import Case, Operator, Rejected, as_tuple, canonical, convert_images
from spec.layouts import convert
from spec.numerics import gradient


@dataclasses.dataclass(frozen=True, eq=False)
class Expected:
    """What one array must be: `value`, the error scale `scale` (B), and `terms` (n) products per element.

    All three have the array's shape, float64. `walk()` says how many times n the errors of that many products may
    amount to, summed in a dtype. `drawn` says how the errors of a training go together. `once` is the same training
    in half precision whose sums are taken in float32 and rounded once; `before` is what a weight was before it. Whole
    numbers are a value in int64 or uint64. See `harness.judging.bounds` for the bounds.
    """

    value: np.ndarray
    scale: np.ndarray
    terms: np.ndarray
    walk: Callable[[np.dtype], float] = lambda dtype: 1.0
    drawn: "Drawn | None" = None
    once: "Expected | None" = None
    before: np.ndarray | None = None


@dataclasses.dataclass(frozen=True)
class Drawn:
    """How errors that were drawn (`spec.numerics.stochastic`) go together in one array: independent ones do not.

    `equal` is the sum of the squares of the eigenvalues of their correlation, divided by the number of elements (1
    where all elements have one error, 1/m where m are independent), `largest` the largest of them; `sums` is how
    many sums were rounded on the way.
    """

    equal: float
    largest: float
    sums: int


@dataclasses.dataclass(frozen=True)
class Truth:
    """What the specification says of a case, in the case's own layouts.

    `rejected` says why the specification refuses it ("" if it does not). `cotangent`, in the dtype of the
    case, is what the gradients are taken against; None where there are none.
    """

    rejected: str = ""
    outputs: Mapping[str, Expected] = dataclasses.field(default_factory=dict)
    gradients: Mapping[str, Expected] = dataclasses.field(default_factory=dict)
    cotangent: np.ndarray | None = None


def truth(case: Case, gradients: bool = True, operator: Operator | None = None) -> Truth:
    """The truth of a case, by the record of its operator or by another; without `gradients` that of the outputs."""
    operator = operator or operators()[case.op]
    floats = {array.dtype for array in case.inputs.values() if _is_float(array.dtype)}
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    try:
        met = {array.dtype for name, array in case.inputs.items() if name in operator.differentiable} | floats
        if len(met) > 1:
            raise Rejected(f"inputs of different dtypes: {', '.join(sorted(map(str, met)))}")
        arguments = [arrays[name].shape for name in operator.inputs if name in arrays]
        operator.out_shape(*_positional(operator, arrays, arguments), **attrs)
        whole = all(array.dtype.kind in "iu" for array in arrays.values())
        numbers = {
            name for name, array in arrays.items() if whole or _is_float(array.dtype) or name in operator.differentiable
        }
        wide = {name: array.astype(np.float64) if name in numbers else array for name, array in arrays.items()}
        outputs = _outputs(operator, wide, attrs, case.dtype)
        if whole:
            outputs = _whole(operator, arrays, attrs, outputs, case.dtype)
    except Rejected as error:
        return Truth(rejected=str(error))
    layouts = _Layouts(operator, case)
    cotangent, slopes = None, {}
    if gradients and case.gradient and operator.differentiable and floats:
        cotangent = _cotangent(case, outputs[operator.outputs[0]].value.shape)
        slopes = _gradients(operator, wide, attrs, cotangent.astype(np.float64))
        cotangent = layouts.output(operator.outputs[0], cotangent)
    return Truth(
        "",
        {name: _each(one, name, layouts.output) for name, one in outputs.items()},
        {name: _each(one, name, layouts.input) for name, one in slopes.items()},
        cotangent,
    )


def _is_float(dtype: np.dtype) -> bool:
    return dtype.kind == "f" or dtype.name == "bfloat16"


def _there(array: np.ndarray) -> np.ndarray:
    """1 where the array is not zero."""
    return (array != 0).astype(array.dtype)


def _positional(operator: Operator, arrays: Mapping, values: list) -> list:
    """Values for the inputs that are there, None for an optional one left out before another."""
    found = dict(zip((name for name in operator.inputs if name in arrays), values))
    return [found.get(name) for name in operator.inputs]


def _outputs(operator: Operator, arrays: Mapping, attrs: Mapping, dtype: np.dtype) -> dict[str, Expected]:
    arguments = [arrays.get(name) for name in operator.inputs]

    def over(function, transform) -> tuple:
        changed = [transform(array) if array is not None and array.dtype.kind == "f" else array for array in arguments]
        return as_tuple(function(*changed, **attrs))

    with np.errstate(all="ignore"):
        values = over(operator.reference, lambda array: array)
        # A product that is zero is not rounded, and neither is a sum that it is added to.
        terms = over(operator.terms, lambda array: array) if operator.terms else over(operator.reference, _there)
        if operator.draws is not None:
            drawn = zip(operator.outputs, _draw(operator, arguments, attrs, values, terms, dtype))
            return {
                name: dataclasses.replace(one, before=arrays.get(name.removesuffix("_after"))) for name, one in drawn
            }
        scales = over(operator.scale, lambda array: array) if operator.scale else over(operator.reference, np.abs)
    walks = [functools.partial(walk, operator, name, arrays, attrs, None) for name in operator.outputs]
    return dict(zip(operator.outputs, map(Expected, values, scales, terms, walks)))


def _whole(operator: Operator, arrays: Mapping, attrs: Mapping, outputs: dict[str, Expected], dtype: np.dtype) -> dict:
    """The truth of whole numbers, in whole numbers, of which float64 has not all beyond 2^53.

    Raises `Rejected` for a result that is no whole number, or that the dtype does not hold: nothing wraps or is cut.
    """
    limits = np.iinfo(dtype)
    for name, one in outputs.items():
        whole = np.isfinite(one.value) & (abs(one.value - np.rint(one.value)) <= 1e-9 * (1 + abs(one.value)))
        fits = whole & (one.value >= float(limits.min)) & (one.value <= float(limits.max))
        if not fits.all():
            value, why = one.value[~fits].flat[0], "no whole number" if not whole.all() else f"no number of {dtype}"
            raise Rejected(f"{name} would hold {value:.9g}, which is {why}")
    wide = {name: array if array.dtype == np.uint64 else array.astype(np.int64) for name, array in arrays.items()}
    with np.errstate(all="ignore"):
        values = as_tuple(operator.reference(*(wide.get(name) for name in operator.inputs), **attrs))
    found = {}
    for (name, one), value in zip(outputs.items(), values):
        # Weights and rates that are fractions are cut in whole numbers: then float64 says more.
        same = value.dtype.kind in "iu" and np.all(abs(value - one.value) <= 1e-9 * (1 + abs(one.value)))
        none = np.zeros(one.value.shape)
        found[name] = Expected(value if same else np.rint(one.value).astype(np.int64), none, none)
    return found


def _draw(operator: Operator, arguments, attrs, values, terms, dtype: np.dtype) -> Iterable[Expected]:
    """The truth of each output of an operator whose errors are drawn."""
    assert operator.draws is not None
    unit = roundoff(dtype)[0]
    found, sums = operator.draws(*arguments, unit=unit, **attrs)
    drawn = [_drawn(*one, unit, sums) for one in zip(values, found, terms)]
    if not is_half(dtype):
        return drawn
    found, sums = operator.draws(*arguments, unit=FLOAT32, stored=unit, **attrs)
    once = (_drawn(*one, unit, sums) for one in zip(values, found, terms))
    return [dataclasses.replace(one, once=other) for one, other in zip(drawn, once)]


def _drawn(value: np.ndarray, errors: np.ndarray, terms: np.ndarray, unit: float, sums: int) -> Expected:
    """The truth of an array whose errors were drawn: u B sqrt(n/3) is their root mean square in each element."""
    if not errors.any():  # nothing was computed
        return Expected(value, np.zeros(value.shape), np.zeros(value.shape))
    deviation = np.sqrt(np.mean(np.square(errors), axis=0))
    terms = np.where(deviation > 0, terms, 0)
    steps = np.divide(errors, deviation, out=np.zeros_like(errors), where=np.isfinite(deviation) & (deviation > 0))
    steps = steps.reshape(len(errors), -1)
    # The draws' products with each other have the eigenvalues that the elements' correlation has. A sample of draws
    # has more unequal ones than all: both measures, being convex, err to the side of caution.
    shares = np.linalg.eigvalsh(steps @ steps.T) / np.square(steps).sum()
    scale = deviation * np.sqrt(3 / np.maximum(terms, 1)) / unit
    return Expected(value, scale, terms, drawn=Drawn(float(np.square(shares).sum()), float(shares.max()), sums))


def _gradients(operator: Operator, arrays: Mapping, attrs: Mapping, cotangent: np.ndarray) -> dict[str, Expected]:
    with np.errstate(all="ignore"):
        values, scales, terms = gradient.pullbacks(operator, arrays, attrs, cotangent)
    walks = {name: functools.partial(walk, operator, name, arrays, attrs, cotangent) for name in values}
    return {name: Expected(values[name], scales[name], terms[name], walks[name]) for name in values}


def _cotangent(case: Case, shape: tuple[int, ...]) -> np.ndarray:
    """The cotangent that the case brings, or small whole numbers or normal reals, drawn from its name."""
    if case.canonical_cotangent is not None:
        return case.canonical_cotangent.astype(case.dtype)
    random = np.random.default_rng(zlib.crc32(f"{case.id}/cotangent".encode()))
    values = random.integers(-2, 3, shape) if case.tier == "integers" else random.standard_normal(shape)
    return np.asarray(values).astype(case.dtype)


class _Layouts:
    """From canonical axes to those of the case."""

    def __init__(self, operator: Operator, case: Case) -> None:
        self.operator, self.attrs = operator, case.attrs

    def output(self, name: str, array: np.ndarray) -> np.ndarray:
        return convert_images(self.operator, name, array, "NCHW", self.attrs.get("layout", "NCHW"))

    def input(self, name: str, array: np.ndarray) -> np.ndarray:
        if name in self.operator.kernels:
            return convert(array, self.operator.kernel_layout, self.attrs["kernel_layout"])
        return self.output(name, array) if name in self.operator.images else array


def _each(expected: Expected, name: str, change) -> Expected:
    value, scale, terms = (
        change(name, np.asarray(array)) for array in (expected.value, expected.scale, expected.terms)
    )
    once = expected.once and _each(expected.once, name, change)
    return Expected(value, scale, terms, expected.walk, expected.drawn, once, expected.before)
