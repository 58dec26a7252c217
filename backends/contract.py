"""What an adapter is: the one file to read before writing one.

`backends/NAME/adapter.py` holds a class `Adapter`. It has a method for each operator that the framework has, with the
operator's inputs by position and its attributes by keyword, as `spec/ops/` defines them. Beside the operators it has
the methods below, which the adapters here keep in `runtime.py`. `execute.py` calls all of it.

Attributes are plain data: pairs are lists or tuples, padding is pairs or a word (`spec.padding.explicit` makes pairs of
any), and a stride is always given. Inputs may be such as must be refused, of another rank, say: count axes from the
end, so that the framework itself sees them.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

Tensor = Any  # whatever the framework computes with


class Unsupported(Exception):
    """The framework cannot express this; the message is the reason that a porting engineer needs."""


class Adapter(Protocol):
    """What every adapter offers besides its operators, which are called with tensors and attributes.

    `vjp` is optional: a backend without automatic differentiation leaves it out, and its outputs alone are judged. So
    is `in_mode(call)`, which gives the call of an operator back as a mode of `modes.py` makes it.
    """

    def from_numpy(self, array: np.ndarray) -> Tensor:
        """A tensor of the same dtype, shape and values; `Unsupported` for a dtype it does not have."""

    def to_numpy(self, tensor: Tensor) -> np.ndarray:
        """The array of the same dtype, shape and values, computed and complete when this returns."""

    def vjp(self, fn: Callable, tensors: Sequence[Tensor], cotangent: Tensor) -> tuple[Tensor, list[Tensor]]:
        """fn(*tensors) and the gradients of <fn(*tensors), cotangent>, by the framework's own autodiff."""

    def synchronize(self) -> None:
        """Wait until all work is done, so that a late error is raised here and not in the next case."""

    def describe(self) -> dict[str, Any]:
        """Versions ("version" is the framework's), "device", "threads", and "switches" that change the arithmetic."""


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

    A probe that is one call is a row of the table `PROBES` of its file instead, under its interface:
    `PROBES = {"torch.nn.functional": {"padding.integer": lambda x, k: F.conv2d(x, k, padding=1)}}`.
    """

    def mark(function: Callable) -> Callable:
        function.question, function.api, function.arrays = question, api, arrays  # type: ignore[attr-defined]
        return function

    return mark


def arrays(function: Callable) -> Callable:
    """A function in the table `PROBES` that gets the question's inputs as NumPy arrays."""
    function.arrays = True  # type: ignore[attr-defined]
    return function
