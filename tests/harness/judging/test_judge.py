"""The judge: every planted fault is seen and named, and what is right passes.

Faults are planted into arrays made by hand or into correct float32 results, so each test shows both sides.
"""

import dataclasses
import math

import ml_dtypes
import numpy as np
import pytest

from backends.execute import execute
from backends.numpy.adapter import Adapter
from harness.judging.bounds import RARE
from harness.judging.floats import is_half
from harness.judging.oracle import Expected, truth
from harness.judging.repeated_errors import of_products
from harness.judging.verdict import Comparison, compare
from spec import operators
from spec.cases.sketches import draw
from spec.core import Case
from spec.outcomes import Outcome

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
CHANCE = math.log(1 / RARE)
FLOATS = [np.dtype("float16"), BFLOAT16, np.dtype("float32"), np.dtype("float64")]


def expected(value, terms: float = 9, scale=None) -> Expected:
    """A truth made by hand; B is |value| unless given."""
    value = np.asarray(value, np.float64)
    scale = np.abs(value) if scale is None else np.full(value.shape, scale, np.float64)
    return Expected(value, scale, np.full(value.shape, terms, np.float64))


def outcome(actual, truth: Expected, dtype="float32", exactly: bool = False) -> Comparison:
    return compare("y", np.asarray(actual), truth, np.dtype(dtype), exactly)


IMAGE = np.random.default_rng(1).standard_normal((2, 3, 4, 4)).astype("float32")


def planted(fault) -> Comparison:
    """The judgement on IMAGE after `fault` has changed a copy of it in place, or returned another array."""
    array = IMAGE.copy()
    changed = fault(array)
    return outcome(array if changed is None else changed, expected(IMAGE))


def put(index, value):
    return lambda array: array.__setitem__(index, value)


def test_the_truth_itself_is_exact():
    found = planted(lambda array: None)
    assert found == Comparison(Outcome.EXACT)


@pytest.mark.parametrize("dtype", FLOATS)
def test_zeros_of_the_other_sign_are_exact_and_counted(dtype):
    found = outcome(np.array([0.0, -0.0, -0.0, 1.0], dtype), expected([0.0, -0.0, 0.0, 1.0]), dtype, exactly=True)
    assert found == Comparison(Outcome.EXACT, zero_signs=1)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        pytest.param(lambda a: a[:, :, :3], "y has shape [2, 3, 3, 4], not [2, 3, 4, 4]", id="shape"),
        pytest.param(lambda a: a[None], "y has shape [1, 2, 3, 4, 4], not [2, 3, 4, 4]", id="rank"),
        pytest.param(lambda a: a.transpose(0, 2, 3, 1), "y has shape [2, 4, 4, 3], not [2, 3, 4, 4]", id="layout"),
        pytest.param(lambda a: a.astype("float64"), "y has dtype float64, not float32", id="dtype"),
        pytest.param(lambda a: -a, "times the worst-case bound off", id="sign"),
        pytest.param(lambda a: a.swapaxes(2, 3).copy(), "times the worst-case bound off", id="swapped axes"),
        pytest.param(lambda a: a[:, ::-1].copy(), "times the worst-case bound off", id="channels reversed"),
        pytest.param(lambda a: np.zeros_like(a), "times the worst-case bound off", id="zeros"),
        pytest.param(put((1, 1, 2, 2), 7), "element [1, 1, 2, 2] of 96 is 7.0, the truth is", id="one element"),
        pytest.param(put((1, 2, 3, 3), np.nan), "NaN in other places: element [1, 2, 3, 3]", id="NaN"),
        pytest.param(put((0, 1, 3, 0), np.inf), "element [0, 1, 3, 0] of 96 is inf, the truth is", id="infinity"),
    ],
)
def test_a_fault_differs_and_is_named(fault, words):
    found = planted(fault)
    assert found.outcome == "differs"
    assert words in found.why


def test_shape_is_judged_before_dtype_and_dtype_before_values():
    wrong = np.full((1, 2), np.nan, "float64")
    assert "shape" in outcome(wrong, expected(IMAGE)).why
    assert "dtype" in outcome(np.full(IMAGE.shape, np.nan), expected(IMAGE)).why


# ---- special values ------------------------------------------------------------------------------


