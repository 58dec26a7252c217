"""How large a case from outside may be: its cost is known from shapes and attributes, before anything is computed.

The truth is computed in float64, in memory and by NumPy: an array of more elements, or a case of more products, would
take the memory or the hours of a machine that has other cases to run.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from spec import operators
from spec.core import Case, Operator, Rejected, as_tuple, canonical
from spec.errors import UserError
from spec.padding import explicit

ELEMENTS = 2**25  # of one array: 256 MiB in float64
PRODUCTS = 2**34  # of a whole case: some minutes


def check(case: Case, where: str) -> None:
    """Raise `UserError` for a case that is too large. One that the specification refuses costs nothing."""
    operator = operators()[case.op]
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    shapes = {name: array.shape for name, array in arrays.items()}
    _limit(_padded(shapes, attrs), where)
    made = _outputs(operator, shapes, attrs)
    if not made:
        return
    _limit(made, where)
    products = attrs.get("steps", 1) * sum(map(math.prod, [*shapes.values(), *made])) * _taps(shapes, attrs)
    if products > PRODUCTS:
        raise UserError(f"{where} takes about {products:.2g} products; the limit is {PRODUCTS:.2g}: make it smaller")


def output_shape(case: Case) -> tuple[int, ...] | None:
    """The shape of the first output, NCHW; None for a case that the specification refuses."""
    operator = operators()[case.op]
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    return next(iter(_outputs(operator, {name: array.shape for name, array in arrays.items()}, attrs)), None)


def _outputs(operator: Operator, shapes: Mapping[str, tuple[int, ...]], attrs: Mapping) -> tuple[tuple[int, ...], ...]:
    """The shapes of the outputs, NCHW; none for a case that the specification refuses."""
    try:
        made = as_tuple(operator.out_shape(*map(shapes.get, operator.inputs), **attrs))
    except Rejected:
        return ()
    return made if made and isinstance(made[0], Sequence) else (made,)


def _limit(shapes: Iterable[tuple[int, ...]], where: str) -> None:
    for largest in map(math.prod, shapes):
        if largest > ELEMENTS:
            raise UserError(
                f"{where} makes an array of {largest:.3g} elements; the limit is {ELEMENTS:.3g}: make it smaller"
            )


def _window(shapes: dict[str, tuple[int, ...]], attrs: dict) -> tuple[int, ...]:
    """Rows and columns of the window that moves over the image; () where none does."""
    if "kernel_size" in attrs:
        return tuple(attrs["kernel_size"])
    kernel = shapes.get("w", shapes.get("k", ()))
    return kernel[-2:] if "padding" in attrs or len(kernel) < 4 else ()


def _taps(shapes: dict[str, tuple[int, ...]], attrs: dict) -> int:
    """How many products an element sums, at most."""
    if "kernel_size" in attrs:
        return math.prod(attrs["kernel_size"])
    return max(1, math.prod(shapes.get("w", shapes.get("k", ()))[-3:]))


def _padded(shapes: dict[str, tuple[int, ...]], attrs: dict) -> Iterable[tuple[int, ...]]:
    """The shape of the image with its padding, where there is any."""
    window = _window(shapes, attrs)
    if not window or "padding" not in attrs or "output_padding" in attrs:
        return
    if len(shapes["x"]) < 2:
        return
    *rest, height, width = shapes["x"]
    stride, dilation = attrs.get("stride") or window, attrs.get("dilation", (1, 1))
    if min(stride) < 1:
        return
    pads = explicit(attrs["padding"], (height, width), window, stride, dilation)
    yield (*rest, *(size + sum(ends) for size, ends in zip((height, width), pads)))
