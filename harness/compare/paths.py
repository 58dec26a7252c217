"""The ways between layers that have a partner: what lies on them, and what it makes of given tensors."""

from collections.abc import Mapping

import numpy as np

from harness.compare.align import Pairs
from harness.compare.kinds import KINDS, Unknown, computed
from harness.compare.model import Model, Op
from spec.core import BadCase, Rejected

REFUSED = (Unknown, Rejected, BadCase, KeyError, ValueError, IndexError, TypeError)


class Paths:
    """Layers without a partner, between those with one, in two models (side 0 and 1)."""

    def __init__(self, models: tuple[Model, Model], pairs: Pairs) -> None:
        self.models = models
        self.matched = {a.place for a, _ in pairs}, {b.place for _, b in pairs}

    def leaves(self, side: int, op: Op) -> list[str]:
        """The tensors that an operation and the ones without a partner before it begin with."""
        model, found = self.models[side], []

        def visit(name: str) -> None:
            maker = model.producer.get(name)
            if maker is None or self._ends(side, name, maker):
                found.extend([name] if name not in found else [])
                return
            for one in maker.inputs:
                visit(one)

        for name in op.inputs:
            visit(name)
        return found

    def _ends(self, side: int, name: str, maker: Op | None) -> bool:
        """Whether a way back ends here: at a layer with a partner, an input, or what is not known or was not seen."""
        inputs = self.models[side].trace.inputs
        return maker is None or maker.place in self.matched[side] or name in inputs or maker.kind not in KINDS

    def before(self, side: int, op: Op) -> list[Op]:
        """The operations without a partner between the leaves and this one, in their order."""
        model, found = self.models[side], {}

        def visit(name: str) -> None:
            maker = model.producer.get(name)
            if maker is None or self._ends(side, name, maker):
                return
            for one in maker.inputs:
                visit(one)
            found[maker.place] = maker

        for name in op.inputs:
            visit(name)
        return list(found.values())

    def gaps(self, side: int, names: list[str]) -> list[str]:
        """Those of the tensors that come of what was not seen, or of layers that are not known and have no partner."""
        model, found = self.models[side], []
        for name in names:
            maker = model.producer.get(name)
            known = maker is not None and (maker.kind in KINDS or maker.place in self.matched[side])
            if not known and name not in model.trace.inputs:
                found.append(name)
        return found

    def run(
        self, side: int, op: Op, given: Mapping[str, np.ndarray], kind=None, attrs=None, weights=None
    ) -> np.ndarray:
        """What an operation and those before it make of the tensors `given`; its own kind and settings, or others."""
        model = self.models[side]
        inputs = [self.tensor(side, name, given) for name in op.inputs]
        own = model.weights(op) if weights is None else weights
        return computed(op.kind if kind is None else kind, op.attrs if attrs is None else attrs, inputs, own)

    def fitting(self, side: int, name: str, array: np.ndarray) -> np.ndarray:
        """One model's tensor in the shape of the other's, where one has axes of a single pixel more."""
        shape = self.models[side].shape(name)
        return array.reshape(shape) if array.ndim != len(shape) and array.size == int(np.prod(shape)) else array

    def tensor(self, side: int, name: str, given: Mapping[str, np.ndarray]) -> np.ndarray:
        """What the layers before a tensor make of the tensors `given`."""
        model = self.models[side]
        if name in given:
            return given[name]
        maker = model.producer[name]
        inputs = [self.tensor(side, one, given) for one in maker.inputs]
        return self.fitting(side, name, computed(maker.kind, maker.attrs, inputs, model.weights(maker)))

    def attempt(self, side: int, op: Op, given, kind=None, attrs=None, weights=None) -> np.ndarray | None:
        """The same as `_run`; None where it would be refused."""
        try:
            return self.run(side, op, given, kind, attrs, weights)
        except REFUSED:
            return None
