"""The operators by name: every module of `spec/ops/` that defines `OPERATOR`."""

import functools
import importlib
import pkgutil

from spec.core import Operator


@functools.cache
def operators() -> dict[str, Operator]:
    """All operators, in the order of their names."""
    import spec.ops

    modules = sorted(module.name for module in pkgutil.iter_modules(spec.ops.__path__))
    found = (importlib.import_module(f"spec.ops.{name}").OPERATOR for name in modules)
    return {operator.name: operator for operator in found}