def test_nan_equals_nan_and_nothing_else():
    value = [1.0, np.nan, 3.0]
    assert outcome(np.float32([1, np.nan, 3]), expected(value)).outcome == "exact"
    assert outcome(np.float32([1, -np.nan, 3]), expected(value)).outcome == "exact"
    assert "[1] of 3 is 2.0, the truth is nan" in outcome(np.float32([1, 2, 3]), expected(value)).why
    assert outcome(np.float32([np.nan, 1, 3]), expected(value)).outcome == "differs"
    assert outcome(np.float32([1, np.inf, 3]), expected(value)).outcome == "differs"


def test_infinity_keeps_its_sign():
    assert outcome(np.float32([np.inf, 1]), expected([np.inf, 1])).outcome == "exact"
    assert outcome(np.float32([-np.inf, 1]), expected([np.inf, 1])).outcome == "differs"
    assert outcome(np.float32([3e38, 1]), expected([np.inf, 1])).outcome == "differs"


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_values_beside_special_ones_are_still_judged_by_the_bounds(special):
    """B is not finite where the truth is not; the errors of the other elements must not drown in that."""
    value = np.array([special, 1.0, 2.0, 3.0])
    close, wrong = value.astype("float32"), value.astype("float32")
    close[1] = np.nextafter(close[1], np.float32(2))
    wrong[1] = 1.01
    for scale in (np.abs(value), np.full(4, 3.0)):
        truth = dataclasses.replace(expected(value), scale=scale)
        found = outcome(close, truth)
        assert found.outcome == "close", found.why
        assert 0 < found.rms_ratio < 1
        assert outcome(wrong, truth).outcome == "differs"


def test_zeros_of_both_signs_are_equal():
    assert outcome(np.float32([-0.0, 0.0]), expected([0.0, -0.0]), exactly=True).outcome == "exact"


def test_overflow_of_the_dtype_is_the_truth():
    value = [70000.0, -70000.0, 65504.0]
    overflown = np.array([np.inf, -np.inf, 65504], "float16")
    assert outcome(overflown, expected(value), "float16", exactly=True).outcome == "exact"
    assert outcome(overflown[::-1].copy(), expected(value), "float16").outcome == "differs"


def test_empty_arrays_are_equal_when_their_shapes_are():
    empty = np.zeros((0, 3, 4, 4), "float32")
    assert outcome(empty, expected(empty)).outcome == "exact"
    assert outcome(empty[:, :2], expected(empty)).outcome == "differs"


# ---- the two tiers -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_one_step_is_close_among_reals_and_differs_among_whole_numbers(dtype):
    value = np.arange(1.0, 7.0)
    actual = value.astype(dtype)
    actual[3] += actual[3] * np.array(ml_dtypes.finfo(dtype).eps, dtype)
    found = outcome(actual, expected(value), dtype)
    wanted = "coarse" if is_half(np.dtype(dtype)) else "close"  # no rounding of a right sum is a whole step off
    assert (found.outcome, found.max_ulp, found.median_ulp) == (wanted, 1, 0)
    assert found.max_abs == float(actual[3]) - 4
    found = outcome(actual, expected(value), dtype, exactly=True)
    assert found.outcome == "differs"
    assert "must be exact: element [3] of 6" in found.why


@pytest.mark.parametrize(("steps", "median"), [([0, 4], 2), ([1, 2, 9], 2), ([0, 0, 3, 4], 1.5), ([7], 7)])
def test_the_median_distance_is_that_of_the_middle(steps, median):
    value = np.ones(len(steps))
    actual = (value + np.array(steps) * 2.0**-23).astype("float32")
    found = outcome(actual, expected(value), np.dtype("float32"))
    assert (found.median_ulp, found.max_ulp) == (median, max(steps))


def test_rounded_to_the_dtype_is_exact():
    value = np.array([1 / 3, 2 / 3])
    assert outcome(value.astype("float32"), expected(value)).outcome == "exact"


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_whole_dtypes_tolerate_nothing(dtype):
    value = np.arange(6)
    assert outcome(value.astype(dtype), expected(value), dtype).outcome == "exact"
    assert outcome((value + (value == 3)).astype(dtype), expected(value), dtype).outcome == "differs"


