"""Strategies for case files with mistakes: good ones, changed at random."""

import copy
import itertools

from hypothesis import strategies as st

SMALL = {"dtype": "float32", "shape": [1, 1, 2, 2], "data": [1, "nan", -0.5, 4]}
GOOD = {
    "schema_version": 1,
    "cases": [
        {
            "id": "mine/first",
            "op": "conv2d",
            "why": "seen in a port",
            "attrs": {"stride": [2, 1], "padding": [[1, 1], [0, 2]], "layout": "NCHW", "groups": 1},
            "inputs": {"x": SMALL, "w": SMALL, "b": {"dtype": "bfloat16", "shape": [1], "data": [0.5]}},
            "expected": {"y": {"dtype": "float64", "shape": [1], "data": [7]}},
            "rtol": 1e-5,
            "atol": 0,
            "gradient": False,
        },
        {
            "id": "mine/second",
            "op": "pad2d",
            "attrs": {"padding": [[1, 1], [0, 2]], "mode": "constant", "value": -1.5},
            "inputs": {"x": {"file": "x.npy"}},
        },
        {"id": "mine/third", "op": "flatten", "inputs": {"x": SMALL | {"dtype": "int8", "data": [1, 2, 3, -4]}}},
    ],
}
TEXT = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["nan", "inf", "same", "NHWC", "x.npy", "../x.npy", "\ud800", "\0", "\n", "a" * 10**5]),
)
NUMBERS = st.one_of(
    st.integers(-3, 40),
    st.sampled_from([2**31, 2**63, -(2**63) - 1, 10**30, 10**400, -(10**400), 10**4299, True, False]),
    st.floats(),
    st.sampled_from([1e308, 1e-320, -0.0]),
)
LEAVES = st.one_of(st.none(), TEXT, NUMBERS)
VALUES = st.recursive(
    LEAVES, lambda some: st.one_of(st.lists(some, max_size=4), st.dictionaries(TEXT, some, max_size=3)), max_leaves=6
)
ODD = st.one_of(VALUES, st.integers(1, 2000).map(lambda depth: _nested(depth)), st.builds(lambda: [0] * 10**4))


def _nested(depth: int):
    """A list in a list in a list."""
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def _places(tree, path=()):
    """The paths of all that a JSON value holds."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in itertools.islice(items, 20):
        yield (*path, key)
        if len(path) < 10:
            yield from _places(value, (*path, key))


@st.composite
def changed(draw):
    """The good file with one to three changes: something left out, put in, renamed, or of another kind."""
    tree = copy.deepcopy(GOOD)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(tree))
        if not places:
            break
        *path, key = draw(st.sampled_from(places))
        holder = tree
        for step in path:
            holder = holder[step]
        change = draw(st.sampled_from(["leave out", "replace", "rename", "put in", "copy"]))
        if change == "leave out":
            del holder[key]
        elif change == "replace":
            holder[key] = draw(ODD)
        elif change == "copy":  # what is right elsewhere
            *path, other = draw(st.sampled_from(list(_places(GOOD))))
            source = GOOD
            for step in path:
                source = source[step]
            holder[key] = copy.deepcopy(source[other])
        elif isinstance(holder, list):
            holder.insert(key, draw(ODD))
        elif change == "rename":
            holder[draw(TEXT)] = holder.pop(key)
        else:
            holder[draw(TEXT)] = draw(ODD)
    return tree
