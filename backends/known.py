"""The record of a known difference: what `ledger.py`, or the files of the folder `ledger`, beside an adapter hold."""

import dataclasses
import functools
from collections.abc import Callable

from backends.condition import TRIED, On, Processor
from backends.instead import Instead, Sums
from spec.core import Case


@dataclasses.dataclass(frozen=True)
class Known:
    """A known difference: one entry of the list `LEDGER` in `ledger.py` beside an adapter.

    `kind` is "convention", "numeric", "unsupported" or "bug". The entry explains the `outcome` ("rejected",
    "differs", "crashed", ...) of a `part` ("output" or "gradient") of every case of `operators` for which
    `when(case)` is true, in the framework versions of the specifier `versions` (">=2,<3"; "" is all).
    `what` says what the framework does, `why` the reason, `link` where that is known upstream. `instead` is what comes
    instead of the truth (`backends/instead.py`): anything else stays unexplained.

    `on` is where the entry holds, if that hangs on the processor or on a switch: there it must show, and elsewhere it
    explains nothing. `tried` are the processors on which that was seen: what another one shows is new.

    Each case must show it, unless it is `seldom` seen, by the chance of rounding: then one of all cases must, where
    sums are taken in the same order, on a processor that was tried and is not held to less.

    `variants` are the modes of `modes.py` of which it speaks, and of no others; "" is the default mode. It must
    show in each of them. An entry without variants must show in the default mode, and may show in any other.
    """

    id: str
    operators: tuple[str, ...]
    kind: str
    outcome: str
    when: Callable[[Case], bool]
    what: str
    why: str
    part: str = "output"
    versions: str = ""
    link: str = ""
    on: On = dataclasses.field(default_factory=On)
    tried: tuple[Processor, ...] = TRIED
    seldom: bool = False
    variants: tuple[str, ...] = ()
    instead: Instead = dataclasses.field(kw_only=True)


# An entry of each kind, with the outcome that it mostly has.
convention = functools.partial(Known, kind="convention", outcome="differs")
numeric = functools.partial(Known, kind="numeric", outcome="differs")
coarse = functools.partial(Known, kind="numeric", outcome="coarse", instead=Sums())
bug = functools.partial(Known, kind="bug", outcome="differs")
unsupported = functools.partial(Known, kind="unsupported", outcome="rejected")
lacking = functools.partial(Known, kind="unsupported", outcome="unsupported")  # what the adapter raises Unsupported for
