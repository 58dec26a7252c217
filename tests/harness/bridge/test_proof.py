"""The proof of a bridge fails when anything in it is wrong; what cannot be expressed is no failure but an answer."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.bridge import isolated_process, weights
from harness.bridge.isolated_process import Job
from harness.bridge.proof import Proof, prove
from harness.bridge.translate import NETWORK, Bridge, NetworkBridge, bridge
from harness.commands import bridge as bridging
from harness.workers.backends import FOLDER, Backend
from harness.workers.supervisor import Supervisor
from reports.facts.bridge import FAILS, HOLDS, INEXPRESSIBLE
from spec import operators
from spec.errors import UserError

NUMPY = Backend("numpy", FOLDER / "numpy" / "adapter.py", Path(sys.executable))
NHWC = '''
"""The NumPy backend for images NHWC and kernels HWIO."""
import numpy as np
from backends.contract import Unsupported, native
from backends.numpy import adapter

TRANSPOSE = np.transpose

class Adapter(adapter.Adapter):
    @native("NHWC", kernel="HWIO")
    def conv2d(self, x, w, *b, **attrs):
        y = super().conv2d(np.transpose(x, (0, 3, 1, 2)), np.transpose(w, (3, 2, 0, 1)), *b, **attrs)
        return np.transpose(y, (0, 2, 3, 1))
'''
NETWORK_NHWC = '''
"""LeNet-5 for images NHWC, kernels HWIO and dense weights (in, out)."""
import numpy as np
from backends.contract import native

@native("NHWC", kernel="HWIO", dense="IO")
def lenet5(images, c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b):
    x = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))
    for w, b in ((c1_w, c1_b), (c3_w, c3_b)):
        windows = np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(1, 2))
        y = np.maximum(np.einsum("nhwcab,abco->nhwo", windows, w, optimize=True) + b, 0)
        n, h, wide, c = y.shape
        x = y.reshape(n, h // 2, 2, wide // 2, 2, c).max(axis=(2, 4))
    x = x.reshape(len(x), -1)
    x = np.maximum(x @ c5_w + c5_b, 0)
    x = np.maximum(x @ f6_w + f6_b, 0)
    return x @ out_w + out_b
'''


@pytest.fixture
def last(tmp_path):
    """A backend with the channels last, as text that a test may spoil."""
    (tmp_path / "last").mkdir()
    path = tmp_path / "last" / "adapter.py"
    path.write_text(NHWC)
    (path.parent / "lenet5.py").write_text(NETWORK_NHWC)
    return Backend("last", path, Path(sys.executable))


def proof(one: Bridge) -> Proof:
    supervisor = Supervisor(one.source)
    try:
        return prove([one], {one.source.name: supervisor}, dict.fromkeys((one.source.name, one.target.name), "1"))[0]
    finally:
        supervisor.close()


def conv(source: Backend, target: Backend, **attrs) -> Bridge:
    return bridge("conv2d", source, target, operators()["conv2d"].complete(attrs))


def spoil(monkeypatch, one: Bridge, right: str, wrong: str) -> None:
    """Put a mistake into the text of a bridge."""
    code = one.code
    assert right in code
    monkeypatch.setattr(type(one), "code", code.replace(right, wrong))


def test_a_right_text_holds_bit_for_bit(last):
    found = proof(conv(last, NUMPY, padding="same", stride=[2, 1]))
    assert found.verdict == HOLDS
    assert found.same_bits == found.agree == len(found.findings) > 0
    assert found.problem == ("", "")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("(3, 2, 0, 1)", "(3, 2, 1, 0)"), ("stride=[2, 1]", "stride=[1, 2]"), ("padding='same'", "padding='same_lower'")],
)
def test_a_wrong_text_has_no_proof(last, monkeypatch, right, wrong):
    one = conv(last, NUMPY, padding="same", stride=[2, 1])
    spoil(monkeypatch, one, right, wrong)
    found = proof(one)
    assert found.verdict == FAILS
    assert found.problem[0] == "numpy"


def test_a_wrong_source_has_no_proof(last):
    last.adapter.write_text(NHWC.replace("(0, 2, 3, 1))", "(0, 2, 3, 1)) + 1"))
    found = proof(conv(last, NUMPY))
    assert (found.verdict, found.problem[0]) == (FAILS, "last")


def test_what_the_specification_refuses_is_wrong_input(last):
    with pytest.raises(UserError, match=r"conv2d: stride"):
        proof(conv(last, NUMPY, stride=[0, 1]))


# ---- the whole network ---------------------------------------------------------------------------


def test_a_network_holds_with_its_flatten(last):
    found = proof(bridge(NETWORK, last, NUMPY, {}))
    assert found.verdict == HOLDS
    made = [(one.trial.partition(":")[0], one.source) for one in found.findings]
    assert set(made) == {("whole numbers", "exact"), ("reals", "close")}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("np.transpose(c1_w, (3, 2, 0, 1))", "np.transpose(c1_w, (3, 2, 1, 0))"),
        ("np.transpose(f6_w, (1, 0))", "f6_w.reshape(84, 120)"),
        ("np.transpose(c5_w, (3, 2, 0, 1))", "np.transpose(c5_w, (3, 2, 1, 0))"),
        ("np.reshape(c5_w, (5, 5, 16, 120))", "np.reshape(c5_w, (16, 5, 5, 120)).transpose(1, 2, 0, 3)"),
    ],
)
def test_a_weight_in_a_wrong_order_has_no_proof(last, monkeypatch, right, wrong):
    """The last mistake is the one that is made: the rows of c5_w taken to be in the target's order already."""
    one = bridge(NETWORK, last, NUMPY, {})
    spoil(monkeypatch, one, right, wrong)
    found = proof(one)
    assert (found.verdict, found.problem[0]) == (FAILS, "numpy")
    assert found.agree == 0


