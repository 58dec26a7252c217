"""From a worker's reply to a verdict: refusals, gradients, several outputs, and what a case file expects."""

import dataclasses
import re

import numpy as np
import pytest

from backends.execute import execute
from backends.numpy.adapter import Adapter
from harness.judging.oracle import truth
from harness.judging.verdict import judge
from spec import operators
from spec.core import Case

COMPUTED = {"outcome": "computed"}


def verdict(case: Case, change=lambda outputs, gradients: None, reply=COMPUTED):
    """The verdict on what NumPy computes for the case, after `change` has spoilt it in place."""
    wanted = truth(case)
    found = execute(Adapter(), operators()[case.op], case.attrs, case.inputs, wanted.cotangent)
    change(found.outputs, found.gradients)
    return judge(case, wanted, reply, found.outputs, found.gradients)


def test_what_is_right_passes(conv):
    found = verdict(conv())
    assert found.passed
    assert found.outcome == "exact"
    assert {name: one.outcome for name, one in found.gradients.items()} == {"x": "exact", "w": "exact"}
    assert (found.why, found.expected) == ("", "")


@pytest.mark.parametrize("name", ["x", "w"])
def test_a_wrong_gradient_fails_though_the_output_is_right(conv, name):
    def spoil(outputs, gradients):
        gradients[name] = gradients[name] + np.float32(1)

    found = verdict(conv(), spoil)
    assert not found.passed
    assert found.outcome == "exact"
    assert {key for key, one in found.gradients.items() if one.outcome == "differs"} == {name}
    assert f"gradient for {name} must be exact" in found.why


def test_a_missing_gradient_fails(conv):
    found = verdict(conv(), lambda outputs, gradients: gradients.pop("w"))
    assert not found.passed
    assert found.gradients["w"].outcome == "differs"
    assert found.why == "returned no gradient for w"


def test_a_gradient_in_another_shape_or_dtype_fails(conv):
    def reshape(outputs, gradients):
        gradients["x"] = gradients["x"][0]

    def widen(outputs, gradients):
        gradients["x"] = gradients["x"].astype("float64")

    assert "gradient for x has shape [2, 5, 6], not [1, 2, 5, 6]" in verdict(conv(), reshape).why
    assert "gradient for x has dtype float64, not float32" in verdict(conv(), widen).why


@pytest.mark.parametrize("change", ["nan", "shape", "dtype"])
def test_what_has_no_error_to_measure_is_infinitely_far_from_its_bound(conv, change):
    """Not 0, which would sort it before what is nearly right."""

    def spoil(outputs, gradients):
        if change == "nan":
            outputs["y"].flat[0] = np.nan
        else:
            outputs["y"] = outputs["y"][0] if change == "shape" else outputs["y"].astype("float64")

    found = verdict(conv(), spoil).output
    assert found.outcome == "differs"
    assert found.bound_ratio == found.rms_ratio == found.max_abs == np.inf


@pytest.mark.parametrize("outcome", ["rejected", "unsupported"])
def test_an_autodiff_that_refuses_is_an_outcome_of_the_gradients(conv, outcome):
    reply = COMPUTED | {"gradient_error": {"outcome": outcome, "message": "no rule"}}
    found = verdict(conv(), lambda outputs, gradients: gradients.clear(), reply)
    assert not found.passed
    assert found.outcome == "exact"
    assert {one.outcome for one in found.gradients.values()} == {outcome}
    assert found.why == "gradient for x: no rule"


def test_a_missing_output_fails(conv):
    found = verdict(conv(), lambda outputs, gradients: outputs.clear())
    assert (found.outcome, found.passed, found.why) == ("differs", False, "returned no y")


def test_the_worst_of_several_outputs_decides():
    operator = operators()["learn_kernel"]
    case = next(case for case in operator.cases() if case.expect == "value" and case.attrs["steps"] > 2)
    assert verdict(case).passed
    for name in ("losses", "kernels"):

        def spoil(outputs, gradients, name=name):
            outputs[name] = outputs[name].copy()
            outputs[name].flat[-1] += 1

        found = verdict(case, spoil)
        assert not found.passed
        assert found.outcome == "differs"
        assert found.why.startswith(name)


