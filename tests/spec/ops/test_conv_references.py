"""What the convolutions are: worked examples, SciPy, the adjoint, and which pairs of attributes are tried.

SciPy's correlate2d and convolve2d know neither stride, dilation, groups nor padding rules, so these are built
around them with zeros and slices: another way than that of the references, which go tap by tap.
"""

import functools
import importlib
import itertools

import numpy as np
import pytest
from scipy import signal

from spec import Rejected, operators, padding
from spec.cases import pairwise
from spec.core import canonical
from spec.ops import conv2d, conv2d_layer, conv_transpose2d, convolve2d, corr2d

PLAIN = {"stride": (1, 1), "padding": "valid", "dilation": (1, 1), "groups": 1}
TRANSPOSED = {**PLAIN, "output_padding": (0, 0)}


def grid(rows):
    return np.array(rows, float)


def values(operator, case):
    """Inputs in float64 and attributes, canonical."""
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    return {name: array.astype(np.float64) for name, array in arrays.items()}, attrs


@functools.cache
def cases(name):
    return tuple(operators()[name].cases())


def accepted(module):
    found = [case for case in cases(module.OPERATOR.name) if case.expect == "value"]
    assert found
    return found


def spaced(array, steps):
    """The last two axes with steps - 1 zeros between neighbours."""
    size = [(n - 1) * step + 1 for n, step in zip(array.shape[-2:], steps)]
    wide = np.zeros((*array.shape[:-2], *size))
    wide[..., :: steps[0], :: steps[1]] = array
    return wide


# Worked examples


def test_correlation_of_the_textbook():
    assert corr2d.reference(np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)).tolist() == [[19, 25], [37, 43]]


def test_true_convolution_flips_the_kernel():
    assert convolve2d.reference(np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)).tolist() == [
        [5, 11],
        [23, 29],
    ]


def test_correlation_sums_over_channels():
    x = np.stack([np.arange(9.0), np.arange(1.0, 10)]).reshape(2, 3, 3)
    k = np.stack([np.arange(4.0), np.arange(1.0, 5)]).reshape(2, 2, 2)
    assert corr2d.reference(x, k).tolist() == [[56, 72], [104, 120]]
    outputs = corr2d.reference(x, np.stack([k, k + 1, k + 2]))
    assert outputs.tolist() == [[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]]


def test_the_convolution_of_networks_does_not_flip():
    x, w = np.arange(9.0).reshape(1, 1, 3, 3), np.arange(4.0).reshape(1, 1, 2, 2)
    assert conv2d.reference(x, w, **PLAIN)[0, 0].tolist() == [[19, 25], [37, 43]]


@pytest.mark.parametrize(
    ("rule", "row"), [("same", [321, 43]), ("same_lower", [210, 432]), ([[0, 0], [1, 1]], [210, 432])]
)
def test_the_odd_pixel_of_same_decides_which_pixels_meet(rule, row):
    x, w = grid([[1, 2, 3, 4]])[None, None], grid([[1, 10, 100]])[None, None]
    assert conv2d.reference(x, w, **{**PLAIN, "stride": (1, 2), "padding": rule})[0, 0].tolist() == [row]


def test_transposed_convolution_adds_scaled_copies_of_the_kernel():
    x, w = grid([[1, 4], [0, 2]])[None, None], grid([[2, 2], [1, 1]])[None, None]
    touching = conv_transpose2d.reference(x, w, **{**TRANSPOSED, "stride": (2, 2)})[0, 0]
    assert touching.tolist() == [[2, 2, 8, 8], [1, 1, 4, 4], [0, 0, 4, 4], [0, 0, 2, 2]]
    overlapping = conv_transpose2d.reference(x, w, **TRANSPOSED)[0, 0]
    assert overlapping.tolist() == [[2, 10, 8], [1, 9, 8], [0, 2, 2]]


