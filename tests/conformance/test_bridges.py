"""Bridges on the frameworks themselves: what a network declares is what experiments find, and every pair is proven."""

import pytest

from harness.bridge.proof import prove
from harness.bridge.translate import NETWORK, network
from harness.commands import bridge as bridging
from harness.commands import conventions
from harness.source.standalone import layouts_of_function
from reports.facts.bridge import HOLDS, INEXPRESSIBLE
from spec.questions import questions

ROWS = [(NETWORK, "float32"), ("conv2d_layer", "float32"), ("conv2d", "float16")]

# The interface that each network is written in, by which the probes of `conventions.py` are named.
INTERFACES = {"torch": "torch.nn", "tensorflow": "tf.keras", "jax": "flax.nnx", "mxnet": "mxnet.gluon"}
WORDS = {
    "layout.dense": {"OI": "(outputs, inputs)", "IO": "(inputs, outputs)"},
    "layout.flatten": {"NCHW": "channels, rows, columns", "NHWC": "rows, columns, channels"},
}


@pytest.fixture(scope="session")
def proofs(ready):
    """(bridge, proof) for all pairs of the chosen backends."""
    wanted = bridging.pairs(ready, ROWS)
    with bridging.supervisors(ready) as opened:
        return list(zip(wanted, prove(wanted, opened, bridging.versions(ready))))


def test_every_bridge_holds_or_cannot_be_expressed(backend, proofs):
    mine = [(bridge, proof) for bridge, proof in proofs if bridge.target.name == backend]
    if not mine:
        pytest.skip("a bridge needs two backends")
    for bridge, proof in mine:
        said = bridge.dtype == "float32" and not any(bridge.lacking)  # in half precision much is refused
        answers = (HOLDS,) if said else (HOLDS, INEXPRESSIBLE)
        assert proof.verdict in answers, (bridge.op, bridge.source.name, proof.problem)


def test_convolutions_of_float16_cannot_be_expressed_in_mxnet(proofs):
    half = [(bridge, proof) for bridge, proof in proofs if bridge.dtype == "float16"]
    lacking = [(bridge, proof) for bridge, proof in half if "mxnet" in (bridge.source.name, bridge.target.name)]
    if not lacking:
        pytest.skip("mxnet was not chosen, or nothing else")
    for _, proof in lacking:
        assert proof.verdict == INEXPRESSIBLE
        assert proof.problem[0] == "mxnet"
        assert "float16 is refused on the CPU" in proof.problem[1]


def test_networks_declare_what_experiments_find(ready):
    """Layout, kernel, dense weights and flatten of the layers that each is made of, by the frameworks' own calls."""
    asked = [questions()[f"layout.{name}"] for name in ("default", "kernel", "dense", "flatten")]
    for mine in (one for one in ready if one.name in INTERFACES):  # NumPy has no layers of its own to ask
        own = layouts_of_function(network(mine), NETWORK)
        found = conventions.ask(mine, asked, 60.0)
        answers = {
            name: {one["answer"] for one in given if one["api"].startswith(INTERFACES[mine.name])}
            for name, given in found.items()
        }
        assert answers == {
            "layout.default": {own.image},
            "layout.kernel": {own.kernel},
            "layout.dense": {WORDS["layout.dense"][own.dense]},
            "layout.flatten": {WORDS["layout.flatten"][own.image]},
        }, mine.name
