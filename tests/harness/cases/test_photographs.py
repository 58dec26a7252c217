"""Real images as cases: where they come from, that whole numbers stay exact, that training gets somewhere."""

import functools
import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from scipy import ndimage

from harness.cases import photographs
from harness.judging.oracle import truth
from spec import operators
from spec.core import canonical
from spec.errors import UserError

FLOAT32_INTEGERS = 2**24


@functools.cache
def cases():
    return {case.id: case for case in photographs.cases()}


def accurate(case):
    operator = operators()[case.op]
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    inputs = [array.astype(float) if array.dtype.kind == "f" else array for array in arrays.values()]
    return operator.reference(*inputs, **attrs)


def test_the_photograph_has_pixels_from_dark_to_bright_and_colours():
    x = photographs.china()
    assert x.shape == (1, 3, 48, 64)
    assert np.array_equal(x, np.rint(x))
    assert 0 <= x.min() < 30
    assert 225 < x.max() <= 255
    assert all(np.abs(x[0, one] - x[0, other]).mean() > 5 for one, other in ((0, 1), (0, 2), (1, 2)))


def test_the_photograph_is_the_mean_of_blocks_of_the_file():
    image = pytest.importorskip("PIL.Image")
    with image.open(photographs._data("datasets/images/china.jpg")) as opened:
        block = np.asarray(opened)[21 + 8 * 5 : 21 + 8 * 6, 64 + 8 * 7 : 64 + 8 * 8].astype(float)
    assert photographs.china()[0, :, 5, 7].tolist() == np.rint(block.mean(axis=(0, 1))).tolist()


def test_scikit_learn_is_found_and_not_imported():
    load = "from harness.cases import photographs; list(photographs.cases())"
    code = f"import sys; {load}; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_scikit_learn_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install -r requirements\.txt$"):
        photographs._data("datasets/data/digits.csv.gz")


def test_every_case_has_a_name_of_its_own_and_a_reason_and_is_float32():
    every = list(photographs.cases())
    assert len({case.id for case in every}) == len(every)
    assert all(case.id.startswith(("photo/", "digits/")) and case.why for case in every)
    assert {str(case.dtype) for case in every} == {"float32"}
    assert {case.attrs.get("layout") for case in every} == {"NCHW", "NHWC", None}


def test_the_specification_accepts_every_case():
    for case in cases().values():
        if case.op != "lenet5":
            assert not truth(case, gradients=False).rejected, case.id


@pytest.mark.parametrize("layout", ["", "-nhwc"])
def test_whole_numbers_need_no_more_than_the_24_bits_of_float32(layout):
    """Weights are multiples of 1/64 at the finest: 64 times every partial sum is a whole number below 2**24."""
    tried = 0
    for case in cases().values():
        if case.tier == "integers" and case.id.split("/")[1].endswith("-nhwc") == bool(layout):
            wanted = truth(case, gradients=False).outputs["y"]
            assert np.array_equal(wanted.value * 64, np.rint(wanted.value * 64)), case.id
            assert wanted.scale.max() * 64 < FLOAT32_INTEGERS, case.id
            tried += 1
    assert tried >= 4


@pytest.mark.parametrize("name", ["edges", "upsample"])
def test_both_layouts_show_the_same_picture(name):
    for tier in ("integers", "reals"):
        pair = [accurate(cases()[f"photo/{name}{layout}/{tier}"]) for layout in ("", "-nhwc")]
        assert np.array_equal(*pair)
        assert cases()[f"photo/{name}-nhwc/{tier}"].inputs["x"].shape[-1] == 3


def test_reals_are_the_whole_numbers_divided_by_255():
    whole, real = (cases()[f"photo/blur/{tier}"].inputs["x"] for tier in ("integers", "reals"))
    assert np.array_equal(whole / np.float32(255), real)
    assert np.array_equal(cases()["photo/blur/integers"].inputs["w"][0, 0] * 16, [[1, 2, 1], [2, 4, 2], [1, 2, 1]])


def test_the_edges_are_those_of_scipy_and_the_blur_keeps_the_brightness():
    x, y = photographs.china(), accurate(cases()["photo/edges/integers"])[0]
    for colour, plane in enumerate(x[0]):
        for axis, found in ((1, y[2 * colour]), (0, y[2 * colour + 1])):
            assert np.array_equal(found, ndimage.sobel(plane, axis, mode="constant"))
    assert accurate(cases()["photo/blur/integers"])[..., 1:-1, 1:-1].mean() == pytest.approx(x.mean(), rel=0.02)


def test_grey_is_a_mean_of_the_colours_in_which_green_weighs_most():
    weights = cases()["photo/grey"].inputs["w"].ravel()
    assert weights.sum() == pytest.approx(1)
    assert weights.argsort().tolist() == [2, 0, 1]
    grey, colours = accurate(cases()["photo/grey"]), cases()["photo/grey"].inputs["x"]
    assert np.all((colours.min(axis=1) <= grey + 1e-6) & (grey <= colours.max(axis=1) + 1e-6))


def test_the_transposed_convolution_interpolates_between_pixels():
    """With weights 1/4 and 3/4 it does what bilinear upsampling by 2 does, away from the border."""
    x = photographs.china()[:, :, 8:24, 20:40]
    smooth = operators()["upsample2d"].reference(x, scale=(2, 2), mode="bilinear", align_corners=False)
    spread = accurate(cases()["photo/transposed/integers"])
    assert np.array_equal(spread[..., 1:-1, 1:-1], smooth[..., 1:-1, 1:-1])


def test_a_photograph_has_equal_maxima_and_so_no_gradient_of_its_pooling():
    without = {case.id.split("/")[1] for case in cases().values() if not case.gradient}
    assert without == {"max-pool", "max-pool-nhwc"}


def test_the_digits_are_0_to_7_on_28x28_pixels():
    inputs = photographs.digits().inputs
    assert inputs["labels"].tolist() == [*range(8)]
    images = inputs["images"]
    assert images.shape == (8, 1, 28, 28)
    assert abs(images.mean()) < 1e-6
    assert images.std() == pytest.approx(1, abs=1e-6)
    assert np.ptp(images[:, :, [0, 1, -2, -1]]) == np.ptp(images[..., [0, 1, -2, -1]]) == 0
    zero = images[0, 0]
    assert zero[14, 14] < 0 < zero[14, 10:20].max()  # a zero has a hole


def test_the_loss_falls_in_every_step_of_training():
    for name, share in (("digits/lenet5", 0.5), ("photo/learn-kernel", 0.8)):
        case = cases()[name]
        outputs = operators()[case.op].outputs
        losses = dict(zip(outputs, accurate(case)))["losses"]
        assert (np.diff(losses) < 0).all(), name
        assert losses[-1] < share * losses[0], name
