"""A verdict must be able to fail: answers that were not computed are refused, for every operator, dtype and array.

Null answers are zeros, ones, the input itself, the bias alone, the truth with all signs turned, that of the case
before or of another case of the same shape, and the truth with one element off by the least that its tier claims to
see. Each is put to the judge in place of each array of each built-in case, and must not pass wherever it is not the
truth. Of cases of whole numbers, where nothing but equality passes, a few of each dtype stand for all.
`pytest -s` prints the table.
"""

import collections
import dataclasses
import functools
from collections.abc import Iterator

import numpy as np
import pytest

from harness.judging import oracle
from harness.judging.bounds import Limits
from harness.judging.floats import info
from harness.judging.oracle import Expected
from harness.judging.verdict import compare
from spec import operators
from spec.core import Case, convert_images

NULLS = ("zeros", "ones", "the input", "the bias", "signs turned", "case before", "another case", "one element")
WHOLE = 5  # cases of whole numbers of a dtype
Array = tuple[Case, str, Expected, np.dtype]  # with its name


@functools.cache
def arrays(op: str) -> tuple[Array, ...]:
    """Every array that the judge is given in the built-in cases of an operator."""
    found: list[Array] = []
    whole: collections.Counter = collections.Counter()
    for case in operators()[op].cases():
        whole[case.dtype] += case.tier == "integers"
        if case.tier == "integers" and whole[case.dtype] > WHOLE:
            continue
        truth = oracle.truth(case)
        if case.expect == "value" and not truth.rejected:
            found += [(case, name, one, case.dtype) for name, one in truth.outputs.items()]
            found += [(case, f"d{name}", one, case.inputs[name].dtype) for name, one in truth.gradients.items()]
    return tuple(found)


