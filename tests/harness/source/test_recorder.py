"""A printed recorder is one file that needs NumPy and its framework alone."""

import ast
import sys

import pytest

from harness import cli
from harness.source.recorder import compose, recorders
from spec.errors import UserError

FRAMEWORKS = {
    "torch": {"torch"},
    "keras": {"keras", "tensorflow"},
    "flax": {"flax", "jax"},
    "gluon": {"mxnet"},
    "onnxruntime": {"onnx", "onnxruntime"},
}


@pytest.mark.parametrize("name", sorted(FRAMEWORKS))
def test_it_imports_numpy_and_the_framework_alone(name):
    found = set()
    for node in ast.walk(ast.parse(compose(name))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add((node.module or "").partition(".")[0])
    assert found - set(sys.stdlib_module_names) == {"numpy"} | FRAMEWORKS[name]


@pytest.mark.parametrize("name", sorted(FRAMEWORKS))
def test_every_name_that_it_uses_is_in_it(name):
    """The parts are cut from two files: what one takes from the other must be there, and stand before it."""
    tree = ast.parse(compose(name))
    defined = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert {"Recording", "pair", "bound", "record"} <= defined
    assert ast.get_docstring(tree)


def test_there_is_one_for_each_library():
    assert set(FRAMEWORKS) <= set(recorders())


def test_it_is_found_by_its_backend_as_well():
    assert compose("tensorflow") == compose("keras")


def test_an_unknown_library_is_one_line(capsys):
    with pytest.raises(UserError, match="there is no recorder for 'caffe'; choose from: "):
        compose("caffe")
    assert cli.main(["recorder", "caffe"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
