"""Two small networks, one with a mistake or without: the words, the layers, and what recorders did not see."""

import json

import numpy as np
import pytest

from harness import cli
from tests.harness.compare.conftest import DENSE, NORM, RANDOM, W, X


def mistakes(rows):
    return {row.other: [(finding.word, finding.text) for finding in row.findings] for row in rows if row.findings}


def test_the_same_network_in_the_other_layout_has_no_mistake(two):
    rows = two()
    assert mistakes(rows) == {}
    assert [row.word for row in rows] == ["same bits"] * 6


def test_a_difference_of_the_input_is_carried(two):
    """One unit in the last place of every pixel: no mistake, and no layer says that it is its own."""
    rows = two(x=np.nextafter(X, np.float32(9)))
    assert mistakes(rows) == {}
    assert [row.word for row in rows] == ["rounding"] + ["carried"] * 5


def test_rounding_of_a_layer_is_rounding(two, tmp_path):
    rows = two(w=np.nextafter(W, np.float32(9)))  # a weight that differs by one rounding is the same weight
    assert mistakes(rows) == {}
    assert rows[1].word == "rounding"


@pytest.mark.parametrize("hidden", [("act",), ("norm", "act"), ("flat",)])
@pytest.mark.parametrize("side", ["a", "b"])
def test_what_was_not_seen_is_explained_by_what_the_other_does(two, hidden, side):
    rows = two({"hide": hidden}) if side == "a" else two(hide=hidden)
    assert mistakes(rows) == {}
    assert "not judged" not in {row.word for row in rows}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"form": "relu6", "hide": ("act",)},
            "B does something that was not seen before it, and it is not what A does: relu (act)",
        ),
        ({"form": "tanh", "hide": ("act",)}, "it is not what A does: relu (act)"),
        ({"epsilon": 0.5, "hide": ("norm", "act")}, "it is not what A does: batch_norm2d (norm), relu (act)"),
    ],
)
def test_a_mistake_that_was_not_seen_is_told_all_the_same(two, changes, said):
    """It is named behind the gap, by what the other model was seen to do there."""
    large = {**NORM, "scale": 9 * NORM["scale"]}
    found = mistakes(two({"norm": large}, norm=large, **changes))
    assert list(found) == ["flat"]
    assert said in found["flat"][0][1]


def test_what_neither_shows_is_not_judged(two):
    rows = two({"hide": ("act",)}, hide=("act",), form="tanh")
    assert {row.other: row.word for row in rows}["flat"] == "not judged"


def test_another_batch_is_told_and_layers_are_judged_all_the_same(two):
    found = mistakes(two(x=X[:1], epsilon=1e-5))
    assert list(found) == ["(input)", "norm"]
    assert "the shape is" in found["(input)"][0][1]


def test_two_mistakes_are_both_named(two):
    found = mistakes(two(epsilon=1e-5, dense=np.roll(DENSE, 1, 0)))
    assert [(layer, word) for layer, told in found.items() for word, _ in told] == [
        ("norm", "settings differ"),
        ("dense", "weights differ"),
    ]


def test_a_layer_that_misses_its_own_truth_is_wrong(two, tmp_path):
    """What is written of it is right; what it computed is not."""
    rows = two()
    path = tmp_path / "b" / "tensors.safetensors"
    raw = bytearray(path.read_bytes())
    head = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
    layers = json.loads((tmp_path / "b" / "trace.json").read_text())["layers"]
    norm = next(layer for layer in layers if layer["name"] == "norm")
    start = 8 + int.from_bytes(raw[:8], "little") + head[norm["outputs"][0]]["data_offsets"][0]
    array = np.frombuffer(raw, "f4", 4, start).copy()
    raw[start : start + 16] = (array + 1e-2).tobytes()
    path.write_bytes(raw)
    assert cli.main(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--format", "json"]) == 1
    assert rows


def test_a_map_puts_layers_together_and_is_written(two, tmp_path, capsys):
    two()
    folder = tmp_path / "out"
    assert cli.main(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(folder)]) == 0
    assert "no mistake" in capsys.readouterr().out
    pairs = json.loads((folder / "map.json").read_text())["pairs"]
    assert ["conv", "conv"] in pairs
    (folder / "map.json").write_text(json.dumps({"schema_version": 1, "pairs": [["act", None], [None, "act"]]}))
    assert cli.main(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--map", str(folder / "map.json")]) == 0
    assert "without a partner in A: act" in capsys.readouterr().out


def test_the_exit_code_and_the_json_say_which_layer(two, tmp_path, capsys):
    two(epsilon=1e-5)
    capsys.readouterr()
    assert cli.main(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["first"], found["mistakes"]) == ("norm", 1)
    row = next(row for row in found["layers"] if row["a"] == "norm")
    assert row["findings"] == [
        {"word": "settings differ", "text": "epsilon 0.001 / 1e-05", "about": {"epsilon": [0.001, 1e-05]}}
    ]


def test_a_norm_that_was_folded_into_its_convolution_is_no_mistake(two, tmp_path):
    factor = NORM["scale"] / np.sqrt(NORM["variance"] + 1e-3)
    folded = (W * factor[:, None, None, None]).astype("f4")
    rows = two({"norm": {**NORM, "mean": 0 * NORM["mean"], "shift": 0 * NORM["shift"]}}, w=folded, skip=("norm",))
    assert mistakes(rows) == {}


def test_random_numbers_are_not_put_together(two):
    """Another training altogether: every weight is named."""
    found = mistakes(two(w=RANDOM.standard_normal(W.shape).astype("f4")))
    assert list(found) == ["conv"]
    assert "of another training or never loaded" in found["conv"][0][1]
