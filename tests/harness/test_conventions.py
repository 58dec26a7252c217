"""The command `conventions`: every answer comes from the call that a probe makes, and costs no other answer."""

import json
import sys
from pathlib import Path

import pytest

from harness.backends import Backend
from harness.conventions import NONE, ask, perform, probes
from harness.errors import UserError
from spec.questions import questions

HEAD = "import os\nimport time\n\nimport numpy as np\n\nfrom backends.contract import probe\n"
ADAPTER = "from backends.numpy.adapter import Adapter\n"
INNOCENT = '@probe("convolve.default", "planted")\ndef innocent(x, k):\n    return np.convolve(x, k)\n'


@pytest.fixture
def backend(tmp_path):
    """A backend in a folder of its own, run by this very interpreter, with the text of its `conventions.py`."""

    def plant(text: str, adapter: str = ADAPTER) -> Backend:
        (tmp_path / "adapter.py").write_text(adapter)
        (tmp_path / "conventions.py").write_text(f"{HEAD}\n\n{text}\n\n{INNOCENT}")
        return Backend("planted", tmp_path / "adapter.py", Path(sys.executable))

    return plant


def answer(backend: Backend, id: str = "correlate.default", timeout: float = 20.0) -> dict:
    """The one answer to a question; the question that is asked after it must be answered as if nothing had been."""
    found = ask(backend, [questions()[id], questions()["convolve.default"]], timeout)
    assert [cell["answer"] for cell in found["convolve.default"]] == ["turned, full"]
    return found[id][0]


def correlate(body: str) -> str:
    """A probe of the question `correlate.default`."""
    return f'@probe("correlate.default", "planted")\ndef planted(x, k):\n    {body}\n'


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("return np.correlate(x, k)", "as written, valid"),
        ("return np.correlate(x, k, 'full')", "as written, full"),
        ("return np.correlate(x, k[::-1])", "turned, valid"),
        ("return np.convolve(x, k)", "turned, full"),
        ("return 2 * np.correlate(x, k)", NONE),
        ("return np.correlate(x, k)[None]", NONE),
        ("return 'as written, valid'", NONE),
    ],
)
def test_another_call_is_another_answer(backend, body, named):
    assert answer(backend(correlate(body)))["answer"] == named


def test_a_cell_holds_what_was_called_and_what_came_out(backend):
    cell = answer(backend(correlate("return np.correlate(x, k)")))
    assert cell["api"] == "planted"
    assert cell["code"] == "def planted(x, k):\n    return np.correlate(x, k)"
    assert cell["output"] == "[321. 432.]"


def test_what_no_hypothesis_predicts_is_shown_as_it_is(backend):
    cell = answer(backend(correlate("return x[:2]")))
    assert (cell["answer"], cell["output"]) == (NONE, "[1. 2.]")


def test_a_probe_that_raises_has_the_answer_refuses(backend):
    cell = answer(backend(correlate("raise TypeError('no such thing')")))
    assert (cell["answer"], cell["output"]) == ("refuses", "TypeError: no such thing")


@pytest.mark.parametrize("death", ["os._exit(3)", "os.abort()"])
def test_a_probe_that_ends_the_process_costs_its_own_answer_alone(backend, death):
    assert answer(backend(correlate(death)))["answer"] == "crashed"


def test_a_probe_that_hangs_costs_its_own_answer_alone(backend):
    assert answer(backend(correlate("time.sleep(60)")), timeout=2.0)["answer"] == "timed-out"


def test_a_probe_gets_tensors_of_the_adapter_or_arrays(backend):
    text = """
@probe("memory.in", "tensors")
def tensors(x):
    return 10 * x


@probe("memory.in", "arrays", arrays=True)
def arrays(x):
    return 10 * x
"""
    adapter = ADAPTER + "\n\nAdapter.from_numpy = lambda self, array: array + 1\n"
    found = ask(backend(text, adapter), [questions()["memory.in"]], 20.0)["memory.in"]
    assert {cell["api"]: cell["output"] for cell in found} == {"tensors": "[20. 30. 40.]", "arrays": "[10. 20. 30.]"}


def test_a_question_is_answered_once_for_each_interface(backend, tmp_path):
    planted = backend(correlate("return np.correlate(x, k)"))
    more = '@probe("correlate.default", "other")\ndef other(x, k):\n    return np.convolve(x, k)\n'
    (tmp_path / "conventions_more.py").write_text(f"{HEAD}\n\n{more}")
    found = ask(planted, [questions()["correlate.default"]], 20.0)["correlate.default"]
    assert {cell["api"]: cell["answer"] for cell in found} == {
        "planted": "as written, valid",
        "other": "turned, full",
    }


def test_a_question_that_nobody_asks_has_no_answer(backend):
    assert ask(backend(""), [questions()["pool.nan"]], 20.0) == {"pool.nan": []}


def test_probes_are_read_without_being_imported(tmp_path):
    (tmp_path / "conventions.py").write_text('import nothing_such\n\n\n@probe("a.b", "c")\ndef f():\n    return "d"\n')
    assert probes(tmp_path / "conventions.py") == {("a.b", "c"): 'def f():\n    return "d"'}
    assert probes(tmp_path / "missing.py") == {}


def named(backend: Backend) -> str:
    """The backend as it is named on the command line."""
    return f"planted={backend.adapter}@{sys.executable}"


def test_the_command_stores_questions_and_answers(backend, tmp_path, capsys):
    planted = backend(correlate("return np.correlate(x, k)"))
    assert perform((named(planted),), ("correlate.default",), tmp_path / "out", 1, 20.0) == 0
    table = json.loads((tmp_path / "out" / "tables" / "conventions.json").read_text())
    assert [question["id"] for question in table["questions"]] == ["correlate.default"]
    assert table["answers"]["planted"]["correlate.default"][0]["answer"] == "as written, valid"
    assert "as written, valid" in capsys.readouterr().out


def test_a_backend_that_does_not_start_is_named_and_fails(backend, tmp_path, capsys):
    planted = backend("", adapter="raise RuntimeError('out of order')\n")
    assert perform((named(planted),), ("correlate.default",), tmp_path / "out", 1, 20.0) == 1
    assert "out of order" in capsys.readouterr().out


def test_an_unknown_question_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"unknown question 'conv\.flop'; choose from: "):
        perform((), ("conv.flop",), tmp_path, 1, 20.0)
