"""What an adapter is, and what all adapters share.

An adapter is a class `Adapter` with one method per operator that its framework has. This file calls it:
it brings the arrays into a layout that the method declares with `@native` (the only place where a case is
transposed), hands them over as tensors, and brings the results back. Nothing here knows a framework.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from backends.condition import TRIED, On, Processor
from spec.core import Case, Operator, as_tuple, convert_images
from spec.layouts import convert

Tensor = Any  # whatever the framework computes with


class Unsupported(Exception):
    """The framework cannot express this; the message is the reason that a porting engineer needs."""


class Broken(Exception):
    """The adapter does not keep to what this file says of it: that is no answer of the framework, and no refusal."""


class Adapter(Protocol):
    """What every adapter offers besides its operators, which are called with tensors and attributes."""

    def from_numpy(self, array: np.ndarray) -> Tensor:
        """A tensor of the same dtype, shape and values; `Unsupported` for a dtype it does not have."""

    def to_numpy(self, tensor: Tensor) -> np.ndarray:
        """The array of the same dtype, shape and values, computed and complete when this returns."""

    def vjp(self, fn: Callable, tensors: Sequence[Tensor], cotangent: Tensor) -> tuple[Tensor, list[Tensor]]:
        """fn(*tensors) and the gradients of <fn(*tensors), cotangent>, by the framework's own autodiff."""

    def synchronize(self) -> None:
        """Wait until all work is done, so that a late error is raised here and not in the next case."""

    def describe(self) -> dict[str, Any]:
        """Versions, device, threads, and the switches that change the arithmetic."""


def native(*layouts: str, kernel: str | Sequence[str] = (), dense: str = "") -> Callable:
    """Declare the image layouts and kernel layouts that an operator method takes natively.

    A method that declares several gets the one in use as `layout` (`kernel_layout`). `dense` is the layout of the
    dense weights that a network takes (`lenet5.py` beside an adapter).
    """
    kernels = (kernel,) if isinstance(kernel, str) else tuple(kernel)

    def mark(method: Callable) -> Callable:
        method.layouts, method.kernel_layouts = layouts, kernels  # type: ignore[attr-defined]
        method.dense_layout = dense  # type: ignore[attr-defined]
        return method

    return mark


def probe(question: str, api: str, arrays: bool = False) -> Callable:
    """Declare that a function of `conventions.py` answers a question by the framework's own default call.

    `api` is the name of the interface that it calls ("torch.nn.functional", "torch.nn"). The function gets the
    question's inputs as tensors of the adapter, or with `arrays` as NumPy arrays, and returns a tensor or a word.

    A probe that is one call is a row of the table `PROBES` of its file instead:
    `("padding.integer", "torch.nn.functional"): lambda x, k: F.conv2d(x, k, padding=1)`.
    """

    def mark(function: Callable) -> Callable:
        function.question, function.api, function.arrays = question, api, arrays  # type: ignore[attr-defined]
        return function

    return mark


def arrays(function: Callable) -> Callable:
    """A function in the table `PROBES` that gets the question's inputs as NumPy arrays."""
    function.arrays = True  # type: ignore[attr-defined]
    return function


@dataclasses.dataclass(frozen=True)
class Known:
    """A known difference: one entry of the list `LEDGER` in `ledger.py` beside an adapter.

    `kind` is "convention", "numeric", "unsupported" or "bug". The entry explains the `outcome` ("rejected",
    "differs", "crashed", ...) of a `part` ("output" or "gradient") of every case of `operators` for which
    `when(case)` is true, in the framework versions of the specifier `versions` (">=2,<3"; "" is all).
    `what` says what the framework does, `why` the reason, `link` where that is known upstream.

    `on` is where the entry holds, if that hangs on the processor or on a switch: there it must show, and elsewhere it
    explains nothing. `tried` are the processors on which that was seen: what another one shows is new.

    `variants` are the modes of `modes.py` of which it speaks, and of no others; "" is the default mode. It must
    show in each of them. An entry without variants must show in the default mode, and may show in any other.
    """

    id: str
    operators: tuple[str, ...]
    kind: str
    outcome: str
    when: Callable[[Case], bool]
    what: str
    why: str
    part: str = "output"
    versions: str = ""
    link: str = ""
    on: On = dataclasses.field(default_factory=On)
    tried: tuple[Processor, ...] = TRIED
    variants: tuple[str, ...] = ()


@dataclasses.dataclass
class Computed:
    """What an adapter returned, in the case's own layouts, and by which route."""

    outputs: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]
    route: str


def execute(
    adapter: Any,
    operator: Operator,
    attrs: Mapping[str, Any],
    inputs: Mapping[str, np.ndarray],
    cotangent: np.ndarray | None = None,
) -> Computed:
    """Run one case on an adapter; with a cotangent for the first output, its gradients too.

    Raises `Unsupported` where the adapter says so, `Broken` where it is wrong, and whatever the framework raises.
    """
    method = getattr(adapter, operator.name, None)
    if method is None:
        raise Unsupported(f"no operator of the framework corresponds to {operator.name}")
    plan = _Plan(operator, method, dict(attrs))
    names = [name for name in operator.inputs if name in inputs]
    tensors = [adapter.from_numpy(plan.enter(name, inputs[name])) for name in names]
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
    return Computed(computed, gradients, plan.route)


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
