"""The worked examples of the course documents: every printed number, shape and story, against the references."""

import functools
import json
from pathlib import Path

import numpy as np
import pytest

from spec import Rejected, operators
from spec.core import as_tuple, canonical
from spec.examples import printed as seeds_printed
from spec.examples import recovered, stored
from spec.ops import convolve2d, corr2d, learn_kernel
from spec.ops.corr2d import STRIPE

STORED = json.loads(Path(stored.__file__).with_suffix(".json").read_text(encoding="utf-8"))["cases"]
NINE, FOUR = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)


@functools.cache
def cases():
    return {case.id: case for case in stored.cases()}


def computed(case):
    """What the reference says, by the names of the outputs."""
    operator = operators()[case.op]
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    inputs = [array.astype(float) if array.dtype.kind == "f" else array for array in arrays.values()]
    return dict(zip(operator.outputs, as_tuple(operator.reference(*inputs, **attrs))))


# The stored cases


@pytest.mark.parametrize("row", STORED, ids=lambda row: row["id"])
def test_the_reference_gives_the_printed_numbers_exactly(row):
    operator = operators()[row["op"]]
    inputs = [np.reshape(value["data"], value["shape"]).astype(float) for value in row["inputs"].values()]
    attrs = operator.complete(row["attrs"])
    if operator.images:
        attrs.pop("layout")
        attrs.pop("kernel_layout", None)
    (name, expected), *_ = row["expected"].items()
    assert operator.outputs == (name,)
    y = operator.reference(*inputs, **attrs)
    assert list(y.shape) == expected["shape"]
    assert y.ravel().tolist() == expected["data"]
    case = cases()[row["id"]]
    assert (case.op, case.tier, case.rtol, case.atol) == (row["op"], "integers", None, None)
    assert all(case.attrs[key] == value for key, value in row["attrs"].items())
    assert [str(array.dtype) for array in case.inputs.values()] == [one["dtype"] for one in row["inputs"].values()]


def test_there_are_33_stored_cases_and_each_says_why():
    assert len(STORED) == 33
    assert [row["id"] for row in STORED] == [f"seed/{name}" for name in stored.WHY]


# All cases


def test_every_id_is_a_seed_and_stands_once():
    every = [case.id for case in stored.cases()]
    assert len(set(every)) == len(every) > 50
    assert all(name.startswith("seed/") for name in every)
    assert all(case.why for case in cases().values())


def test_every_stated_result_agrees_with_the_reference():
    stated = 0
    for case in cases().values():
        if case.expect == "value":
            found = computed(case)
            for name, expected in case.expected.items():
                assert expected.shape == found[name].shape, case.id
                error = np.abs(expected.astype(float) - found[name])
                assert np.all(error <= (case.atol or 0) + (case.rtol or 0) * np.abs(expected)), (
                    case.id,
                    name,
                    error.max(),
                )
                stated += 1
            assert case.tier == "reals" or (case.expected and not case.rtol and not case.atol), case.id
    assert stated > 50


@pytest.mark.parametrize(("name", "why"), [("region-outside", "larger"), ("lenet5-as-printed", r"c1_w .*\[5, 1, 5")])
def test_what_fails_in_the_documents_is_refused(name, why):
    case = cases()[f"seed/{name}"]
    assert case.expect == "rejected"
    with pytest.raises(Rejected, match=why):
        computed(case)


def test_a_pooling_with_equal_maxima_has_no_gradient_and_no_other_case_lacks_one():
    without = {case.id for case in cases().values() if not case.gradient}
    assert without == {"seed/pool-max-2x2", "seed/pool-max-stride-1", "seed/max-3-1"}
    window = cases()["seed/max-3-1"].inputs["x"][0, 0, 1:4, 2:]
    assert window.tolist() == [[1, 1, 5], [2, 3, 2], [5, 1, 0]]


# What is printed besides


@pytest.mark.parametrize(("name", "total"), [("region", 9), ("region-moved", 5)])
def test_the_sum_over_one_receptive_field(name, total):
    assert computed(cases()[f"seed/{name}"])["y"].tolist() == [[total]]


