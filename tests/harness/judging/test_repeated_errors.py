"""Errors that go together are foreseen, and correct sums of images pass, whatever their order."""

import dataclasses

import numpy as np
import pytest

from harness.judging.oracle import truth
from harness.judging.repeated_errors import of_products, places, products
from harness.judging.verdict import compare
from harness.scorecard.arithmetic import CORRECT, FAULTY
from harness.scorecard.data import sums
from spec import operators
from spec.core import Case
from spec.numerics import gradient

FLOAT32 = np.dtype("float32")
OPERATORS = operators()


# ---- E -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shades", [2, 7, 255])
def test_errors_of_sums_of_one_size_are_foreseen_exactly(shades):
    """From 512 on, up to 1024, every sum is a multiple of 2^-14; the order plays no part."""
    random = np.random.default_rng(shades)
    summed = (random.integers(0, 256, 1500) // (255 // shades) / np.float32(shades)).astype("float32") / 4
    first, foreseen = 512, (np.rint(summed * 2.0**14) * 2.0**-14 - summed.astype("f8")).sum()
    for order in (summed, summed[::-1], np.sort(summed)):
        total = np.float32(first)
        for one in order:
            total += one
        assert total < 1024
        assert float(total) - first - summed.sum(dtype="f8") == pytest.approx(foreseen, abs=1e-12)


def test_what_is_foreseen_is_the_sum_of_errors_against_those_of_chance():
    summed = np.full(1000, np.float32(0.7)).astype("f8")
    scale, u = summed.sum(), 2.0**-24  # 700: the last place of sums is 2^-14
    error = 1000 * (round(summed[0] * 2**14) / 2**14 - summed[0])
    assert of_products([summed], FLOAT32) == pytest.approx(1 + 3 * (error / (u * scale)) ** 2 / 1000)
    assert of_products([summed], FLOAT32) > 100


@pytest.mark.parametrize("shade", [1.0, 0.5, 3.0, 255.0])
def test_numbers_of_few_bits_leave_no_errors(shade):
    assert of_products([np.full(1000, shade)], FLOAT32) == 1


def test_independent_errors_are_counted_about_once_more():
    random = np.random.default_rng(0)
    samples = [random.standard_normal(300).astype("float32").astype("f8") for _ in range(200)]
    assert 1.1 < of_products(samples, FLOAT32) < 2.2


@pytest.mark.parametrize("summed", [[], [0.0, 0.7, 0.0], [np.inf, 0.7], [np.nan, 0.7]])
def test_what_is_no_sum_counts_once(summed):
    assert of_products([np.array(summed)], FLOAT32) == 1


# ---- the products of an element ------------------------------------------------------------------

SHAPES = {
    "conv2d": ({"stride": [2, 1], "padding": [[1, 0], [0, 2]], "groups": 2}, {"x": (2, 4, 5, 7), "w": (6, 2, 2, 3)}),
    "conv_transpose2d": ({"stride": [2, 1], "groups": 2, "dilation": [1, 2]}, {"x": (2, 4, 3, 4), "w": (4, 3, 2, 3)}),
    "corr2d": ({}, {"x": (3, 5, 7), "k": (2, 3, 2, 3)}),
    "convolve2d": ({}, {"x": (5, 7), "k": (2, 3)}),
    "avg_pool2d": ({"kernel_size": [2, 3], "padding": [[1, 0], [0, 1]]}, {"x": (2, 3, 5, 7)}),
    "pad2d": ({"padding": [[1, 2], [0, 2]], "mode": "reflect"}, {"x": (2, 3, 4, 5)}),
    "upsample2d": ({"scale": [2, 3], "mode": "bilinear"}, {"x": (1, 2, 3, 4)}),
}


@pytest.mark.parametrize("op", SHAPES)
def test_products_add_up_to_the_element(op):
    random, operator = np.random.default_rng(1), OPERATORS[op]
    attrs, shapes = SHAPES[op]
    arrays = {name: random.standard_normal(shape) for name, shape in shapes.items()}
    attrs = {name: one for name, one in operator.complete(attrs).items() if "layout" not in name}
    factors = list(arrays)
    y = operator.reference(*arrays.values(), **attrs)
    if "b" in operator.inputs:
        arrays["b"] = random.standard_normal(y.shape[1])
    if len(factors) == 2:
        found = [one.sum() for one in products(operator, "y", factors, arrays, attrs, None)]
        assert found == pytest.approx([y.flat[place] for place in places(y.shape)])
    cotangent = random.standard_normal(y.shape)
    for name, slope in gradient.pullback(operator, arrays, attrs, cotangent).items():
        found = [one.sum() for one in products(operator, name, factors, arrays, attrs, cotangent)]
        assert found == pytest.approx([slope.flat[place] for place in places(slope.shape)]), name


def test_places_are_spread_over_rows_and_columns():
    chosen = np.array([np.unravel_index(place, (4, 16, 16)) for place in places((4, 16, 16))])
    assert len(chosen) == 16
    assert all(len(np.unique(chosen[:, axis])) >= least for axis, least in enumerate((4, 8, 8)))
    assert len(set(places((2, 3)))) > 3
    assert list(places((1,))) == [0]
    assert list(places((0, 3))) == []


# ---- verdicts ------------------------------------------------------------------------------------


def ramps(seed: int, size: int) -> Case:
    """Images and cotangents whose rows are all alike: each shade of x meets the same shade of the cotangent."""
    random = np.random.default_rng(seed)

    def image(channels: int) -> np.ndarray:
        steps, first = random.integers(1, 8, (1, channels, 1, 1)), random.integers(0, 60, (1, channels, 1, 1))
        shades = (np.arange(size) * steps + first) / 255
        return np.broadcast_to(shades, (4, channels, size, size)).astype("float32")

    w = random.standard_normal((4, 4, 3, 3)).astype("float32")
    attrs = OPERATORS["conv2d"].complete({"padding": [[1, 1], [1, 1]]})
    inputs = {"x": image(4), "w": w, "b": np.zeros(4, "float32")}
    return Case("ramps", "conv2d", attrs, inputs, canonical_cotangent=image(4))


@pytest.mark.parametrize("seed", range(4))
def test_correct_sums_of_ramps_pass_and_tf32_does_not(seed):
    case = ramps(100 + seed, 16)
    expected = truth(case).gradients["w"]
    (one,) = (one for one in sums(case) if one[0] == "dw")
    _, left, right, shaped = one
    for arithmetic in (*CORRECT, FAULTY[0]):
        if "float32" in arithmetic.dtypes:
            found = compare("dw", shaped(arithmetic.compute("dw", left, right)), expected, FLOAT32, False)
            assert (found.outcome == "differs") == arithmetic.faulty, (arithmetic.name, found)


def test_random_numbers_are_not_searched(monkeypatch):
    random = np.random.default_rng(2)
    inputs = {"x": random.standard_normal((2, 3, 9, 9)), "w": random.standard_normal((4, 3, 3, 3))}
    inputs = {name: array.astype("float32") for name, array in inputs.items()}
    case = Case("random", "conv2d", OPERATORS["conv2d"].complete({}), inputs)
    monkeypatch.setattr("harness.judging.repeated_errors.products", lambda *arguments: pytest.fail("searched"))
    found = truth(case)
    assert (
        found.outputs["y"].walk(np.dtype("float32"))
        == found.gradients["x"].walk(np.dtype("float32"))
        == found.gradients["w"].walk(np.dtype("float32"))
        == 1
    )
    flat = dataclasses.replace(case, inputs={**inputs, "w": np.full((4, 3, 3, 3), np.float32(0.1))})
    assert truth(flat).outputs["y"].walk(case.dtype) == 1  # no two pixels are equal
