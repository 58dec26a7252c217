"""What `check-backend` finds missing: each planted lack is told in one line, with the remedy, and gives exit code 1."""

import sys

import pytest

from harness import cli
from harness.commands import check_backend
from harness.workers import backends
from harness.workers.backends import Backend

RIGHT = """
from backends.contract import native


class Adapter:
    def from_numpy(self, array):
        return array.copy()

    def to_numpy(self, tensor):
        return tensor

    def synchronize(self):
        pass

    def describe(self):
        return {"version": "1", "device": "cpu", "threads": 1}

    @native("NCHW")
    def pad2d(self, x, *, padding, mode, value):
        return x

    def flatten(self, x, *, layout):
        return x.reshape(len(x), -1)
"""
AUTODIFF = "    def vjp(self, fn, tensors, cotangent):\n        return fn(*tensors), gradients(tensors)\n"
LEDGER = """
from backends.instead import Rounds
from backends.known import Known

LEDGER = [
    Known("all-wrong", ("flatten",), "numeric", "differs", lambda case: True, "It is all wrong.", "Nobody knows why.",
          instead=Rounds()),
]
"""


@pytest.fixture
def check(tmp_path, capsys):
    """Check an adapter of this text, with other files beside it: exit code, what is missing, what is left out."""

    def perform(text: str, **files: str):
        (tmp_path / "adapter.py").write_text(text)
        for name, content in files.items():
            (tmp_path / f"{name}.py").write_text(content)
        code = cli.main(["check-backend", f"mine+ledger={tmp_path / 'adapter.py'}@{sys.executable}"])
        lines = [line.partition(": ") for line in capsys.readouterr().out.splitlines()]
        missing = [line for kind, _, line in lines if kind == "missing"]
        return code, missing, [line for kind, _, line in lines if kind == "left out"]

    return perform


def test_nothing_is_missing(check):
    code, missing, left_out = check(RIGHT)
    assert (code, missing) == (0, [])
    assert "vjp: outputs alone are judged" in left_out
    assert next(line for line in left_out if line.startswith("activation, avg_pool2d, ")).endswith('"unsupported"')


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("class Adapter", "class Backend", "has no class Adapter; see backends/contract.py"),
        ("class Adapter", "class Adapter class", "invalid syntax"),
        ("    def synchronize(self):\n        pass\n", "", "adapter.py: synchronize: is missing"),
        ('    @native("NCHW")\n', "", "adapter.py: pad2d: @native declares 0 for layout; put @native(...) before it"),
        ("mode, value", "mode", "adapter.py: pad2d: takes the attributes ['mode', 'padding'], not"),
        (
            "def flatten(self, x",
            "def flatten(self, array",
            "flatten: takes the inputs ['array'], not ['x']",
        ),
        ("def flatten", "def conv3d", "adapter.py: conv3d: is no operator; begin a helper's name with _"),
        ("        return x.reshape(len(x), -1)", "        return y", "flatten: crashed in the case flatten/"),
        ("        return x.reshape(len(x), -1)", "        return x.reshape(3, 1)", "mend it, or raise Unsupported"),
        ('"threads": 1', '"cores": 1', "describe: says nothing of 'threads'; reports show it"),
        (
            "import native",
            "import native, nothing",
            "adapter: it does not start: ImportError: cannot import",
        ),
        ("-1)\n", f"-1)\n\n{AUTODIFF}", "gradient"),
    ],
)
def test_a_lack_of_the_adapter_is_told(check, right, wrong, line):
    assert RIGHT.count(right) == 1
    code, missing, _ = check(RIGHT.replace(right, wrong))
    assert code == 1
    assert any(line in one for one in missing), missing


def test_an_adapter_that_computes_nothing_is_told(check):
    refuses = "        raise Unsupported('no')\n"
    text = (
        RIGHT.replace("import native", "import Unsupported, native")
        .replace("        return x\n", refuses)
        .replace("        return x.reshape(len(x), -1)\n", refuses)
    )
    code, missing, _ = check(text)
    assert (code, missing) == (1, ["adapter: none of its operators computes its first case; begin with one that does"])


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"ledger": LEDGER}, "ledger: all-wrong: `when` is true of every case"),
        ({"ledger": "LEDGER = [1]"}, "LEDGER holds 1"),
        ({"conventions": "@probe('conv.none', 'mine')\ndef a():\n    pass\n"}, "conventions: mine answers 'conv.none'"),
        ({"lenet5": "def net(images):\n    pass\n"}, "lenet5.py: write lenet5(images, *weights)"),
        ({"lenet5": "def lenet5(images):\n    pass\n"}, "lenet5.py: write lenet5(images, *weights)"),
    ],
)
def test_a_lack_of_another_file_is_told(check, files, line):
    code, missing, _ = check(RIGHT, **files)
    assert code == 1
    assert [one for one in missing if line in one] == missing != []


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of a project of its own, whose tox.ini names it; its requirements.txt has these lines."""
    monkeypatch.setattr(backends, "FOLDER", tmp_path / "backends")
    monkeypatch.setattr(check_backend, "FOLDER", tmp_path / "backends")
    monkeypatch.setattr(check_backend, "ROOT", tmp_path)
    (tmp_path / "backends" / "mine").mkdir(parents=True)

    def make(requirements: str | None, listed: str = "mine") -> Backend:
        (tmp_path / "tox.ini").write_text(f"[tox]\nenv_list = numpy, {listed}, tests\n")
        if requirements is not None:
            (tmp_path / "backends" / "mine" / "requirements.txt").write_text(requirements)
        return Backend("mine", tmp_path / "backends" / "mine" / "adapter.py")

    return make


def test_a_folder_has_pinned_requirements_and_an_environment(folder):
    assert list(check_backend._folder(folder("# ours\nmine==1.0\n"))) == []


@pytest.mark.parametrize(
    ("requirements", "listed", "line"),
    [
        (None, "mine", "backends/mine/requirements.txt: write the framework there"),
        ("mine>=1.0\n", "mine", "backends/mine/requirements.txt: 'mine>=1.0' is not pinned; write it as name==version"),
        ("mine 1.0\n", "mine", "backends/mine/requirements.txt: 'mine 1.0' is not pinned; write it as name==version"),
        ("mine==1.0\n", "other", "tox.ini: env_list does not name mine; add it there"),
    ],
)
def test_a_lack_of_the_folder_is_told(folder, requirements, listed, line):
    [found] = check_backend._folder(folder(requirements, listed))
    assert found.startswith(line)


def test_a_folder_without_an_adapter_begins_with_it(folder, capsys, monkeypatch):
    monkeypatch.setattr(check_backend, "names", lambda: ("numpy",))
    folder("mine==1.0\n")
    assert cli.main(["check-backend", "mine"]) == 1
    assert capsys.readouterr().out.startswith("missing: backends/mine/adapter.py: write a class Adapter there")


def test_a_backend_of_this_project_lacks_nothing(capsys):
    assert cli.main(["check-backend", "numpy"]) == 0
    assert "missing: " not in capsys.readouterr().out


def test_what_is_no_backend_is_wrong_input(capsys):
    assert cli.main(["check-backend", "caffe"]) == 2
    assert "there is no folder backends/caffe; make it, or write NAME=adapter.py@python" in capsys.readouterr().err
