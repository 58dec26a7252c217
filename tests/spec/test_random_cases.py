"""The random cases themselves: valid, of every operator and dtype, and the same each time."""

import functools
import json
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from harness.cases import case_file
from harness.judging import oracle
from spec import operators
from spec.core import Case, as_tuple, canonical
from tests.random_cases.attributes import attribute
from tests.random_cases.case_file import content
from tests.random_cases.data import DTYPES, families
from tests.random_cases.geometry import SHAPES

FEW = hypothesis.settings(
    max_examples=30, derandomize=True, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
)


@functools.cache
def every(op: str) -> list[Case]:
    return drawn(op)


def drawn(op: str) -> list[Case]:
    """Some cases of an operator."""
    found: list[Case] = []

    @FEW
    @hypothesis.given(families(operators()[op]))
    def collect(family):
        found.extend(family)

    collect()
    return found


def test_every_operator_has_shapes():
    assert set(SHAPES) == set(operators())


@pytest.mark.parametrize(("op", "name"), [(op, name) for op in operators() for name in operators()[op].attributes])
def test_every_attribute_is_drawn_in_the_form_that_the_record_demands(op, name):
    record = operators()[op].attributes[name]

    @FEW
    @hypothesis.given(attribute(operators()[op], name))
    def valid(value):
        assert record.valid(value) or (value is None and record.default is None)

    valid()


@pytest.mark.parametrize("op", operators())
def test_the_specification_accepts_every_case_and_gives_it_numbers(op):
    cases = every(op)
    assert len({case.id for case in cases}) > 10
    for case in cases[:: max(1, len(cases) // 20)]:
        arrays, attrs = canonical(operators()[op], case.attrs, case.inputs)
        inputs = [arrays.get(name) for name in operators()[op].inputs]
        inputs = [array if array is None or array.dtype.kind == "i" else array.astype("f8") for array in inputs]
        operators()[op].out_shape(*(None if array is None else array.shape for array in inputs), **attrs)
        with np.errstate(all="ignore"):
            values = as_tuple(operators()[op].reference(*inputs, **attrs))
        assert all(np.isfinite(value).all() for value in values) or "-special/" in case.id
    assert oracle.truth(cases[0]).rejected == ""


def test_every_dtype_is_drawn():
    assert {case.dtype.name for op in operators() for case in every(op)} == set(DTYPES)


@pytest.mark.parametrize("op", ["conv2d", "upsample2d"])
def test_the_same_cases_are_drawn_each_time(op):
    first, again = every(op), drawn(op)
    assert [case.id for case in first] == [case.id for case in again]
    for one, other in zip(first, again):
        assert all(one.inputs[name].tobytes() == other.inputs[name].tobytes() for name in one.inputs)


def test_a_case_file_holds_the_same_cases(tmp_path: Path):
    case = every("conv2d")[-1]
    file = tmp_path / "case.json"
    file.write_text(json.dumps(content([case])))
    (read,) = case_file.load(file)
    assert (read.id, read.op, read.attrs) == (case.id, case.op, case.attrs)
    assert all(read.inputs[name].tobytes() == array.tobytes() for name, array in case.inputs.items())