@pytest.mark.parametrize(
    ("right", "wrong"),
    [('dense="IO"', 'dense="OI"'), ('kernel="HWIO"', 'kernel="OHWI"'), ('native("NHWC"', 'native("NCHW"')],
)
def test_a_wrong_declaration_has_no_proof(last, right, wrong):
    path = last.folder / "lenet5.py"
    path.write_text(NETWORK_NHWC.replace(right, wrong))
    found = proof(bridge(NETWORK, last, NUMPY, {}))
    assert (found.verdict, found.problem[0]) == (FAILS, "last")


# ---- not expressible -----------------------------------------------------------------------------


REFUSING = """
import numpy as np
from backends.contract import Unsupported, native

TRANSPOSE = np.transpose

class Adapter:
    def from_numpy(self, array):
        return array

    def to_numpy(self, array):
        return array

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, w, b=None, *, padding):
        raise Unsupported("there is no SAME here")
"""


def begin(last: Backend, line: str) -> None:
    """Let the convolution of the backend begin with another line."""
    last.adapter.write_text(NHWC.replace("        y = super", f"        {line}\n        y = super"))


def test_what_an_adapter_does_not_support_is_an_answer(last):
    begin(last, 'raise Unsupported("there is no SAME here")')
    found = proof(conv(last, NUMPY))
    assert (found.verdict, found.problem) == (INEXPRESSIBLE, ("last", "there is no SAME here"))
    assert found.agree == 0


def test_so_it_is_where_the_text_alone_says_it(last):
    last.adapter.write_text(REFUSING)
    found = proof(conv(NUMPY, last))
    assert (found.verdict, found.problem) == (INEXPRESSIBLE, ("last", "there is no SAME here"))
    assert {one.source for one in found.findings} == {"exact", "close"}


def test_what_fails_is_not_excused_by_what_cannot_be_expressed(last):
    begin(last, 'if w.shape[0] == 3: raise Unsupported("no kernel of three rows")')
    assert proof(conv(last, NUMPY)).verdict == INEXPRESSIBLE
    begin(last, 'w = w + 1\n        if w.shape[0] == 3: raise Unsupported("no kernel of three rows")')
    found = proof(conv(last, NUMPY))
    assert (found.verdict, found.problem[0]) == (FAILS, "last")
    assert "worst-case bound" in found.problem[1]


LEDGER = """
from backends.instead import Says
from backends.known import Known
LEDGER = [Known("half", ("conv2d",), "{kind}", "rejected", lambda case: True, "It has no such thing.", "why",
                instead=Says("no"))]
"""


@pytest.mark.parametrize(("kind", "verdict"), [("unsupported", INEXPRESSIBLE), ("bug", FAILS)])
def test_a_refusal_that_the_ledger_knows_as_unsupported_is_an_answer(last, kind, verdict):
    last.adapter.write_text(
        NHWC.replace("        y = super", '        raise RuntimeError("no gemm")\n        y = super')
    )
    (last.folder / "ledger.py").write_text(LEDGER.replace("{kind}", kind))
    found = proof(conv(last, NUMPY))
    assert found.verdict == verdict
    assert found.problem == ("last", "It has no such thing." if verdict == INEXPRESSIBLE else "RuntimeError: no gemm")


def test_an_operator_that_a_framework_does_not_have_is_an_answer(last):
    last.adapter.write_text("import numpy as np\n\nTRANSPOSE = np.transpose\n\n\nclass Adapter:\n    pass\n")
    (last.folder / "lenet5.py").unlink()
    assert proof(conv(NUMPY, last)).problem == ("last", "no operator of the framework corresponds to conv2d")
    found = proof(bridge(NETWORK, NUMPY, last, {}))
    assert (found.verdict, found.problem[1]) == (INEXPRESSIBLE, "there is no lenet5.py beside its adapter")


