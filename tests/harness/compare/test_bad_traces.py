"""Traces that were cut short, changed or never were any: one line that names the file and the remedy."""

import json
import pickle

import pytest

from tests.harness.compare.conftest import network


@pytest.fixture
def folder(tmp_path):
    return network(tmp_path / "a")


def changed(folder, **changes):
    path = folder / "trace.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def layer(folder, place, **changes):
    layers = json.loads((folder / "trace.json").read_text())["layers"]
    layers[place].update(changes)
    changed(folder, layers=layers)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: (f / "trace.json").unlink(), "a trace is the folder that a recorder wrote"),
        (lambda f: (f / "trace.json").write_text((f / "trace.json").read_text()[:300]), "or was cut short"),
        (lambda f: (f / "trace.json").write_text("[]"), "a recorder writes an object"),
        (lambda f: (f / "trace.json").write_bytes(pickle.dumps({"a": 1})), "is not JSON"),
        (lambda f: changed(f, schema_version=2), "schema_version 2; this version reads 1"),
        (lambda f: changed(f, layers=[]), "has no layers"),
        (lambda f: changed(f, outputs=[]), "has no outputs: the model was not called, or raised an error"),
        (lambda f: changed(f, layers=[3]), "layer 0 is 3"),
        (lambda f: changed(f, inputs="t0"), "inputs is 't0'"),
        (lambda f: changed(f, image_layout="CHWN"), "image_layout is 'CHWN'"),
        (lambda f: layer(f, 0, inputs=["t99"]), "names the tensor 't99'"),
        (lambda f: layer(f, 0, inputs=None), "inputs is None"),
        (lambda f: layer(f, 0, weights=[1]), "weights is [1]"),
        (lambda f: layer(f, 0, weights={"w": "gone"}), "names the tensor 'gone'"),
        (lambda f: layer(f, 0, settings=[]), "settings"),
        (lambda f: layer(f, 0, kind=3), "kind"),
        (lambda f: (f / "tensors.safetensors").unlink(), "tensors.safetensors is missing"),
        (lambda f: (f / "tensors.safetensors").write_bytes(b""), "no whole safetensors file"),
        (lambda f: (f / "tensors.safetensors").write_bytes((f / "tensors.safetensors").read_bytes()[:-9]), "no whole"),
        (lambda f: (f / "tensors.safetensors").write_bytes(pickle.dumps([1] * 99)), "no whole safetensors file"),
    ],
)
@pytest.mark.parametrize("which", ["first", "second"])
def test_it_is_one_line(folder, tmp_path, error, spoil, said, which):
    other = network(tmp_path / "b")
    spoil(folder)
    both = (folder, other) if which == "first" else (other, folder)
    assert said in error("compare", *both)


@pytest.mark.parametrize(
    "change",
    [
        {"settings": {"stride": [1], "padding": "same", "layout": "NCHW", "kernel_layout": "OIHW"}},
        {"settings": {"stride": [1, 1], "padding": "sam", "layout": "NCHW", "kernel_layout": "OIHW"}},
        {"settings": {}},
        {"kind": "dense"},
        {"kind": "batch_norm2d"},
        {"weights": {}},
        {"inputs": []},
        {"outputs": []},
        {"inputs": ["conv.w"]},
        {"outputs": ["conv.w"]},
        {"weights": {"w": "t0"}},
        {"settings": {"layout": 3, "axis": "Q"}},
    ],
)
@pytest.mark.parametrize("place", range(5))
def test_settings_that_cannot_be_are_no_traceback(folder, tmp_path, capsys, change, place):
    """They are refused in one line, or the layer is not judged or differs: a trace may come from anywhere."""
    from harness import cli

    other = network(tmp_path / "b", "NHWC")
    layer(folder, place, **change)
    for both in ((folder, other), (other, folder)):
        code = cli.main(["compare", *map(str, both)])
        found = capsys.readouterr()
        assert code in (0, 1, 2)
        assert found.err.count("\n") <= 1
        assert bool(found.out) == (code < 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"schema_version": 1, "pairs": [["conx", "conv"]]}', "the map names 'conx', no layer of"),
        ('{"schema_version": 1, "pairs": [["conv", "conx"]]}', "near: conv"),
        ('{"schema_version": 1, "pairs": [["conv", "conv"], ["conv", "act"]]}', "names 'conv' twice"),
        ('{"schema_version": 1, "pairs": [["conv"]]}', "is no pair of names"),
        ('{"schema_version": 1, "pairs": [[null, null]]}', "is no pair of names"),
        ('{"schema_version": 2, "pairs": []}', "must be"),
        ("[]", "must be"),
        ("{", "is not JSON"),
    ],
)
def test_a_map_that_cannot_be_is_one_line(folder, tmp_path, error, text, said):
    other = network(tmp_path / "b")
    (tmp_path / "map.json").write_text(text)
    assert said in error("compare", folder, other, "--map", tmp_path / "map.json")


def test_a_map_that_is_missing_is_one_line(folder, error, tmp_path):
    assert "No such file" in error("compare", folder, folder, "--map", tmp_path / "none.json")
