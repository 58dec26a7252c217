"""Translates a call of one framework into code of another, and makes the cases that prove it.

The code of an operator is the target's own adapter, cut out of the project (`harness/source/standalone.py`); that of
LeNet-5 is the target's `lenet5.py`. A function around it takes the arrays as the source has them.
`harness/bridge/proof.py` runs both sides.
"""

import dataclasses
import functools
import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from backends.execute import completed
from harness.source.standalone import Layouts, Snippet, layouts_of_function, layouts_of_method
from harness.workers.backends import Backend
from spec import operators
from spec.cases import sketches as build
from spec.core import Case, Operator
from spec.errors import UserError
from spec.layouts import apart, convert, permutation, together
from spec.numerics import lenet_arithmetic

IMAGES = ("conv2d", "conv2d_layer", "conv_transpose2d", "pad2d", "max_pool2d", "avg_pool2d", "upsample2d")
OPERATORS = (*IMAGES, "activation", "dense", "batch_norm2d")
NETWORK = "lenet5"
TIERS = {"integers": "whole numbers", "reals": "reals"}


@dataclasses.dataclass(frozen=True)
class Trial:
    """One case of a proof: `case` has the truth, `inputs` are its arrays in the layouts of the source.

    `exactly`: nothing but equality with the truth passes.
    """

    case: Case
    inputs: Mapping[str, np.ndarray]
    exactly: bool = False

    def __str__(self) -> str:
        shapes = ", ".join(f"{name} {one.shape}" for name, one in self.inputs.items() if not name.endswith("_b"))
        return f"{TIERS[self.case.tier]}: {shapes}"


@dataclasses.dataclass(frozen=True)
class Change:
    """An input or output whose axes must be transposed, from the layout `before` to the layout `after`."""

    name: str
    before: str
    after: str

    @property
    def axes(self) -> tuple[int, ...]:
        """The permutation of the axes; those that a flatten merged count as separate."""
        return permutation(apart(self.before), apart(self.after))


