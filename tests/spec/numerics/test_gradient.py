"""What the gradients are: worked examples, SciPy, the adjoint, and central differences for every case."""

import functools

import numpy as np
import pytest
from scipy import signal

from spec import operators
from spec.core import as_tuple, canonical
from spec.numerics import gradient
from spec.ops import conv2d, conv_transpose2d, convolve2d, corr2d

PLAIN = {"stride": (1, 1), "padding": "valid", "dilation": (1, 1), "groups": 1}
SMOOTH = [name for name, operator in operators().items() if operator.differentiable and operator.pullback is None]
SMOOTH.remove("conv2d_layer")  # the same reference as conv2d, in other layouts of the cases only


@functools.cache
def problems(name):
    """(id, inputs in float64, attributes, y, a cotangent) of every case with finite values."""
    operator, found = operators()[name], []
    for case in operator.cases():
        if case.expect == "value" and not any(np.isnan(array).any() for array in case.inputs.values()):
            arrays, attrs = canonical(operator, case.attrs, case.inputs)
            inputs = {each: array.astype(np.float64) for each, array in arrays.items()}
            y = output(operator, inputs, attrs)
            found.append((case.id, inputs, attrs, y, np.random.default_rng(0).standard_normal(y.shape)))
    assert found
    return found


def output(operator, inputs, attrs):
    return as_tuple(operator.reference(*(inputs[name] for name in operator.inputs if name in inputs), **attrs))[0]


# Worked examples


def test_each_pixel_and_each_weight_collects_what_it_was_multiplied_with():
    inputs = {"x": np.arange(9.0).reshape(3, 3), "k": np.arange(4.0).reshape(2, 2)}
    found = gradient.pullback(corr2d.OPERATOR, inputs, {}, np.ones((2, 2)))
    assert found["k"].tolist() == [[8, 12], [20, 24]]
    assert found["x"].tolist() == [[0, 1, 1], [2, 6, 4], [2, 5, 3]]


def test_a_flipped_kernel_has_a_flipped_gradient():
    inputs = {"x": np.arange(9.0).reshape(3, 3), "k": np.arange(4.0).reshape(2, 2)}
    found = gradient.pullback(convolve2d.OPERATOR, inputs, {}, np.ones((2, 2)))
    assert found["k"].tolist() == [[24, 20], [12, 8]]


def test_a_pixel_that_stride_skips_has_no_gradient_and_sums_nothing():
    inputs = {"x": np.ones((1, 1, 1, 5)), "w": np.array([[[[2.0, 3.0]]]])}
    arguments = conv2d.OPERATOR, inputs, {**PLAIN, "stride": (1, 3)}, np.ones((1, 1, 1, 2))
    _, scales, terms = gradient.pullbacks(*arguments)
    assert gradient.pullback(*arguments)["x"].ravel().tolist() == [2, 3, 0, 2, 3]
    assert scales["x"].ravel().tolist() == [2, 3, 0, 2, 3]
    assert terms["x"].ravel().tolist() == [1, 1, 0, 1, 1]


def test_the_number_of_products_of_each_gradient():
    inputs = {"x": np.ones((2, 4, 5, 6)), "w": np.ones((6, 2, 3, 2)), "b": np.ones(6)}
    *_, terms = gradient.pullbacks(conv2d.OPERATOR, inputs, {**PLAIN, "groups": 2}, np.ones((2, 6, 3, 5)))
    assert terms["x"][0, 0, 2, 2] == 3 * 3 * 2  # output channels of the group, taps
    assert terms["x"][0, 0, 0, 0] == 3  # a corner is in one window
    assert (terms["w"] == 2 * 3 * 5).all()  # images, outputs
    assert (terms["b"] == 2 * 3 * 5).all()


# SciPy and the adjoint


