"""Who may know whom, and what keeps files readable: read off the source, without importing any of it.

spec      pure NumPy, in any version; `ml_dtypes` only where it is used, because not every environment has it
backends  spec, NumPy, their own framework, and the files that all share; never each other, never the harness
reports   spec; they read stored runs and run nothing
harness   spec, reports, and what all backends share; its rooms import downwards alone
"""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("spec", "backends", "harness", "reports")
BACKENDS = tuple(sorted(path.parent.name for path in (ROOT / "backends").glob("*/adapter.py")))
LINES = 400

# What a distribution of a requirements.txt is called in an import, or brings, where that is not its own name.
MODULES = {
    "jinja2": {"jinja2", "markupsafe"},
    "pillow": {"PIL"},
    "scikit_learn": {"sklearn"},
    "tensorflow_cpu": {"tensorflow"},
}
SHARED = tuple(
    f"backends.{name}"
    for name in (
        *("contract", "known", "instead", "condition", "processor", "recorder"),
        *("shared_ledger", "shared_network_ledger", "other_cases", "other_definitions"),
    )
)
CALLED = ("backends.execute",)  # by the harness alone
OWN = ("spec", "backends", "harness", "reports", "tests")


def sources(*folders: str, pattern: str = "*.py") -> list[Path]:
    """The files of the folders, relative to the root."""
    return sorted(path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob(pattern))


def required(path: str) -> set[str]:
    """The modules that the pinned distributions of a requirements.txt bring."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / path).read_text().splitlines())
    names = [line.partition("==")[0].strip().replace("-", "_") for line in lines if "==" in line]
    return set().union(*(MODULES.get(name, {name}) for name in names))


TOOLS = required("requirements.txt")


def imports(source: str) -> list[tuple[str, int, bool]]:
    """(module, line, whether only when a function is called) of every import; a relative one begins with a dot."""
    found: list[tuple[str, int, bool]] = []

    def visit(node: ast.AST, late: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found.extend((alias.name, child.lineno, late) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                module = "." * child.level + (child.module or "")
                found.extend((f"{module}.{alias.name}", child.lineno, late) for alias in child.names)
            elif isinstance(child, ast.Call) and (name := dynamic(child)):
                found.append((name, child.lineno, late))
            visit(child, late or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)))

    visit(ast.parse(source), False)
    return found


def dynamic(call: ast.Call) -> str:
    """The module that `importlib.import_module("NAME")` or `__import__("NAME")` names, if it is written there."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    first = call.args[0] if call.args else None
    if name not in ("import_module", "__import__") or not isinstance(first, ast.Constant):
        return ""
    return str(first.value)


def allowed(path: Path) -> tuple[set[str], set[str]]:
    """What a file may import beside the standard library: always, and only when a function is called."""
    folder, *inner = path.parts
    if folder == "spec":
        return {"spec", "numpy"}, {"ml_dtypes"}
    if folder == "backends" and len(inner) == 1:
        return {"spec", "numpy", *SHARED}, set()
    if folder == "backends":
        framework = required(f"backends/{inner[0]}/requirements.txt")
        return {"spec", "numpy", "ml_dtypes", *SHARED, f"backends.{inner[0]}"} | framework, set()
    if folder == "harness":
        tools = TOOLS - {"execnet"} if path.name != "gateway.py" else TOOLS
        return {"spec", "reports", *SHARED, *CALLED, *rooms(path)} | tools, set()
    return {"spec", "reports"} | TOOLS - {"execnet", "tox"}, set()


# The rooms of the harness from the top: a file may import its own room and those below. Rooms in one row do not
# know each other.
ROOMS = (
    ("__main__", "cli", "options"),
    ("commands",),
    ("running", "compare"),
    ("diagnosis", "laws", "scorecard", "bridge", "lessons"),
    ("judging", "source"),
    ("workers", "cases"),
)


def rooms(path: Path) -> set[str]:
    """The rooms of the harness that a file of it may import."""
    own = path.with_suffix("").parts[1]
    row = next((number for number, names in enumerate(ROOMS) if own in names), len(ROOMS))
    below = {name for names in ROOMS[row + 1 :] for name in names}
    return {f"harness.{name}" for name in below | {own} | ({"cli", "options"} if row == 0 else set())}


def violations(path: Path, source: str) -> list[str]:
    """The imports of a file that the table does not allow."""
    always, late_only = allowed(path)
    found = []
    for module, line, late in imports(source):
        permitted = always | late_only if late else always
        first = module.partition(".")[0]
        inside = any(module == name or module.startswith(f"{name}.") for name in permitted)
        if not inside and (first in OWN or first not in sys.stdlib_module_names):
            found.append(f"{path}:{line} imports {module}")
    return found


