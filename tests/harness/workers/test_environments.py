"""Environments: built when missing or outdated, asked of tox only then, and a failure in one line.

Most tests put a script in the place of tox; two use tox itself, without network.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from harness.workers import environments
from harness.workers.backends import Backend

# Called as `python -m tox run|config ...` in the root; prints what is in output.txt, and exits with status.txt.
FAKE_TOX = """#!/bin/sh
echo "$@" >> calls.txt
if [ "$3" = config ]; then
    echo "[testenv:planted]"
    echo "env_python = $PWD/.tox/planted/bin/python"
    exit 0
fi
cat output.txt
status=$(cat status.txt)
[ "$status" = 0 ] && mkdir -p .tox/planted/bin && touch .tox/planted/bin/python
exit "$status"
"""


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A project of one backend without an environment."""
    (tmp_path / "backends" / "planted").mkdir(parents=True)
    (tmp_path / "backends" / "planted" / "adapter.py").write_text("")
    (tmp_path / "backends" / "planted" / "requirements.txt").write_text("# what it needs\nframe==1.0\nnumpy==2.0\n")
    (tmp_path / "tox.ini").write_text(
        "[tox]\nenv_list = planted\nno_package = true\n[testenv]\ndeps = -r backends/{env_name}/requirements.txt\n"
    )
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def tox(root, monkeypatch):
    """Put a script in the place of tox: what it prints and exits with. Returns its calls so far."""
    script = root / "fake"
    script.write_text(FAKE_TOX)
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))

    def behave(output: str = "", status: int = 0):
        (root / "output.txt").write_text(output)
        (root / "status.txt").write_text(str(status))

    def calls() -> list[str]:
        return (root / "calls.txt").read_text().splitlines() if (root / "calls.txt").exists() else []

    behave()
    calls.behave = behave
    return calls


def planted(root: Path, **changes) -> Backend:
    return Backend("planted", root / "backends" / "planted" / "adapter.py", **changes)


def silent(name: str, step: str) -> None:
    """Progress that nobody watches."""


def resolve(*backends: Backend) -> list[Backend]:
    return environments.resolve(backends, silent)


# ---- what is built, and when ---------------------------------------------------------------------


def test_what_is_missing_is_built_and_found_again_without_tox(root, tox):
    assert environments.locate(planted(root)).python is None
    (built,) = resolve(planted(root))
    assert built.python == root / ".tox" / "planted" / "bin" / "python"
    assert built.problem == ""
    assert len(tox()) == 2  # run and config
    assert resolve(planted(root)) == [built]
    assert len(tox()) == 2


@pytest.mark.parametrize("file", ["backends/planted/requirements.txt", "tox.ini"])
def test_a_changed_requirement_makes_the_environment_outdated(root, tox, file):
    resolve(planted(root))
    assert environments.locate(planted(root)).python is not None
    with (root / file).open("a") as opened:
        opened.write("\nmore==1.0\n")
    assert environments.locate(planted(root)).python is None
    (built,) = resolve(planted(root))
    assert built.python is not None
    assert len(tox()) == 4
    assert environments.locate(planted(root)).python is not None


def test_an_interpreter_that_is_gone_makes_the_environment_missing(root, tox):
    (built,) = resolve(planted(root))
    built.python.unlink()
    assert environments.locate(planted(root)).python is None


@pytest.mark.parametrize("stamp", ["", "{", "{}", "[]", "null", '{"digest": "x"}', '{"digest": null, "python": 3}'])
def test_a_damaged_stamp_makes_the_environment_missing(root, tox, stamp):
    resolve(planted(root))
    (root / ".tox" / "planted" / environments.STAMP).write_text(stamp)
    assert environments.locate(planted(root)).python is None


def test_a_backend_with_an_interpreter_of_its_own_needs_no_tox(root, tox):
    backend = planted(root, python=Path("somewhere/python"))
    assert resolve(backend) == [backend]
    assert tox() == []


def test_modes_of_a_backend_share_its_environment(root, tox):
    default, mode = planted(root), Backend("planted:slow", planted(root).adapter, environment={"SLOW": "1"})
    found = resolve(default, mode)
    assert [one.name for one in found] == ["planted", "planted:slow"]
    assert found[0].python == found[1].python != None  # noqa: E711  # one chain
    assert found[1].environment == {"SLOW": "1"}
    assert sum(" run " in call for call in tox()) == 1