LARGE = 2**53 + 1  # the least whole number that float64 does not have


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
@pytest.mark.parametrize(
    ("op", "attrs"),
    [
        ("pad2d", {"padding": [[0, 1], [1, 0]], "mode": "reflect"}),
        ("flatten", {}),
        ("max_pool2d", {"kernel_size": [1, 1]}),
        ("upsample2d", {"scale": [1, 2], "mode": "nearest"}),
    ],
)
def test_whole_numbers_beyond_those_of_float64_are_compared_as_such(op, attrs, dtype):
    operator = operators()[op]
    x = (np.arange(4) + LARGE).astype(dtype).reshape(1, 1, 2, 2)
    wanted = truth(Case(f"whole/{op}", op, operator.complete(attrs), {"x": x}, tier="integers")).outputs["y"]
    right = wanted.value.astype(dtype)
    assert LARGE in right
    assert outcome(right, wanted, dtype, exactly=True) == Comparison("exact")
    off = right.copy()
    off.flat[np.argmax(right == LARGE)] -= 1
    for exactly in (True, False):
        found = outcome(off, wanted, dtype, exactly=exactly)
        assert found.outcome == "differs"
        assert "is 9007199254740992, the truth is 9007199254740993" in found.why


def test_values_that_are_only_moved_tolerate_nothing():
    value = IMAGE.astype("float64")
    actual = IMAGE.copy()
    actual[1, 1, 1, 1] = np.nextafter(actual[1, 1, 1, 1], np.float32(9))
    assert outcome(IMAGE, expected(value, terms=0)).outcome == "exact"
    found = outcome(actual, expected(value, terms=0))
    assert (found.outcome, found.bound_ratio) == ("differs", np.inf)


def test_worst_case_bound_is_that_of_higham():
    """n = 2, B = 1: an element may be off by ((1 + u)^4 - 1), and not by more."""
    bound = np.expm1(4 * np.log1p(2.0**-24))
    for share, wanted in ((0.9, "close"), (1.1, "differs")):
        # One element of many, so that the statistical bounds do not see it; at 0 every float is representable.
        value = np.zeros(10_000)
        actual = value.astype("float32")
        actual[77] = share * bound
        found = outcome(actual, expected(value, terms=2, scale=1.0))
        assert found.outcome == wanted
        assert found.bound_ratio == pytest.approx(share, rel=1e-6)
        assert max(found.rms_ratio, found.peak_ratio) < 0.9


def test_root_mean_square_has_the_limit_of_evenly_spread_roundings():
    """n = 9, B = 1, m = 10000 different elements all off by e: rms e / (3 * u) against sqrt(1/3), a little more."""
    limit = 3 * 2.0**-24 * math.sqrt((1 + 2 * math.sqrt(CHANCE / 1e4) + 2 * CHANCE / 1e4) / 3)
    value = np.arange(10_000) * 2.0**-44  # so small that they cannot be told from zeros
    for share, wanted in ((0.9, "coarse"), (1.1, "differs")):
        found = outcome((value + share * limit).astype("float32"), expected(value, scale=1.0))
        assert found.outcome == wanted
        assert found.rms_ratio == pytest.approx(share, rel=1e-5)
        assert found.bound_ratio < 0.5
    assert "errors are 1.1 times those of this dtype's arithmetic" in found.why


def test_largest_error_has_the_limit_of_chance():
    """n = 36, B = 1, m = 10000: one element off by e: e / (6 * u) against sqrt(1/3) * sqrt(2 log(2 m / p))."""
    limit = 6 * 2.0**-24 * math.sqrt(2 * math.log(2e4 / RARE) / 3)
    value = np.zeros(10_000)
    for share, wanted in ((0.9, "close"), (1.1, "differs")):
        actual = value.astype("float32")
        actual[77] = share * limit
        found = outcome(actual, expected(value, terms=36, scale=1.0))
        assert found.outcome == wanted
        assert found.peak_ratio == pytest.approx(share, rel=1e-6)
        assert max(found.bound_ratio, found.rms_ratio) < 0.5
    assert "one error is 1.1 times the largest that chance leaves: element [77]" in found.why


