"""Calls an adapter: one case in, arrays in the case's own layouts out.

The arrays are brought into a layout that the operator's method declares with `@native` (the only place where a case is
transposed), handed over as tensors, and the results are brought back. Nothing here knows a framework.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from backends.contract import Tensor, Unsupported
from spec.core import Operator, as_tuple, convert_images
from spec.layouts import convert
from spec.memory import arranged


class Broken(Exception):
    """The adapter does not keep to `contract.py`: that is no answer of the framework, and no refusal."""


class NoOperator(Unsupported):
    """The adapter has no method for the operator, or the method no such argument: that declares itself."""


@dataclasses.dataclass
class Computed:
    """What an adapter returned, in the case's own layouts, and by which route."""

    outputs: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]
    route: str
    changed: tuple[str, ...] = ()  # the inputs that are not what they were


def execute(
    adapter: Any,
    operator: Operator,
    attrs: Mapping[str, Any],
    inputs: Mapping[str, np.ndarray],
    cotangent: np.ndarray | None = None,
    lies: Mapping[str, str] | None = None,
) -> Computed:
    """Run one case on an adapter; with a cotangent for the first output, its gradients too.

    `lies` says of inputs how the arrays that the adapter gets lie in memory (`spec.memory`).

    Raises `Unsupported` where the adapter says so, `NoOperator` where it has no method for it,
    `Broken` where it is wrong, and whatever the framework raises.
    """
    method = getattr(adapter, operator.name, None)
    if method is None:
        raise NoOperator(f"no operator of the framework corresponds to {operator.name}")
    plan = _Plan(operator, method, taken(operator, method, completed(attrs)))
    names = [name for name in operator.inputs if name in inputs]
    given = {name: plan.enter(name, inputs[name]) for name in names}
    given.update({name: arranged(given[name], word) for name, word in (lies or {}).items()})
    before = {name: array.tobytes() for name, array in given.items()}
    tensors = [adapter.from_numpy(array) for array in given.values()]
    try:
        inspect.signature(method).bind(*tensors, **plan.attrs)
    except TypeError as error:
        raise Broken(f"{operator.name}: {error}") from None
    call = functools.partial(method, **plan.attrs)
    if hasattr(adapter, "in_mode"):  # only adapters whose variants run operators in another way have it
        call = adapter.in_mode(call)

    def leave(name: str, tensor: Tensor) -> np.ndarray:
        array = adapter.to_numpy(tensor)
        if not isinstance(array, np.ndarray):
            raise Broken(f"{operator.name}: {name} came as {type(array).__name__}, not as an array")
        return plan.leave(name, array)

    gradients: dict[str, np.ndarray] = {}
    if cotangent is None:
        outputs = call(*tensors)
    else:
        cotangent = plan.enter(operator.outputs[0], cotangent)
        outputs, slopes = adapter.vjp(call, tensors, adapter.from_numpy(cotangent))
        gradients = {name: leave(name, slope) for name, slope in zip(names, slopes) if slope is not None}
    found = as_tuple(outputs)
    if len(found) != len(operator.outputs):
        wanted = ", ".join(operator.outputs)
        raise Broken(f"{operator.name} returned {len(found)} results, not {len(operator.outputs)}: {wanted}")
    computed = {name: leave(name, tensor) for name, tensor in zip(operator.outputs, found)}
    adapter.synchronize()
    after = {name: adapter.to_numpy(tensor) for name, tensor in zip(names, tensors)}
    changed = tuple(name for name in names if _differs(after[name], given[name], before[name]))
    return Computed(computed, gradients, plan.route, changed)


def _differs(tensor: np.ndarray, array: np.ndarray, before: bytes) -> bool:
    """Whether an input, a tensor made of an array, holds other bits than before; not where its dtype was changed."""
    return tensor.dtype == array.dtype and tensor.tobytes() != before


def completed(attrs: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes as adapters get them: windows without a stride of their own lie side by side."""
    if "kernel_size" in attrs and attrs["stride"] is None:
        return {**attrs, "stride": attrs["kernel_size"]}
    return dict(attrs)


def taken(operator: Operator, method: Callable, attrs: dict[str, Any]) -> dict[str, Any]:
    """The attributes without late ones that the method lacks. Raises `NoOperator` where one is not as by default."""
    parameters = inspect.signature(method).parameters.values()
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return attrs
    names = {one.name for one in parameters}
    lacking = [name for name in attrs if name not in names and operator.attributes[name].late]
    for name in lacking:
        if attrs[name] != operator.attributes[name].default:
            raise NoOperator(f"the adapter's {operator.name} has no {name}")
    return {name: value for name, value in attrs.items() if name not in lacking}


class _Plan:
    """The way of one case's arrays into a method's native layouts and back."""

    def __init__(self, operator: Operator, method: Callable, attrs: dict[str, Any]) -> None:
        self.operator, self.attrs = operator, attrs
        self.image = self._choose("layout", getattr(method, "layouts", ()), bool(operator.images))
        self.kernel = self._choose("kernel_layout", getattr(method, "kernel_layouts", ()), bool(operator.kernels))
        bridges = [f"{source}->{target}" for source, target in (self.image, self.kernel) if source != target]
        self.route = f"bridged ({', '.join(bridges)})" if bridges else "native"

    def _choose(self, attribute: str, natives: Sequence[str], follows: bool) -> tuple[str, str]:
        """The case's layout and the method's; the latter stays an attribute where there is a choice."""
        if not follows:
            return "", ""
        source = self.attrs.pop(attribute)
        if not natives:
            raise Broken(f"{self.operator.name} must declare its {attribute} with @native")
        target = source if source in natives else natives[0]
        if len(natives) > 1:
            self.attrs[attribute] = target
        return source, target

    def enter(self, name: str, array: np.ndarray) -> np.ndarray:
        array = convert_images(self.operator, name, array, *self.image)
        return convert(array, *self.kernel) if name in self.operator.kernels else array

    def leave(self, name: str, array: np.ndarray) -> np.ndarray:
        array = convert_images(self.operator, name, array, *self.image[::-1])
        return convert(array, *self.kernel[::-1]) if name in self.operator.kernels else array
