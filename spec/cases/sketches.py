"""Cases from sketches: a name, the attributes, the shapes, and why; the data are drawn here.

Two tiers of data. "integers": small whole numbers of both signs, for which every correct order of summation
gives the same float, so the result must be exact. "reals": normally distributed, within the bounds.
The data depend on the case's name alone, so a case is the same in every run.
"""

import dataclasses
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from spec.cases import pairwise
from spec.core import Attribute, Case, Operator, Rejected
from spec.layouts import convert

Shapes = Mapping[str, tuple[int, ...]]


@dataclasses.dataclass(frozen=True)
class Sketch:
    """One geometry; `case` makes a `Case` of it for each tier and dtype.

    `shapes` are in NCHW and OIHW (IOHW). `variants` are pairs (tier, dtype); `dtypes` names the inputs that
    have another dtype than the rest.
    """

    name: str
    why: str
    attrs: Mapping[str, Any]
    shapes: Shapes
    variants: Sequence[tuple[str, str]] = (("integers", "float32"), ("reals", "float32"))
    expect: str = "value"
    dtypes: Mapping[str, str] = dataclasses.field(default_factory=dict)


DOUBLE = (("reals", "float64"),)
BOTH = (("integers", "float32"), ("reals", "float32"))
EVERY = (*BOTH, *DOUBLE)
WIDE = (("reals", "float32"), ("reals", "bfloat16"))
HALVES = tuple((tier, dtype) for tier in ("integers", "reals") for dtype in ("float16", "bfloat16"))


def dtype_of(name: str) -> np.dtype:
    """The NumPy dtype of a name; bfloat16 is that of `ml_dtypes`."""
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