# ---- refusals ------------------------------------------------------------------------------------


def refused(conv) -> Case:
    return conv(attrs=operators()["conv2d"].complete({"groups": 2}))


def test_a_refusal_of_what_must_be_refused_passes(conv):
    case = refused(conv)
    assert "groups" in truth(case).rejected
    found = judge(case, truth(case), {"outcome": "rejected", "message": "no"}, {}, {})
    assert (found.outcome, found.passed) == ("rejected", True)


def test_accepting_what_must_be_refused_differs(conv):
    case = refused(conv)
    found = judge(case, truth(case), COMPUTED, {"y": np.zeros((1, 3, 4, 4), "float32")}, {})
    assert (found.outcome, found.passed) == ("differs", False)
    assert found.why.startswith("accepted what must be refused (groups 2 must divide")
    assert found.why.endswith("returned y [1, 3, 4, 4]")


@pytest.mark.parametrize("outcome", ["unsupported", "crashed", "timed-out", "not-run"])
def test_only_a_refusal_is_a_refusal(conv, outcome):
    case = refused(conv)
    assert not judge(case, truth(case), {"outcome": outcome}, {}, {}).passed


@pytest.mark.parametrize("outcome", ["rejected", "unsupported", "crashed", "timed-out", "not-run"])
def test_what_was_not_computed_does_not_pass(conv, outcome):
    case = conv()
    found = judge(case, truth(case), {"outcome": outcome, "message": "why"}, {}, {})
    assert (found.outcome, found.why, found.passed) == (outcome, "why", False)


# ---- what a case file expects --------------------------------------------------------------------


def agreement(conv, actual, stated, rtol=0.0, atol=0.0) -> str:
    """What `expected` comes to when the backend returns `actual` and the case states `stated`."""
    stated = np.asarray(stated)
    case = dataclasses.replace(conv(gradient=False), expected={"y": stated}, rtol=rtol, atol=atol)
    return judge(case, truth(case), COMPUTED, {"y": np.asarray(actual, "float32")}, {}).expected


ABOVE, BELOW = np.nextafter(np.float32(5.5), np.float32(9)), np.nextafter(np.float32(2.5), np.float32(0))


@pytest.mark.parametrize(
    ("actual", "wanted"),
    [(4.0, "agrees"), (5.5, "agrees"), (2.5, "agrees"), (ABOVE, "differs"), (BELOW, "differs"), (-4.0, "differs")],
)
def test_tolerance_is_atol_plus_rtol_times_the_expected_value(conv, actual, wanted):
    """0.5 + 0.25 * 4 = 1.5, all exact in binary; were it relative to the actual value, 5.5 had 1.875."""
    assert agreement(conv, [actual], [4.0], rtol=0.25, atol=0.5) == wanted


def test_without_tolerances_only_equality_agrees(conv):
    above = np.nextafter(np.float32(4), np.float32(9))
    assert agreement(conv, [4.0, 0.0], [4.0, -0.0]) == "agrees"
    assert agreement(conv, [above, 0.0], [4.0, 0.0]) == "differs"


@pytest.mark.parametrize(("steps", "wanted"), [(0, "agrees"), (1, "agrees"), (1000, "differs")])
def test_of_reals_the_derived_bound_is_the_tolerance_where_none_is_given(conv, steps, wanted):
    """What another correct computation returned agrees; equality would be asked of no two frameworks."""
    case = dataclasses.replace(conv(gradient=False), tier="reals")
    right = truth(case).outputs["y"].value.astype("f4")
    other = right + steps * np.spacing(np.abs(right))
    found = judge(dataclasses.replace(case, expected={"y": other}), truth(case), COMPUTED, {"y": right}, {})
    assert found.expected == wanted


def test_one_wrong_value_among_many_differs(conv):
    stated = np.arange(24.0).reshape(2, 3, 4)
    actual = stated.copy()
    actual[1, 1, 2] += 1
    assert agreement(conv, stated, stated, 1e-6, 1e-6) == "agrees"
    assert agreement(conv, actual, stated, 1e-6, 1e-6) == "differs"


