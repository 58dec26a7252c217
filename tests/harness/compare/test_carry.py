"""A's weights in B's layouts: read back they are A's, and a layer with other settings is not proven."""

import numpy as np
from safetensors.numpy import load_file

from harness import cli
from harness.compare.align import align
from harness.compare.carry import carry
from harness.compare.model import Form, Model
from harness.compare.trace import read
from tests.harness.compare.conftest import DENSE, NORM, RANDOM, W, network


def test_weights_of_another_training_are_replaced_by_those_of_the_first(tmp_path):
    """Written for B and loaded into it, B computes what A does: its kernels and dense weights lie otherwise."""
    one = network(tmp_path / "a")
    other = network(tmp_path / "b", "NHWC", w=RANDOM.standard_normal(W.shape).astype("f4"), dense=DENSE[::-1].copy())
    wanted = network(tmp_path / "c", "NHWC")
    models = [Model(read(folder)) for folder in (one, other, wanted)]
    found = carry(models[0], models[1], align(models[0], models[1]))
    assert found.layers == {"conv": "", "norm": "", "dense": ""}
    for op in models[2].ops:
        for key, array in models[2].raw_weights(op).items():
            np.testing.assert_array_equal(found.weights[f"{op.layer.name}.{key}"], array)


def test_a_layer_with_other_settings_is_not_proven(tmp_path):
    models = [Model(read(network(tmp_path / "a"))), Model(read(network(tmp_path / "b", "NHWC", epsilon=0.1)))]
    found = carry(*models, align(*models))
    assert {name for name, why in found.layers.items() if why} == {"norm"}


def test_folding_undoes_unfolding():
    form = Form(flat=(("H", 2), ("W", 3), ("C", 4)))
    array = np.arange(48).reshape(2, 24)
    np.testing.assert_array_equal(form.fold(form.unfold(array, 1), 1), array)
    assert not np.array_equal(form.unfold(array, 1), array)


def test_the_command_writes_them_and_says_how_many_are_proven(tmp_path, capsys):
    one, other = network(tmp_path / "a"), network(tmp_path / "b", "NHWC", norm={**NORM, "scale": 2 * NORM["scale"]})
    path = tmp_path / "w.safetensors"
    assert cli.main(["compare", str(one), str(other), "--weights", str(path)]) == 1
    assert "3 of 3 layers proven" in capsys.readouterr().out
    np.testing.assert_array_equal(load_file(path)["norm.scale"], NORM["scale"])


def test_a_file_that_cannot_be_written_is_one_line(tmp_path, error):
    one = network(tmp_path / "a")
    assert cli.main(["compare", str(one), str(one), "--weights", str(tmp_path / "no" / "w.safetensors")]) == 2
