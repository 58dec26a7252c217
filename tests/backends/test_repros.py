"""A script for every bug of the ledger, that a maintainer of the framework can run as it is.

Whether the bugs still show is asked in `tests/conformance/test_repro_scripts.py`, which needs the frameworks.
"""

import ast
import re
import sys

import pytest

from spec import operators
from spec.questions import questions
from tests.backends.repros import LEDGERS, NONE_FOUND, REPROS, Repro
from tests.test_architecture import imports

BUGS = [(name, known) for name in sorted(LEDGERS) for known in LEDGERS[name] if known.kind == "bug"]
every_repro = pytest.mark.parametrize("repro", REPROS, ids=str)


@pytest.mark.parametrize(("framework", "known"), [pytest.param(*bug, id=f"{bug[0]}:{bug[1].id}") for bug in BUGS])
def test_every_bug_has_a_script(framework, known):
    found = [repro for repro in REPROS if repro.framework == framework and repro.name == known.id]
    assert len(found) == 1, f"write backends/{framework}/repros/{known.id}.py"


@every_repro
def test_no_script_is_an_orphan(repro):
    if "Belongs to" not in repro.says:
        assert repro.entry, f"the ledger of {repro.framework} has no entry {repro.name!r}; say what it belongs to"
        return
    kind, _, wanted = repro.says["Belongs to"].partition(" ")
    entries = {known.id for known in LEDGERS[repro.framework]}
    assert repro.name not in entries
    assert wanted in {"ledger": entries, "question": questions(), "operator": operators()}[kind]


@every_repro
def test_a_script_says_what_is_wrong_and_where_it_is_known(repro):
    first, *rest = repro.text.split("\n\n")
    assert re.fullmatch(r"\S.+\.", first)
    assert rest, "say what should come instead, and why"
    assert set(repro.says) - {"Belongs to", "Needs"} == {"Upstream", "Shows as"}
    assert re.fullmatch(rf"[\w.-]+/[\w.-]+#[1-9]\d*|{NONE_FOUND}", repro.says["Upstream"])
    assert re.fullmatch(r"AssertionError|SIG[A-Z]+", repro.says["Shows as"])


@pytest.mark.parametrize("repro", [repro for repro in REPROS if "Belongs to" not in repro.says], ids=str)
def test_script_and_ledger_agree(repro):
    assert repro.says["Upstream"] == (repro.entry.link or NONE_FOUND)
    assert (repro.says["Shows as"] != "AssertionError") == (repro.entry.outcome in ("crashed", "timed-out"))


def foreign(repro: Repro) -> set[str]:
    """The modules that are neither the framework, nor needed to call it, nor of the standard library."""
    names = {module.partition(".")[0] for module, _, _ in imports(repro.path.read_text())}
    return names - set(sys.stdlib_module_names) - {repro.framework, *repro.says.get("Needs", "").split(", ")}


@every_repro
def test_a_script_imports_its_framework_alone(repro):
    assert foreign(repro) == set()
    assert repro.framework in {module.partition(".")[0] for module, _, _ in imports(repro.path.read_text())}


@every_repro
def test_a_script_prints_and_asserts(repro):
    """It says what came and what should have come, and fails as long as that differs."""
    nodes = list(ast.walk(ast.parse(repro.path.read_text())))
    printed = [node.args[0] for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"]
    begins = {str(one.value).split()[0] for one in printed if isinstance(one, ast.Constant)}
    assert {repro.framework, "expected"} <= begins
    raised = [getattr(node.exc, "func", node.exc) for node in nodes if isinstance(node, ast.Raise)]
    raises = any(getattr(one, "id", "") == "AssertionError" for one in raised)
    assert raises or any(isinstance(node, ast.Assert) for node in nodes)


@pytest.mark.parametrize("source", ["import numpy", "from spec import core", "def f():\n    import scipy.signal"])
def test_a_planted_import_is_seen(tmp_path, source):
    path = tmp_path / "torch" / "repros" / "planted.py"
    path.parent.mkdir(parents=True)
    path.write_text(f'"""Says nothing."""\nimport os\nimport torch\n{source}\n')
    assert len(foreign(Repro(path))) == 1


def test_what_a_script_says_that_it_needs_is_no_fault(tmp_path):
    path = tmp_path / "torch" / "repros" / "planted.py"
    path.parent.mkdir(parents=True)
    path.write_text('"""Says what it needs.\n\nNeeds: numpy\n"""\nimport numpy\nimport scipy\nimport torch\n')
    assert foreign(Repro(path)) == {"scipy"}
