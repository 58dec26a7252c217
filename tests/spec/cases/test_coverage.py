"""Coverage can be counted for every operator, also for those that pair nothing."""

import pytest

from spec import operators
from spec.cases import geometry, sketches


@pytest.mark.parametrize("name", operators())
def test_pairs_and_sizes_of_an_operators_own_cases_are_all_there(name):
    operator = operators()[name]
    cases = list(operator.cases())
    for count in (sketches.coverage, geometry.coverage):
        occurring, possible = count(operator, cases)
        assert occurring == possible >= 0
    paired = [one for one in operator.space if one in operator.attributes]  # of a single one there are no pairs
    assert (len(paired) > 1) == bool(sketches.coverage(operator, cases)[1])
