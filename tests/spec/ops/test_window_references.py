"""What pads, poolings, upsampling and flattening are: worked examples, loops, NumPy's pad, SciPy, and exactness."""

import functools
import itertools

import numpy as np
import pytest
from scipy import ndimage

from spec import Rejected, operators
from spec.cases import sketches
from spec.core import canonical
from spec.ops import avg_pool2d, flatten, max_pool2d, pad2d, upsample2d

MAX = {"stride": None, "padding": "valid", "dilation": (1, 1), "ceil_mode": False}
AVG = {"stride": None, "padding": "valid", "ceil_mode": False, "count_include_pad": False}
WINDOWS = [pad2d, max_pool2d, avg_pool2d, upsample2d]


def image(rows):
    return np.array(rows, float)[None, None]


@functools.cache
def problems(name, tier=None):
    """(case, x in float64, attributes, y) of every case that has a value, canonical."""
    operator, found = operators()[name], []
    for case in operator.cases():
        if case.expect == "value" and tier in (None, case.tier):
            arrays, attrs = canonical(operator, case.attrs, case.inputs)
            x = arrays["x"].astype(np.float64)
            found.append((case, x, attrs, operator.reference(x, **attrs)))
    assert found
    return found


# Padding


@pytest.mark.parametrize(
    ("mode", "row"),
    [
        ("constant", [9, 9, 1, 2, 3, 9, 9]),
        ("replicate", [1, 1, 1, 2, 3, 3, 3]),
        ("reflect", [3, 2, 1, 2, 3, 2, 1]),
        ("symmetric", [2, 1, 1, 2, 3, 3, 2]),
        ("circular", [2, 3, 1, 2, 3, 1, 2]),
    ],
)
def test_the_padding_modes_of_1_2_3(mode, row):
    y = pad2d.reference(image([[1, 2, 3]]), padding=[[0, 0], [2, 2]], mode=mode, value=9)
    assert y[0, 0].tolist() == [row]


def test_pads_are_top_bottom_left_right():
    y = pad2d.reference(image([[1, 2], [3, 4]]), padding=[[0, 1], [2, 0]], mode="constant", value=0)
    assert y[0, 0].tolist() == [[0, 0, 1, 2], [0, 0, 3, 4], [0, 0, 0, 0]]


def test_corners_of_circular_pads_come_from_the_opposite_corner():
    y = pad2d.reference(image([[1, 2], [3, 4]]), padding=[[1, 1], [1, 1]], mode="circular", value=0)
    assert y[0, 0].tolist() == [[4, 3, 4, 3], [2, 1, 2, 1], [4, 3, 4, 3], [2, 1, 2, 1]]


def test_every_padding_case_is_numpy_pad():
    names = {"replicate": "edge", "circular": "wrap"}
    for case, x, attrs, y in problems("pad2d"):
        mode = names.get(attrs["mode"], attrs["mode"])
        value = {"constant_values": attrs["value"]} if mode == "constant" else {}
        assert np.array_equal(y, np.pad(x, ((0, 0), (0, 0), *attrs["padding"]), mode, **value)), case.id


# Pooling


def test_the_maximum_of_negative_pixels_is_not_the_zero_of_the_padding():
    attrs = {**MAX, "kernel_size": (2, 2), "stride": (1, 1), "padding": "full"}
    y = max_pool2d.reference(image([[-4, -3], [-2, -1]]), **attrs)
    assert y[0, 0].tolist() == [[-4, -3, -3], [-2, -1, -1], [-2, -1, -1]]


def test_dilation_looks_at_every_second_pixel():
    x = image([[9, 8, 1, 7, 3], [8, 8, 8, 8, 8], [0, 8, 2, 8, 4]])
    y = max_pool2d.reference(x, kernel_size=(2, 2), **{**MAX, "dilation": (2, 2), "stride": (1, 1)})
    assert y[0, 0].tolist() == [[9, 8, 4]]


def test_nan_is_the_maximum_wherever_it_is_seen():
    y = max_pool2d.reference(image([[1, np.nan, 2, 3]]), kernel_size=(1, 2), **{**MAX, "stride": (1, 1)})
    assert np.array_equal(y[0, 0], [[np.nan, np.nan, 3]], equal_nan=True)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pads", "rounded_down", "rounded_up"),
    [
        (7, 3, 2, (0, 0), 3, 3),
        (7, 2, 2, (0, 0), 3, 4),
        (4, 3, 3, (1, 2), 2, 2),  # the window at 5 would start in the padding after the end
        (5, 2, 3, (1, 0), 2, 2),  # likewise at 5, without padding there
        (6, 2, 3, (1, 0), 2, 3),
    ],
)
def test_a_partial_window_counts_unless_it_starts_after_the_end(size, kernel, stride, pads, rounded_down, rounded_up):
    for mode, windows in ((False, rounded_down), (True, rounded_up)):
        attrs = {"kernel_size": (1, kernel), "stride": (1, stride), "padding": ((0, 0), pads), "ceil_mode": mode}
        assert max_pool2d.out_shape((1, 1, 1, size), dilation=(1, 1), **attrs) == (1, 1, 1, windows)


