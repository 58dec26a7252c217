"""Every entry that says which values come instead: those fit it, and none of them altered does."""

import dataclasses
import functools

import numpy as np
import pytest

from backends.instead import Says, Sums
from backends.known import Known
from harness.cases.catalogue import built_in
from harness.judging.instead import Claim, Seen, claim
from harness.judging.oracle import truth
from spec.core import Case
from tests.backends.repros import LEDGERS

ENTRIES = [
    pytest.param(known, id=f"{name}:{known.id}")
    for name, ledger in LEDGERS.items()
    for known in ledger
    if not isinstance(known.instead, (Says, Sums))
]


@functools.cache
def cases() -> list[Case]:
    return [case for case in built_in() if sum(array.size for array in case.inputs.values()) < 100_000]


def first(known: Known) -> Claim:
    """What the entry says of the first built-in case that it selects."""
    case = next(case for case in cases() if case.op in known.operators and known.when(case))
    return claim(known.instead, case, known.part, Seen(truth(case, known.part == "gradient")))


def answered(made: Claim, name: str, array: np.ndarray) -> Claim:
    """The claim, when the framework answered with this array."""
    part = {"gradients" if made.part == "gradient" else "outputs": {name: array}}
    return dataclasses.replace(made, seen=dataclasses.replace(made.seen, **part))


def altered(array: np.ndarray, mask: np.ndarray) -> np.ndarray | None:
    """The array with the last element that the mask leaves changed; another shape where it has no elements."""
    if not array.size:
        return np.zeros([*array.shape[:-1], array.shape[-1] + 1], array.dtype)
    places = np.argwhere(~mask)
    if not places.size:
        return None
    found, place = array.copy(), tuple(places[-1])
    found[place] = 12345 if np.isnan(found[place].astype(float)) else -3 * found[place] - np.asarray(99, array.dtype)
    return found


@pytest.mark.parametrize("known", ENTRIES)
def test_what_it_says_fits_and_nothing_else(known):
    made = first(known)
    masks = known.instead.where(made.case) if hasattr(known.instead, "where") else {}
    wanted = made.wanted or dict.fromkeys(masks)
    assert wanted
    for name, one in wanted.items():
        if one is None:  # all of it is undetermined, but for its shape
            shape = masks[name].shape
            assert answered(made, name, np.zeros(shape, made.case.dtype)).fault(name) == ""
            assert answered(made, name, np.zeros([*shape, 1], made.case.dtype)).fault(name)
            continue
        with np.errstate(all="ignore"):
            right = one.expected.value.astype(one.dtype)
            assert answered(made, name, right).fault(name) == ""
            wrong = altered(right, masks.get(name, np.zeros(right.shape, bool)))
            assert wrong is None or answered(made, name, wrong).fault(name), f"{name} may be anything"