@pytest.mark.parametrize(
    ("name", "output", "shape"),
    [
        ("shape-padding", "y", (8, 8)),
        ("shape-unequal-kernel", "y", (8, 8)),
        ("shape-stride", "y", (4, 4)),
        ("shape-all-unequal", "y", (2, 2)),
        ("red-float64", "y", (1, 1, 4, 4)),
        ("lenet5", "logits", (2, 10)),
    ],
)
def test_printed_shapes(name, output, shape):
    assert computed(cases()[f"seed/{name}"])[output].shape[-len(shape) :] == shape


@pytest.mark.parametrize(
    ("name", "kernel", "stride", "padding"),
    [
        ("shape-padding", (3, 3), [1, 1], [[1, 1], [1, 1]]),
        ("shape-unequal-kernel", (5, 3), [1, 1], [[2, 2], [1, 1]]),
        ("shape-stride", (3, 3), [2, 2], [[1, 1], [1, 1]]),
        ("shape-all-unequal", (3, 5), [3, 4], [[0, 0], [1, 1]]),
    ],
)
def test_the_layers_of_the_printed_shapes(name, kernel, stride, padding):
    case = cases()[f"seed/{name}"]
    assert case.op == "conv2d_layer"
    assert (case.inputs["x"].shape, case.inputs["w"].shape) == ((1, 1, 8, 8), (1, 1, *kernel))
    assert (case.attrs["stride"], case.attrs["padding"]) == (stride, padding)


def test_printed_shapes_of_inputs():
    shapes = {name: array.shape for name, array in cases()["seed/rgb-float64"].inputs.items()}
    assert shapes == {"x": (1, 3, 6, 6), "w": (1, 3, 3, 3)}
    k = cases()["seed/corr2d-multi-in-out"].inputs["k"]
    assert k.shape == (3, 2, 2, 2)
    assert np.array_equal(k, [k[0], k[0] + 1, k[0] + 2])


def test_the_image_of_document_002_is_that_of_the_stored_cases():
    assert np.array_equal(cases()["seed/identity"].inputs["x"][0, 0], seeds_printed.SINGLE)


def test_red_green_and_blue_alone_add_up_to_all_at_once():
    alone = [computed(cases()[f"seed/{colour}-float64"])["y"][0, 0] for colour in ("red", "green", "blue")]
    assert [plane[2].tolist() for plane in alone] == [[0, 30, 30, 0], [0, 180, 180, 0], [0, 30, 30, 0]]
    assert np.array_equal(sum(alone), cases()["seed/rgb-float64"].expected["y"][0, 0])
    assert np.array_equal(sum(alone), cases()["seed/rgb-sum"].expected["y"])
    assert np.array_equal(alone, cases()["seed/rgb-groups"].expected["y"][0])
    for name in ("red-float64", "rgb-groups", "rgb-sum"):
        assert {array.dtype for array in cases()[f"seed/{name}"].inputs.values()} == {np.dtype("float64")}


def test_a_transposed_kernel_works_on_the_transposed_image_alone():
    edge = np.array([[1.0, -1.0]])
    assert np.array_equal(corr2d.reference(STRIPE.T, edge.T), corr2d.reference(STRIPE, edge).T)
    assert not corr2d.reference(STRIPE.T, edge).any()
    assert not corr2d.reference(STRIPE, edge.T).any()
    assert not cases()["seed/edge-column-kernel"].expected["y"].any()


def test_convolution_is_correlation_with_a_kernel_flipped_in_both_axes_not_along_a_diagonal():
    correlation = corr2d.reference(NINE, FOUR)
    assert convolve2d.reference(NINE, FOUR[::-1, ::-1]).tolist() == correlation.tolist() == [[19, 25], [37, 43]]
    assert convolve2d.reference(NINE, FOUR[::-1, ::-1].T).tolist() != correlation.tolist()
    assert convolve2d.reference(NINE, FOUR).tolist() == [[5, 11], [23, 29]]


def test_the_pointwise_convolution_is_a_matrix_product():
    for tier in ("integers", "reals"):
        case = cases()[f"seed/pointwise/{tier}"]
        x, k = (array.astype(float) for array in case.inputs.values())
        product = np.matmul(k.reshape(2, 3), x.reshape(3, 9)).reshape(2, 3, 3)
        np.testing.assert_allclose(computed(case)["y"], product, atol=1e-15)
        np.testing.assert_allclose(case.expected["y"], product, atol=1e-15)