def test_equal_elements_count_once_and_zeros_do_not_count():
    """All off by the same e: 10000 elements of one value allow what one allows; sums of zeros allow no more."""
    error = 3 * 2.0**-24 * 3.0
    one, many = np.full(1, 2.0**-44), np.full(10_000, 2.0**-44)
    assert outcome((one + error).astype("float32"), expected(one, scale=1.0)).outcome == "coarse"
    assert outcome((many + error).astype("float32"), expected(many, scale=1.0)).outcome == "coarse"
    many = np.concatenate([np.arange(1, 10_001) * 2.0**-44, np.zeros(90_000)])
    scale = (many > 0).astype("float64")
    actual = (many + error * scale / 3).astype("float32")
    found = outcome(actual, dataclasses.replace(expected(many), scale=scale))
    assert found.outcome == "differs"
    assert found.rms_ratio > 1.5


def in_turn(x, w) -> Comparison:
    """Sums of x (m, n) times w (n, k), one product added after the other in float32, against their truth."""
    total = np.zeros((len(x), w.shape[1]), "float32")
    for column, row in zip(x.T, w):
        total += column[:, None] * row
    wide = x.astype("float64"), w.astype("float64")
    return outcome(total, expected(wide[0] @ wide[1], len(w), abs(wide[0]) @ abs(wide[1])))


def test_a_large_product_before_small_ones_is_correct_though_its_errors_are_the_largest_there_are():
    """Every partial sum is nearly B."""
    random = np.random.default_rng(3)
    x, w = np.float32(2e-6 * random.random((200, 16))), np.float32(random.random((16, 100)))
    x[:, 0], w[0] = 1 + 0.02 * random.random(200), 1 + 0.02 * random.random(100)
    found = in_turn(x, w)
    assert found.outcome == "close"
    assert found.rms_ratio > 0.9


@pytest.mark.parametrize("n", [2, 9, 18, 49])
def test_flat_images_are_no_evidence_of_low_precision(n):
    """Each of 2000 elements has the same error; of 100 such images some have more than the rest ever would."""
    random = np.random.default_rng(n)
    for _ in range(100):
        x = np.full((2000, n), random.random(), "float32")
        found = in_turn(x, np.float32(random.random((n, 1))))
        assert found.outcome in ("exact", "close"), found.why


def test_equal_products_err_equally_and_are_allowed_to():
    """A constant added a thousand times goes astray by far more than a thousand different numbers do."""
    x, w = np.full((1, 1024), 0.7, "float32"), np.full((1024, 1), 0.3, "float32")
    truth = expected([[1024 * float(x[0, 0]) * float(w[0, 0])]], 1024)
    total = np.add.accumulate(x * w.T, axis=1, dtype="float32")[:, -1:]
    assert outcome(total, truth).outcome == "differs"
    together = of_products([np.float64(x[0]) * np.float64(w[:, 0])], np.dtype("float32"))
    assert outcome(total, dataclasses.replace(truth, walk=lambda dtype: together)).outcome == "close"


def test_one_wrong_sign_in_ten_thousand_products_is_found_in_float16():
    """Within the worst case, and too rare for the root mean square."""
    random = np.random.default_rng(5)
    x, w = random.standard_normal((400, 144)), random.standard_normal((144, 16))
    x, w = x.astype("float16").astype("float64"), w.astype("float16").astype("float64")
    truth = expected(x @ w, 144, abs(x) @ abs(w))
    wrong = truth.value.copy()
    wrong[::20, 3] -= 2 * x[::20, 7] * w[7, 3]
    assert outcome(truth.value.astype("float16"), truth, "float16").outcome == "exact"
    found = outcome(wrong.astype("float16"), truth, "float16")
    assert found.outcome == "differs"
    assert max(found.bound_ratio, found.rms_ratio) < 1 < found.peak_ratio


# ---- low precision in disguise -------------------------------------------------------------------


def spoilt(change=lambda array: array) -> Comparison:
    """A convolution of 2304 products per output in float64 arithmetic, on operands that `change` has spoilt."""
    operator = operators()["conv2d"]
    shapes = {"x": (1, 256, 6, 7), "w": (3, 256, 3, 3)}
    inputs = {name: draw(name, "reals", "float32", shape) for name, shape in shapes.items()}
    case = Case("many", "conv2d", operator.complete({}), inputs, gradient=False)
    attrs = {key: value for key, value in case.attrs.items() if "layout" not in key}
    actual = operator.reference(*(change(array).astype("float64") for array in inputs.values()), **attrs)
    return compare("y", actual.astype("float32"), truth(case).outputs["y"], case.dtype, False)


