"""Stochastic arithmetic: how far rounding may carry what a whole training returns.

The errors of a training are not those of a sum. What one step rounds is carried on by all later steps, multiplied
by their derivatives; one error reaches many results, so that these err together; and where a ReLU or a maximum is
nearly undecided, rounding decides, and the derivative jumps. No formula in the inputs' absolute values follows
that: such a bound grows by a factor in each layer and each step, though real errors cancel.

So the errors are drawn. The training runs `RUNS` times beside its exact run, in float64, and each result of arithmetic
gets an error as large as that of any correct arithmetic in the dtype of the case (Parker 1997, Monte Carlo
arithmetic; Vignes 2004, discrete stochastic arithmetic; Higham and Mary 2019 for the model of independent errors):

- A sum of n products, in any order, errs with a variance of at most n (u B)^2 / 3, B the sum of absolute values
  (`harness.judging.bounds` derives it). Each draw adds +-u B sqrt(n/3), the signs at random. To first order the results
  are then a sum over all roundings, each with its derivative, of the largest variance that they may have.
- The same operands leave the same error. Equal windows of an image, or a weight that no longer moves from step to
  step, err alike every time. Another kernel may treat them differently, so each result has two errors: one
  of its own, and one that is decided by its value, rounded to the dtype, and so shared by all that equal it.
- A ReLU, or a maximum of several pixels, is undecided where it is nearer to its switch than the errors that were drawn
  reach with probability 1 - p. The draws stay on the side of the exact run; other runs, `SWITCHES` of them, have no
  errors, but take the other side: half of them where a switch is within 2 deviations, and one of them where it is
  within reach, so that the whole effect of a switch, however rare, is there, with all that follows from it in later
  steps. What a draw returns and what such a run returns are added.

What a framework returns is then one more draw, of no larger variance, from the same distribution: its error, divided
by the root mean square of `RUNS` draws, follows Student's t with so many degrees of freedom (`student`).
"""

import functools
import math

import numpy as np

RUNS = 16  # draws; Student's t for one in 10^10 is 14.3, the normal distribution's 6.5
SWITCHES = 8  # runs that take other sides
LIKELY = 2  # deviations within which a switch is as likely on either side, or almost
SIZES = 4  # sums of so many sizes are looked at for repeated errors
RARE = 1e-6  # probability with which chance may decide otherwise, for one array


class Exact:
    """Arithmetic without rounding, on arrays whose first axis has one entry for each run: here one."""

    def step(self):
        """A new step of the training begins."""

    def rounded(self, value, size):
        """A result of arithmetic. `size()` is what its error may be, as a standard deviation, in units of u."""
        return value

    def summed(self, value, products):
        """Sums (runs, m), rounded; `products` (m, n) are what the exact run sums in each."""
        return value

    def opened(self, x):
        """Where a ReLU is open."""
        return x > 0

    def leader(self, blocks):
        """Which entry along the first axis is the largest; the first of equal ones."""
        return blocks.argmax(axis=0)


EXACT = Exact()


