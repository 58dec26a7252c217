"""A trace with one meaning for both models: axes NCHW, kernels OIHW (IOHW), the settings of the specification.

Every tensor has a form: the letters of its axes, or, behind a flatten, the order in which pixels and channels lie in
it. A layer that reads a tensor in other axes than it was made in is a mistake in the layout, and stays visible.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.compare.checks import KERNELS
from harness.compare.trace import Layer, Trace
from spec.layouts import convert
from spec.padding import explicit, transposed

IMAGE = "NCHW"
LAYOUTS = ("layout", "kernel_layout", "kernel_flipped")
ELEMENTWISE = ("activation", "dropout", "identity", "batch_norm2d", "add", "sub", "mul", "scale", "", "concat")
MOVING = ("pad2d", "dropout", "identity", "flatten", "reshape", "transpose")


@dataclasses.dataclass(frozen=True)
class Form:
    """The axes of a tensor: `letters` of one with four; `flat` (sizes by letter, order) of a flattened image."""

    letters: str = ""
    flat: tuple[tuple[str, int], ...] = ()

    def canonical(self, array: np.ndarray) -> np.ndarray:
        """The array in axes NCHW; flattened, in the order channels, rows, columns."""
        if self.letters and array.ndim == 4:
            return convert(array, self.letters, IMAGE)
        if self.flat and array.ndim == 2 and array.shape[1] == int(np.prod([size for _, size in self.flat])):
            return self.unfold(array, 1)
        return array

    def unfold(self, array: np.ndarray, axis: int) -> np.ndarray:
        """An array whose `axis` follows a flattened image, brought to the order channels, rows, columns."""
        order = "".join(letter for letter, _ in self.flat)
        if not self.flat or order == "CHW":
            return array
        array = np.moveaxis(array, axis, -1)
        apart = array.reshape(*array.shape[:-1], *(size for _, size in self.flat))
        first = array.ndim - 1
        moved = apart.transpose(*range(first), *(first + order.index(letter) for letter in "CHW"))
        return np.moveaxis(moved.reshape(array.shape), -1, axis)

    def fold(self, array: np.ndarray, axis: int) -> np.ndarray:
        """The inverse of `unfold`."""
        places = np.moveaxis(self.unfold(np.arange(array.shape[axis])[None], 1), 1, 0)[:, 0]
        return np.take(array, np.argsort(places), axis)


@dataclasses.dataclass(frozen=True)
class Op:
    """One call of one layer, in canonical terms. `pads` is a layer of pads that was taken into a convolution."""

    place: int
    layer: Layer
    kind: str
    attrs: Mapping[str, Any]
    inputs: tuple[str, ...]
    output: str
    pads: Layer | None = None

    @property
    def key(self) -> str:
        return self.layer.key


class Model:
    """The layers of a trace as operations; arrays in canonical axes."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.forms: dict[str, Form] = {}
        self.misread: dict[int, str] = {}  # operation -> how it reads its input in other axes than it was made in
        self.ops: list[Op] = []
        self.producer: dict[str, Op] = {}
        for place, layer in enumerate(trace.layers):
            self._add(place, layer)
        self._fold_pads()

    # ---- arrays

    def value(self, name: str, reader: Op | None = None) -> np.ndarray:
        """A tensor in canonical axes, as the layer `reader` reads it."""
        array = self.trace.array(name)
        layout = reader.layer.settings.get("layout") if reader and reader.kind not in ELEMENTWISE else None
        if reader and layout and array.ndim == 4 and reader.kind not in ("flatten", "reshape", "transpose"):
            return convert(array, layout, IMAGE)
        return self.form(name).canonical(array)

    def form(self, name: str) -> Form:
        """The form of a tensor; one that is not known yet has the layout of the model's images."""
        if name not in self.forms:
            rank = len(self.trace.shapes[name])
            self.forms[name] = Form(self.trace.image_layout if rank == 4 else "")
        return self.forms[name]

    def weights(self, op: Op, raw: Mapping[str, np.ndarray] | None = None) -> dict[str, np.ndarray]:
        """The weights of a layer in canonical axes; or `raw` ones, as the library keeps them."""
        found = dict(raw) if raw is not None else self.raw_weights(op)
        if raw is not None and "w" in found and op.layer.settings.get("kernel_flipped"):
            found["w"] = found["w"][::-1, ::-1]  # recorded ones are turned already
        target, layout = KERNELS.get(op.kind, ""), op.layer.settings.get("kernel_layout", "")
        if target and "w" in found:
            w = convert(found["w"], layout or target, target)
            found["w"] = self.form(op.inputs[0]).unfold(w, 1) if op.kind == "dense" and self._fits(op, w) else w
        return found

    def raw_weights(self, op: Op) -> dict[str, np.ndarray]:
        """The weights of a layer as they lie in the framework."""
        return {key: self.trace.array(name) for key, name in op.layer.weights.items()}

    def laid_out(self, op: Op, name: str, array: np.ndarray) -> np.ndarray:
        """A canonical weight as the library keeps it: what `weights` makes canonical again."""
        target, settings = KERNELS.get(op.kind, ""), op.layer.settings
        if not target or name != "w":
            return array
        if op.kind == "dense" and self._fits(op, array):
            array = self.form(op.inputs[0]).fold(array, 1)
        array = convert(array, target, settings.get("kernel_layout", "") or target)
        return array[::-1, ::-1] if settings.get("kernel_flipped") else array

    def _fits(self, op: Op, w: np.ndarray) -> bool:
        flat = self.form(op.inputs[0]).flat
        return bool(flat) and w.shape[1] == int(np.prod([size for _, size in flat]))

    def shape(self, name: str, reader: Op | None = None) -> tuple[int, ...]:
        """The canonical shape of a tensor."""
        shape = self.trace.shapes[name]
        layout = (reader and reader.layer.settings.get("layout")) or self.form(name).letters
        return tuple(shape[layout.index(letter)] for letter in IMAGE) if len(shape) == 4 and layout else shape

    # ---- making operations

    def _add(self, place: int, layer: Layer) -> None:
        forms = [self.form(name) for name in layer.inputs]
        first = forms[0] if forms else Form()
        layout = layer.settings.get("layout", "")
        reads = layout and layer.kind not in (*ELEMENTWISE, "flatten", "reshape", "transpose")
        if reads and layer.inputs[0] not in self.producer and len(self.trace.shapes[layer.inputs[0]]) == 4:
            first = self.forms[layer.inputs[0]] = Form(layout)  # made outside: who reads it knows its axes
        elif reads and first.letters and first.letters != layout:
            self.misread[place] = f"it reads {layout}, its input lies in {first.letters}"
        shape = self.trace.shapes[layer.outputs[0]] if layer.outputs else ()
        made = self._made(layer, first, shape)
        for name in layer.outputs:
            self.forms[name] = made
        attrs = self._attrs(layer, first)
        op = Op(place, layer, layer.kind, attrs, layer.inputs, layer.outputs[0] if layer.outputs else "")
        self.ops.append(op)
        for name in layer.outputs:
            self.producer[name] = op

    def _made(self, layer: Layer, first: Form, shape: tuple[int, ...]) -> Form:
        """The form of what a layer returns."""
        if layer.kind == "transpose" and first.letters and len(layer.settings.get("axes", ())) == 4:
            return Form("".join(first.letters[axis] for axis in layer.settings["axes"]))
        if layer.kind in ("flatten", "reshape") and len(shape) == 2 and first.letters:
            sizes = dict(zip(first.letters, self.trace.shapes[layer.inputs[0]]))
            return Form(flat=tuple((letter, sizes[letter]) for letter in first.letters if letter != "N"))
        if len(shape) != 4:
            return Form(flat=first.flat if layer.kind in ELEMENTWISE else ())
        layout = layer.settings.get("layout")
        if layer.kind in ELEMENTWISE or not layout:
            return Form(first.letters or self.trace.image_layout)
        return Form(layout if layer.kind not in ("flatten", "reshape") else self.trace.image_layout)

    def _attrs(self, layer: Layer, first: Form) -> dict[str, Any]:
        """The settings in canonical terms: letters for axes, no layouts."""
        attrs = {key: value for key, value in layer.settings.items() if key not in LAYOUTS}
        rank = len(self.trace.shapes[layer.inputs[0]]) if layer.inputs else 0
        if "axis" in attrs and isinstance(attrs["axis"], int) and rank:
            place = attrs["axis"] % rank
            attrs["axis"] = first.letters[place] if rank == 4 and first.letters else place
        if layer.kind == "batch_norm2d":
            attrs["axis"] = attrs.get("axis", "C") if rank == 4 else "C"
        if layer.kind == "conv_transpose2d" and attrs.get("output_padding") is None:
            attrs["output_padding"] = [0, 0]
            if attrs["padding"] == "valid":
                w = convert(self.trace.array(layer.weights["w"]), layer.settings["kernel_layout"], "IOHW")
                attrs["output_padding"] = [max(s - k, 0) for s, k in zip(attrs["stride"], w.shape[2:])]
        if layer.kind == "reshape" and len(self.trace.shapes[layer.outputs[0]]) == 2:
            return {**attrs, "shape": list(self.trace.shapes[layer.outputs[0]])}
        return attrs

    def _fold_pads(self) -> None:
        """Take pads of zeros into the convolution or pooling behind them, of which they are the only input."""
        readers: dict[str, int] = {}
        for op in self.ops:
            for name in op.inputs:
                readers[name] = readers.get(name, 0) + 1
        folded = set()
        for index, op in enumerate(self.ops):
            before = self.producer.get(op.inputs[0]) if op.inputs else None
            if before is None or before.kind != "pad2d" or readers[before.output] > 1 or op.place in self.misread:
                continue
            if before.attrs.get("mode") != "constant" or before.attrs.get("value") or not self._can_pad(op, before):
                continue
            pads = [[a + c, b + d] for (a, b), (c, d) in zip(self.pads(op), before.attrs["padding"])]
            attrs = {**op.attrs, "padding": pads}
            if op.kind == "avg_pool2d":
                attrs["count_include_pad"] = True
            new = dataclasses.replace(op, attrs=attrs, inputs=before.inputs, pads=before.layer)
            self.ops[index] = self.producer[op.output] = new
            folded.add(before.place)
        self.ops = [op for op in self.ops if op.place not in folded]

    def _can_pad(self, op: Op, before: Op) -> bool:
        """Whether pads of zeros before an operation do what pads of its own do."""
        if op.kind == "conv2d":
            return "padding_mode" not in op.attrs
        own = op.kind in ("max_pool2d", "avg_pool2d") and any(map(any, self.pads(op)))
        if own or op.attrs.get("ceil_mode"):
            return False
        if op.kind == "max_pool2d":  # which pads with minus infinity: the same for numbers that are not negative
            fits = all(max(pads) < taps for pads, taps in zip(before.attrs["padding"], op.attrs["kernel_size"]))
            return fits and float(self.trace.array(before.inputs[0]).min()) >= 0
        return op.kind == "avg_pool2d"

    def pads(self, op: Op) -> list[list[int]]:
        """The padding of a window operation in numbers; of a transposed one, what is cut off."""
        size = self.shape(op.inputs[0], op)[2:]
        if "kernel_size" in op.attrs:
            kernel = op.attrs["kernel_size"]
        else:
            w = self.trace.shapes[op.layer.weights["w"]]
            layout = op.layer.settings["kernel_layout"]
            kernel = [w[layout.index(letter)] for letter in "HW"]
        stride, dilation = op.attrs.get("stride") or kernel, op.attrs.get("dilation", (1, 1))
        if op.kind == "conv_transpose2d":
            found, _ = transposed(op.attrs["padding"], size, kernel, stride, dilation, op.attrs["output_padding"])
        else:
            found = explicit(op.attrs["padding"], size, kernel, stride, dilation)
        return [list(ends) for ends in found]