@pytest.mark.parametrize(
    ("attrs", "rows"),
    [
        ({}, [[1, 1, 1], [1, 1, 1], [1, 1, 1]]),
        ({"count_include_pad": True}, [[4 / 9, 6 / 9, 4 / 9], [6 / 9, 1, 6 / 9], [4 / 9, 6 / 9, 4 / 9]]),
    ],
)
def test_the_mean_of_ones_shows_whether_padding_counts(attrs, rows):
    attrs = {**AVG, "stride": (1, 1), "padding": ((1, 1), (1, 1)), **attrs}
    np.testing.assert_allclose(avg_pool2d.reference(np.ones((1, 1, 3, 3)), kernel_size=(3, 3), **attrs)[0, 0], rows)


def test_padding_counts_but_never_the_overhang():
    attrs = {"kernel_size": (1, 3), "stride": (1, 2), "padding": ((0, 0), (0, 1)), "ceil_mode": True}
    for included, row in ((False, [2, 4, 5]), (True, [2, 4, 2.5])):
        y = avg_pool2d.reference(image([[1, 2, 3, 4, 5]]), count_include_pad=included, **attrs)
        assert y[0, 0].tolist() == [row]


def starts(size, span, stride, pads, ceil_mode):
    """Where windows begin: as long as they fit, and with ceil_mode while pixels are left and they begin on one."""
    found, end = [], size + pads[1]
    for start in range(-pads[0], end, stride):
        fits = start + span <= end
        if fits or (ceil_mode and found and found[-1] + span < end and start < size):
            found.append(start)
    return found


def pooled(x, attrs):
    """Maxima or means, window by window, in loops."""
    dilation, ceil = attrs.get("dilation", (1, 1)), attrs["ceil_mode"]
    stride = attrs["stride"] or attrs["kernel_size"]
    pads = pad_sizes(attrs["padding"], x.shape[2:], attrs["kernel_size"], stride, dilation)
    spans = [(taps - 1) * rate + 1 for taps, rate in zip(attrs["kernel_size"], dilation)]
    axes = [starts(*axis, ceil) for axis in zip(x.shape[2:], spans, stride, pads)]
    y = np.zeros((*x.shape[:2], *map(len, axes)))
    for (i, top), (j, left) in itertools.product(*map(enumerate, axes)):
        seen, counted = [], 0
        for row in range(top, top + spans[0], dilation[0]):
            for column in range(left, left + spans[1], dilation[1]):
                counted += row < x.shape[2] + pads[0][1] and column < x.shape[3] + pads[1][1]
                if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                    seen.append(x[:, :, row, column])
        if "count_include_pad" in attrs:
            pixels = counted if attrs["count_include_pad"] else len(seen)
            y[:, :, i, j] = np.sum(seen, axis=0) / (attrs["divisor_override"] or pixels)
        else:
            y[:, :, i, j] = np.max(seen, axis=0)
    return y


