"""Carries the weights of A into the layouts of B, for every pair of layers, and proves each.

A weight is brought to canonical axes and from there into B's: kernels in its order of axes, flipped where its library
keeps them so, dense weights in the order of its flatten. Proven is a layer that does with these weights, read back, on
A's input what A's layer does.
"""

import dataclasses

import numpy as np

from harness.compare.align import Pairs
from harness.compare.closeness import alike
from harness.compare.kinds import computed
from harness.compare.model import Model, Op
from harness.compare.paths import REFUSED
from harness.compare.weights import NEUTRAL


@dataclasses.dataclass(frozen=True)
class Carried:
    """The weights for B by name ("layer.w"), and for each of its layers "" or why it is not proven."""

    weights: dict[str, np.ndarray]
    layers: dict[str, str]


def carry(one: Model, other: Model, pairs: Pairs) -> Carried:
    """A's weights in B's layouts. A weight that A lacks is neutral (a bias of zeros)."""
    weights: dict[str, np.ndarray] = {}
    layers: dict[str, str] = {}
    for a, b in pairs:
        if b.layer.name in layers or not b.layer.weights:
            continue
        try:
            made = _laid_out(one, other, a, b)
            weights.update({f"{b.layer.name}.{name}": array for name, array in made.items()})
            layers[b.layer.name] = _problem(one, other, a, b, made)
        except REFUSED as error:
            layers[b.layer.name] = f"{type(error).__name__}: {error}"
    return Carried(weights, layers)


def _laid_out(one: Model, other: Model, a: Op, b: Op) -> dict[str, np.ndarray]:
    own, theirs = one.weights(a), other.weights(b)
    made = {}
    for name, array in theirs.items():
        if name not in own and name not in NEUTRAL:
            raise ValueError(f"A has no {name}")
        found = own[name].astype(array.dtype) if name in own else np.full_like(array, NEUTRAL[name])
        if found.shape != array.shape:
            raise ValueError(f"{name} has shape {list(found.shape)} in A and {list(array.shape)} in B")
        made[name] = other.laid_out(b, name, found)
    return made


def _problem(one: Model, other: Model, a: Op, b: Op, made: dict[str, np.ndarray]) -> str:
    inputs = [one.value(name, a) for name in a.inputs]
    right = computed(a.kind, a.attrs, inputs, one.weights(a))
    found = computed(b.kind, b.attrs, inputs, other.weights(b, made))
    return "" if alike(right, found) else "with A's weights it does something else on A's input: its settings differ"
