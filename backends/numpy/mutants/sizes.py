"""Mistakes that show from some size on, or beside one attribute as well, made from a table: size, condition, damage.

They stand around `execute`, which hands a case to any adapter and takes its arrays back, so that they can be planted
in every framework alike. A damage changes an input before the call, or an output or gradient after it, in canonical
axes. The cases that must show a mistake are those that it touches and whose reason names its sizes and attributes.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from backends.numpy.mutants.mutant import FOUND, Mutant
from spec import operators
from spec.cases import geometry
from spec.core import Case, Operator, convert_images
from spec.layouts import convert

TARGET = ("execute:execute",)
WHOLE = 8  # numbers in a vector


@dataclasses.dataclass(frozen=True)
class Damage:
    """What becomes of one array: `stage` is inputs, outputs or gradients, `axis` a place or a letter of a kernel."""

    stage: str
    array: str
    axis: int | str
    how: Callable[[np.ndarray, int], None]
    says: str


def at(array: np.ndarray, axis: int, place: Any) -> tuple:
    index: list[Any] = [slice(None)] * array.ndim
    index[axis] = place
    return tuple(index)


def emptied(array: np.ndarray, axis: int) -> None:
    array[at(array, axis, -1)] = 0


def repeated(array: np.ndarray, axis: int) -> None:
    array[at(array, axis, -1)] = array[at(array, axis, 0)]


def moved(array: np.ndarray, axis: int) -> None:
    array[:] = np.roll(array, 1, axis)


def without_tail(array: np.ndarray, axis: int) -> None:
    array[at(array, axis, slice(array.shape[axis] // WHOLE * WHOLE, None))] = 0


def halved(array: np.ndarray, axis: int) -> None:
    array[:] = array.astype(np.float16)


def inputs(array, axis, how, says):
    return Damage("inputs", array, axis, how, says)


def outputs(array, axis, how, says):
    return Damage("outputs", array, axis, how, says)


def gradients(array, axis, how, says):
    return Damage("gradients", array, axis, how, says)


LAST_IMAGE = outputs("y", 0, repeated, "the last image is that of the first")
LAST_SLOPE = gradients("x", 0, emptied, "the last image has no gradient")
LAST_ROW = outputs("y", -2, repeated, "the last row is the first")
LAST_COLUMN = outputs("y", -1, repeated, "the last column is the first")
TAIL = outputs("y", -1, without_tail, "what a whole vector does not hold is lost")
MOVED_ROW = inputs("x", -2, moved, "the image is read from another row on")
MOVED_COLUMN = inputs("x", -1, moved, "the image is read from another column on")
SLOPE_OF_ROW = gradients("x", -2, moved, "each row has the gradient of another")
SLOPE_OF_COLUMN = gradients("x", -1, moved, "each column has the gradient of another")
RESULT_OF_ROW = outputs("y", -2, moved, "each row is that of another window")
RESULT_OF_COLUMN = outputs("y", -1, moved, "each column is that of another window")
LAST_CHANNEL = outputs("y", 1, emptied, "the last channel is empty")
SLOPE_OF_CHANNEL = gradients("x", 1, emptied, "the last channel has no gradient")


def taps(kernel: str) -> dict[str, list[Damage]]:
    """What may go wrong with the taps of the input `kernel`."""
    return {
        f"kernel {axis}": [
            inputs(kernel, place, emptied, f"the last of the {axis} of taps is not read"),
            gradients(kernel, place, emptied, f"the last of the {axis} of taps has no gradient"),
        ]
        for axis, place in (("rows", -2), ("columns", -1))
    }


MOVES: dict[str, list[Damage]] = {
    "batch": [LAST_IMAGE, LAST_SLOPE],
    "channels": [LAST_CHANNEL, SLOPE_OF_CHANNEL],
    "rows": [LAST_ROW, SLOPE_OF_ROW],
    "columns": [TAIL, LAST_COLUMN, SLOPE_OF_COLUMN],
    **{f"{name} rows": [RESULT_OF_ROW, MOVED_ROW] for name in ("kernel", "stride", "dilation", "scale")},
    **{f"{name} columns": [RESULT_OF_COLUMN, MOVED_COLUMN] for name in ("kernel", "stride", "dilation", "scale")},
}
CONVOLVES: dict[str, list[Damage]] = {
    **MOVES,
    **taps("w"),
    "channels": [
        inputs("x", 1, emptied, "the last channel is not summed"),
        SLOPE_OF_CHANNEL,
        gradients("w", "I", emptied, "the kernel's last channel has no gradient"),
        outputs("y", 0, halved, "sums pass through float16"),
    ],
    "outputs": [
        outputs("y", 1, emptied, "the last output channel is empty"),
        gradients("w", "O", emptied, "the kernel of the last output has no gradient"),
        gradients("b", 0, emptied, "the last number of the bias has no gradient"),
        inputs("b", 0, emptied, "the last number of the bias is not added"),
    ],
    "groups": [
        outputs("y", 1, repeated, "the last group takes the place of the first"),
        inputs("x", 1, moved, "every group begins a channel too late"),
        gradients("x", 1, repeated, "the gradient of the last channel is the first's"),
    ],
}
LAYERS: dict[str, list[Damage]] = {
    "batch": [LAST_IMAGE, gradients("x", 0, emptied, "the last row has no gradient")],
    "inputs": [
        inputs("x", 1, emptied, "the last input is not summed"),
        gradients("x", 1, emptied, "the last input has no gradient"),
        gradients("w", "I", emptied, "the weights of the last input have no gradient"),
    ],
    "outputs": [
        outputs("y", 1, emptied, "the last output is empty"),
        gradients("w", "O", emptied, "the weights of the last output have no gradient"),
        inputs("b", 0, emptied, "the last number of the bias is not added"),
    ],
}
TEXTBOOK: dict[str, list[Damage]] = {
    "channels": [inputs("x", 0, emptied, "the last channel is not summed")],
    "outputs": [outputs("y", 0, emptied, "the last output is empty")],
    "rows": [LAST_ROW, SLOPE_OF_ROW],
    "columns": [TAIL, LAST_COLUMN, SLOPE_OF_COLUMN],
    **taps("k"),
}
FLAT: dict[str, list[Damage]] = {
    name: [LAST_IMAGE, outputs("y", 1, emptied, "the last number is lost"), gradients("x", 0, repeated, says)]
    for name in ("batch", "channels", "rows", "columns")
    for says in ["the gradient of the last image is the first's"]
}
LEARNS: dict[str, list[Damage]] = {
    name: [
        outputs("losses", 0, repeated, "the last loss is the first"),
        outputs("kernels", 0, repeated, "the last kernel is the first"),
        outputs("kernels", -1, emptied, "the last column of the kernels is not learned"),
    ]
    for name in ("steps", "kernel rows", "kernel columns", "rows", "columns")
}
# Operators that share their mistakes, and what may go wrong with each size.
TABLE: Sequence[tuple[str, str, Mapping[str, list[Damage]]]] = (
    ("convolutions", "conv2d conv2d_layer conv_transpose2d", CONVOLVES),
    ("pools", "max_pool2d avg_pool2d", MOVES),
    ("max_pool2d", "max_pool2d", {name: ways for name, ways in MOVES.items() if name.startswith("dilation")}),
    ("pad2d", "pad2d", MOVES),
    ("upsample2d", "upsample2d", MOVES),
    ("flatten", "flatten", FLAT),
    ("dense", "dense", LAYERS),
    ("textbook", "corr2d convolve2d", TEXTBOOK),
    ("corr2d", "corr2d", {name: TEXTBOOK[name] for name in ("channels", "outputs")}),
    ("learn_kernel", "learn_kernel", LEARNS),
)


@dataclasses.dataclass(frozen=True)
class Condition:
    """From `least` on of a size, with the value of a choice as well where one is named."""

    size: str
    least: int
    choice: str = ""
    value: Any = None

    def __call__(self, operator: Operator, attrs: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bool:
        case = Case("", operator.name, attrs, arrays)
        row = geometry.measured(operator, case)
        chosen = row["data"][1] == self.value[1] if self.choice == "data" else row.get(self.choice) == self.value
        return row.get(self.size, 0) >= self.least and (not self.choice or chosen)

    @property
    def names(self) -> tuple[str, ...]:
        """What the reason of a case must name."""
        return (self.size, self.choice) if self.choice else (self.size,)

    @property
    def slug(self) -> str:
        value = self.value[1] if self.choice == "data" else str(self.value).replace(" ", "")
        beside = f"-{self.choice}-{value}" if self.choice else ""
        return f"{self.size.replace(' ', '-')}-from-{self.least}{beside}"

    def __str__(self) -> str:
        beside = f" beside {self.choice} {self.value}" if self.choice else ""
        return f"From {self.size} {self.least} on{beside}"


def planted(condition: Condition, damage: Damage) -> Callable:
    """What stands in for `execute`: it does damage where the condition holds."""

    def change(execute, adapter, operator, attrs, arrays, cotangent=None, lies=None):
        if not condition(operator, attrs, arrays):
            return execute(adapter, operator, attrs, arrays, cotangent, lies)
        if damage.stage == "inputs" and damage.array in arrays:
            arrays = {**arrays, damage.array: damaged(operator, attrs, damage, arrays[damage.array])}
        found = execute(adapter, operator, attrs, arrays, cotangent, lies)
        results = {"outputs": found.outputs, "gradients": found.gradients}.get(damage.stage, {})
        if damage.array in results:
            results[damage.array] = damaged(operator, attrs, damage, results[damage.array])
        return found

    return change


def damaged(operator: Operator, attrs: Mapping[str, Any], damage: Damage, array: np.ndarray) -> np.ndarray:
    """The array after the damage, in the layouts of the case."""
    layout, own = attrs.get("layout", "NCHW"), operator.kernel_layout
    kernel = damage.array in operator.kernels
    if kernel:
        changed = convert(array, attrs["kernel_layout"], own).copy()
    else:
        changed = convert_images(operator, damage.array, array, layout, "NCHW").copy()
    damage.how(changed, own.index(damage.axis) if isinstance(damage.axis, str) else damage.axis)
    if kernel:
        return convert(changed, own, attrs["kernel_layout"])
    return convert_images(operator, damage.array, changed, "NCHW", layout)


def conditions(names: Sequence[str], size: str) -> list[Condition]:
    """From the largest threshold on, from the third on, and the largest beside each choice that all operators have."""
    records = [operators()[name] for name in names]
    if any(size not in record.plan.sizes for record in records):
        return []
    thresholds = records[0].plan.sizes[size]
    found = [Condition(size, thresholds[2]), Condition(size, thresholds[-1])]
    for choice, values in records[0].plan.choices.items():
        for value in values[1:] if choice in ("bias", "data", "layout", "padding") else ():
            if all(met(one, (size, thresholds[-1]), (choice, value)) for one in records):
                found.append(Condition(size, thresholds[-1], choice, value))
    return found


def met(operator: Operator, one: tuple, other: tuple) -> bool:
    """Whether some row of an operator has both."""
    found = geometry.cover(operator)
    wanted = {found.atoms.index(atom) for atom in (one, other) if atom in found.atoms}
    return len(wanted) == 2 and any({*pair} == wanted for pair in found.pairs.tolist())


def fitting(ways: Sequence[Damage], condition: Condition) -> list[Damage]:
    """The damages that a choice leaves to be seen: those of a bias only beside one, no loss of bits in any dtype."""
    plain = [way for way in ways if way.array != "b" and way.how is not halved]
    return [way for way in ways if way.array == "b" and condition.choice == "bias"] or plain


def plant_all() -> None:
    """Plant the table: every damage of a size from its thresholds on, one of them beside each choice."""
    for kind, names, damages in TABLE:
        own = names.split()
        for size, ways in damages.items():
            for number, condition in enumerate(conditions(own, size)):
                chosen = ways
                if condition.choice:
                    left = fitting(ways, condition)
                    chosen = [left[number % len(left)]]
                for damage in chosen:
                    says = damage.says.replace(" ", "-").replace("'", "-")
                    FOUND.append(
                        Mutant(
                            f"sizes/{kind}/{condition.slug}/{says}",
                            tuple(own),
                            f"{condition}, {damage.says}.",
                            TARGET,
                            planted(condition, damage),
                            applies=condition,
                            names=condition.names,
                            gradients_alone=damage.stage == "gradients",
                        )
                    )


plant_all()