def draw(name: str, tier: str, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Data of one input: whole numbers from -3 to 3, or standard normal reals rounded to the dtype."""
    random = np.random.default_rng(zlib.crc32(f"{name}/{tier}".encode()))
    values = random.integers(-3, 4, shape) if tier == "integers" else random.standard_normal(shape)
    if "/sizes-" in name and tier == "integers":  # of so few numbers none may be lost by being 0
        values = np.where(values == 0, 1, values)
    return values.astype(dtype_of(dtype))


def wide(name: str, tier: str, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Normal reals times powers of two from -60 to 60: float16 holds few of them, bfloat16 and float32 hold all."""
    powers = np.random.default_rng(zlib.crc32(f"{name}/powers".encode())).integers(-60, 61, shape)
    return np.ldexp(draw(name, "reals", "float64", shape), powers).astype(dtype_of(dtype))


def expand(
    op: str,
    attributes: Mapping[str, Attribute],
    sketches: Iterable[Sketch],
    images: Sequence[str] = (),
    kernels: Sequence[str] = (),
    data: Callable[[str, str, str, tuple[int, ...]], np.ndarray] = draw,
) -> Iterator[Case]:
    """The cases of the sketches, with defaults filled in and the data in the case's own layouts."""
    kernel_axes = attributes["kernel_layout"].default if "kernel_layout" in attributes else ""
    for sketch in sketches:
        attrs = {name: sketch.attrs.get(name, attribute.default) for name, attribute in attributes.items()}
        for tier, dtype in sketch.variants:
            inputs = {}
            for name, shape in sketch.shapes.items():
                array = data(f"{op}/{sketch.name}/{name}", tier, sketch.dtypes.get(name, dtype), shape)
                if name in images:
                    array = convert(array, "NCHW", attrs["layout"])
                if name in kernels:
                    array = convert(array, kernel_axes, attrs["kernel_layout"])
                inputs[name] = array
            name = f"{op}/{sketch.name}/{tier}-{dtype}"
            yield Case(name, op, attrs, inputs, sketch.why, sketch.expect, tier)


def lattice_only_if(exact: Callable[[Mapping, Shapes], bool], sketches: Iterable[Sketch]) -> Iterator[Sketch]:
    """The sketches, without their whole numbers where `exact(attrs, shapes)` denies that every route is exact."""
    for sketch in sketches:
        if exact(sketch.attrs, sketch.shapes):
            yield sketch
        else:
            yield dataclasses.replace(sketch, variants=[one for one in sketch.variants if one[0] != "integers"])


def rejections(op: str, attributes: Mapping[str, Attribute], rows: Iterable[tuple], **where) -> Iterator[Case]:
    """Cases that must be refused, from rows (name, why, attributes, shapes), or with `dtypes` as a fifth."""
    one = (("reals", "float32"),)
    sketches = (
        Sketch(f"rejects/{name}", why, attrs, shapes, one, "rejected", *dtypes)
        for name, why, attrs, shapes, *dtypes in rows
    )
    return expand(op, attributes, sketches, **where)


def space(attributes: Mapping[str, Attribute], **more: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """The parameters whose pairs are to be covered: the attributes with representative values, and more."""
    return {name: attribute.values for name, attribute in attributes.items() if attribute.values} | more


def covering(
    parameters: pairwise.Space,
    attributes: Mapping[str, Attribute],
    shapes: Callable[[pairwise.Row], Shapes],
    out_shape: Callable,
) -> list[Sketch]:
    """Sketches in which every pair of parameter values occurs that the specification accepts.

    Late attributes come in further sketches, so that those without them stay what they are.
    """
    late = {name: attributes[name].default for name in parameters if name in attributes and attributes[name].late}
    plain = {name: values for name, values in parameters.items() if name not in late}
    rows = pairwise.cover(plain, accepted(plain, attributes, shapes, out_shape))
    if late:
        given = [{**row, **late} for row in rows]
        rows += pairwise.cover(parameters, accepted(parameters, attributes, shapes, out_shape), given)
    why = "with its neighbours it covers every pair of attribute values"
    return [
        Sketch(
            f"pairs-{number:02}",
            f"{why}: {describe(row)}",
            {name: value for name, value in row.items() if name in attributes},
            shapes(row),
            EVERY if number % 4 == 0 else BOTH,
        )
        for number, row in enumerate(rows)
    ]


LAYOUTS = ("layout", "kernel_layout")  # shapes are canonical: on the layouts nothing depends
_accepted: dict[tuple, list[dict]] = {}


def accepted(
    parameters: pairwise.Space, attributes: Mapping[str, Attribute], shapes: Callable, out_shape: Callable
) -> list[dict]:
    """Every combination of the parameters that the specification accepts; found once for each operator."""
    defaults = {name: attribute.default for name, attribute in attributes.items() if name not in LAYOUTS}
    found: dict[tuple[int, ...], bool] = {}  # by the values other than layouts, which are the same objects in all rows

    def valid(row: pairwise.Row) -> bool:
        key = tuple(id(value) for name, value in row.items() if name not in LAYOUTS)
        if key not in found:
            try:
                out_shape(*shapes(row).values(), **{name: row.get(name, value) for name, value in defaults.items()})
                found[key] = True
            except Rejected:
                found[key] = False
        return found[key]

    if (shapes, out_shape, *parameters) not in _accepted:
        _accepted[shapes, out_shape, *parameters] = pairwise.combinations(parameters, valid)
    return _accepted[shapes, out_shape, *parameters]


def coverage(operator: Operator, cases: Iterable[Case]) -> tuple[int, int]:
    """(occurring, possible) pairs of attribute values among the cases of an operator; none of one that has no space."""
    if not operator.space:
        return 0, 0
    space = {name: values for name, values in operator.space.items() if name in operator.attributes}
    rows = accepted(operator.space, operator.attributes, operator.shapes, operator.out_shape)
    possible = pairwise.occurring(space, rows)
    return len(pairwise.occurring(space, (case.attrs for case in cases)) & possible), len(possible)


def describe(row: pairwise.Row) -> str:
    """A row in words: stride=[2, 1] padding='same' ..."""
    return " ".join(f"{name}={value!r}" for name, value in row.items())