def test_gradients_of_one_plane_are_scipy_correlations_and_convolutions():
    random = np.random.default_rng(1)
    x, w = random.standard_normal((1, 1, 6, 8)), random.standard_normal((1, 1, 3, 2))
    cotangent = random.standard_normal((1, 1, 4, 7))
    found = gradient.pullback(conv2d.OPERATOR, {"x": x, "w": w}, PLAIN, cotangent)
    np.testing.assert_allclose(found["w"][0, 0], signal.correlate2d(x[0, 0], cotangent[0, 0], mode="valid"))
    np.testing.assert_allclose(found["x"][0, 0], signal.convolve2d(cotangent[0, 0], w[0, 0], mode="full"))


def test_the_gradient_of_a_transposed_convolution_for_its_image_is_the_convolution():
    for name, inputs, attrs, _, cotangent in problems("conv_transpose2d"):
        if all(more < step for more, step in zip(attrs["output_padding"], attrs["stride"])):
            found = gradient.pullback(conv_transpose2d.OPERATOR, inputs, attrs, cotangent)["x"]
            plain = {key: value for key, value in attrs.items() if key != "output_padding"}
            wanted = conv2d.reference(cotangent, inputs["w"], **plain)
            np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12, err_msg=name)


# Every case


@pytest.mark.parametrize("name", SMOOTH)
def test_central_differences_agree(name):
    """The operators are linear in each input, so a difference is exact for any step: here it is 1."""
    operator, random = operators()[name], np.random.default_rng(2)
    for case, inputs, attrs, _, cotangent in problems(name):
        found = gradient.pullback(operator, inputs, attrs, cotangent)
        assert list(found) == [each for each in operator.differentiable if each in inputs]
        for each, slope in found.items():
            step = random.standard_normal(slope.shape)
            ends = [output(operator, {**inputs, each: inputs[each] + sign * step}, attrs) for sign in (1, -1)]
            difference = np.vdot(ends[0] - ends[1], cotangent) / 2
            size = np.sum([np.abs(end) for end in ends]) + 1
            assert np.vdot(slope, step) == pytest.approx(difference, abs=1e-13 * size), f"{case}: {each}"


@pytest.mark.parametrize("name", SMOOTH)
def test_the_scale_bounds_the_gradient_and_is_reached_by_positive_inputs(name):
    operator = operators()[name]
    for case, inputs, attrs, _, cotangent in problems(name):
        found, scales, terms = gradient.pullbacks(operator, inputs, attrs, cotangent)
        positive = {each: np.abs(array) for each, array in inputs.items()}
        largest = gradient.pullback(operator, positive, attrs, np.abs(cotangent))
        for each, slope in found.items():
            assert slope.shape == scales[each].shape == terms[each].shape == inputs[each].shape
            assert (np.abs(slope) <= scales[each] * (1 + 1e-12)).all(), f"{case}: {each}"
            assert ((terms[each] > 0) | (scales[each] == 0)).all(), f"{case}: {each}"
            if operator.scale is None:
                np.testing.assert_allclose(scales[each], largest[each], err_msg=f"{case}: {each}")


def test_images_too_many_for_one_evaluation_are_taken_in_parts(monkeypatch):
    name, inputs, attrs, _, cotangent = problems("avg_pool2d")[0]
    whole = gradient.pullback(operators()["avg_pool2d"], inputs, attrs, cotangent)
    monkeypatch.setattr(gradient, "CHUNK", 500)
    parts = gradient.pullback(operators()["avg_pool2d"], inputs, attrs, cotangent)
    np.testing.assert_allclose(parts["x"], whole["x"], err_msg=name)


def test_an_operator_may_bring_its_own_gradient():
    operator = operators()["max_pool2d"]
    inputs = {"x": np.array([[[[1.0, 7.0, 3.0, 4.0]]]])}
    attrs = {"kernel_size": (1, 2), "stride": (1, 1), "padding": "valid", "dilation": (1, 1), "ceil_mode": False}
    cotangent = np.array([[[[1.0, -2.0, 5.0]]]])
    assert gradient.pullback(operator, inputs, attrs, cotangent)["x"].ravel().tolist() == [0, -1, 0, 5]
    _, scales, terms = gradient.pullbacks(operator, inputs, attrs, cotangent)
    assert scales["x"].ravel().tolist() == [0, 3, 0, 5]
    assert terms["x"].ravel().tolist() == [0, 2, 0, 1]