def nulls(place: int, family: tuple[Array, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """The answers that were not computed, for one array among those of its operator."""
    case, name, expected, dtype = family[place]
    shape, exactly = expected.value.shape, case.tier == "integers"
    yield "zeros", np.zeros(shape, dtype)
    yield "ones", np.ones(shape, dtype)
    yield from (("the input", array) for array in case.inputs.values() if array.shape == shape)
    if "b" in case.inputs and not name.startswith("d"):
        channels = case.inputs["b"] if case.layout in ("NHWC", "") else case.inputs["b"][:, None, None]
        yield "the bias", np.array(np.broadcast_to(channels, shape), dtype)
    with np.errstate(all="ignore"):
        truth = expected.value.astype(dtype)
        yield "signs turned", -truth if dtype.kind != "u" else truth
        others = [one for one in family[:place] if one[1] == name and one[2].value.shape == shape and one[3] == dtype]
        yield from (("case before", one[2].value.astype(dtype)) for one in others[-1:])
        yield from (("another case", one[2].value.astype(dtype)) for one in others[:1])
        yield from (("one element", array) for array in least(expected, dtype, exactly))


def least(expected: Expected, dtype: np.dtype, exactly: bool) -> Iterator[np.ndarray]:
    """The truth with its last finite element off by a little more than is allowed, and at least by one step."""
    truth, value = expected.value.astype(dtype), expected.value
    finite = np.flatnonzero(np.isfinite(truth.astype(np.float64)))
    if not finite.size:
        return
    last, limits = finite[-1], Limits.of(expected, dtype)
    step = 1.0 if dtype.kind in "iu" else max(2 * info(dtype)[0] * abs(value.flat[last]), 2 * info(dtype)[1])
    allowed = 0.0
    if not exactly and dtype.kind not in "iu":
        allowed = float(np.minimum(limits.bound, limits.chance[2] * limits.step).flat[last])
        if limits.once is not None and expected.drawn is None:
            allowed = float(limits.once.flat[last])
    truth.flat[last] = value.flat[last] + 1.1 * allowed + step
    yield truth


@pytest.mark.parametrize("op", operators())
def test_what_was_not_computed_does_not_pass(op, capsys):
    family, tried, passed = arrays(op), collections.Counter(), []
    for place, (case, name, expected, dtype) in enumerate(family):
        wanted = Limits.of(expected, dtype).wanted
        for null, answer in nulls(place, family):
            if answer.dtype != dtype or np.array_equal(answer, wanted, equal_nan=dtype.kind not in "iub"):
                continue  # it is the truth, or of another dtype
            tried[case.dtype.name, null] += 1
            outcome = compare(name, answer, expected, dtype, case.tier == "integers").outcome
            if outcome.is_right:
                passed.append(f"{null} passes as {name} of {case.id}: {outcome}")
    with capsys.disabled():
        for dtype in dict.fromkeys(dtype for dtype, _ in tried):
            print(f"\n{op:16s} {dtype:9s}" + "".join(f"{null} {tried[dtype, null]}  " for null in NULLS), end="")
    assert tried.total() > 0
    assert not passed, "\n".join(passed)


SUMS = ("corr2d", "convolve2d", "conv2d", "conv2d_layer", "conv_transpose2d", "avg_pool2d", "upsample2d")


def spoilt(case: Case) -> Case:
    """The case in which each sum of the output lacks one product: a tap of the kernel is 0, or a pixel of the image."""
    operator = operators()[case.op]
    name, taps = next(iter(operator.kernels), "k" if "k" in case.inputs else ""), slice(None)
    if not name:
        x = case.inputs["x"].copy()
        x[np.unravel_index(x.size // 2, x.shape)] = 0
        return dataclasses.replace(case, inputs={**case.inputs, "x": x})
    kernel, axes = case.inputs[name].copy(), case.attrs.get("kernel_layout", "OIHW"[-case.inputs[name].ndim :])
    kernel[tuple(taps if axis == "O" else size // 2 for axis, size in zip(axes, kernel.shape))] = 0
    return dataclasses.replace(case, inputs={**case.inputs, name: kernel})


def without_a_product(case: Case) -> Iterator[tuple[str, Expected, np.ndarray]]:
    """(name, truth, the same without a product) of each array; gradients lack what one element of y brings to them."""
    truth = oracle.truth(case)
    if case.expect != "value" or truth.rejected:
        return
    outputs = oracle.truth(spoilt(case), gradients=False).outputs
    yield from ((name, one, outputs[name].value) for name, one in truth.outputs.items())
    if truth.cotangent is None:
        return
    cotangent = convert_images(operators()[case.op], "y", truth.cotangent, case.layout or "NCHW", "NCHW").copy()
    cotangent[np.unravel_index(cotangent.size // 2, cotangent.shape)] = 0
    slopes = oracle.truth(dataclasses.replace(case, canonical_cotangent=cotangent)).gradients
    yield from ((f"d{name}", one, slopes[name].value) for name, one in truth.gradients.items())


@pytest.mark.parametrize("op", SUMS)
def test_one_dropped_product_is_seen(op, capsys):
    seen, tried, missed = collections.Counter(), collections.Counter(), []
    for case in operators()[op].cases():
        for name, expected, answer in without_a_product(case):
            dtype = case.inputs[name[1:]].dtype if name[:1] == "d" else case.dtype
            with np.errstate(all="ignore"):
                dropped = answer.astype(dtype)
            if np.array_equal(dropped, Limits.of(expected, dtype).wanted, equal_nan=True):
                continue  # the product was 0, or is lost where the sum is rounded
            right = compare(name, dropped, expected, dtype, case.tier == "integers").outcome.is_right
            tried[case.tier, dtype.name] += 1
            seen[case.tier, dtype.name] += not right
            missed += [f"{name} of {case.id}"] if right else []
    with capsys.disabled():
        print(f"\n{op:16s} " + "  ".join(f"{' '.join(key)} {seen[key]} of {tried[key]}" for key in tried), end="")
    assert tried.total() > 0
    assert not missed, "\n".join(missed)


def test_under_heavy_cancellation_a_product_is_missed_where_it_is_no_larger_than_rounding():
    """Numbers over four orders of magnitude, and to each nearly its negative: sums are small, and so some products."""
    operator, missed = operators()["conv2d"], []
    for number in range(88):
        random = np.random.default_rng(number)
        half = np.ldexp(random.standard_normal((1, 8, 3, 3)), random.integers(-7, 8, (1, 8, 3, 3)))
        x = np.concatenate([half, -half], axis=1).astype(np.float32)
        w = np.concatenate([np.ones((1, 8, 3, 3)), np.ones((1, 8, 3, 3)) + 1e-3 * random.random((1, 8, 3, 3))], axis=1)
        case = Case("planted/cancels", "conv2d", operator.complete({}), {"x": x, "w": w.astype(np.float32)})
        expected, place = oracle.truth(case, gradients=False).outputs["y"], tuple(random.integers((1, 16, 3, 3)))
        product = x[place].astype(float) * case.inputs["w"][place].astype(float)
        found = compare("y", (expected.value - product).astype(np.float32), expected, case.dtype, False)
        if found.outcome.is_right:
            missed.append(abs(product) / Limits.of(expected, case.dtype).bound.item())
    assert len(missed) == 2  # as README.md and the scorecard say
    assert max(missed) <= 1  # of the worst that correct rounding may come to


def test_a_convolution_of_many_products_in_half_precision_is_not_answered_by_zeros():
    """512 channels, 3x3: 4,608 products. Zeros passed here, and so did one product in ten left out."""
    operator = operators()["conv2d"]
    random = np.random.default_rng(0)
    shapes = {"x": (1, 512, 8, 8), "w": (4, 512, 3, 3)}
    inputs = {name: random.standard_normal(shape).astype(np.float16) for name, shape in shapes.items()}
    case = Case("planted/many", "conv2d", operator.complete({}), inputs, gradient=False)
    expected = oracle.truth(case).outputs["y"]
    right = expected.value.astype(np.float16)
    once = compare("y", np.nextafter(right, np.float16(0)), expected, case.dtype, False)
    assert compare("y", right, expected, case.dtype, False).outcome == "exact"
    assert compare("y", np.zeros_like(right), expected, case.dtype, False).outcome == "coarse"
    assert once.outcome == "coarse"  # a whole step off in each element is no rounding to nearest
    total = np.zeros(right.shape, np.float16)
    columns = np.lib.stride_tricks.sliding_window_view(inputs["x"], (3, 3), axis=(2, 3))
    for c, a, b in np.ndindex(512, 3, 3):
        total += columns[:, None, c, :, :, a, b] * inputs["w"][None, :, c, a, b, None, None]
    summed = compare("y", total, expected, case.dtype, False)
    assert (summed.outcome, summed.arithmetic) == ("coarse", "float16 sums")
    assert set(summed.unseen) >= {"zeros", "product"}
    dropped = expected.value - 0.1 * np.sqrt(4608)
    assert not compare("y", dropped.astype(np.float16), expected, case.dtype, False).outcome.is_right


def test_a_mean_of_many_pixels_in_bfloat16_is_not_answered_by_zeros_or_by_twice_the_mean():
    import ml_dtypes

    operator, dtype = operators()["avg_pool2d"], np.dtype(ml_dtypes.bfloat16)
    x = np.random.default_rng(0).random((1, 1, 96, 96)).astype(dtype)
    case = Case("planted/mean", "avg_pool2d", operator.complete({"kernel_size": [96, 96]}), {"x": x}, gradient=False)
    expected = oracle.truth(case).outputs["y"]
    for answer in (np.zeros((1, 1, 1, 1)), np.ones((1, 1, 1, 1)), 2 * expected.value):
        assert not compare("y", answer.astype(dtype), expected, dtype, False).outcome.is_right
    assert compare("y", expected.value.astype(dtype), expected, dtype, False).outcome == "exact"
