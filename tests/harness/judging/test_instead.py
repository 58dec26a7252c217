"""An entry explains what it says comes instead, and nothing else: each kind with an answer that fits and others."""

import dataclasses

import numpy as np
import pytest

from backends.instead import Defined, Gives, Other, Rounds, Says, Sums, Undetermined
from backends.known import Known
from harness.judging.instead import Seen
from harness.judging.ledger import Ledger
from harness.judging.oracle import truth
from harness.judging.verdict import judge
from spec.core import Case
from spec.ops import conv2d

ATTRS = conv2d.OPERATOR.complete({})
ROW = np.arange(1, 7, dtype="f4").reshape(1, 1, 2, 3) / 10
KERNEL = np.array([[[[1, -1.5]]]], "f4")


def conv(**changes) -> Case:
    """A convolution of six pixels with two taps; the truth of the first row is 0.1 - 0.3, 0.2 - 0.45."""
    return dataclasses.replace(Case("c/one", "conv2d", ATTRS, {"x": ROW, "w": KERNEL}), **changes)


def explained(case: Case, instead, outputs=None, gradients=None, part="output", outcome="differs", reply=None) -> str:
    """The id of the entry, if it explains what came, else why it does not."""
    known = Known("K1", ("conv2d",), "bug", outcome, lambda case: True, "what", "why", part, instead=instead)
    found, reply = truth(case, gradients is not None), {"outcome": "computed", **(reply or {})}
    gradients = gradients or {}
    ledger, seen = Ledger((known,), "1.0"), Seen(found, reply, outputs or {}, gradients)
    verdict = judge(case, found, reply, outputs or {}, gradients)
    assert not verdict.passed
    return " ".join(ledger.explain(case, verdict, seen) or ledger.objections)


def values(case: Case) -> np.ndarray:
    return truth(case).outputs["y"].value.astype(case.dtype)


FLIPPED = conv(inputs={"x": ROW, "w": KERNEL[..., ::-1].copy()})


def test_the_truth_of_another_case_and_no_other_values():
    entry = Gives(lambda case: FLIPPED)
    assert explained(conv(), entry, {"y": values(FLIPPED)}) == "K1"
    assert "12345" in explained(conv(), entry, {"y": np.full((1, 1, 2, 2), 12345, "f4")})
    assert explained(conv(), entry, {"y": values(FLIPPED) * np.float32(1.0001)}) != "K1"


def test_another_case_is_judged_by_its_own_bounds():
    nearly = np.nextafter(values(FLIPPED), np.float32(9))
    assert explained(conv(), Gives(lambda case: FLIPPED), {"y": nearly}) == "K1"


def test_what_must_be_refused_comes_with_the_shape_that_the_entry_says():
    lone = conv(inputs={"x": ROW[0], "w": KERNEL})
    entry = Gives(lambda case: Other(conv(), lambda name, array: array[0]))
    assert explained(lone, entry, {"y": values(conv())[0]}) == "K1"
    assert "shape" in explained(lone, entry, {"y": values(conv())})


def test_arrays_come_bit_by_bit():
    entry = Gives(lambda case: {"y": np.zeros((1, 1, 2, 2), "f4")})
    assert explained(conv(), entry, {"y": np.zeros((1, 1, 2, 2), "f4")}) == "K1"
    assert explained(conv(), entry, {"y": np.full((1, 1, 2, 2), 1e-30, "f4")}) != "K1"
    assert "dtype" in explained(conv(), entry, {"y": np.zeros((1, 1, 2, 2), "f8")})


def mixed(of_the_truth: int) -> np.ndarray:
    found = values(FLIPPED).copy()
    found.flat[:of_the_truth] = values(conv()).flat[:of_the_truth]
    return found


def test_either_lets_each_element_be_the_truth_or_that():
    entry = Gives(lambda case: FLIPPED, either=True)
    assert explained(conv(), entry, {"y": mixed(2)}) == "K1"
    assert explained(conv(), dataclasses.replace(entry, either=False), {"y": mixed(2)}) != "K1"
    wrong = mixed(2)
    wrong.flat[0] += 0.2
    assert explained(conv(), entry, {"y": wrong}) != "K1"


