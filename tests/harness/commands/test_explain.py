"""`explain`: what is known of an operator, a case, a question, an entry, a padding."""

import re
import sys

import numpy as np
import pytest

from harness import cli
from harness.cases import catalogue
from harness.judging.bounds import worst_case
from harness.judging.element import element
from harness.judging.ledger import entries
from harness.judging.oracle import truth
from harness.workers import backends
from harness.workers.backends import FOLDER
from spec.questions import questions

NUMPY = f"mine={FOLDER / 'numpy' / 'adapter.py'}@{sys.executable}"
CASES = {case.id: case for case in catalogue.built_in()}


@pytest.fixture
def told(capsys):
    """What is printed about a subject, in one line; the exit code must be this."""

    def ask(*words, code=0):
        assert cli.main(["explain", *map(str, words)]) == code
        captured = capsys.readouterr()
        return re.sub(r"\s+", " ", captured.out + captured.err)

    return ask


def test_a_case_is_taken_apart(told):
    text = told("seed/corr2d", "--element", "1,0", "--backend", NUMPY)
    assert "y[1, 0] = 3·0 + 4·1 + 6·2 + 7·3 = 37, of which correct rounding may be" in text
    assert "mine 37.0; exact" in text
    assert "python -m harness run --case 'seed/corr2d'" in text


def test_a_case_that_must_be_refused_says_why(told):
    assert "It must be refused:" in told("pad2d/rejects/negative/reals-float32", "--backend", NUMPY)


def test_an_operator_shows_its_definition_and_a_worked_case(told):
    text = told("max_pool2d", "--backend", NUMPY)
    assert "kernel_size [h, w], two whole numbers" in text
    assert "case max_pool2d/" in text


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("same", "pads 0 before and 1 after; 112 outputs"),
        ("same_lower", "pads 1 before and 0 after; 112 outputs"),
        ("valid", "pads 0 before and 0 after; 111 outputs"),
    ],
)
def test_a_padding_is_told_in_numbers_and_in_every_framework(told, rule, words):
    text = told(rule, "--size", 224, "--kernel", 3, "--stride", 2)
    assert words in text
    for name in ("jax", "mxnet", "numpy", "tensorflow", "torch"):
        assert name in text
    if rule == "same":
        assert "F.conv2d(F.pad(x, (0, 1, 0, 1)), w, stride=2)" in text


def test_an_entry_of_the_ledger_tells_what_and_why(told):
    text = told("negative-pads-crop")
    assert "torch: negative-pads-crop kind convention" in text
    assert "pytorch/pytorch#105629" in text


def test_a_name_that_nothing_has_is_one_line(told):
    assert "nothing is named 'conv3d'; name an operator (activation, avg_pool2d" in told("conv3d", code=2)
    assert "did you mean conv2d/same-indivisible/" in told("conv2d/same", code=2)


@pytest.mark.parametrize("place", ["9,9", "1", "a,b", "-1,0"])
def test_an_element_that_is_not_there_is_one_line(told, place):
    assert "--element" in told("seed/corr2d", f"--element={place}", "--backend", NUMPY, code=2)


def test_it_can_be_written_as_a_page(told, tmp_path):
    told("same", "--html", tmp_path / "page.html")
    assert "pads 0 before and 1 after" in re.sub(r"<[^>]*>", "", (tmp_path / "page.html").read_text())
    assert "cannot be written" in told("same", "--html", tmp_path / "no" / "page.html", code=2)


@pytest.mark.parametrize("op", ["conv2d", "conv_transpose2d", "corr2d", "avg_pool2d", "upsample2d", "max_pool2d"])
def test_the_terms_of_an_element_sum_to_it(op):
    cases = [case for case in CASES.values() if case.op == op and case.expect == "value" and case.tier == "integers"]
    tried = 0
    for case in cases[:12]:
        wanted = truth(case)
        if wanted.rejected or not np.isfinite(next(iter(wanted.outputs.values())).value).all():
            continue
        place = tuple(n // 2 for n in wanted.outputs["y"].value.shape)
        found = element(case, wanted, place)
        bias = wanted.outputs["y"].value[place] - sum(left * right for _, left, right in found.terms)
        added = 0.0 if "b" not in case.inputs else float(np.abs(case.inputs["b"]).max())
        assert abs(bias) <= added + 1e-9 or len(found.terms) == 40, case.id
        tried += 1
    assert tried >= 3


def test_cases_can_be_listed_without_being_run(capsys):
    assert cli.main(["run", "--list", "--op", "flatten"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == sum(case.op == "flatten" for case in CASES.values())
    assert lines[0].startswith("flatten/channels-first/")


def test_the_version_is_told(capsys):
    assert cli.main(["--version"]) == 0
    assert re.fullmatch(r"convparity, version \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_a_question_is_answered_by_the_framework_and_explained(told):
    text = told("convolve.default", "--backend", NUMPY)
    question = questions()["convolve.default"]
    why, instead = (text.index(" ".join(one.split())) for one in (question.explanation, question.bridge))
    asked, answered = text.index(question.text), text.index("np.convolve(")
    assert asked < answered < text.index(" why ") < why < text.index(" instead ") < instead
    assert re.search(r"numpy \S.{0,40}full", text), text


def test_an_entry_says_what_it_is_from_the_ledger_itself(told):
    entry = next(one for one in entries(backends.select(("torch",))[0]) if one.id == "negative-pads-crop")
    text = told("negative-pads-crop", "--backend", "torch")
    for label, words in (("what", entry.what), ("why", entry.why), ("link", entry.link), ("kind", entry.kind)):
        assert f"{label} {' '.join(words.split())}" in text


def test_what_rounding_may_be_off_is_the_bound_of_the_judge(told):
    case = next(one for one in CASES.values() if one.op == "conv2d" and one.tier == "reals" and one.dtype == "float32")
    wanted = truth(case)
    place = (0,) * wanted.outputs["y"].value.ndim
    bound = worst_case(wanted.outputs["y"], case.dtype)[place]
    text = told(case.id, f"--element={','.join(map(str, place))}", "--backend", NUMPY)
    assert f"correct rounding may be {bound:.3g} off" in text
    value = wanted.outputs["y"].value[place]
    found = re.search(r"mine (-?[\d.e-]+); close, at worst ([\d.]+) of the bound", text)
    assert float(found[1]) == pytest.approx(value, abs=bound)
    assert 0 < float(found[2]) < 1


def test_without_a_place_the_largest_element_is_taken(told):
    assert "y[1, 1] = 4·0 + 5·1 + 7·2 + 8·3 = 43" in told("seed/corr2d", "--backend", NUMPY)
