"""What the traits say of cases whose answer is plain, and that no case makes them raise."""

import functools
import inspect

import numpy as np
import pytest

from harness.cases.catalogue import built_in
from spec import operators
from spec.cases import predicates
from spec.core import Case

TRAITS = [
    function
    for name, function in vars(predicates).items()
    if inspect.isfunction(function)
    and function.__module__ == "spec.cases.predicates"
    and not name.startswith("_")
    and list(inspect.signature(function).parameters) == ["case"]
]


@functools.cache
def cases() -> tuple[Case, ...]:
    return tuple(built_in())


def case(op, shapes, dtype="float32", **attrs) -> Case:
    inputs = {name: np.ones(shape, dtype) for name, shape in shapes.items()}
    return Case("mine", op, operators()[op].complete(attrs), inputs)


def conv(x=(2, 4, 8, 11), w=(6, 4, 3, 5), **attrs) -> Case:
    return case("conv2d", {"x": x, "w": w}, **attrs)


def pool(x=(2, 3, 7, 10), **attrs) -> Case:
    return case("max_pool2d", {"x": x}, **{"kernel_size": [2, 3], **attrs})


@pytest.mark.parametrize("trait", TRAITS, ids=lambda trait: trait.__name__)
def test_no_case_makes_a_trait_raise(trait):
    assert len(TRAITS) > 15
    for one in cases():
        trait(one)


def test_sizes_follow_the_layouts():
    assert predicates.image(conv()) == (8, 11)
    assert predicates.window(conv()) == (3, 5)
    other = conv((2, 8, 11, 4), (3, 5, 4, 6), layout="NHWC", kernel_layout="HWIO")
    assert (predicates.image(other), predicates.window(other), predicates.channels(other)) == (
        (8, 11),
        (3, 5),
        (4, 4, 6),
    )
    assert predicates.image(case("corr2d", {"x": (3, 4, 5), "k": (3, 2, 2)})) == (4, 5)


@pytest.mark.parametrize(
    ("attrs", "cropped"),
    [
        ({"padding": [[1, 1], [2, 0]]}, True),
        ({"padding": [[2, 0], [1, 1]]}, True),
        ({"padding": [[2, 0], [2, 0]]}, True),
        ({"padding": [[1, 1], [3, 0]]}, True),
        ({"padding": [[1, 1], [0, 2]]}, False),  # padded first, cropped at the end
        ({"padding": [[0, 0], [2, 0]]}, False),  # the rows are padded
        ({"padding": [[1, 1], [2, 1]]}, False),  # cropped, not padded
        ({"padding": [[1, 1], [1, 1]]}, False),
        ({"padding": [[1, 1], [2, 0]], "stride": [1, 2]}, False),
        ({"padding": [[1, 1], [2, 0]], "dilation": [2, 1]}, False),
        ({}, False),
    ],
)
def test_a_crop_before_padding_is_that_of_the_convolution_behind_a_gradient(attrs, cropped):
    assert predicates.is_cropped_before_padding(conv((2, 3, 4, 5), (4, 3, 2, 2), **attrs)) == cropped


def test_channels_of_a_wrong_rank_are_none():
    assert predicates.channels(conv(x=(4, 8, 11))) == (0, 0, 0)


def test_windows_of_a_pool_lie_side_by_side():
    assert predicates.strides(pool()) == [2, 3]
    assert predicates.strides(pool(stride=[1, 2])) == [1, 2]


def test_room_is_what_the_padded_image_has_beyond_the_dilated_window():
    assert predicates.room(conv(dilation=[2, 1], padding=[[1, 2], [0, 0]])) == (8 + 3 - 5, 11 - 5)
    assert predicates.room(conv(padding="full")) == (8 + 4 - 3, 11 + 8 - 5)
    assert predicates.room(conv(x=(2, 4, 2, 11))) == (-1, 6)


def test_a_rule_beside_a_stride_of_zero_has_no_pads():
    assert predicates.pads(conv(stride=[0, 1], padding="same")) == ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("padding", "negative", "equal", "pairs"),
    [("valid", False, True, False), ([[1, 1], [0, -1]], True, False, True), ([[-1, -1], [2, 2]], True, True, True)],
)
def test_pads(padding, negative, equal, pairs):
    found = conv(padding=padding)
    assert predicates.pads_are_negative(found) == negative
    assert predicates.pads_are_equal(found) == equal
    assert predicates.pads_are_pairs(found) == pairs


def test_a_window_may_lie_in_the_padding():
    assert predicates.window_may_miss(pool(padding=[[0, 2], [0, 0]]))
    assert not predicates.window_may_miss(pool(padding=[[1, 1], [2, 2]]))
    assert not predicates.window_may_miss(pool(kernel_size=[0, 2], stride=[1, 1]))


