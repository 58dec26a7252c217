"""The command `judge`: what is said of two arrays, alone and as results of an operator."""

import json

import numpy as np
import pytest

from harness import cli
from spec import operators

ATTRS = {"stride": [1, 1], "padding": "valid", "dilation": [1, 1], "groups": 1}
RANDOM = np.random.default_rng(14)
X, W = RANDOM.standard_normal((2, 4, 8, 9)).astype("f4"), RANDOM.standard_normal((5, 4, 3, 3)).astype("f4")
RIGHT = operators()["conv2d"].reference(X.astype("f8"), W.astype("f8"), **ATTRS).astype("f4")
FLIPPED = operators()["conv2d"].reference(X.astype("f8"), W[..., ::-1, ::-1].astype("f8"), **ATTRS).astype("f4")
ROUNDED = operators()["conv2d"].reference(X, W, **ATTRS)  # summed in float32


@pytest.fixture
def judged(tmp_path, capsys):
    """What is said of the right result and another one, and the exit code."""

    def ask(other, *options, one=RIGHT):
        for name, array in (("one", one), ("other", other), ("x", X), ("w", W)):
            np.save(tmp_path / f"{name}.npy", array)
        inputs = [f"--input={name}={tmp_path / name}.npy" for name in "xw"] if options else []
        code = cli.main(
            ["judge", f"{tmp_path}/one.npy", f"{tmp_path}/other.npy", *options, *inputs, "--format", "json"]
        )
        return code, json.loads(capsys.readouterr().out)

    return ask


@pytest.mark.parametrize(
    ("other", "code", "verdict", "look"),
    [
        (RIGHT, 0, "same", ""),
        (ROUNDED, 0, "normal", ""),
        (RIGHT.astype("f2").astype("f4"), 1, "not normal", "the second is the other one rounded to float16"),
        (RIGHT[:, ::-1], 1, "not normal", "the second comes of the first by flipping it along C"),
        (RIGHT.swapaxes(2, 3), 1, "not normal", "the second comes of the first by handing out NCWH for NCHW"),
        (2 * RIGHT + 1, 1, "not normal", "the second is 2 times the first, plus 1"),
        (
            np.maximum(RIGHT, 0),
            1,
            "not normal",
            "the second comes of the first by setting negative results to 0 (a ReLU)",
        ),
    ],
)
def test_two_arrays_alone(judged, other, code, verdict, look):
    found = judged(other)
    assert (found[0], found[1]["verdict"], found[1].get("looks_like", "")) == (code, verdict, look)


def test_a_difference_of_rounding_is_measured(judged):
    _, found = judged(ROUNDED)
    assert 0 < found["differing"] < found["size"] == RIGHT.size
    assert found["max_abs"] == np.abs(RIGHT.astype("f8") - ROUNDED).max()
    assert found["median_ulp"] >= 0


def test_with_the_operator_it_is_said_who_is_right(judged):
    code, found = judged(ROUNDED, "--op", "conv2d")
    assert (code, found["verdict"], found["first"]["right"], found["second"]["right"]) == (0, "normal", True, True)
    code, found = judged(FLIPPED, "--op", "conv2d")
    assert (code, found["why"], found["first"]["right"]) == (1, "the second is wrong", True)
    assert "flipping w along H and W (the kernel is convolved" in found["second"]["looks_like"]


def test_attributes_are_read_as_those_of_a_bridge(judged):
    attrs = {**ATTRS, "stride": [2, 2], "padding": "same"}
    right = operators()["conv2d"].reference(X.astype("f8"), W.astype("f8"), **attrs).astype("f4")
    code, found = judged(right, "--op", "conv2d", "--stride", "2", "--padding", "same", one=right)
    assert (code, found["first"]["outcome"]) == (0, "exact")
    assert judged(right, "--op", "conv2d", "--padding", "same", one=right)[0] == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--stride", "2"], "name it: --op conv2d"),
        (["--op", "conv3d"], "unknown operator 'conv3d'; choose from: "),
        (["--op", "conv2d"], "conv2d needs the input 'x'"),
        (["--op", "flatten", "--strid", "2", "--input", "x=OWN"], "flatten has no attribute 'strid'; it has: layout"),
        (["--op", "conv2d", "--input", "x"], "write --input x=x.npy"),
        (["--op", "conv2d", "--input", "x=none.npy", "--input", "w=OWN"], "No such file"),
    ],
)
def test_wrong_input_is_one_line(tmp_path, capsys, options, said):
    np.save(tmp_path / "one.npy", RIGHT)
    path = str(tmp_path / "one.npy")
    options = [part.replace("OWN", path) for part in options]
    assert cli.main(["judge", path, path, *options]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error


def test_a_pickle_is_refused(tmp_path, capsys):
    np.save(tmp_path / "one.npy", np.array([{}], object), allow_pickle=True)
    assert cli.main(["judge", str(tmp_path / "one.npy"), str(tmp_path / "one.npy")]) == 2
    assert "is no plain .npy array" in capsys.readouterr().err
