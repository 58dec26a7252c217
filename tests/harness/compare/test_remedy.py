"""What is to be written instead, in the words of the other library."""

import pytest

from harness.compare.examine import Row
from harness.compare.finding import SETTINGS, WEIGHTS, Finding
from harness.compare.remedy import remedy


def said(kind, settings, frameworks=("keras (tensorflow)", "torch"), word=SETTINGS, **attrs):
    finding = Finding(word, "", settings)
    return remedy(Row("a", "b", kind, word, [finding], (None, None), None, None), frameworks, attrs)


@pytest.mark.parametrize(
    ("settings", "library", "wanted"),
    [
        ({"epsilon": (1e-3, 1e-5)}, "torch", "In B, at b: eps=0.001."),
        ({"momentum": (0.99, 0.9)}, "torch", "In B, at b: momentum=0.01."),
        ({"momentum": (0.99, 0.9)}, "flax", "In B, at b: momentum=0.99."),
        ({"training": (False, True)}, "torch", "In B, at b: eval()."),
        ({"training": (False, True)}, "flax", "In B, at b: use_running_average=True."),
        ({"approximate": (True, False)}, "torch", "In B, at b: approximate='tanh'."),
        ({"slope": (0.1, 0.01)}, "gluon", "In B, at b: alpha=0.1."),
        ({"slope": (0.1, 0.01)}, "keras (tensorflow)", "In B, at b: negative_slope=0.1."),
        ({"form": ("relu", "relu6")}, "torch", ""),
    ],
)
def test_settings_have_their_names_in_the_library(settings, library, wanted):
    assert said("activation", settings, ("torch", library)) == wanted


def test_a_call_with_its_proof_is_named_for_windows():
    found = said("conv2d", {"padding": ([[0, 1], [0, 1]], [[1, 1], [1, 1]])}, stride=[2, 2], padding="same", groups=1)
    assert found == (
        "As a call, with its proof: python -m harness bridge conv2d --from tensorflow --to torch "
        "--stride [2,2] --padding same"
    )


def test_weights_are_loaded_again():
    assert said("dense", {"weight": ("w", "w")}, word=WEIGHTS) == "In B: load A's weights of a into b again."
