"""Bridges on the frameworks themselves: every pair is proven."""

import pytest

from harness.bridge.proof import prove
from harness.bridge.translate import NETWORK
from harness.commands import bridge as bridging
from reports.facts.bridge import HOLDS, INEXPRESSIBLE

ROWS = [(NETWORK, "float32"), ("conv2d_layer", "float32"), ("conv2d", "float16")]


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
    pairs = [({bridge.source.name, bridge.target.name}, proof) for bridge, proof in half]
    # Of a pair with ONNX Runtime it may be the other one that lacks something first.
    lacking = [proof for names, proof in pairs if "mxnet" in names and "onnxruntime" not in names]
    if not lacking:
        pytest.skip("mxnet was not chosen, or nothing else")
    for proof in lacking:
        assert proof.verdict == INEXPRESSIBLE
        assert proof.problem[0] == "mxnet"
        assert "float16 is refused on the CPU" in proof.problem[1]