def test_an_adapter_that_cannot_turn_arrays_is_an_answer(last):
    last.adapter.write_text(NHWC.replace("TRANSPOSE = np.transpose\n", ""))
    found = proof(conv(NUMPY, last))
    assert (found.verdict, found.problem[0]) == (INEXPRESSIBLE, "last")
    assert found.problem[1] == "its adapter does not say how a layout becomes another: TRANSPOSE"
    assert proof(conv(last, NUMPY)).verdict == HOLDS


def test_an_adapter_that_keeps_something_in_itself_is_an_answer(last):
    last.adapter.write_text(NHWC.replace("        y = super", "        assert self.options is None\n        y = super"))
    found = proof(conv(NUMPY, last))
    assert (found.verdict, found.problem[0]) == (INEXPRESSIBLE, "last")
    assert "a bridge needs the method options" in found.problem[1]


def test_an_adapter_that_does_not_declare_its_layout_is_named(last):
    last.adapter.write_text(REFUSING.replace('    @native("NCHW", kernel="OIHW")\n', ""))
    with pytest.raises(UserError, match=r"adapter.py: conv2d must declare its layout with @native"):
        proof(conv(NUMPY, last))


def test_the_command_gives_it_as_an_answer(last, monkeypatch, capsys):
    begin(last, 'raise Unsupported("no way")')
    monkeypatch.setattr(bridging, "_frameworks", lambda names: [last, NUMPY])
    monkeypatch.setattr(bridging, "versions", lambda ready: {"last": "1", "numpy": "2"})
    assert bridging.show_one("conv2d", "last", "numpy", [], "float32") == 0
    assert capsys.readouterr().out == "# conv2d is not expressible in last: no way\n"


def test_the_command_prints_text_and_proof(last, monkeypatch, capsys):
    monkeypatch.setattr(bridging, "_frameworks", lambda names: [last, NUMPY])
    monkeypatch.setattr(bridging, "versions", lambda ready: {"last": "1", "numpy": "2"})
    assert bridging.show_one(NETWORK, "last", "numpy", [], "float32") == 0
    printed = capsys.readouterr().out
    assert "# proof: last 1 by its own call, numpy 2 by this text alone\n# 3 of 3 cases are right on both" in printed
    exec(printed, space := {})
    assert callable(space["lenet5_of_last"])
    spoil(monkeypatch, NetworkBridge(NETWORK, last, NUMPY), "(3, 2, 0, 1)", "(3, 2, 1, 0)")
    assert bridging.show_one(NETWORK, "last", "numpy", [], "float32") == 1
    assert "# 0 of 3 cases are right on both sides" in capsys.readouterr().out


# ---- texts alone ---------------------------------------------------------------------------------


def answers(*bodies: str, timeout: float = 60.0) -> list[tuple[str, str]]:
    jobs = [Job(f"import os, sys, time\ndef f(x):\n    {body}\n", "f", {"x": np.zeros(2)}) for body in bodies]
    return [(one.outcome, one.message) for one in isolated_process.run(NUMPY, jobs, timeout)]


def test_a_text_knows_nothing_of_the_project():
    found = answers("import spec", "import backends.contract", "import harness", "return x")
    assert [outcome for outcome, _ in found] == ["crashed"] * 3 + ["computed"]
    assert found[0][1] == "ModuleNotFoundError: No module named 'spec'"


def test_a_refusal_is_not_a_fault_of_the_text():
    assert answers("raise ValueError('too large')", "return y", "return x.no") == [
        ("rejected", "ValueError: too large"),
        ("crashed", "NameError: name 'y' is not defined"),
        ("crashed", "AttributeError: 'numpy.ndarray' object has no attribute 'no'"),
    ]


@pytest.mark.parametrize("death", ["os._exit(3)", "os.abort()"])
def test_a_text_that_ends_its_process_costs_its_own_answer_alone(death):
    found = answers("return x", death, "return x", death, "return x")
    assert [outcome for outcome, _ in found] == ["computed", "crashed", "computed", "crashed", "computed"]


def test_a_text_that_hangs_costs_its_own_answer_alone():
    found = answers("time.sleep(600)", "return x", timeout=5.0)
    assert [outcome for outcome, _ in found] == ["timed-out", "computed"]


def test_an_interpreter_that_cannot_begin_answers_nothing():
    found = isolated_process.run(dataclasses.replace(NUMPY, python=Path("/bin/false")), [Job("", "f", {})] * 3, 20.0)
    assert [(one.outcome, one.message) for one in found] == [("crashed", "exit code 1")] * 3


# ---- weights -------------------------------------------------------------------------------------


def test_weights_arrive_where_they_are_loaded(tmp_path):
    supervisors = {"one": Supervisor(NUMPY), "two": Supervisor(dataclasses.replace(NUMPY, name="two"))}
    try:
        found = weights.matrix(supervisors, tmp_path)
    finally:
        for supervisor in supervisors.values():
            supervisor.close()
    assert found == {"one": {"one": "", "two": ""}, "two": {"one": "", "two": ""}}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lenet5-one.safetensors", "lenet5-two.safetensors"]
