"""The truth of the kinds that only networks have, against scipy and formulas written another way."""

import numpy as np
import pytest
import scipy.special as special

from harness.compare.kinds import Unknown, computed, expected
from spec import operators

RANDOM = np.random.default_rng(3)
X = RANDOM.standard_normal((2, 3, 5, 6)) * 3


@pytest.mark.parametrize(
    ("attrs", "wanted"),
    [
        ({"form": "relu"}, np.where(X > 0, X, 0)),
        ({"form": "relu6"}, np.clip(X, 0, 6)),
        ({"form": "leaky_relu", "slope": 0.1}, np.where(X > 0, X, 0.1 * X)),
        ({"form": "elu", "alpha": 0.7}, np.where(X > 0, X, 0.7 * (np.exp(X) - 1))),
        ({"form": "gelu", "approximate": False}, X * special.ndtr(X)),
        ({"form": "gelu", "approximate": True}, X * special.expit(1.5957691216057308 * (X + 0.044715 * X**3))),
        ({"form": "silu"}, X * special.expit(X)),
        ({"form": "sigmoid"}, special.expit(X)),
        ({"form": "tanh"}, np.tanh(X)),
        ({"form": "softplus"}, np.log1p(np.exp(X))),
        ({"form": "softplus", "beta": 2.0}, np.log1p(np.exp(2 * X)) / 2),
        ({"form": "hard_sigmoid"}, np.clip(X / 6 + 0.5, 0, 1)),
        ({"form": "hard_swish"}, X * np.clip(X / 6 + 0.5, 0, 1)),
        ({"form": "softmax", "axis": "C"}, special.softmax(X, 1)),
        ({"form": "log_softmax", "axis": 3}, special.log_softmax(X, 3)),
    ],
)
def test_activations(attrs, wanted):
    np.testing.assert_allclose(computed("activation", attrs, [X], {}), wanted, rtol=1e-12, atol=1e-14)


def test_every_truth_has_a_scale_that_rounding_in_float32_keeps_to():
    """What float32 makes of the same formulas is within the bounds: the scales are not too small."""
    from harness.judging.verdict import compare

    for form in ("leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus", "hard_swish", "softmax"):
        attrs = {"form": form, "slope": 0.1, "alpha": 1.0, "axis": "C"}
        x = X.astype("f4")
        wanted = expected("activation", attrs, [x], {})
        rounded = wanted.value.astype("f4")
        assert compare("y", rounded, wanted, np.dtype("f4"), False).outcome.is_right, form
        wrong = rounded * np.float32(1 + 1e-3)
        assert not compare("y", wrong, wanted, np.dtype("f4"), False).outcome.is_right, form


NORM = {name: RANDOM.uniform(0.5, 2, 3) for name in ("scale", "shift", "mean", "variance")}


def test_batch_norm_in_inference_and_in_training():
    by = {name: array[:, None, None] for name, array in NORM.items()}
    wanted = by["scale"] * (X - by["mean"]) / (by["variance"] + 1e-3) ** 0.5 + by["shift"]
    attrs = {"epsilon": 1e-3, "axis": "C"}
    np.testing.assert_allclose(computed("batch_norm2d", attrs, [X], NORM), wanted, rtol=1e-12)
    found = computed("batch_norm2d", {**attrs, "training": True, "epsilon": 0}, [X], {})
    np.testing.assert_allclose(found.mean((0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose((found**2).mean((0, 2, 3)), 1, rtol=1e-12)


def test_a_dense_layer_is_a_matrix_product():
    x, w, b = RANDOM.standard_normal((4, 7)), RANDOM.standard_normal((3, 7)), RANDOM.standard_normal(3)
    np.testing.assert_allclose(computed("dense", {}, [x], {"w": w, "b": b}), np.einsum("nf,of->no", x, w) + b)
    np.testing.assert_allclose(expected("dense", {}, [x], {"w": w, "b": b}).value, x @ w.T + b, rtol=1e-12)


@pytest.mark.parametrize(("mode", "aligned"), [("nearest", False), ("bilinear", False), ("bilinear", True)])
def test_resizing_by_whole_factors_is_upsampling(mode, aligned):
    coordinates = "align_corners" if aligned else "half_pixel"
    attrs = {"size": [10, 18], "mode": mode, "coordinates": coordinates, "antialias": False}
    wanted = operators()["upsample2d"].reference(X, scale=[2, 3], mode=mode, align_corners=aligned)
    np.testing.assert_allclose(computed("resize2d", attrs, [X], {}), wanted, rtol=1e-12, atol=1e-14)


def test_pooling_to_one_pixel_is_the_mean_of_the_image():
    found = computed("adaptive_pool2d", {"mode": "avg", "size": [1, 1]}, [X], {})
    np.testing.assert_allclose(found[:, :, 0, 0], X.mean((2, 3)))


@pytest.mark.parametrize("size", [[5, 6], [1, 3], [2, 4]])
def test_pooling_to_a_size_takes_windows_that_may_overlap(size):
    """5 rows to 2: rows 0 to 2 and 2 to 4; where the size divides it is pooling side by side."""
    found = computed("adaptive_pool2d", {"mode": "avg", "size": size}, [X], {})
    if size == [2, 4]:
        np.testing.assert_allclose(found[:, :, 0, 0], X[:, :, :3, :2].mean((2, 3)))
        np.testing.assert_allclose(found[:, :, 1, 1], X[:, :, 2:, 1:3].mean((2, 3)))
        return
    window = [5 // size[0], 6 // size[1]]
    np.testing.assert_allclose(found, computed("avg_pool2d", {"kernel_size": window, "stride": window}, [X], {}))
    largest = computed("adaptive_pool2d", {"mode": "max", "size": size}, [X], {})
    np.testing.assert_array_equal(largest, computed("max_pool2d", {"kernel_size": window, "stride": window}, [X], {}))


@pytest.mark.parametrize(
    ("kind", "attrs"),
    [
        ("", {}),
        ("attention", {}),
        ("activation", {"form": "mish"}),
        ("resize2d", {"size": [9, 9], "mode": "bicubic", "coordinates": "half_pixel"}),
        ("dropout", {"rate": 0.5, "training": True}),
    ],
)
def test_what_is_not_known_says_so(kind, attrs):
    with pytest.raises(Unknown):
        expected(kind, attrs, [X], {})
