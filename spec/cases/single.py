"""One case from its arrays, for the seeds and for real images: attributes completed, gradient decided."""

from collections.abc import Mapping

import numpy as np

from spec.core import Case, canonical
from spec.ops import max_pool2d
from spec.registry import operators

Arrays = Mapping[str, np.ndarray]


def stated(
    id: str, op: str, why: str, inputs: Arrays, attrs: Mapping | None = None, expected: Arrays | None = None, **fields
) -> Case:
    """The case `id`, in the tier "integers" unless `fields` say otherwise.

    Equal maxima in a window of max pooling leave the gradient open; such a case has none.
    """
    operator = operators()[op]
    complete = operator.complete(attrs or {})
    fields = {"tier": "integers", **fields}
    if op == "max_pool2d":
        arrays, rest = canonical(operator, complete, inputs)
        fields["gradient"] = not max_pool2d.tied(arrays["x"], **rest)
    return Case(id, op, complete, inputs, why, expected=expected or {}, **fields)