@pytest.mark.parametrize("tolerance", [0.0, 0.5])
def test_special_values_agree_with_themselves_alone(conv, tolerance):
    specials = [np.nan, np.inf, -np.inf]
    assert agreement(conv, specials, specials, tolerance, tolerance) == "agrees"
    for stated in specials:
        for actual in (1.0, *(other for other in specials if other is not stated)):
            assert agreement(conv, [actual], [stated], tolerance, tolerance) == "differs", (actual, stated)
    for actual in specials:
        assert agreement(conv, [actual], [1.0], tolerance, tolerance) == "differs"


def test_another_shape_differs_even_if_it_broadcasts(conv):
    assert agreement(conv, [1.0, 1.0], [1.0]) == "differs"
    assert agreement(conv, [[1.0]], [1.0]) == "differs"


def test_expected_values_count_beside_the_truth(conv):
    """A backend that is right fails nevertheless where the case file expects something else, and says so."""
    case = conv(gradient=False)
    right = truth(case).outputs["y"].value
    outputs = {"y": right.astype("float32")}
    agreeing = dataclasses.replace(case, expected={"y": right})
    found = judge(agreeing, truth(case), COMPUTED, outputs, {})
    assert (found.outcome, found.expected, found.passed) == ("exact", "agrees", True)
    differing = dataclasses.replace(case, expected={"y": right + 1}, rtol=0.0)
    found = judge(differing, truth(case), COMPUTED, outputs, {})
    assert (found.outcome, found.expected, found.passed) == ("exact", "differs", False)
    said = r"y\[0, 0, 0, 0\] is \S+, not \S+ \+- 0 \(\d+ of \d+ are off, by up to 1\)"
    said += r"; the truth is \S+, so the file is wrong"
    assert re.fullmatch(f"the case file expects other values: {said}", found.why)


def test_a_wrong_result_is_not_excused_by_a_file_that_is_right(conv):
    case = conv(gradient=False)
    right = truth(case).outputs["y"].value
    found = judge(
        dataclasses.replace(case, expected={"y": right}), truth(case), COMPUTED, {"y": right.astype("f4") + 1}, {}
    )
    assert "the truth is" in found.why
    assert "the file is wrong" not in found.why


def test_gradients_that_the_case_states_count_too(conv):
    case = conv()
    wanted = truth(case)
    outputs = {"y": wanted.outputs["y"].value.astype("f4")}
    slopes = {name: one.value.astype("f4") for name, one in wanted.gradients.items()}
    stated = {name: one.value for name, one in wanted.gradients.items()}
    agreeing = dataclasses.replace(case, expected_gradients=stated)
    assert judge(agreeing, wanted, COMPUTED, outputs, slopes).expected == "agrees"
    differing = dataclasses.replace(case, expected_gradients={"x": stated["x"] + 1})
    found = judge(differing, wanted, COMPUTED, outputs, slopes)
    assert (found.expected, found.passed) == ("differs", False)
    assert "gradient for x[0, 0, 0, 0] is" in found.why


@pytest.mark.parametrize("outcome", ["rejected", "computed"])
def test_values_for_what_the_specification_refuses_are_a_contradiction(conv, outcome):
    case = conv(expected={"y": np.zeros((1, 3, 4, 4))})
    case = dataclasses.replace(case, attrs={**case.attrs, "stride": [0, 1]})
    found = judge(case, truth(case), {"outcome": outcome}, {"y": np.zeros((1, 3, 4, 4), "f4")}, {})
    assert (found.expected, found.passed) == ("differs", False)
    assert found.why.startswith("the case file expects values for what the specification refuses: ")


# ---- several outputs -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["losses", "kernels"])
def test_one_wrong_output_of_several_is_the_verdict_however_near_the_others_are(name):
    """An output of another shape has no error in numbers; others, which are right, have small ones."""
    case = next(one for one in operators()["learn_kernel"].cases() if one.id == "learn_kernel/edges/reals-float32")

    def spoil(outputs, gradients):
        outputs[name] = outputs[name][1:]

    right, found = verdict(case), verdict(case, spoil)
    assert right.output.bound_ratio > 0
    assert found.outcome == "differs"
    assert found.why.startswith(f"{name} has shape")
