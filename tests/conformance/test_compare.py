"""Whole networks in four frameworks, recorded and compared: correct ports have no mistake, planted ones are named.

The recorders run as users get them: one file, printed by `harness recorder`, in the framework's own environment.
"""

import itertools
import json
import re
import subprocess
from pathlib import Path

import pytest

from harness.compare.model import Model
from harness.compare.search import compare_models
from harness.compare.trace import read
from harness.source.recorder import compose, recorders
from tests.compare.mistakes import HARMLESS, MISTAKES

NETWORKS = ("lenet", "resnet", "mobilenet", "unet")
RECORD = Path(__file__).parents[1] / "compare" / "networks" / "record.py"
TRAINING = {  # how a network is run in training
    "torch": "net.train(); call = lambda net, x: net(x).sum().backward()",
    "keras": "call = lambda net, x: net(x, training=True)",
    "flax": "net.train()",
    "gluon": "import mxnet\ndef call(net, x):\n    with mxnet.autograd.record():\n        net(x)",
}
ALL = [*MISTAKES, *HARMLESS]
BACKEND = {library: path.parent.name for library, path in recorders().items()}
IN_ONNX = ("lenet", "mobilenet")
LIBRARIES = ("torch", "keras", "flax", "gluon")
PAIRS = [f"{one}-{other}" for one, other in itertools.permutations(LIBRARIES, 2)]


class Traces:
    """The folders of traces, each recorded when its framework is first asked for, all of them by one process."""

    def __init__(self, root: Path, pythons: dict[str, str], every: int, why_not) -> None:
        self.root, self.pythons, self.why_not, self.recorded = root, pythons, why_not, {}
        self.mistakes = [*MISTAKES[:: max(every, 1)], *HARMLESS]

    def of(self, library: str, network: str, mistake=None) -> Path:
        if BACKEND[library] not in self.pythons:
            pytest.skip(self.why_not(BACKEND[library]))
        if library not in self.recorded:
            self.recorded[library] = self._record(library)
        folder = self.root / library / (network if mistake is None else f"mistake-{ALL.index(mistake)}")
        assert str(folder) not in self.recorded[library], self.recorded[library][str(folder)]
        return folder

    def _record(self, library: str) -> dict[str, str]:
        root = self.root / library
        root.mkdir()
        (root / "recorder.py").write_text(compose(library))
        written = IN_ONNX if library == "onnxruntime" else NETWORKS
        orders = [{"network": network, "folder": str(root / network)} for network in written]
        if library in TRAINING:
            orders.append({"network": "resnet", "folder": str(root / "training"), "code": TRAINING[library]})
        orders += [
            {
                "network": one.network,
                "folder": str(root / f"mistake-{ALL.index(one)}"),
                "replace": one.replace,
                "code": one.code,
            }
            for one in self.mistakes
            if one.library == library
        ]
        (root / "orders.json").write_text(json.dumps(orders))
        command = [self.pythons[BACKEND[library]], str(RECORD), str(root / "recorder.py")]
        command += [f"in_{library}.py", str(root / "orders.json")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def traces(tmp_path_factory, ready, why_not, request) -> Traces:
    pythons = {backend.name: backend.python for backend in ready}
    every = request.config.getoption("--porting-mistakes")
    return Traces(tmp_path_factory.mktemp("traces"), pythons, every, why_not)


def compared(one: Path, other: Path):
    return compare_models(Model(read(one)), Model(read(other)))[0]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("pair", PAIRS)
def test_correct_ports_have_no_mistake(traces, pair, network):
    one, other = pair.split("-")
    rows = compared(traces.of(one, network), traces.of(other, network))
    assert len(rows) >= 14
    assert [(row.one, row.other, row.findings, row.note) for row in rows if row.findings] == []
    assert {row.word for row in rows} <= {"same bits", "rounding", "carried"}


@pytest.mark.parametrize("pair", PAIRS)
def test_networks_in_training_have_no_mistake(traces, pair):
    """Batch norms take the statistics of the batch, each framework by a formula of its own."""
    folders = [traces.of(library, "training") for library in pair.split("-")]
    rows = compared(*folders)
    assert [(row.one, row.other, row.findings, row.note) for row in rows if row.findings] == []
    assert sum(row.kind == "batch_norm2d" for row in rows) == 6
    assert all(json.loads((folder / "trace.json").read_text())["training"] for folder in folders)


def test_gradients_of_weights_are_recorded_in_training(traces):
    layers = json.loads((traces.of("torch", "training") / "trace.json").read_text())["layers"]
    held = {layer["name"]: set(layer["gradients"]) for layer in layers if layer["weights"]}
    assert held["fc"] == {"w", "b"}
    assert held["bn1"] == {"scale", "shift"}


@pytest.mark.parametrize("network", IN_ONNX)
@pytest.mark.parametrize("library", LIBRARIES)
def test_an_exported_model_does_what_its_original_does(traces, library, network):
    """LeNet-5 in the nodes that torch exports, the MobileNet-like network in those of Keras' exporter."""
    for pair in itertools.permutations((traces.of(library, network), traces.of("onnxruntime", network))):
        rows = compared(*pair)
        assert len(rows) >= 14
        assert {row.word for row in rows} <= {"same bits", "rounding", "carried"}


def plain(name: str) -> str:
    """A layer's name without the number that Keras gives to its model."""
    return re.sub(r"^(functional|sequential|u_net)(_\d+)?\.", "", re.sub(r"_\d+$", "", name))


def named(rows) -> list[str]:
    return sorted(plain(row.other) for row in rows if row.findings)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one.library}-{one.network}-{one.title}")
def test_a_planted_mistake_is_named_at_its_layer_with_its_cause(traces, mistake, capsys):
    if mistake not in traces.mistakes:
        pytest.skip("one of those that only --porting-mistakes 1 plants")
    source = "torch" if mistake.library == "keras" else "keras"
    wrong = traces.of(mistake.library, mistake.network, mistake)
    rows = compared(traces.of(source, mistake.network), wrong)
    found = [finding for row in rows for finding in row.findings]
    print(f"{mistake.title:50} {', '.join(named(rows)):40} {'; '.join(finding.text for finding in found)[:120]}")
    assert named(rows) == sorted(plain(name) for name in mistake.layers.split())
    assert mistake.word in {finding.word for finding in found}
    assert any(mistake.said in finding.text for finding in found)


@pytest.mark.parametrize("change", HARMLESS, ids=lambda one: f"{one.library}-{one.network}-{one.title}")
def test_what_looks_like_a_mistake_and_is_none_is_not_named(traces, change):
    source = "torch" if change.library == "keras" else "keras"
    rows = compared(traces.of(source, change.network), traces.of(change.library, change.network, change))
    assert [(row.one, row.other, row.findings, row.note) for row in rows if row.findings or row.note] == []


def test_there_are_enough_mistakes():
    assert len(MISTAKES) >= 60
    assert {mistake.library for mistake in MISTAKES} == set(LIBRARIES)
