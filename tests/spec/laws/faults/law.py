"""Wrong operators, each with the laws that must notice it.

A fault is a function (right, *inputs, **attrs) in the operator's canonical layouts, where `right` is the
reference. Gradients follow from a faulty operator, unless a fault is planted in the pullback alone.
"""

import dataclasses
from collections.abc import Callable

from spec import operators
from spec.numerics import gradient


@dataclasses.dataclass(frozen=True)
class Fault:
    """`wrong` in place of a reference of `op`, or of its pullback; `noticed` names the laws that must fail."""

    name: str
    op: str
    noticed: tuple[str, ...]
    wrong: Callable
    in_gradient: bool

    def operator(self):
        """The operator with the fault in it."""
        right = operators()[self.op]
        if not self.in_gradient:
            return dataclasses.replace(
                right, reference=lambda *args, **attrs: self.wrong(right.reference, *args, **attrs)
            )

        def pullback(cotangent, *args, **attrs):
            inputs = dict(zip(right.inputs, args))
            return self.wrong(gradient.pullback(right, inputs, attrs, cotangent), cotangent, *args, **attrs)

        return dataclasses.replace(right, pullback=pullback)


FAULTS: list[Fault] = []


def fault(op, *noticed, gradient=False):
    """Plant a fault in an operator."""

    def plant(wrong):
        FAULTS.append(Fault(f"{op}-{wrong.__name__}".replace("_", "-"), op, noticed, wrong, gradient))
        return wrong

    return plant
