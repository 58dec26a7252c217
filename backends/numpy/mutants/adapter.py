"""A backend with one mistake in it: the one that the environment variable CONVPARITY_MUTANT names.

The backend is NumPy's, or the one that CONVPARITY_MUTATED names; there only mistakes of `sizes.py` can be planted.
"""

import functools
import importlib
import os
from collections.abc import Callable
from typing import Any

from backends.numpy.mutants.catalogue import MUTANTS
from backends.numpy.mutants.mutant import PLANTED

OWN = importlib.import_module(f"backends.{os.environ.get('CONVPARITY_MUTATED', 'numpy')}.adapter")


class Adapter(OWN.Adapter):  # type: ignore[name-defined,misc]
    """As that backend, once the mistake is planted; without a name it is unchanged.

    A new one takes the mistake of an earlier one back, so that one worker can show one mistake after the other.
    """

    def __init__(self):
        super().__init__()
        while PLANTED:
            put(*PLANTED.pop())
        self.mutant = os.environ.get("CONVPARITY_MUTANT", "")
        if self.mutant:
            mutant = MUTANTS[self.mutant]
            for target in mutant.targets:
                plant(target, mutant.change)

    def describe(self):
        return {**super().describe(), "mutant": self.mutant}


def plant(target: str, change: Callable) -> None:
    """Let `change`, with the original as its first argument, stand in for the function `target`."""
    module, _, path = target.partition(":")
    *outer, name = path.split(".")
    owner: Any = functools.reduce(getattr, outer, importlib.import_module(f"backends.{module}"))
    original = owner[name] if isinstance(owner, dict) else getattr(owner, name)
    PLANTED.append((owner, name, original))

    @functools.wraps(original)
    def mistaken(*arguments, **attrs):
        return change(original, *arguments, **attrs)

    put(owner, name, mistaken)


def put(owner: Any, name: str, function: Callable) -> None:
    """Let a dictionary, class or module have `function` under a name."""
    if isinstance(owner, dict):
        owner[name] = function
    else:
        setattr(owner, name, function)