def test_the_shape_formula_with_a_stride_needs_a_ceiling_or_a_one_outside_the_floor():
    for size, kernel, stride in np.ndindex(12, 5, 4):
        size, kernel, stride = size + 5, kernel + 1, stride + 1
        shape = (1, size), (1, kernel)
        geometry = {"stride": (1, stride), "padding": "valid", "dilation": (1, 1), "groups": 1}
        windows = operators()["conv2d"].out_shape((1, 1, *shape[0]), (1, 1, *shape[1]), **geometry)[3]
        assert windows == (size - kernel) // stride + 1 == -(-(size - kernel + 1) // stride)
        assert windows == (size - kernel + stride) // stride


# Recovered from what is printed

LOSSES = {
    "000": "14.254 3.940 1.296 0.477 0.187",
    "003": "6.643 1.270 0.277 0.073 0.023",
}
FINAL = {"000": "1.0293 -0.9416", "001": "0.9925716 -0.9841616", "003": "0.97336704 -1.0011578"}
# Where torch, Gluon and Keras draw the first weights of a kernel 1x2 from: 1/sqrt(fan_in), 0.07, Glorot's bound.
LIMIT = {"000": 2**-0.5, "001": 0.07, "003": 1.5**0.5}


@pytest.mark.parametrize("document", FINAL)
def test_the_recovered_first_kernel_leads_to_the_printed_losses_and_kernel(document):
    case = cases()[f"seed/learn-kernel-{document}"]
    found = computed(case)
    if document in LOSSES:
        assert " ".join(f"{loss:.3f}" for loss in found["losses"][1::2]) == LOSSES[document]
    else:
        printed = [5.0633144, 0.86372524, 0.15074256, 0.027679807, 0.005622587]
        np.testing.assert_allclose(found["losses"][1::2], printed, rtol=1e-5)
    for value, digits in zip(found["kernels"][-1].ravel(), FINAL[document].split()):
        assert value == pytest.approx(float(digits), abs=0.5 * 10 ** -len(digits.partition(".")[2]) + 1e-7)
    assert case.expected["losses"][1::2].tolist() == list(recovered.LESSONS[document][1])


@pytest.mark.parametrize("document", LIMIT)
def test_the_recovered_first_kernel_is_one_that_the_framework_may_draw(document):
    first = cases()[f"seed/learn-kernel-{document}"].inputs["w"]
    assert np.abs(first).max() < LIMIT[document]


def test_a_given_first_kernel_learns_the_edge_detector():
    found = computed(cases()["seed/learn-kernel"])
    assert (found["losses"][0], found["losses"][-1]) == pytest.approx((14.58, 0.0711), rel=1e-3)
    assert found["kernels"][-1].ravel() == pytest.approx([1.016, -0.962], abs=1e-3)


def test_the_way_back_undoes_ten_steps():
    first = np.array([[0.4, -0.1]])
    attrs = {"lr": recovered.LR, "steps": recovered.STEPS, "loss": "sum"}
    y = corr2d.reference(STRIPE, np.array([[1, -1]]))
    _, kernels = learn_kernel.reference(STRIPE.astype(float), y.astype(float), first, **attrs)
    np.testing.assert_allclose(recovered.first_kernel(kernels[-1].ravel()), first[0], rtol=1e-10)


@pytest.mark.parametrize("name", recovered.OUTPUTS)
def test_ten_recovered_weights_explain_sixteen_printed_numbers(name):
    case = cases()[f"seed/{name}"]
    printed = np.array(recovered.OUTPUTS[name])
    assert np.abs(computed(case)["y"][0] - printed).max() < 0.5e-4
    assert max(np.abs(case.inputs["w"]).max(), np.abs(case.inputs["b"]).max()) < 1 / 3  # torch: 1/sqrt(fan_in)


def test_the_recovered_filters_are_the_printed_ones():
    printed = [
        [-0.2008, -0.3166, 0.2790, 0.0693, 0.1972, 0.1449, -0.2383, 0.0989, 0.0931],
        [0.2917, -0.1087, -0.0920, 0.2168, 0.2777, -0.2537, 0.0901, 0.2887, 0.2582],
    ]
    w = cases()["seed/random-filters"].inputs["w"]
    np.testing.assert_allclose(w.reshape(2, 9), printed, atol=1.1e-4)