def rounded_to(bits: int):
    """Float32 operands rounded to that many bits of mantissa: 10 is what TF32 keeps, 7 bfloat16."""
    half = np.uint32(1 << 22 - bits)
    return lambda array: ((array.view("uint32") + half) & ~(2 * half - np.uint32(1))).view("float32")


def test_tf32_hides_within_the_worst_case_and_is_caught_by_the_root_mean_square():
    assert spoilt().outcome == "exact"
    found = spoilt(rounded_to(10))
    assert found.outcome == "differs"
    assert found.bound_ratio < 1
    assert found.rms_ratio > 3
    assert "errors are" in found.why


def test_bfloat16_operands_are_caught():
    found = spoilt(rounded_to(7))
    assert found.outcome == "differs"
    assert found.rms_ratio > 20


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_rounding_the_sum_once_per_step_passes(dtype):
    """Adding one product after the other in the dtype itself is the plainest correct implementation."""
    n = 200
    x, w = (draw(f"{name}", "reals", dtype, (40, n)) for name in "xw")
    wide = x.astype("float64"), w.astype("float64")
    value = (wide[0] * wide[1]).sum(axis=1)
    total = np.zeros(40, x.dtype)
    for k in range(n):
        total = total + x[:, k] * w[:, k]
    truth = Expected(value, np.abs(wide[0] * wide[1]).sum(axis=1), np.full(40, float(n)))
    found = outcome(total, truth, x.dtype)
    assert found.outcome == ("coarse" if is_half(x.dtype) else "close"), found.why
    assert found.arithmetic == (f"{dtype} sums" if is_half(x.dtype) else "")
    rounded = (x.astype("float32") * w.astype("float32")).sum(axis=1).astype(x.dtype)
    once = outcome(rounded, truth, x.dtype)
    assert (once.outcome, once.arithmetic) in (("exact", ""), ("close", "once" if is_half(x.dtype) else ""))


SUMMING = ("conv2d", "conv_transpose2d", "corr2d", "convolve2d", "avg_pool2d", "upsample2d")


@pytest.mark.parametrize("name", [*SUMMING, "learn_kernel"])
def test_bounds_are_not_vacuous(name):
    """A correct float32 result comes within four orders of magnitude of its bounds, and stays within them."""
    operator = operators()[name]
    worst, rms = [], []
    for case in operator.cases():
        if case.expect == "value" and case.tier == "reals" and case.dtype == np.float32:
            output = execute(Adapter(), operator, case.attrs, case.inputs).outputs[operator.outputs[0]]
            found = compare("y", output, truth(case, False).outputs[operator.outputs[0]], case.dtype, False)
            worst.append(found.bound_ratio)
            rms.append(found.rms_ratio)
    assert 1e-4 < max(worst) < 1
    assert 1e-3 < max(rms) < 1


@pytest.mark.parametrize("name", SUMMING)
def test_ten_times_the_usual_error_is_too_much(name):
    """Where a float32 result is not exact, the same errors made large enough to leave the bounds are seen."""
    operator = operators()[name]
    seen = 0
    for case in operator.cases():
        if case.expect == "value" and case.tier == "reals" and case.dtype == np.float32:
            wanted = truth(case, False).outputs["y"]
            noise = np.random.default_rng(1).standard_normal(wanted.value.shape)
            error = 10 * 2.0**-24 * wanted.scale * np.sqrt(wanted.terms) * noise
            found = compare("y", (wanted.value + error).astype("float32"), wanted, case.dtype, False)
            assert found.outcome == "differs" or not error.any(), case.id
            seen += error.any()
    assert seen


def test_the_worst_element_is_the_one_named(conv):
    case: Case = conv(tier="reals")
    wanted = truth(case).outputs["y"]
    actual = wanted.value.astype("float32")
    actual[0, 1, 2, 3] += 0.25
    actual[0, 2, 3, 1] += 4
    assert "element [0, 2, 3, 1] of 48" in compare("y", actual, wanted, case.dtype, False).why