def flipped(x, w, b=None, **attrs):
    return conv2d.reference(x, w[..., ::-1], **attrs)


def test_another_definition_has_its_gradients_too():
    case, entry = conv(), Defined(flipped)
    turned, right = truth(dataclasses.replace(FLIPPED, id=case.id)).gradients, {"y": values(case)}
    slopes = {"x": turned["x"].value.astype("f4"), "w": turned["w"].value.astype("f4")[..., ::-1]}
    assert explained(case, entry, {"y": values(FLIPPED)}) == "K1"
    assert explained(case, entry, right, slopes, part="gradient") == "K1"
    slopes["w"] = slopes["w"] * np.float32(1.1)
    assert explained(case, entry, right, slopes, part="gradient") != "K1"


@pytest.mark.parametrize(("error", "fits"), [(2e-8, True), (1e-3, False), (np.nan, False)])
def test_errors_of_another_dtype_are_as_large_as_its_bounds(error, fits):
    case = conv(inputs={"x": ROW.astype("f8"), "w": KERNEL.astype("f8")})
    found = explained(case, Rounds("float32"), {"y": values(case) + error})
    assert (found == "K1") == fits


def test_a_multiple_of_the_bounds():
    off = values(conv()) + np.float32(2e-7)
    assert explained(conv(), Rounds(times=100), {"y": off}) == "K1"
    assert explained(conv(), Rounds(times=1.01), {"y": off}) != "K1"


def test_sums_in_half_precision_are_no_other_values():
    x = np.random.default_rng(1).standard_normal((1, 64, 3, 3)).astype("f2")
    case = conv(inputs={"x": x, "w": x[:, :, :2, :2].copy()})
    assert explained(case, Sums(), {"y": values(case) + np.float16(0.125)}, outcome="coarse") == "K1"
    assert explained(case, Sums(), {"y": values(case) * 0 + 99}, outcome="differs") != "K1"


def test_only_the_elements_that_nothing_determines_may_be_anything():
    mask = np.array([[[[False, True], [False, False]]]])
    entry, found = Undetermined(lambda case: {"y": mask}), values(conv()).copy()
    found[..., 0, 1] = 12345
    assert explained(conv(), entry, {"y": found}) == "K1"
    found[..., 1, 1] = 12345
    assert "12345" in explained(conv(), entry, {"y": found})
    assert "shape" in explained(conv(), entry, {"y": found[..., :1]})


@pytest.mark.parametrize(("pattern", "fits"), [("^ValueError: no such padding", True), ("such stride", False)])
def test_a_refusal_says_what_the_entry_says(pattern, fits):
    reply = {"outcome": "rejected", "error_class": "ValueError", "message": "no such padding: 3"}
    assert (explained(conv(), Says(pattern), outcome="rejected", reply=reply) == "K1") == fits


def test_a_refused_gradient_says_what_the_entry_says():
    reply = {"gradient_error": {"outcome": "rejected", "message": "TypeError: no gradient of groups"}}
    right = {"y": values(conv())}
    for pattern, fits in (("^TypeError: no gradient", True), ("of dilation", False)):
        found = explained(conv(), Says(pattern), right, {}, "gradient", "rejected", reply=reply)
        assert (found == "K1") == fits


def test_a_process_ends_by_the_signal_that_the_entry_says():
    reply = {"outcome": "crashed", "message": "the worker died: check failed", "signal": "SIGABRT"}
    assert explained(conv(), Says("^SIGABRT"), outcome="crashed", reply=reply) == "K1"
    assert explained(conv(), Says("^SIGSEGV"), outcome="crashed", reply=reply) != "K1"


def test_an_entry_that_names_what_must_be_refused_is_no_answer():
    entry = Gives(lambda case: conv(inputs={"x": ROW[0], "w": KERNEL}))
    assert "`instead` fails: ValueError: the case that" in explained(conv(), entry, {"y": values(FLIPPED)})
