"""A backend with one planted mistake: the catalogue of mistakes, and how a worker is told which one to have."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from harness.workers.backends import FOLDER, Backend, load

MUTANTS = FOLDER / "numpy" / "mutants"
MUTANT = "CONVPARITY_MUTANT"  # names the mistake
MUTATED = "CONVPARITY_MUTATED"  # names the backend in which mistakes are planted


def catalogue() -> Mapping[str, Any]:
    """All mistakes by name."""
    return load(MUTANTS / "catalogue.py", "mutants_of_numpy").MUTANTS


def mistaken(backend: Backend) -> Backend:
    """A backend that is as it was until `planting` names a mistake."""
    environment = {**backend.environment, MUTATED: backend.folder.name}
    return dataclasses.replace(backend, adapter=MUTANTS / "adapter.py", environment=environment)


def planting(backend: Backend, mistake: str) -> dict[str, str]:
    """The environment under which a `mistaken` backend has this mistake; "" for none."""
    return {**backend.environment, MUTANT: mistake}