@pytest.mark.parametrize(
    ("attrs", "row"),
    [
        ({}, [1, 12, 120, 200]),
        ({"stride": (1, 2)}, [1, 10, 102, 20, 200]),
        ({"stride": (1, 2), "padding": "same"}, [1, 10, 102, 20]),
        ({"stride": (1, 2), "padding": "same_lower"}, [10, 102, 20, 200]),
        ({"stride": (1, 2), "padding": [[0, 0], [1, 1]]}, [10, 102, 20]),
        ({"stride": (1, 2), "padding": [[0, 0], [1, 1]], "output_padding": (0, 1)}, [10, 102, 20, 200]),
        ({"padding": "full"}, None),
        ({"stride": (1, 4)}, [1, 10, 100, 0, 2, 20, 200]),
        ({"stride": (1, 4), "padding": "same"}, [1, 10, 100, 0, 2, 20, 200, 0]),
        ({"stride": (1, 4), "output_padding": (0, 2)}, [1, 10, 100, 0, 2, 20, 200, 0, 0]),
        ({"dilation": (1, 2)}, [1, 2, 10, 20, 100, 200]),
    ],
)
def test_transposed_convolution_of_1_2_with_1_10_100(attrs, row):
    x, w = grid([[1, 2]])[None, None], grid([[1, 10, 100]])[None, None]
    attrs = {**TRANSPOSED, **attrs}
    if row is None:
        with pytest.raises(Rejected, match="leaves an output"):
            conv_transpose2d.reference(x, w, **attrs)
    else:
        assert conv_transpose2d.reference(x, w, **attrs)[0, 0].tolist() == [row]


def test_the_bias_stands_also_where_no_kernel_reaches():
    x, w = np.zeros((1, 1, 1, 2)), np.ones((1, 2, 1, 1))
    y = conv_transpose2d.reference(x, w, grid([3, 5]), **{**TRANSPOSED, "stride": (1, 3), "output_padding": (0, 2)})
    assert y.tolist() == [[[[3] * 6], [[5] * 6]]]


# SciPy


@pytest.mark.parametrize("case", accepted(corr2d), ids=lambda case: case.id)
def test_corr2d_is_correlate2d(case):
    arrays, _ = values(corr2d.OPERATOR, case)
    x, k = arrays["x"], arrays["k"]
    planes = x if x.ndim == 3 else x[None]
    kernels = k.reshape(-1, len(planes), *k.shape[-2:])
    wanted = [sum(signal.correlate2d(*pair, mode="valid") for pair in zip(planes, kernel)) for kernel in kernels]
    np.testing.assert_allclose(corr2d.reference(x, k), np.reshape(wanted, corr2d.out_shape(x.shape, k.shape)))


@pytest.mark.parametrize("case", accepted(convolve2d), ids=lambda case: case.id)
def test_convolve2d_is_convolve2d(case):
    arrays, _ = values(convolve2d.OPERATOR, case)
    wanted = signal.convolve2d(arrays["x"], arrays["k"], mode="valid")
    np.testing.assert_allclose(convolve2d.reference(**arrays), wanted)


MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}  # in NumPy's words


