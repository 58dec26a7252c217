"""What comes instead of the truth where a framework is known to differ: the closed set that `Known.instead` holds.

An entry explains what it says and nothing else. Where a value can be computed from the case, it is.

    Says(pattern)          a refusal, an end of the process, or that the adapter has no way to express it
    Gives(of)              the truth of another case, or these arrays
    Defined(reference)     what another definition in place of the operator's reference makes of the case
    Rounds(dtype, times)   the truth, with the errors that arithmetic in another dtype makes of it
    Sums()                 the truth, as good as sums whose additions are all rounded to half precision
    Undetermined(where)    the truth, but for elements that nothing determines, such as memory of others
"""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from spec.core import Case

Arrays = Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Says:
    """A regular expression that is found in the message, behind the error's class: "ValueError: no such padding".

    Of a process that ended the message begins with the signal, "SIGABRT: ...", or with "exit 1".
    """

    pattern: str


@dataclasses.dataclass(frozen=True)
class Other:
    """The truth of another case; `change` makes the case's own arrays of it, each by its name.

    `dtype` is the one in which it comes, "" that of the other case, and `dtypes` those of arrays that have another.
    `computed` is the dtype whose rounding errors it has, "" for its own. `values` stand in place of the truth of some
    arrays, with its bounds. `lost` is what each product and each sum may lose besides its rounding, flushed to 0.
    """

    case: Case
    change: Callable[[str, np.ndarray], np.ndarray] = lambda name, array: array
    dtype: str = ""
    dtypes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    computed: str = ""
    values: Arrays = dataclasses.field(default_factory=dict)
    lost: float = 0.0


@dataclasses.dataclass(frozen=True)
class Gives:
    """`of(case)` is a case whose truth comes instead, with its bounds and in its dtype; or one for each array, by name.

    In place of a case an array may stand, which comes bit by bit. Names are those of the part of which the entry
    speaks: outputs, or gradients by the name of their input. Arrays that are not named must be the truth. With `either`
    each element is that or the truth.
    """

    of: Callable[[Case], Case | Other | Mapping[str, Case | Other | np.ndarray]]
    either: bool = False


@dataclasses.dataclass(frozen=True)
class Defined:
    """`reference` stands in place of the operator's, with its arguments, in NCHW and OIHW; gradients follow from it.

    `changed` makes the case that it is asked of. With `either` each element is that or the truth. `terms`, where the
    operator has terms of its own, are those of a case that it refuses.
    """

    reference: Callable
    either: bool = False
    terms: Callable | None = None


@dataclasses.dataclass(frozen=True)
class Rounds:
    """At most `times` the bounds of arithmetic in `dtype`, "" for that of the case."""

    dtype: str = ""
    times: float = 1.0


@dataclasses.dataclass(frozen=True)
class Sums:
    """Within the bounds of sums in half precision, every addition rounded."""


@dataclasses.dataclass(frozen=True)
class Undetermined:
    """`where(case)` has a mask for each array that is not determined everywhere, in its shape: True where it is not."""

    where: Callable[[Case], Arrays]


Instead = Says | Gives | Defined | Rounds | Sums | Undetermined