def test_sizes_of_a_transposed_convolution():
    shapes = {"x": (2, 4, 5, 7), "w": (4, 6, 3, 2)}
    found = case("conv_transpose2d", shapes, stride=[2, 1], padding=[[1, 0], [0, 0]], output_padding=[1, 0])
    assert predicates.transposed_sizes(found) == (4 * 2 + 3 - 1 + 1, 6 + 2)


def test_empty_axes():
    assert predicates.empty(conv(x=(2, 0, 8, 11), w=(6, 0, 3, 5))) == {("x", 1), ("w", 1)}
    assert not predicates.batch_is_empty(conv(x=(2, 0, 8, 11), w=(6, 0, 3, 5)))
    assert predicates.batch_is_empty(conv(x=(0, 4, 8, 11)))
    assert not predicates.batch_is_empty(conv(w=(0, 4, 3, 5)))


def test_dtypes():
    found = conv()
    assert not predicates.is_mixed(found)
    mixed = Case("mixed", "conv2d", found.attrs, {**found.inputs, "w": found.inputs["w"].astype("float64")})
    assert predicates.dtypes(mixed) == ["float32", "float64"]
    labels = Case("labels", "lenet5", {}, {"images": np.ones(3, "float32"), "labels": np.ones(3, int)})
    assert not predicates.is_mixed(labels)


@pytest.mark.parametrize(
    ("x", "w", "answer"),
    [
        (1.0, 1.0, False),
        (2.0**-149, 1.0, True),
        (2.0**-100, 2.0**-44, True),
        (2.0**-100, 2.0**-20, False),
        (0, 0, False),
    ],
)
def test_subnormal_numbers_and_products(x, w, answer):
    found = conv()
    found.inputs["x"][0, 0, 0, 0], found.inputs["w"][...] = x, w
    assert predicates.is_subnormal(found) == answer


def test_a_single_input_has_no_products():
    found = pool()
    found.inputs["x"][...] = 2.0**-100
    assert not predicates.is_subnormal(found)


def test_maxima_of_special_values_alone():
    found = pool(kernel_size=[2, 2])
    assert predicates.special_maxima(found).size == 0
    found.inputs["x"][0, 0, 0, 0] = np.nan
    assert np.isnan(predicates.special_maxima(found)).sum() == 1
    assert predicates.special_maxima(pool(kernel_size=[9, 9])).size == 0


@pytest.mark.parametrize(("y", "answer"), [((1, 7), True), ((6, 7), False), ((6, 6), False), ((7,), True)])
def test_a_target_that_broadcasts(y, answer):
    found = case("learn_kernel", {"x": (6, 8), "y": y, "w": (1, 2)}, lr=0.03, steps=1)
    assert predicates.target_is_repeated(found) == answer


def reached(tap, value=np.inf, **attrs) -> bool:
    """Whether a special value at this tap (h, w) of 2 x 3 meets padding; the image is 4 x 5."""
    found = conv((1, 1, 4, 5), (1, 1, 2, 3), **attrs)
    found.inputs["w"][(0, 0, *tap)] = value
    return predicates.special_tap_meets_padding(found)


@pytest.mark.parametrize(
    ("tap", "padding", "meets"),
    [
        ((0, 0), [[0, 0], [0, 0]], False),
        ((0, 0), [[1, 0], [0, 0]], True),
        ((1, 0), [[1, 0], [0, 0]], False),  # the lower tap never reaches the row above
        ((1, 0), [[0, 1], [0, 0]], True),
        ((0, 2), [[0, 0], [1, 0]], False),
        ((0, 2), [[0, 0], [0, 1]], True),
        ((0, 1), [[0, 0], [1, 1]], False),  # the middle tap stays in the image with "same"
        ((0, 0), [[-1, 0], [0, 0]], False),
        ((0, 0), [[9, 0], [0, 0]], True),
    ],
)
def test_a_tap_meets_padding_where_its_place_is_outside_the_image(tap, padding, meets):
    assert reached(tap, padding=padding) == meets
    assert not reached(tap, 1.0, padding=padding)
    assert reached(tap, np.nan, padding=padding) == meets


def test_a_stride_may_leave_the_padding_out():
    assert reached((0, 2), padding=[[0, 0], [0, 1]])
    assert not reached((0, 2), padding=[[0, 0], [0, 1]], stride=[1, 2])  # the last window begins in column 2
    assert reached((0, 0), padding=[[0, 0], [1, 0]], stride=[1, 2])
    assert reached((0, 2), padding="same", dilation=[1, 2])