class Stochastic(Exact):
    """Arithmetic that errs. Along the first axis: the exact run, `RUNS` draws, and `SWITCHES` runs that switch.

    `unit`: the unit roundoff u of the arithmetic that is imitated. `stored`: that of a coarser dtype, to which every
    result is rounded once.
    """

    def __init__(self, unit, stored=0.0):
        self.unit, self.stored, self.site, self.random = unit, stored, 0, np.random.default_rng(0)
        self.sums = 0  # results that were rounded

    def step(self):
        self.site = 0  # the same operation has the same number in every step

    def errors(self, found):
        """The errors of what was computed, (RUNS, ...): each draw's, and what one of the switching runs adds."""
        if len(found) == 1:
            return np.zeros((RUNS, *found.shape[1:]))
        errors = found[1:] - found[:1]
        return errors[:RUNS] + np.tile(errors[RUNS:], (RUNS // SWITCHES, *(1,) * (found.ndim - 1)))

    def rounded(self, value, size):
        self.site += 1
        truth = value[:1]
        spread = np.hypot(self.unit * size(), self.stored * abs(truth) / 3**0.5)
        self.sums += truth.size
        own = _signs(self.random.integers(0, 1 << 63, truth.shape, np.uint64))
        bits = _rounded_bits(truth, max(self.unit, self.stored)) ^ np.uint64(self.site)
        noise = np.zeros((1 + RUNS + SWITCHES, *truth.shape[1:]))
        np.multiply(own + _signs(_mixed(bits)) * np.sign(truth), spread, out=noise[1 : 1 + RUNS])
        return value + noise

    def summed(self, value, products):
        def size():
            scale, count = abs(products).sum(axis=1), (products != 0).sum(axis=1) + 1  # a factor is rounded, too
            alike = repeated(products, _rounded(products, self.unit), self.unit).max(axis=0)
            with np.errstate(invalid="ignore"):
                alike = np.nan_to_num(alike / (self.unit * scale))
            return (scale * np.sqrt(count / 3 + np.square(alike)))[None]

        return self.rounded(value, size)

    def opened(self, x):
        found = self._locked(x > 0)
        flat, exact = found.reshape(len(found), -1), (x[0] > 0).ravel()
        place, runs = self._switches(x)
        flat[1 + RUNS + runs, place] = ~exact[place]
        return found

    def leader(self, blocks):
        found = self._locked(blocks.argmax(axis=0))
        first = np.take_along_axis(blocks, np.broadcast_to(found[:1], (1, *blocks.shape[1:])), axis=0)[0]
        flat, exact = found.reshape(len(found), -1), found[0].ravel()
        for rival, values in enumerate(blocks):
            place, runs = self._switches(first - values)
            other = exact[place] != rival
            flat[1 + RUNS + runs[other], place[other]] = rival
        return found

    def _locked(self, decided):
        """What each run decided; the draws decide as the exact run."""
        found = np.array(np.broadcast_to(decided, (1 + RUNS + SWITCHES, *decided.shape[1:])))
        found[1 : 1 + RUNS] = found[:1]
        return found

    def _switches(self, margin):
        """Which places are undecided, and in which of the switching runs they take the other side: two arrays."""
        if len(margin) == 1:
            return np.zeros((2, 0), int)
        exact = abs(margin[0]).ravel()
        spread = np.sqrt(np.mean(np.square(margin[1 : 1 + RUNS] - margin[:1]), axis=0)).ravel()
        (near,) = np.nonzero((exact <= LIKELY * spread) & (spread > 0))
        (rare,) = np.nonzero((exact > LIKELY * spread) & (exact <= student(RARE / exact.size, RUNS) * spread))
        half = self.random.permuted(np.tile(np.arange(SWITCHES), (len(near), 1)), axis=1)[:, : SWITCHES // 2]
        once = self.random.integers(0, SWITCHES, len(rare))
        return np.concatenate([np.repeat(near, SWITCHES // 2), rare]), np.concatenate([half.ravel(), once])


def _rounded(value, unit):
    """Values rounded to a unit roundoff, in any range."""
    fraction, exponent = np.frexp(value)
    return np.ldexp(np.rint(fraction / unit) * unit, exponent)


def _rounded_bits(value, unit):
    """A number for each value's size that is the same for values that round to the same: uint64."""
    fraction, exponent = np.frexp(abs(value))
    return np.rint(fraction / unit).astype(np.uint64) ^ (exponent.astype(np.uint64) << np.uint64(54))


def _mixed(bits):
    """Bits that look random, from bits that do not (Steele, Lea and Flood 2014, SplitMix64)."""
    with np.errstate(over="ignore"):
        bits = bits * np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _signs(bits):
    """The first bits of each number as -1 and 1: (1, ...) -> (RUNS, ...), int8."""
    single = np.unpackbits(bits[0].ravel().view(np.uint8).reshape(-1, 8)[:, : RUNS // 8], axis=1)
    return (single.T.astype(np.int8) * np.int8(2) - np.int8(1)).reshape(RUNS, *bits.shape[1:])


def repeated(products, rounded, unit):
    """|E|, the error of sums whose products are added to partial sums of one size: (..., n) -> (SIZES, ...).

    Adding a product to a sum leaves an error that the product alone decides, as long as the sum keeps its size: that
    of rounding the product to a multiple of the sum's last place. Equal products leave equal errors. The sizes are
    the sum of absolute values, and its halves. `rounded` are the products in the dtype of the sum.
    """
    scale = abs(products).sum(axis=-1)
    halvings = np.arange(SIZES).reshape(-1, *(1,) * scale.ndim)
    last = np.ldexp(unit, np.frexp(scale)[1] - halvings)[..., None]
    return abs((np.rint(rounded / last) * last - products).sum(axis=-1))


@functools.cache
def student(p, runs):
    """The t that a variable of Student's distribution, `runs` degrees of freedom (even), exceeds in size with p."""
    low, high = 0.0, 1.0
    while tail(high, runs) > p:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle, runs) > p else (low, middle)
    return high


def tail(t, runs):
    """The probability of |T| > t: the incomplete beta function, as its power series (Abramowitz and Stegun, 26.7)."""
    x = runs / (runs + t * t)
    term = math.prod((k - 0.5) / k for k in range(1, runs // 2 + 1)) * x ** (runs // 2)
    total, k = 0.0, runs // 2
    while term > total * 1e-16:
        total, k = total + term, k + 1
        term *= x * (k - 0.5) / k
    return min(1.0, total * t / math.sqrt(runs + t * t))
