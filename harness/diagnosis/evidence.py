"""The two sides of a diagnosis: the specification, which can be computed with a mistake, and the wrong arrays."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.diagnosis.input_mistakes import axes
from harness.judging.bounds import chance_bound
from harness.judging.floats import roundoff
from harness.judging.oracle import Expected, Truth
from harness.judging.verdict import compare
from spec import operators
from spec.core import Case, Rejected, as_tuple, canonical, convert_images
from spec.layouts import convert
from spec.numerics import gradient

# So many elements must be as the mistake predicts and not as the truth says, where numbers can agree by chance. Whole
# numbers from -3 to 3 have a variance of 4 and their products one of 16, so a sum over 3 x 3 taps has a standard
# deviation of 12. It takes its most frequent value with probability 1 / (12 sqrt(2 pi)) = 1/30; all of four such
# sums do with 1e-6, as often as a bound may refuse correct arithmetic.
TELLING = 4
# Products at least in a sum that comes of a mistake: bilinear weights, the smallest sums there are, have four.
SUMMED = 4

Arrays = Mapping[str, np.ndarray]


class Model:
    """The specification of a case, to be computed with other inputs and attributes; results in the case's layouts.

    `arrays`, `attrs` and `cotangent` are the right ones, canonical, float64.
    """

    def __init__(self, case: Case, truth: Truth) -> None:
        self.case, self.operator = case, operators()[case.op]
        self.layout = case.attrs.get("layout", "NCHW")
        arrays, self.attrs = canonical(self.operator, case.attrs, case.inputs)
        self.arrays = {name: one if one.dtype.kind in "iub" else one.astype(float) for name, one in arrays.items()}
        self.cotangent = None if truth.cotangent is None else self.canonical_output(truth.cotangent.astype(float))

    def outputs(self, arrays: Arrays, attrs: Mapping[str, Any], _=None) -> Arrays:
        """The outputs by name. Raises `Rejected` where the specification refuses."""
        self._shape(arrays, attrs)
        values = self.operator.reference(*(arrays.get(name) for name in self.operator.inputs), **attrs)
        return {name: self._to_case(name, one) for name, one in zip(self.operator.outputs, as_tuple(values))}

    def gradients(self, arrays: Arrays, attrs: Mapping[str, Any], cotangent: np.ndarray | None = None) -> Arrays:
        """The gradients by name. Raises `Rejected` where the specification refuses, or the cotangent does not fit."""
        cotangent = self.cotangent if cotangent is None else cotangent
        if cotangent is None or self._shape(arrays, attrs) != cotangent.shape:
            raise Rejected("the output would have another shape")
        found = gradient.pullback(self.operator, arrays, attrs, cotangent)
        return {name: self._to_case(name, slope) for name, slope in found.items()}

    def canonical_output(self, array: np.ndarray) -> np.ndarray:
        """The first output, or its cotangent, in canonical axes."""
        return convert_images(self.operator, self.operator.outputs[0], array, self.layout, "NCHW")

    def letters(self, name: str, rank: int) -> str:
        """The letters of the axes of an output or a gradient in the case's layouts; "" where they have none."""
        if name in self.operator.kernels:
            return self.case.attrs["kernel_layout"]
        if name in self.operator.image_outputs or name in self.operator.images:
            return self.layout
        # Flattening has a layout, but its result has no axes of an image; neither have the results of a training.
        nameless = name in self.operator.outputs and ("layout" in self.attrs or len(self.operator.outputs) > 1)
        return "" if nameless else axes(self.operator, name, rank, self.attrs)

    def _shape(self, arrays: Arrays, attrs: Mapping[str, Any]) -> Any:
        shapes = (None if name not in arrays else arrays[name].shape for name in self.operator.inputs)
        return self.operator.out_shape(*shapes, **attrs)

    def _to_case(self, name: str, array: np.ndarray) -> np.ndarray:
        array = convert_images(self.operator, name, np.asarray(array), "NCHW", self.layout)
        follows = name in self.operator.kernels
        return convert(array, self.operator.kernel_layout, self.case.attrs["kernel_layout"]) if follows else array