def test_another_version_has_an_environment_and_requirements_of_its_own(root):
    other = planted(root, version="0.9")
    assert environments.folder(other) != environments.folder(planted(root))
    assert environments.digest(other) != environments.digest(planted(root))
    assert environments.requirements(planted(root)).splitlines()[1:] == ["frame==1.0", "numpy==2.0"]
    assert environments.requirements(other).splitlines() == ["frame==0.9", "numpy"]


# ---- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        (
            "planted: install\nERROR: Could not find a version\nERROR: No matching distribution found for frame==1.0\n"
            "planted: exit 1 (0.5 seconds)\n",
            "ERROR: No matching distribution found for frame==1.0",
        ),
        (
            "planted: skipped because could not find python interpreter with spec(s): python3\nevaluation failed :(\n",
            "planted: skipped because could not find python interpreter with spec(s): python3",
        ),
        ("something\nNo module named tox\n\n", "No module named tox"),
        ("", "tox said nothing"),
    ],
)
def test_a_failure_of_tox_is_a_problem_of_one_line(root, tox, output, problem):
    tox.behave(output, status=1)
    (failed,) = resolve(planted(root))
    assert (failed.python, failed.problem) == (None, problem)
    assert not (root / ".tox" / "planted" / environments.STAMP).exists()
    tox.behave()
    assert resolve(planted(root))[0].python is not None


def test_a_failure_costs_one_backend(root, tox):
    """The script builds `planted` alone."""
    good = planted(root, python=Path(sys.executable))
    tox.behave("ERROR: no\n", status=1)
    found = resolve(good, Backend("other", planted(root).adapter))
    assert [(one.name, one.problem) for one in found] == [("planted", ""), ("other", "ERROR: no")]


def test_progress_is_told_in_words_of_the_user(root, tox):
    tox.behave(
        "planted: 12 I create virtual environment via CPython3\nCollecting frame==1.0 (from -r requirements.txt)\n"
        "  Downloading frame-1.0-py3-none-any.whl (3.1 MB)\nsome other noise\n"
        "Installing collected packages: frame, numpy\n"
    )
    seen: list = []
    environments.resolve([planted(root)], lambda name, step: seen.append((name, step)))
    assert seen == [
        ("planted", "asking tox for the environment"),
        ("planted", "creating the environment"),
        ("planted", "Collecting frame==1.0"),
        ("planted", "Downloading frame-1.0-py3-none-any.whl (3.1 MB)"),
        ("planted", "Installing collected packages: frame, numpy"),
        ("planted", "ready"),
    ]


# ---- tox itself ----------------------------------------------------------------------------------


def wheel(folder: Path) -> None:
    """The package `frame` 1.0 as a wheel: a zip file with a module and what pip wants to know of it."""
    about = "frame-1.0.dist-info"
    with zipfile.ZipFile(folder / "frame-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("frame.py", "VALUE = 42\n")
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: frame\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")


def test_tox_builds_an_environment_that_holds_its_requirements(root):
    wheel(root)
    (root / "backends" / "planted" / "requirements.txt").write_text(f"--no-index\n--find-links {root}\nframe==1.0\n")
    (built,) = resolve(planted(root))
    assert built.problem == ""
    command = [str(built.python), "-c", "import frame, sys; print(frame.VALUE, sys.prefix)"]
    found = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True).stdout
    assert found == f"42 {environments.folder(built)}\n"
    assert environments.locate(planted(root)) == built


def test_a_package_that_does_not_exist_is_named(root):
    (root / "backends" / "planted" / "requirements.txt").write_text("--no-index\ndefinitely-not-a-package==0\n")
    (failed,) = resolve(planted(root))
    assert failed.python is None
    assert failed.problem == "ERROR: No matching distribution found for definitely-not-a-package==0"


def test_a_backend_that_tox_does_not_know_is_told_where_to_write_its_name(root):
    (root / "tox.ini").write_text("[tox]\nenv_list = other\n")
    (failed,) = resolve(planted(root))
    assert failed.problem == "tox.ini does not know it; add it to env_list there"
