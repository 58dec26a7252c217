"""dense: by hand, against NumPy's matrix product, and its gradients against central differences."""

import numpy as np
import pytest

from spec.core import Rejected
from spec.numerics import gradient
from spec.ops import dense


def test_every_output_sees_every_input():
    x, w, b = np.array([[1.0, 2, 3]]), np.array([[1.0, 0, -1], [2, 1, 1]]), np.array([10.0, 20])
    assert dense.reference(x, w, b).tolist() == [[8, 27]]


@pytest.mark.parametrize("case", [case for case in dense.cases() if case.expect == "value"], ids=lambda case: case.id)
def test_it_is_the_matrix_product(case):
    x, w = (case.inputs[name].astype(np.float64) for name in "xw")
    w = w if case.attrs["kernel_layout"] == "OI" else w.T
    y = x @ w.T + case.inputs.get("b", np.zeros(1)).astype(np.float64)
    np.testing.assert_allclose(dense.reference(x, w, case.inputs.get("b")), y, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("batch", [1, 4])
def test_gradients_are_the_products_with_the_transpose(batch):
    random = np.random.default_rng(0)
    x, w, b = (random.standard_normal(shape) for shape in ((batch, 3), (5, 3), (5,)))
    c = random.standard_normal((batch, 5))
    values, scales, terms = gradient.pullbacks(dense.OPERATOR, {"x": x, "w": w, "b": b}, {}, c)
    for name, wanted in {"x": c @ w, "w": c.T @ x, "b": c.sum(axis=0)}.items():
        np.testing.assert_allclose(values[name], wanted)
    np.testing.assert_allclose(scales["w"], abs(c).T @ abs(x))
    assert (terms["x"] == 5).all()
    assert (terms["w"] == batch).all()
    assert (terms["b"] == batch).all()


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(Rejected, match="w takes 3 inputs; x has 4"):
        dense.out_shape((2, 4), (5, 3))