@dataclasses.dataclass(frozen=True)
class Bridge:
    """The call `op` with `attrs` of the framework `source`, as code of the framework `target`.

    With a `size` (rows, columns) the code is for images of that size alone, and for kernels of the size `kernel`.
    `short` is the code in few words (`harness/bridge/short.py`); without it the target's own code stands before.
    """

    op: str
    source: Backend
    target: Backend
    attrs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    dtype: str = "float32"
    size: tuple[int, int] | None = None
    kernel: tuple[int, int] | None = None
    short: str = ""
    turning: ClassVar[tuple[str, ...]] = ("TRANSPOSE",)  # what the target's adapter must define where layouts differ

    @property
    def operator(self) -> Operator:
        """The record of the operator."""
        return operators()[self.op]

    @property
    def function(self) -> str:
        """The name of the function at the end of the code."""
        return f"{self.op}_of_{self.source.folder.name}"

    @property
    def source_call(self) -> str:
        """Cache key of the source's call: operator, backend, dtype, attributes."""
        return json.dumps([self.op, self.source.name, self.dtype, dict(self.attrs), self.size, self.kernel])

    def missing(self, backend: Backend) -> str:
        """Why a backend cannot express it at all, or ""."""
        has = self.op in Snippet(backend.adapter).methods
        return "" if has else f"no operator of the framework corresponds to {self.op}"

    @property
    def lacking(self) -> tuple[str, str]:
        """(who, why) of a backend that cannot express it at all, or ("", "")."""
        for end in (self.target, self.source):
            if why := self.missing(end):
                return end.name, why
        return (self.target.name, self._untold()) if self._untold() else ("", "")

    def _untold(self) -> str:
        """Why the target's adapter cannot be cut out of the project: it keeps something in `self`, say; or ""."""
        wanted = self.turning if self.changes else ()
        if lacking := [name for name in wanted if not Snippet(self.target.adapter).defines(name)]:
            return f"its adapter does not say how a layout becomes another: {lacking[0]}"
        try:
            self.words  # noqa: B018  # made here, and kept
        except UserError as error:
            return str(error)
        return ""

    def own(self, backend: Backend) -> Layouts:
        """The layouts that a backend takes natively. Raises `UserError` where its adapter does not declare them."""
        found = layouts_of_method(backend.adapter, self.op)
        if self.operator.images and not found.image:
            raise UserError(f"{backend.adapter}: {self.op} must declare its layout with @native")
        return found

    def layouts(self, backend: Backend) -> dict[str, str]:
        """The native layout of each input and output of a backend that has one."""
        own, operator = self.own(backend), self.operator
        inputs = dict.fromkeys(operator.images, own.image) | dict.fromkeys(operator.kernels, own.kernel)
        return inputs | dict.fromkeys(operator.image_outputs, own.image)

    @functools.cached_property
    def changes(self) -> list[Change]:
        """The inputs and outputs that must be transposed."""
        theirs, own = self.layouts(self.source), self.layouts(self.target)
        ends = {name: (one, own[name]) for name, one in theirs.items() if one != own[name]}
        outputs = self.operator.outputs
        return [Change(name, *(pair[::-1] if name in outputs else pair)) for name, pair in ends.items()]

    @functools.cached_property
    def words(self) -> Snippet:
        """The target's own code, which the function at the end calls."""
        words = Snippet(self.target.adapter)
        if self.changes:
            words.expression("TRANSPOSE")  # for its import
        words.add(self.op)
        return words

    @property
    def tail(self) -> str:
        """The function at the end of the code, which takes and returns arrays in the layouts of the source."""
        return self.wrapped([], self.call())

    def wrapped(self, before: list[str], result: str) -> str:
        """A function around a call of the target (`result`, after the lines `before`), which turns the arrays."""
        theirs, inputs = self.layouts(self.source), self.operator.inputs
        about = ", ".join(f"{name} {theirs[name]}" for name in inputs if theirs.get(name))
        heads = ", ".join(f"{name}=None" if name in self.operator.optional else name for name in inputs)
        lines = [line for change in self.changes if change.name in inputs for line in self.turned(change)]
        lines += before
        for output in [one for one in self.changes if one.name in self.operator.outputs]:
            lines += [f"{output.name} = {result}", *self.turned(output)]
            result = output.name
        for_size = f", images of {self.size[0]} x {self.size[1]}" if self.size else ""
        for_kernel = f", kernels of {self.kernel[0]} x {self.kernel[1]}" if self.size and self.kernel else ""
        doc = f"{self.op} as {self.source.folder.name} has it{': ' if about else ''}{about}{for_size}{for_kernel}."
        return _function(self.function, heads, doc, lines, result)

    @property
    def code(self) -> str:
        """Code that runs with nothing but the target framework."""
        return self.short or f"{self.words.text()}\n\n{self.tail}"

    def call(self) -> str:
        """The call of the target's own code."""
        takes, own = self.words.parameters(self.op), self.own(self.target)
        attrs = completed(self.attrs) | {"layout": own.image, "kernel_layout": own.kernel}
        given = [f"{name}={attrs[name]!r}" for name in takes]
        return f"{self.op}({', '.join([*self.operator.inputs, *given])})"

    def turned(self, change: Change) -> list[str]:
        """Lines that transpose an array."""
        transpose = self.words.expression("TRANSPOSE")
        return [f"{change.name} = {transpose}({change.name}, {change.axes})  # {change.before} -> {change.after}"]

    def trials(self) -> list[Trial]:
        """Cases with these attributes, in the source's layouts: whole numbers and reals."""
        operator, own = self.operator, self.own(self.source)
        layouts = {"layout": own.image, "kernel_layout": own.kernel}
        attrs = completed(self.attrs) | {name: layouts[name] for name in layouts if name in operator.attributes}
        variants = [(tier, self.dtype) for tier in TIERS]
        shapes = [self._sized(operator.shapes(row)) for row in _rows(operator, self.attrs)]
        if not self.size:
            shapes.append(_grown(shapes[0], operator.images))
        unlike = [shape for n, shape in enumerate(shapes) if shape not in shapes[:n]]
        sketches = [build.Sketch(f"bridge-{n}", "", attrs, shape, variants) for n, shape in enumerate(unlike)]
        found = build.expand(self.op, operator.attributes, sketches, images=operator.images, kernels=operator.kernels)
        return [Trial(case, case.inputs) for case in found]

    def _sized(self, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
        """Shapes of inputs with the sizes that were given; the specification's own where none was."""
        found = dict(shapes)
        if self.size:
            found["x"] = (*found["x"][:2], *self.size)
            if self.kernel and "w" in found:
                found["w"] = (*found["w"][:2], *self.kernel)
        return found


@dataclasses.dataclass(frozen=True)
class NetworkBridge(Bridge):
    """LeNet-5 with images and weights in the layouts of `source`, as code of `target`."""

    turning: ClassVar[tuple[str, ...]] = ("TRANSPOSE", "RESHAPE")

    def missing(self, backend: Backend) -> str:
        """Why a backend cannot express it at all, or ""."""
        return "" if network(backend).is_file() else f"there is no {network(backend).name} beside its adapter"

    def own(self, backend: Backend) -> Layouts:
        """The layouts that a backend's network takes."""
        return layouts_of_function(network(backend), NETWORK)

    def layouts(self, backend: Backend) -> dict[str, str]:
        """The layout of the images and of each weight but the biases."""
        return lenet_arithmetic.layouts(*dataclasses.astuple(self.own(backend)))

    @functools.cached_property
    def words(self) -> Snippet:
        """The target's network."""
        words = Snippet(self.target.adapter)
        if self.changes:
            words.expression("TRANSPOSE")
        words.include(network(self.target), NETWORK)
        return words

    @property
    def tail(self) -> str:
        """The function at the end of the code, which takes images and weights in the layouts of the source."""
        theirs, heads = self.layouts(self.source), ", ".join(["images", *lenet_arithmetic.SHAPES])
        merged = theirs["c5_w"]
        doc = [
            f"The logits of LeNet-5 from images and weights as {self.source.folder.name} has them.",
            "",
            ", ".join(f"{name} {layout}" for name, layout in theirs.items()),
            f"c5 is a dense layer behind a flatten. The kernel {apart(merged)} of a convolution in its place holds the",
            f"numbers of c5_w in the same order: reshape it to {together(_sizes('c5_w'), merged)}.",
            "",
        ]
        lines = [line for change in self.changes for line in self.turned(change)]
        return _function(self.function, heads, "\n".join(doc), lines, f"{NETWORK}({heads})")

    def turned(self, change: Change) -> list[str]:
        """Lines that transpose a weight; axes that a flatten merged are reshaped apart before and together after."""
        name, before, after = change.name, apart(change.before), apart(change.after)
        lines = super().turned(Change(name, before, after))
        if before != change.before:
            reshape, sizes = self.words.expression("RESHAPE"), _sizes(name)
            shape = together(sizes, before)
            lines.insert(0, f"{name} = {reshape}({name}, {shape})  # {change.before} -> {before}")
            shape = together(sizes, change.after)
            lines.append(f"{name} = {reshape}({name}, {shape})  # {after} -> {change.after}")
        return lines

    def trials(self) -> list[Trial]:
        """The specification's cases without training, images and weights in the layouts of the source."""
        layouts, found = self.layouts(self.source), []
        for case in self.operator.cases():
            if case.attrs["steps"] == 0 and case.expect == "value" and case.dtype == self.dtype:
                given = {name: array for name, array in case.inputs.items() if name != "labels"}
                inputs = {name: _arranged(array, layouts.get(name, "")) for name, array in given.items()}
                found.append(Trial(case, inputs, exactly=case.tier == "integers"))
        return found


def bridge(op: str, source: Backend, target: Backend, attrs: Mapping[str, Any], dtype: str = "float32") -> Bridge:
    """The bridge for an operator, or for the whole network."""
    return (NetworkBridge if op == NETWORK else Bridge)(op, source, target, attrs, dtype)


def network(backend: Backend) -> Path:
    """The file that holds a backend's own LeNet-5."""
    return backend.folder / "lenet5.py"


def _sizes(weight: str) -> dict[str, int]:
    """The size of each axis of a weight of LeNet-5."""
    return dict(zip("OIHW", lenet_arithmetic.SHAPES[weight]))


def _arranged(array: np.ndarray, layout: str) -> np.ndarray:
    """Images or weights of the specification in another layout, c5's kernel as dense weights; biases as they are."""
    if not layout:
        return array
    canonical = "NCHW" if "N" in layout else "OIHW"[: array.ndim]
    sizes = dict(zip(canonical, array.shape))
    return convert(array, canonical, apart(layout)).reshape(together(sizes, layout))


def _rows(operator: Operator, attrs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the parameters that only shape the inputs (kernel size, bias), with the attributes given."""
    free = {name: values for name, values in operator.space.items() if name not in operator.attributes}
    rows: list[dict[str, Any]] = [dict(attrs)]
    for name, values in free.items():
        rows = [row | {name: value} for row in rows for value in values]
    return rows


def _grown(shapes: Mapping[str, tuple[int, ...]], images: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The same shapes with an image more, each with a row and a column more: a text may hold for one size alone.

    Of what is no image, a sample more.
    """
    if "x" not in shapes:
        return dict(shapes)
    n, *rest = shapes["x"]
    if "x" in images and len(rest) == 3:
        rest = [rest[0], rest[1] + 1, rest[2] + 1]
    return {**shapes, "x": (n + 1, *rest)}


def _function(name: str, heads: str, doc: str, lines: list[str], result: str) -> str:
    body = textwrap.indent("\n".join([f'"""{doc}"""', *lines, f"return {result}"]), "    ")
    return f"def {name}({heads}):\n{body}\n"