def pad_sizes(rule, *geometry):
    """The rules for pads, written another way than in `spec.padding`."""
    if not isinstance(rule, str):
        return rule
    found = []
    for size, taps, stride, rate in zip(*geometry):
        span = (taps - 1) * rate + 1
        missing = max((size - 1) // stride * stride + span - size, 0)
        halves = (missing // 2, (missing + 1) // 2)
        found.append({"valid": (0, 0), "full": (span - 1, span - 1), "same": halves, "same_lower": halves[::-1]}[rule])
    return found


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_every_pooling_case_agrees_with_loops(name):
    for case, x, attrs, y in problems(name):
        np.testing.assert_allclose(y, pooled(x, attrs), rtol=1e-13, atol=1e-15, err_msg=case.id)


def test_the_first_of_equal_maxima_gets_the_cotangent():
    x, attrs = image([[1, 5, 5], [5, 0, 2]]), {**MAX, "kernel_size": (2, 2), "stride": (1, 1)}
    gradient = max_pool2d.pullback(image([[10, 1]]), x, **attrs)["x"]
    assert gradient[0, 0].tolist() == [[0, 11, 0], [0, 0, 0]]
    assert max_pool2d.tied(x, **attrs)


def test_the_gradient_of_maxima_says_how_they_move():
    """Whole numbers all differ, by 1 at least: steps below 1/2 leave each maximum where it is."""
    for case, x, attrs, y in problems("max_pool2d", "integers"):
        if "not-a-number" in case.id or "ties" in case.id or "minus-infinity" in case.id:
            continue
        random = np.random.default_rng(1)
        cotangent, step = random.standard_normal(y.shape), random.uniform(-0.49, 0.49, x.shape)
        moved = np.vdot(cotangent, max_pool2d.reference(x + step, **attrs) - y)
        gradient = max_pool2d.pullback(cotangent, x, **attrs)["x"]
        assert np.vdot(gradient, step) == pytest.approx(moved, abs=1e-9), case.id


def test_a_window_that_sees_minus_infinity_alone_hands_its_cotangent_to_a_pixel():
    x, attrs = np.full((1, 1, 2, 2), -np.inf), {**MAX, "kernel_size": (2, 2), "padding": ((1, 1), (1, 1))}
    assert max_pool2d.pullback(np.ones((1, 1, 2, 2)), x, **attrs)["x"].tolist() == [[[[1, 1], [1, 1]]]]


def test_every_gradient_of_a_maximum_is_defined_or_that_of_the_named_ties():
    for case, x, attrs, _ in problems("max_pool2d"):
        if case.gradient and "/ties/" not in case.id:
            assert not max_pool2d.tied(x, **attrs), case.id


def test_whole_numbers_of_max_pooling_are_negative_and_reals_of_both_signs():
    for case, x, _, _ in problems("max_pool2d"):
        if "not-a-number" not in case.id:
            assert x.max() < 0 if case.tier == "integers" else x.min() < 0 < x.max(), case.id


def test_means_of_whole_numbers_are_exact_by_division_and_by_reciprocal():
    for case, x, attrs, y in problems("avg_pool2d", "integers"):
        divisor = avg_pool2d.divisor(x.shape, **attrs)
        total = (y * divisor).astype(case.dtype)
        for mean in (total / divisor.astype(case.dtype), total * (1 / divisor).astype(case.dtype)):
            assert np.array_equal(mean.astype(np.float64), y, equal_nan=True), case.id
    assert not avg_pool2d.exact({"kernel_size": [3, 4]}, {"x": (1, 1, 6, 8)})
    assert avg_pool2d.exact({"kernel_size": [2, 4]}, {"x": (1, 1, 6, 8)})


@pytest.mark.parametrize(
    ("attrs", "message"),
    [
        ({"padding": ((2, 0), (0, 0))}, "wholly in the padding"),
        ({"padding": ((0, 0), (0, -1))}, "must not be negative"),
        ({"kernel_size": (6, 1)}, "larger than the 5 padded pixels"),
        ({"stride": (1, 0)}, "stride"),
        ({"kernel_size": (2, 2), "dilation": (9, 1), "padding": ((6, 6), (0, 0))}, "without a pixel"),
    ],
)
def test_windows_that_see_nothing_are_refused(attrs, message):
    with pytest.raises(Rejected, match=message):
        max_pool2d.out_shape((1, 1, 5, 5), **{**MAX, "kernel_size": (2, 2), **attrs})


# Upsampling


def test_nearest_repeats_rows_and_columns():
    y = upsample2d.reference(image([[1, 2]]), scale=(2, 3), mode="nearest", align_corners=False)
    assert y[0, 0].tolist() == [[1, 1, 1, 2, 2, 2]] * 2


@pytest.mark.parametrize(
    ("scale", "aligned", "row"),
    [
        (2, False, [0, 1, 3, 5, 7, 8]),
        (3, True, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (1, True, [0, 4, 8]),
        (4, False, [0, 0, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8, 8]),
    ],
)
def test_bilinear_places_on_0_4_8(scale, aligned, row):
    y = upsample2d.reference(image([[0, 4, 8]]), scale=(1, scale), mode="bilinear", align_corners=aligned)
    assert y[0, 0].tolist() == [row]


def test_every_bilinear_case_agrees_with_scipy():
    for case, x, attrs, y in problems("upsample2d"):
        if attrs["mode"] == "bilinear":
            axes = zip(x.shape[2:], attrs["scale"])
            places = [upsample2d.positions(*axis, attrs["align_corners"]) for axis in axes]
            grid = np.meshgrid(*places, indexing="ij")
            for plane, found in zip(x.reshape(-1, *x.shape[2:]), y.reshape(-1, *y.shape[2:])):
                wanted = ndimage.map_coordinates(plane, grid, order=1, mode="nearest")
                np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12, err_msg=case.id)


def lerp(x, attrs, coarse=0):
    """Bilinear by two neighbours and one weight, all in the dtype of x; weights with `coarse` bits cut off."""
    for axis, (size, by) in enumerate(zip(x.shape[2:], attrs["scale"]), start=2):
        index = np.arange(size * by, dtype=x.dtype)
        if attrs["align_corners"]:
            place = index * x.dtype.type((size - 1) / max(size * by - 1, 1))
        else:
            place = np.maximum((index + x.dtype.type(0.5)) * x.dtype.type(1 / by) - x.dtype.type(0.5), 0)
        low = place.astype(int)
        weight = place - low.astype(x.dtype)
        if coarse:
            weight = (weight.view(np.uint32) >> coarse << coarse).view(np.float32)
        weight = weight.reshape([-1 if each == axis else 1 for each in range(4)])
        high = np.minimum(low + 1, size - 1)
        low = np.minimum(low, size - 1)
        x = np.take(x, low, axis) * (1 - weight) + np.take(x, high, axis) * weight
    return x


def excess(case, x, attrs, y, coarse=0):
    """The largest error of `lerp` in multiples of the worst-case bound."""
    found = lerp(x.astype(case.dtype), attrs, coarse).astype(np.float64)
    unit = np.finfo(case.dtype).eps / 2
    bound = 2 * upsample2d.terms(x, **attrs) * unit * upsample2d.error_scale(x, **attrs)
    return np.max(np.abs(found - y) / bound)


def test_rounded_places_stay_within_the_bound_and_coarse_ones_do_not():
    tried = 0
    for case, x, attrs, y in problems("upsample2d", "reals"):
        if attrs["mode"] == "bilinear" and case.dtype.itemsize > 2:  # for half precision places are counted in float32
            assert excess(case, x, attrs, y) < 0.5, case.id
            if "bilinear-3/reals-float32" in case.id or "aligned/reals-float32" in case.id:
                assert excess(case, x, attrs, y, coarse=16) > 10, case.id
                tried += 1
    assert tried == 2


def test_a_large_image_needs_the_room_that_grows_with_its_size():
    x, attrs = np.zeros((1, 1, 1, 1000)), {"scale": (1, 3), "mode": "bilinear", "align_corners": False}
    x[..., ::2] = 1
    case = next(case for case, *_ in problems("upsample2d") if case.dtype == np.float32)
    ratio = excess(case, x, attrs, upsample2d.reference(x, **attrs))
    assert 8 / upsample2d.terms(x, **attrs)[0, 0, 0, 0] < ratio < 1


def test_whole_numbers_are_interpolated_exactly():
    for case, x, attrs, y in problems("upsample2d", "integers"):
        if attrs["mode"] == "bilinear":
            assert np.array_equal(lerp(x.astype(np.float32), attrs), y), case.id


# Flattening


def test_channels_run_slowest_in_nchw_and_fastest_in_nhwc():
    x = np.arange(8.0).reshape(1, 2, 2, 2)
    assert flatten.reference(x, layout="NCHW").tolist() == [[0, 1, 2, 3, 4, 5, 6, 7]]
    assert flatten.reference(x.transpose(0, 2, 3, 1), layout="NHWC").tolist() == [[0, 4, 1, 5, 2, 6, 3, 7]]


# All of them


@pytest.mark.parametrize("name", ["pad2d", "max_pool2d", "flatten", "upsample2d"])
def test_moved_values_have_no_terms_so_that_nothing_but_equality_passes(name):
    operator = operators()[name]
    for case, x, attrs, y in problems(name):
        if attrs.get("mode") != "bilinear":
            assert not operator.terms(x, **attrs).any(), case.id
            assert np.array_equal(operator.scale(x, **attrs), np.abs(y), equal_nan=True), case.id


@pytest.mark.parametrize("module", WINDOWS, ids=lambda module: module.OPERATOR.name)
def test_every_pair_of_attribute_values_occurs(module):
    occurring, possible = sketches.coverage(module.OPERATOR, module.cases())
    assert occurring == possible > 20


@pytest.mark.parametrize("module", WINDOWS, ids=lambda module: module.OPERATOR.name)
def test_images_of_a_batch_do_not_meet(module):
    for case, x, attrs, y in problems(module.OPERATOR.name):
        parts = [module.reference(x[[n]], **attrs)[0] for n in range(len(x))]
        np.testing.assert_allclose(y, parts, rtol=1e-13, atol=1e-15, err_msg=case.id)


@pytest.mark.parametrize(
    ("divisor", "row"), [(None, [1.5, 3]), (1, [3, 3]), (4, [0.75, 0.75]), (2**40, [3 / 2**40] * 2)]
)
def test_a_stated_divisor_divides_every_sum_also_that_of_a_partial_window(divisor, row):
    attrs = AVG | {"kernel_size": [1, 2], "ceil_mode": True, "divisor_override": divisor}
    assert avg_pool2d.reference(image([[1, 2, 3]]), **attrs).ravel().tolist() == row


@pytest.mark.parametrize("divisor", [0, -1])
def test_a_divisor_must_be_at_least_one(divisor):
    with pytest.raises(Rejected, match=f"divisor_override {divisor} must be at least 1"):
        avg_pool2d.reference(image([[1, 2, 3]]), **AVG, kernel_size=[1, 2], divisor_override=divisor)