def scipy_conv2d(x, w, b=None, *, stride, padding, dilation, groups, padding_mode="zeros"):
    pads = conv2d.explicit(padding, x.shape[2:], w.shape[2:], stride, dilation)
    x, w = np.pad(x, ((0, 0), (0, 0), *pads), MODES[padding_mode]), spaced(w, dilation)
    outputs, inputs = len(w) // groups, w.shape[1]
    y = [
        [
            sum(signal.correlate2d(image[o // outputs * inputs + c], w[o, c], mode="valid") for c in range(inputs))
            for o in range(len(w))
        ]
        for image in x
    ]
    y = np.array(y)[..., :: stride[0], :: stride[1]]
    return y if b is None else y + b[:, None, None]


def scipy_conv_transpose2d(x, w, b=None, *, stride, padding, output_padding, dilation, groups):
    crop, extra = padding_of(x, w, stride, padding, dilation, output_padding)
    x, w = spaced(x, stride), spaced(w, dilation)
    inputs, outputs = len(w) // groups, w.shape[1]
    y = [
        [
            sum(signal.convolve2d(image[g * inputs + c], w[g * inputs + c, o]) for c in range(inputs))
            for g in range(groups)
            for o in range(outputs)
        ]
        for image in x
    ]
    y = np.pad(np.array(y), ((0, 0), (0, 0), (0, extra[0]), (0, extra[1])))
    (top, bottom), (left, right) = crop
    y = y[..., top : y.shape[2] - bottom, left : y.shape[3] - right]
    return y if b is None else y + b[:, None, None]


def padding_of(x, w, stride, rule, dilation, output_padding):
    return padding.transposed(rule, x.shape[2:], w.shape[2:], stride, dilation, output_padding)


@pytest.mark.parametrize(
    ("module", "scipy"),
    [(conv2d, scipy_conv2d), (conv2d_layer, scipy_conv2d), (conv_transpose2d, scipy_conv_transpose2d)],
    ids=["conv2d", "conv2d_layer", "conv_transpose2d"],
)
def test_every_case_agrees_with_scipy(module, scipy):
    for case in accepted(module):
        arrays, attrs = values(module.OPERATOR, case)
        found, wanted = module.OPERATOR.reference(**arrays, **attrs), scipy(**arrays, **attrs)
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12, err_msg=case.id)


# Laws


def test_the_transposed_convolution_is_the_adjoint_of_the_convolution():
    random = np.random.default_rng(0)
    tried = 0
    for case in accepted(conv_transpose2d):
        arrays, attrs = values(conv_transpose2d.OPERATOR, case)
        x, w, extra = arrays["x"], arrays["w"], attrs.pop("output_padding")
        if any(more >= step for more, step in zip(extra, attrs["stride"])):
            continue  # allowed under the dilation, but the convolution then makes more pixels than x has
        y = conv_transpose2d.reference(x, w, output_padding=extra, **attrs)
        v = random.standard_normal(y.shape)
        seen = conv2d.reference(v, w, **attrs)
        assert seen.shape == x.shape, case.id
        assert np.vdot(seen, x) == pytest.approx(np.vdot(v, y), abs=1e-9), case.id
        tried += 1
    assert tried > 60


def test_same_multiplies_the_size_by_the_stride():
    for case in accepted(conv_transpose2d):
        if case.attrs["padding"] in ("same", "same_lower"):
            arrays, attrs = values(conv_transpose2d.OPERATOR, case)
            size = conv_transpose2d.reference(**arrays, **attrs).shape[2:]
            assert size == tuple(np.multiply(arrays["x"].shape[2:], attrs["stride"])), case.id


# Coverage and refusals


@pytest.mark.parametrize("name", ["conv2d", "conv2d_layer", "conv_transpose2d"])
def test_every_pair_of_attribute_values_occurs(name):
    module = importlib.import_module(f"spec.ops.{name}")

    def valid(row):
        shapes = module.shapes(row)
        attrs = {key: row[key] for key in module.ATTRIBUTES if not key.endswith("layout")}
        try:
            module.out_shape(*shapes.values(), **attrs)
        except Rejected:
            return False
        return True

    covered = set()
    for case in accepted(module):
        arrays, _ = values(module.OPERATOR, case)
        row = {**case.attrs, "kernel": list(arrays["w"].shape[2:]), "bias": "b" in arrays}
        covered |= pairwise.occurring(module.SPACE, [row])
    for one, two in itertools.combinations(module.SPACE, 2):
        for pair in itertools.product(module.SPACE[one], module.SPACE[two]):
            space = {**module.SPACE, one: pair[:1], two: pair[1:]}
            if ((one, repr(pair[0])), (two, repr(pair[1]))) not in covered:
                assert pairwise.combinations(space, valid) == [], f"{one} {pair[0]} with {two} {pair[1]} is possible"


@pytest.mark.parametrize(
    ("attrs", "message"),
    [
        ({"output_padding": [1, 0]}, "less than"),
        ({"stride": [2, 2], "output_padding": [2, 0]}, "less than"),
        ({"stride": [2, 2], "output_padding": [-1, 0]}, "at least 0"),
        ({"stride": [2, 2], "padding": "same", "output_padding": [1, 0]}, "fixes the size"),
        ({"padding": [[5, 5], [0, 0]]}, "leaves an output"),
        ({"padding": [[-1, 0], [0, 0]]}, "must not be negative"),
    ],
)
def test_a_transposed_convolution_without_a_convolution_is_refused(attrs, message):
    with pytest.raises(Rejected, match=message):
        conv_transpose2d.out_shape((1, 2, 5, 6), (2, 3, 3, 3), **{**TRANSPOSED, **attrs})


@pytest.mark.parametrize(
    ("mode", "row"),
    [
        ("zeros", [1, 3, 5, 3]),
        ("reflect", [3, 3, 5, 5]),
        ("replicate", [2, 3, 5, 6]),
        ("circular", [4, 3, 5, 4]),
    ],
)
def test_the_pads_of_a_layer_by_hand(mode, row):
    """The row 1 2 3 with a pad at each end, and the sums of two neighbours: 0+1 1+2 2+3 3+0, and so on."""
    x, w = np.array([[[[1.0, 2.0, 3.0]]]]), np.ones((1, 1, 1, 2))
    attrs = {"stride": [1, 1], "padding": [[0, 0], [1, 1]], "dilation": [1, 1], "groups": 1}
    assert conv2d_layer.reference(x, w, padding_mode=mode, **attrs).ravel().tolist() == row


def test_a_layer_without_a_padding_mode_is_the_convolution():
    x, w = np.arange(24.0).reshape(1, 2, 3, 4), np.arange(8.0).reshape(1, 2, 2, 2)
    attrs = {"stride": [1, 2], "padding": "same", "dilation": [1, 1], "groups": 1}
    assert np.array_equal(conv2d_layer.reference(x, w, **attrs), conv2d.reference(x, w, **attrs))
