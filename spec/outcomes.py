"""What becomes of a case on a backend: the words of `outcome` and `status` in every row of a run."""

import enum


class Outcome(enum.StrEnum):
    """What a backend did with a case, or with a gradient of it."""

    EXACT = "exact"  # every value equals the truth
    CLOSE = "close"  # within the bounds derived from the case
    COARSE = "coarse"  # within bounds so wide that they say little: sums in half precision, or no more than rounding
    DIFFERS = "differs"  # shape, dtype or values are wrong, or what must be refused was accepted
    REJECTED = "rejected"  # the framework raised an error
    UNSUPPORTED = "unsupported"  # the adapter says that the framework cannot express it
    CRASHED = "crashed"  # the worker ended, or answered nonsense
    TIMED_OUT = "timed-out"
    NOT_RUN = "not-run"  # the worker never started

    @property
    def is_right(self) -> bool:
        """Whether correct arithmetic may come to this."""
        return self in (Outcome.EXACT, Outcome.CLOSE)


class Status(enum.StrEnum):
    """What an outcome means for a run, from the best to the worst."""

    PASS = "pass"
    KNOWN = "known"  # the ledger or the adapter explains it
    NEW = "new"  # a failure on a processor on which the ledger was never tried
    FAIL = "fail"
