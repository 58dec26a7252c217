"""Every sentence of README.md on the bounds is a fact that a test shows: here, or where `SHOWN` says."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import fft

from harness.judging import oracle
from harness.judging.verdict import Comparison, compare
from spec import operators
from spec.core import Case

ROOT = Path(__file__).resolve().parents[3]
HERE = "test_readme_bounds.py"
# How a sentence begins -> the file beside this one, and the tests that show it.
SHOWN = {
    "The bounds: with u the unit roundoff": ("test_judge.py", "test_worst_case_bound_is_that_of_higham"),
    "Correct rounding errors are far smaller": (
        "test_judge.py",
        "test_tf32_hides_within_the_worst_case_and_is_caught_by_the_root_mean_square",
        "test_rounding_the_sum_once_per_step_passes",
    ),
    "A product that was left out is seen": (
        "test_null_backends.py",
        "test_one_dropped_product_is_seen",
        "test_under_heavy_cancellation_a_product_is_missed_where_it_is_no_larger_than_rounding",
    ),
    "Numbers that repeat": ("test_repeated_errors.py", "test_correct_sums_of_ramps_pass_and_tf32_does_not"),
    "A training carries its errors on": (
        "test_training_verdicts.py",
        "test_correct_arithmetic_of_every_kind_passes",
        "test_a_relu_that_rounding_decides_may_take_either_side_and_no_other_may",
    ),
    "In float16 and bfloat16 a result is close": (
        "test_null_backends.py",
        "test_a_convolution_of_many_products_in_half_precision_is_not_answered_by_zeros",
    ),
    "What cannot be told from zeros": (
        "test_null_backends.py",
        "test_a_mean_of_many_pixels_in_bfloat16_is_not_answered_by_zeros_or_by_twice_the_mean",
    ),
    "Cases with small whole numbers must be exact": (
        "test_judge.py",
        "test_one_step_is_close_among_reals_and_differs_among_whole_numbers",
    ),
    "`harness/judging/bounds.py` derives this": (HERE, "test_every_sentence_is_shown"),
    "Any order of summation passes": (
        HERE,
        "test_any_order_of_summation_passes",
        "test_a_partial_sum_that_leaves_the_range_does_not_pass",
    ),
    "Winograd's algorithm may be refused": (
        HERE,
        "test_winograds_algorithm_may_be_refused_also_where_results_must_be_exact",
        "test_a_fast_fourier_transform_is_refused",
    ),
}


def sentences() -> list[str]:
    """The sentences of the paragraph of README.md that begins with "The bounds"."""
    text = (ROOT / "README.md").read_text()
    paragraph = " ".join(text[text.index("\nThe bounds:") :].strip().split("\n\n")[0].split())
    return re.split(r"(?<=\.) (?=[A-Z`])", paragraph)


def test_every_sentence_is_shown():
    found = {one: [begin for begin in SHOWN if one.startswith(begin)] for one in sentences()}
    assert not [one for one, begins in found.items() if len(begins) != 1]
    assert len(found) == len(SHOWN), "a sentence is gone"


@pytest.mark.parametrize("begin", SHOWN)
def test_what_shows_it_is_there(begin):
    file, *names = SHOWN[begin]
    tree = ast.parse((Path(__file__).parent / file).read_text())
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert names
    assert not set(names) - defined
    assert (ROOT / "harness/judging/bounds.py").is_file()


# ---- sums in other orders, and what is no sum ----------------------------------------------------


def planted(dtype: str, tier: str = "reals", channels: int = 8, size: int = 20) -> Case:
    """A convolution with a kernel of 3x3."""
    random = np.random.default_rng(1)
    shapes = {"x": (1, channels, size, size), "w": (4, channels, 3, 3)}
    draw = (lambda shape: random.integers(-3, 4, shape)) if tier == "integers" else random.standard_normal
    inputs = {name: draw(shape).astype(dtype) for name, shape in shapes.items()}
    return Case("planted/sums", "conv2d", operators()["conv2d"].complete({}), inputs, tier=tier, gradient=False)


def verdict(case: Case, y: np.ndarray) -> Comparison:
    expected = oracle.truth(case).outputs["y"]
    return compare("y", np.asarray(y, case.dtype), expected, case.dtype, case.tier == "integers")


def products(case: Case) -> np.ndarray:
    """Every product of every element, in the dtype: (n, 1, 4, OH, OW)."""
    x, w = case.inputs["x"], case.inputs["w"]
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
    each = [windows[:, None, c, :, :, a, b] * w[None, :, c, a, b, None, None] for c, a, b in np.ndindex(w.shape[1:])]
    return np.array(each)


def pairwise(terms: np.ndarray) -> np.ndarray:
    half = len(terms) // 2
    return terms[0] if half == 0 else pairwise(terms[:half]) + pairwise(terms[half:])


def one_by_one(terms: np.ndarray) -> np.ndarray:
    total = np.zeros_like(terms[0])
    for term in terms:
        total = total + term
    return total


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("order", ["forwards", "backwards", "shuffled", "ascending", "by sign", "pairwise"])
def test_any_order_of_summation_passes(dtype, order):
    case = planted(dtype)
    terms = products(case)
    arranged = {
        "forwards": lambda: one_by_one(terms),
        "backwards": lambda: one_by_one(terms[::-1]),
        "shuffled": lambda: one_by_one(np.random.default_rng(0).permutation(terms)),
        "ascending": lambda: one_by_one(np.take_along_axis(terms, abs(terms).argsort(axis=0), axis=0)),
        "by sign": lambda: one_by_one(np.sort(terms, axis=0)),
        "pairwise": lambda: pairwise(terms),
    }
    assert verdict(case, arranged[order]()).outcome == "close"


def test_a_partial_sum_that_leaves_the_range_does_not_pass():
    """Large products of both signs: their sum is small, and float16 ends at 65504."""
    x = np.full((1, 2, 3, 3), 200, np.float16)
    w = np.concatenate([np.full((1, 1, 3, 3), 100, np.float16), np.full((1, 1, 3, 3), -100, np.float16)], axis=1)
    case = Case("planted/range", "conv2d", operators()["conv2d"].complete({}), {"x": x, "w": w}, gradient=False)
    terms = products(case)
    with np.errstate(over="ignore"):
        beyond = one_by_one(terms)
    within = one_by_one(terms.reshape(2, 9, *terms.shape[1:]).swapaxes(0, 1).reshape(terms.shape))
    assert np.isinf(beyond).all()
    assert verdict(case, beyond).outcome == "differs"
    assert verdict(case, within).outcome == "exact"


# F(4x4, 3x3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (arXiv:1509.09308).
TO_IMAGE = np.array(
    [
        *([4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0]),
        *([0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]),
    ]
)
TO_KERNEL = np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24
BACK = np.array([[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]])


def winograd(case: Case, dtype: str) -> np.ndarray:
    """The convolution by F(4x4, 3x3), computed in a dtype."""
    to_image, to_kernel, back = (one.astype(dtype) for one in (TO_IMAGE, TO_KERNEL, BACK))
    x, w = case.inputs["x"].astype(dtype), case.inputs["w"].astype(dtype)
    tiles = np.lib.stride_tricks.sliding_window_view(x, (6, 6), axis=(2, 3))[:, :, ::4, ::4]
    tiles = to_image @ tiles @ to_image.T  # (N, C, rows, columns, 6, 6)
    kernel = to_kernel @ w @ to_kernel.T
    found = back @ np.einsum("ncijab,ocab->noijab", tiles, kernel) @ back.T
    n, o, rows, columns, _, _ = found.shape
    return found.swapaxes(3, 4).reshape(n, o, rows * 4, columns * 4)


def test_winograds_algorithm_may_be_refused_also_where_results_must_be_exact():
    """That it is the convolution is seen in float64."""
    for tier in ("reals", "integers"):
        case = planted("float32", tier, size=18)
        assert np.allclose(winograd(case, "float64"), oracle.truth(case).outputs["y"].value, atol=1e-12)
        assert verdict(case, winograd(case, "float32")).outcome == "differs"


def test_a_fast_fourier_transform_is_refused():
    """Its errors are those of the whole image, whatever the window sees: a dark corner shows it."""
    case = planted("float32", channels=1)
    x, w = case.inputs["x"].copy(), case.inputs["w"]
    x[..., :10, :10] *= np.float32(1e-4)
    case = Case(case.id, case.op, case.attrs, {"x": x, "w": w}, gradient=False)
    size = x.shape[2:]
    product = fft.rfft2(x)[:, None, 0] * np.conj(fft.rfft2(w, size))[None, :, 0]
    y = fft.irfft2(product, size)[..., : size[0] - 2, : size[1] - 2]
    assert y.dtype == np.float32
    assert np.allclose(y, oracle.truth(case).outputs["y"].value, atol=1e-4)
    assert verdict(case, y).outcome == "differs"
