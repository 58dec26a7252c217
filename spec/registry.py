"""The operators by name: every module of `spec/ops/` that defines `OPERATOR`."""

import dataclasses
import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable

from spec.core import Case, Operator


@functools.cache
def operators() -> dict[str, Operator]:
    """All operators, in the order of their names."""
    import spec.ops

    modules = sorted(module.name for module in pkgutil.iter_modules(spec.ops.__path__))
    found = (importlib.import_module(f"spec.ops.{name}").OPERATOR for name in modules)
    return {operator.name: dataclasses.replace(operator, cases=_once(operator.cases)) for operator in found}


def _once(cases: Callable[[], Iterable[Case]]) -> Callable[[], tuple[Case, ...]]:
    """The cases made when they are first asked for, and then the same ones: nobody may write into their arrays."""

    @functools.cache
    def made() -> tuple[Case, ...]:
        found = tuple(cases())
        for case in found:
            for array in case.inputs.values():
                array.flags.writeable = False
        return found

    return made