def test_imports_keep_to_the_table():
    assert [one for path in sources(*FOLDERS) for one in violations(path, (ROOT / path).read_text())] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("spec/core.py", "import torch"),
        ("spec/core.py", "import scipy.signal"),
        ("spec/core.py", "from harness import oracle"),
        ("spec/core.py", "from backends.contract import native"),
        ("spec/core.py", "import ml_dtypes"),
        ("spec/core.py", "from . import layouts"),
        ("spec/ops/conv2d.py", "from ..core import Case"),
        ("spec/ops/conv2d.py", "def f():\n    import jax"),
        ("backends/contract.py", "import torch"),
        ("backends/contract.py", "from backends.numpy import checks"),
        ("backends/contract.py", "from harness.workers.wire import pack"),
        ("backends/processor.py", "import numpy, torch"),
        ("backends/torch/adapter.py", "import tensorflow as tf"),
        ("backends/torch/adapter.py", "from backends.numpy.adapter import Adapter"),
        ("backends/torch/adapter.py", "from harness.workers.wire import pack"),
        ("backends/torch/adapter.py", "from backends.execute import execute"),
        ("backends/torch/adapter.py", "import scipy"),
        ("backends/torch/adapter.py", "import importlib\nimportlib.import_module('jax')"),
        ("backends/torch/adapter.py", "__import__('mxnet')"),
        ("backends/numpy/adapter.py", "import torch"),
        ("harness/running/scheduler.py", "import torch"),
        ("harness/running/scheduler.py", "class A:\n    def f(self):\n        from jax import numpy"),
        ("harness/running/scheduler.py", "from backends.numpy.adapter import Adapter"),
        ("harness/running/scheduler.py", "from backends import numpy"),
        ("harness/running/scheduler.py", "import execnet"),
        ("harness/running/scheduler.py", "from harness.commands.run import run_cases"),
        ("harness/judging/verdict.py", "from harness.running import result"),
        ("harness/diagnosis/search.py", "from harness.laws.asker import Asker"),
        ("harness/workers/wire.py", "from harness.judging.oracle import Truth"),
        ("harness/running/scheduler.py", "import requests"),
        ("harness/running/scheduler.py", "from tests import conftest"),
        ("reports/page/page.py", "import torch"),
        ("reports/page/page.py", "from harness import run"),
        ("reports/page/page.py", "from harness.running.scheduler import Run"),
        ("reports/page/page.py", "import harness.judging.oracle"),
        ("reports/page/page.py", "from backends.known import Known"),
        ("reports/page/page.py", "import execnet"),
    ],
)
def test_a_planted_import_is_seen(path, source):
    assert len(violations(Path(path), source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("spec/core.py", "import numpy as np\nimport math\nfrom spec.layouts import convert"),
        ("spec/core.py", "def f():\n    import ml_dtypes"),
        ("backends/torch/adapter.py", "import torch.nn.functional as F\nfrom backends.contract import native"),
        ("backends/tensorflow/adapter.py", "import tensorflow as tf\nfrom keras import layers"),
        ("backends/jax/adapter.py", "from flax import nnx\nimport jaxlib\nfrom backends.jax.lowering import pads"),
        ("harness/workers/gateway.py", "import execnet"),
        ("harness/cases/photographs.py", "def f():\n    from PIL import Image"),
        ("harness/cli.py", "def f():\n    from reports.write import write"),
        ("reports/page/page.py", "from reports import run_folder\nfrom spec.errors import UserError\nimport jinja2"),
    ],
)
def test_what_the_table_allows_is_not_seen(path, source):
    assert violations(Path(path), source) == []


WORKER = (
    "backends/contract.py",
    "backends/execute.py",
    "backends/processor.py",
    "harness/workers/worker.py",
    "harness/workers/wire.py",
)


def test_a_worker_needs_numpy_alone():
    """What a worker of any framework loads before its adapter: nothing but NumPy at the top of a file."""
    loaded = [*sources("spec"), *map(Path, WORKER)]
    for path in loaded:
        outside = {module.partition(".")[0] for module, _, late in imports((ROOT / path).read_text()) if not late}
        assert outside - set(sys.stdlib_module_names) <= {"numpy", "spec", "backends"}, path


# ---- no choice by name ---------------------------------------------------------------------------


def choices_by_name(source: str) -> list[int]:
    """The lines that compare something with the name of a backend."""
    found = []
    for node in ast.walk(ast.parse(source)):
        compared: list[ast.AST] = []
        if isinstance(node, ast.Compare):
            compared = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            compared = [node.value]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("startswith", "endswith"):
            compared = list(node.args)
        items = [
            item
            for one in compared
            for item in (one.elts if isinstance(one, (ast.Tuple, ast.List, ast.Set)) else [one])
        ]
        if any(isinstance(item, ast.Constant) and item.value in BACKENDS for item in items):
            found.append(node.value.lineno if isinstance(node, ast.MatchValue) else node.lineno)
    return found


def test_nothing_is_chosen_by_the_name_of_a_backend():
    paths = sources("spec", "harness", "reports")
    assert [f"{path}:{line}" for path in paths for line in choices_by_name((ROOT / path).read_text())] == []


@pytest.mark.parametrize(
    "source",
    [
        "if backend.name == 'torch':\n    pass",
        "x = 1 if 'jax' != name else 2",
        "if name in ('torch', 'tensorflow'):\n    pass",
        "while name not in ['mxnet']:\n    pass",
        "match name:\n    case 'numpy':\n        pass",
        "if name.startswith('tensorflow'):\n    pass",
    ],
)
def test_a_planted_choice_is_seen(source):
    assert len(choices_by_name(source)) == 1


def test_names_as_data_are_no_choice():
    assert choices_by_name("ORDER = ('torch', 'jax')\nif name in ORDER or dtype == 'float32':\n    pass") == []


# ---- files ---------------------------------------------------------------------------------------


def test_a_file_fits_in_the_head():
    paths = [*sources(*FOLDERS), *sources("reports", pattern="*.j2")]
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in paths}
    assert len(lengths) > 300
    assert {path: length for path, length in lengths.items() if length > LINES} == {}


def test_a_module_says_what_it_is_for():
    trees = {str(path): ast.parse((ROOT / path).read_text()) for path in sources(*FOLDERS)}
    assert [path for path, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []


@pytest.mark.parametrize("name", BACKENDS)
def test_a_backend_has_pinned_requirements_and_an_environment(name):
    lines = (ROOT / "backends" / name / "requirements.txt").read_text().splitlines()
    needed = [line.partition("#")[0].strip() for line in lines]
    assert [line for line in needed if line and "==" not in line] == []
    listed = next(line for line in (ROOT / "tox.ini").read_text().splitlines() if line.startswith("env_list"))
    assert name in [one.strip() for one in listed.partition("=")[2].split(",")]
