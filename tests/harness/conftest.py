"""What the tests of the harness share: small cases, and planted backends that run in this very interpreter."""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.workers.backends import Backend
from spec import operators
from spec.core import Case

PLANTED = Path(__file__).parent / "planted"
MARK = 13  # the first pixel of the cases in which the planted adapters misbehave


@pytest.fixture(scope="session")
def planted() -> Callable[..., Backend]:
    """A backend of `planted/`: file, name (the file's if left out), and the fault that the file is to show."""

    def backend(file: str, fault: str = "", name: str = "") -> Backend:
        return Backend(name or file, PLANTED / f"{file}.py", Path(sys.executable), environment={"PLANTED": fault})

    return backend


@pytest.fixture(scope="session")
def conv() -> Callable[..., Case]:
    """A small conv2d case of whole numbers; `marked` ones are those in which the planted adapters misbehave."""

    def make(name: str = "conv", marked: bool = False, **changes) -> Case:
        random = np.random.default_rng(1)
        x = random.integers(-3, 4, (1, 2, 5, 6)).astype("float32")
        w = random.integers(-3, 4, (3, 2, 2, 3)).astype("float32")
        x[0, 0, 0, 0] = MARK if marked else 1
        attrs = operators()["conv2d"].complete({})
        return dataclasses.replace(Case(name, "conv2d", attrs, {"x": x, "w": w}, tier="integers"), **changes)

    return make