class Evidence:
    """The arrays that a backend returned, and what they should be; `wrong` names those that differ."""

    def __init__(self, case: Case, actual: Arrays, expected: Mapping[str, Expected]) -> None:
        self.exactly, self.dtype = case.tier == "integers", case.dtype
        self.expected = {name: one for name, one in expected.items() if name in actual}
        self.actual = {name: actual[name] for name in self.expected}
        self._known: dict[str, tuple[float, float, float]] = {}
        self.wrong = [name for name, one in self.expected.items() if self._differs(name, one)]
        self.rare = self.exactly is False and case.dtype.itemsize >= 4  # no two computations agree by chance

    def _differs(self, name: str, expected: Expected) -> bool:
        return compare(name, self.actual[name], expected, self.dtype, self.exactly).outcome == "differs"

    def right_but_for_dtype(self) -> str:
        """The name of an array whose values are right in the arithmetic of the narrower dtype."""
        for name in self.wrong:
            if self.actual[name].dtype != self.dtype and self._near(name, self.expected[name].value):
                return name
        return ""

    def agrees_with(self, wanted: Arrays) -> bool:
        """Whether the arrays are what a mistake predicts, in enough elements to tell."""
        wanted = {name: wanted[name] for name in self.expected if name in wanted}
        if not all(self._near(name, value) for name, value in wanted.items()):
            return False
        telling = sum(self._differing(name, value, self.expected[name].value) for name, value in wanted.items())
        return telling >= (1 if self.rare else TELLING)

    def part_agrees_with(self, name: str, wanted: np.ndarray, actual: np.ndarray, truth: np.ndarray) -> bool:
        """Whether `actual`, a part of the array `name`, equals `wanted`, and the `truth` of that part does not."""
        return self._near(name, wanted, actual) and self._differing(name, wanted, truth) >= TELLING

    def _differing(self, name: str, value: np.ndarray, truth: np.ndarray) -> int:
        """In how many elements a mistake predicts a number that is not the right one."""
        if truth.shape != value.shape:
            return value.size
        other = ~_alike(value, truth, self._tolerance(name, value))
        return int((other & ~np.isnan(value)).sum())  # many mistakes give NaN: it tells nothing

    def _near(self, name: str, value: np.ndarray, actual: np.ndarray | None = None) -> bool:
        actual = self.actual[name] if actual is None else actual
        if actual.shape != value.shape:
            return False
        tolerance = self._tolerance(name, value)
        if tolerance > self._sizes(name)[1]:
            return False  # most numbers are smaller than the tolerance: they would agree with anything
        return bool(_alike(actual, value, tolerance).all())

    def _tolerance(self, name: str, value: np.ndarray) -> float:
        """How far an element may be from what a mistake predicts: as far as the least certain one by chance.

        A mistake may bring sums where there should be none, and numbers that are not whole.
        """
        if self.exactly and np.array_equal(value, np.rint(value), equal_nan=True):
            return 0.0
        chance, _, u = self._sizes(name)
        return max(chance, 4 * u * _largest(abs(value)))

    def _sizes(self, name: str) -> tuple[float, float, float]:
        """What chance may add to a sum of `SUMMED` products or more, the size of most numbers, and the roundoff."""
        if name not in self._known:
            expected = self.expected[name]
            dtype = min(self.dtype, self.actual[name].dtype, key=lambda one: one.itemsize)
            least = dataclasses.replace(expected, terms=np.maximum(expected.terms, SUMMED))
            chance = _largest(chance_bound(least, dtype))
            self._known[name] = chance, _typical(expected.value), roundoff(dtype)[0]
        return self._known[name]


def _largest(sizes: np.ndarray) -> float:
    """The largest finite one; 0 where there is none."""
    return float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))


def _typical(truth: np.ndarray) -> float:
    """The size of most numbers of an array; infinite where all are 0."""
    sizes = abs(truth[np.isfinite(truth) & (truth != 0)])
    return float(np.median(sizes)) if sizes.size else np.inf


def _alike(one: np.ndarray, other: np.ndarray, tolerance: float) -> np.ndarray:
    """Where two arrays are as near as that, or the same infinity, or both not a number."""
    return (abs(one - other) <= tolerance) | (one == other) | (np.isnan(one) & np.isnan(other))
