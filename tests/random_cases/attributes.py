"""Strategies for the attributes of an operator's record, by their names, and for sizes.

Small values come first, as hypothesis shrinks towards them. Some are large: kernels wider than the image, strides
wider than the kernel, sizes beyond the 8 or 16 numbers that vector instructions hold.
"""

from hypothesis import strategies as st

from spec.attributes import RULES
from spec.core import Operator

BATCH = st.one_of(st.integers(1, 3), st.integers(1, 9))
PIXELS = st.one_of(st.integers(1, 9), st.integers(1, 17), st.sampled_from((19, 23, 31)), st.sampled_from((64, 65, 96)))
TAPS = st.one_of(st.integers(1, 4), st.integers(1, 7), st.sampled_from((8, 11)))
WINDOWS = st.one_of(TAPS, TAPS, st.sampled_from((31, 64, 65)))  # of pools, which are global at times
GROUPS = st.one_of(st.just(1), st.integers(1, 3), st.integers(1, 9))
CHANNELS = st.one_of(st.integers(1, 5), st.sampled_from((8, 9, 16, 17)), st.sampled_from((33, 64, 65, 96)))

_stride = st.one_of(st.just(1), st.integers(1, 3), st.integers(1, 7))
_rate = st.one_of(st.just(1), st.just(1), st.integers(1, 4))
_pad = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 7))
_factor = st.one_of(st.integers(1, 4), st.integers(1, 9), st.sampled_from((11, 16, 41)))


def pair(one: st.SearchStrategy) -> st.SearchStrategy:
    """[h, w], equal or not."""
    return st.one_of(one.map(lambda both: [both, both]), st.tuples(one, one).map(list))


# What an attribute may be where the record lists no values that could be drawn from.
_RANGES = {
    "stride": pair(_stride),
    "dilation": pair(_rate),
    "kernel_size": pair(WINDOWS),
    "scale": pair(_factor),
    "output_padding": st.one_of(st.just([0, 0]), pair(st.integers(0, 3))),
    "padding": st.tuples(pair(_pad), pair(_pad)).map(list),
    "value": st.one_of(st.sampled_from((0.0, -1.5, 0.1, 1000.0)), st.floats(-100, 100)),
    "groups": GROUPS,
    "lr": st.sampled_from((0.1, 0.5, 0.25)),
    "steps": st.integers(0, 3),
}


def attribute(operator: Operator, name: str) -> st.SearchStrategy:
    """Values of one attribute: from the ranges above, by rules, or one of those that the record lists."""
    record = operator.attributes[name]
    if name == "padding" and record.valid("same"):
        return st.one_of(st.sampled_from(RULES), _RANGES["padding"])
    if name == "stride" and record.default is None:
        return st.one_of(st.none(), _RANGES["stride"])
    return _RANGES[name] if name in _RANGES else st.sampled_from(record.values)


def attributes(operator: Operator) -> st.SearchStrategy[dict]:
    """Every attribute of an operator; which go together is the specification's to say."""
    return st.fixed_dictionaries({name: attribute(operator, name) for name in operator.attributes})
