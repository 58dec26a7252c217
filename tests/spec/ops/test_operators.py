"""What holds for every operator: its shape rule, its refusals, and the names and reasons of its cases."""

import functools
import re

import pytest

from harness.judging.oracle import truth
from spec import operators
from spec.core import as_tuple, canonical


@functools.cache
def cases(name):
    return tuple(operators()[name].cases())


def is_float(array):
    return array is not None and array.dtype.kind != "i"


@pytest.mark.parametrize("name", operators())
def test_references_have_the_shape_of_the_shape_rule(name):
    operator = operators()[name]
    for case in cases(name):
        if case.expect == "value":
            arrays, attrs = canonical(operator, case.attrs, case.inputs)
            inputs = [arrays.get(each) for each in operator.inputs]
            shapes = operator.out_shape(*(None if array is None else array.shape for array in inputs), **attrs)
            inputs = [array.astype(float) if is_float(array) else array for array in inputs]
            found = tuple(array.shape for array in as_tuple(operator.reference(*inputs, **attrs)))
            assert found == (shapes if isinstance(shapes[0], tuple) else (tuple(shapes),)), case.id


@pytest.mark.parametrize("name", operators())
def test_what_must_be_refused_is_refused_and_says_why(name):
    refused = [case for case in cases(name) if case.expect == "rejected"]
    assert refused
    for case in refused:
        assert re.match(r"\w+ .*\w+", truth(case).rejected), case.id


@pytest.mark.parametrize("name", operators())
def test_every_case_has_a_name_of_its_own_and_a_reason(name):
    assert len({case.id for case in cases(name)}) == len(cases(name)) > 10
    assert all(case.why for case in cases(name))
