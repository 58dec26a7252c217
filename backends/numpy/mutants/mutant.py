"""What a planted mistake is, and where it is planted."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One mistake: `change` stands in for each function of `targets`, and takes that function first.

    The cases of every one of `operators` must show it. `same` holds the argument where they cannot: the
    results are provably those of the unchanged backend, or equal to them by definition. `applies(operator, attributes,
    inputs)` says which cases it touches (None: perhaps all), `names` what the reason of a case must name that shows it.
    `gradients_alone` says that outputs cannot show it.
    """

    name: str
    operators: tuple[str, ...]
    sentence: str
    targets: tuple[str, ...]
    change: Callable
    same: str = ""
    applies: Callable[..., bool] | None = None
    names: tuple[str, ...] = ()
    gradients_alone: bool = False


FOUND: list[Mutant] = []
PLANTED: list[tuple[Any, str, Callable]] = []  # (owner, name, original) of what is planted at present


class Place:
    """A place where mistakes are planted; it is a decorator for them.

    `targets` are functions of this project, "module:name" below `backends`; `operators` those that feel it.
    """

    def __init__(self, prefix: str, operators: str, *targets: str) -> None:
        self.prefix, self.operators, self.targets = prefix, tuple(operators.split()), targets

    def __call__(self, change: Callable) -> Callable:
        """Plant a function by its name; its docstring is the sentence."""
        self.plant(change.__name__.replace("_", "-"), str(change.__doc__), change)
        return change

    def plant(self, name: str, sentence: str, change: Callable, same: str = "") -> None:
        """Plant a function under another name; `same` where it provably changes nothing."""
        FOUND.append(Mutant(f"{self.prefix}/{name}", self.operators, sentence, self.targets, change, same))

    def harmless(self, same: str) -> Callable:
        """A decorator for a change that provably changes no result."""

        def mark(change: Callable) -> Callable:
            self.plant(change.__name__.replace("_", "-"), str(change.__doc__), change, same)
            return change

        return mark

    def of(self, operators: str) -> "Place":
        """The same place, for operators of one's own choice."""
        return Place(self.prefix, operators, *self.targets)


def methods(operators: str) -> tuple[str, ...]:
    """The targets that are the operators' own methods."""
    return tuple(f"numpy.adapter:Adapter.{name}" for name in operators.split())


def pullbacks(operators: str) -> tuple[str, ...]:
    """The targets that are the operators' derivatives; a pullback takes the cotangent and the inputs."""
    return tuple(f"numpy.pullbacks:PULLBACKS.{name}" for name in operators.split())


def swapped(name: str) -> Callable:
    """A pair read as [w, h]."""

    def change(original, *arguments, **attrs):
        pair = attrs[name] and attrs[name][::-1]
        return original(*arguments, **{**attrs, name: pair})

    return change


def replaced(**values) -> Callable:
    """Attributes that are not what was asked for."""

    def change(original, *arguments, **attrs):
        return original(*arguments, **{**attrs, **values})

    return change


def rows_for_both(name: str) -> Callable:
    """A pair of which only the first number is read."""

    def change(original, *arguments, **attrs):
        pair = attrs[name] and [attrs[name][0]] * 2
        return original(*arguments, **{**attrs, name: pair})

    return change


def flipped(*axes: int) -> Callable:
    """The second input, the kernel, flipped along these axes."""

    def change(original, self, x, k, *rest, **attrs):
        return original(self, x, np.flip(k, axes), *rest, **attrs)

    return change
