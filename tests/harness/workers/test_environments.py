"""Environments are built when missing, outdated or damaged, and tox is asked only then.

Most tests put a script in the place of tox; three use tox itself, without network.
"""

import concurrent.futures
import subprocess
import zipfile
from pathlib import Path

import pytest

from harness.workers import environments, requirements
from harness.workers import tox as calls_of_tox
from harness.workers.backends import Backend
from tests.harness.workers.planted_environment import PACKAGES, planted, resolve


def test_what_is_missing_is_built_and_found_again_without_tox(root, tox):
    assert environments.locate(planted(root)).python is None
    (built,) = resolve(planted(root))
    assert built.python == root / ".tox" / "planted" / "bin" / "python"
    assert built.problem == ""
    assert len(tox()) == 2  # run and config
    assert resolve(planted(root)) == [built]
    assert len(tox()) == 2


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("backends/planted/requirements.txt", "numpy==2.0"),
        ("tox.ini", "install_command = pip install --no-deps {packages}"),
        ("tox.ini", "[testenv:planted]\nset_env = PIP_PRE=1"),
    ],
)
def test_a_changed_requirement_makes_the_environment_outdated(root, tox, file, line):
    resolve(planted(root))
    assert environments.locate(planted(root)).python is not None
    with (root / file).open("a") as opened:
        opened.write(f"\n{line}\n")
    assert environments.locate(planted(root)).python is None
    (built,) = resolve(planted(root))
    assert built.python is not None
    assert len(tox()) == 4
    assert environments.locate(planted(root)).python is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("env_list = planted", "env_list = planted, another"),
        ("[testenv]", "[testenv:another]\ndeps = more==1.0\n[testenv]"),
        ("[testenv]", "[testenv]\nbase_python = python3.14, python3.11\ncommands = python -V"),
        ("[testenv]", "# a comment\n[testenv]"),
    ],
)
def test_what_does_not_concern_an_environment_leaves_it_current(root, tox, old, new):
    (built,) = resolve(planted(root))
    text = (root / "tox.ini").read_text()
    assert old in text
    (root / "tox.ini").write_text(text.replace(old, new))
    (root / "backends/planted/requirements.txt").write_text("frame==1.0  # said otherwise\n\nnumpy==2.0\n")
    assert environments.locate(planted(root)) == built


@pytest.mark.parametrize("name", ["frame-1.0.dist-info", "numpy-2.0+cpu.dist-info", "other"])
def test_a_package_that_was_deleted_is_built_again(root, tox, name):
    """Also one that no requirement names: what pip brought for those that are named."""
    resolve(planted(root))
    (root / PACKAGES / name).rmdir()
    assert environments.locate(planted(root)).python is None
    (built,) = resolve(planted(root))
    assert built.python is not None
    assert (root / PACKAGES / name).is_dir()


def test_a_package_of_another_version_than_the_pinned_one_is_built_again(root, tox):
    resolve(planted(root))
    (root / PACKAGES / "frame-1.0.dist-info").rename(root / PACKAGES / "frame-0.9.dist-info")
    assert requirements.differing(planted(root), root / ".tox/planted/bin/python") == ["frame==1.0 (found 0.9)"]
    assert environments.locate(planted(root)).python is None
    assert resolve(planted(root))[0].python is not None
    assert requirements.differing(planted(root), root / ".tox/planted/bin/python") == []


def test_an_environment_that_lacks_a_pin_is_not_current_whatever_its_stamp_says(root, tox):
    (root / "backends/planted/requirements.txt").write_text("frame==1.0\nnumpy==2.0\nabsent==3.0\n")
    resolve(planted(root))
    assert environments.locate(planted(root)).python is None
    assert requirements.differing(planted(root), root / ".tox/planted/bin/python") == ["absent==3.0 (missing)"]


def test_more_packages_than_were_asked_for_do_no_harm(root, tox):
    (built,) = resolve(planted(root))
    (root / PACKAGES / "ipython-9.0.dist-info").mkdir()
    assert environments.locate(planted(root)) == built


def test_an_interpreter_that_is_gone_or_broken_is_built_again(root, tox):
    (built,) = resolve(planted(root))
    for breaks in (
        built.python.unlink,
        lambda: built.python.chmod(0o644),
        lambda: (built.python.unlink(), built.python.symlink_to(root / "uninstalled" / "python3")),
    ):
        breaks()
        assert environments.locate(planted(root)).python is None
        assert resolve(planted(root)) == [built]


def test_two_processes_that_need_one_environment_build_it_once(root, tox):
    (root / "slow.txt").touch()
    seen: list = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(environments.resolve, [planted(root)], lambda *step: seen.append(step)) for _ in range(2)]
        [first], [second] = (job.result() for job in jobs)
    assert first == second
    assert first.python is not None
    assert sum(" run " in call for call in tox()) == 1
    assert seen.count(("planted", "waiting for another process that builds it")) == 1


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
    assert calls_of_tox.folder(other) != calls_of_tox.folder(planted(root))
    assert requirements.digest(other) != requirements.digest(planted(root))
    assert requirements.text(planted(root)).splitlines() == ["frame==1.0", "numpy==2.0"]
    assert requirements.text(other).splitlines() == ["frame==0.9", "numpy"]


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
    assert found == f"42 {calls_of_tox.folder(built)}\n"
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
