"""A backend for tests of laws: the references of the specification."""

import numpy as np

from spec import operators
from spec.core import as_tuple, canonical, convert_images
from spec.numerics import gradient


def by_reference(case, cotangent, operator=None):
    """Outputs and gradients as a backend would answer them, from the reference in the dtype of the case."""
    operator = operator or operators()[case.op]
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    if cotangent is None:
        values = as_tuple(operator.reference(*(arrays[name] for name in operator.inputs if name in arrays), **attrs))
        named = zip(operator.outputs, values)
        return {name: convert_images(operator, name, y, "NCHW", case.layout) for name, y in named}, {}
    wide = {name: array.astype(np.float64) for name, array in arrays.items()}
    slopes = gradient.pullback(operator, wide, attrs, cotangent.astype(np.float64))
    return {}, {name: slope.astype(case.dtype) for name, slope in slopes.items()}
