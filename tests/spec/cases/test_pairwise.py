"""Pairs of values, against counting them one by one."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from spec.cases.pairwise import combinations, cover, occurring

VALUES = st.lists(
    st.sampled_from([0, 1, 2, True, "same", "valid", (1, 1), [1, 1], [[1, 0], [0, 1]], None, 0.5]),
    min_size=1,
    max_size=4,
    unique_by=repr,
)
SPACES = st.dictionaries(st.sampled_from("abcde"), VALUES, max_size=4)


@st.composite
def spaces(draw):
    """A space, and those of its combinations that are valid."""
    space = draw(SPACES)
    every = combinations(space, lambda row: True)
    kept = draw(st.lists(st.booleans(), min_size=len(every), max_size=len(every)))
    return space, [row for row, keep in zip(every, kept) if keep]


def counted(space, rows) -> set:
    return {
        ((one, repr(row[one])), (other, repr(row[other])))
        for row in rows
        for one, other in itertools.combinations(space, 2)
    }


@given(SPACES)
def test_combinations_are_all_of_the_space(space):
    size = 1
    for values in space.values():
        size *= len(values)
    rows = combinations(space, lambda row: True)
    assert len({repr(row) for row in rows}) == len(rows) == size
    assert all(list(row) == list(space) for row in rows)


@given(SPACES)
def test_combinations_that_are_not_valid_are_left_out(space):
    every = combinations(space, lambda row: True)
    wanted = [repr(row) for row in every[::2]]
    assert [repr(row) for row in combinations(space, lambda row: repr(row) in wanted)] == wanted


@given(spaces())
def test_the_pairs_that_occur_are_those_that_counting_finds(given):
    space, rows = given
    assert occurring(space, rows) == counted(space, rows)


@given(spaces())
def test_every_pair_of_all_rows_occurs_in_the_chosen_ones(given):
    space, rows = given
    chosen = cover(space, rows)
    assert counted(space, chosen) == counted(space, rows)
    assert all(any(row is one for one in rows) for row in chosen)


@given(spaces())
def test_each_chosen_row_brings_the_most_pairs_that_were_new(given):
    space, rows = given
    seen: set = set()
    for row in cover(space, rows):
        new = [len(counted(space, [one]) - seen) for one in rows]
        assert len(counted(space, [row]) - seen) == max(new) > 0
        seen |= counted(space, [row])
