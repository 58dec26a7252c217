"""Which interpreter an environment gets, and what is said of a framework that this system cannot have."""

import platform
import sys
from pathlib import Path

import pytest
from packaging import markers

from harness.workers import backends, requirements
from tests.harness.workers.planted_environment import planted, resolve

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
NO_PYTHON = "planted: 1 E failed with could not find python interpreter matching any of the specs [tox/single.py:70]\n"
ELSEWHERE = 'sys_platform == "plan9"'


def say_pythons(root: Path, versions: str) -> None:
    text = (root / "tox.ini").read_text().replace("[testenv]", f"[testenv]\nbase_python = {versions}")
    (root / "tox.ini").write_text(text)


def asked_for(call: str) -> str:
    """The interpreters of a call of tox."""
    return next(word for word in call.split() if "base_python" in word).partition("=")[2]


def test_the_interpreter_of_the_harness_comes_first_and_then_the_newest(root, tox):
    say_pythons(root, f"python3.99, python{OWN}, python3.1")
    resolve(planted(root))
    assert asked_for(tox()[0]) == f"python{OWN},python3.99,python3.1"


def test_a_framework_that_does_not_support_it_gets_its_newest(root, tox):
    say_pythons(root, "\n    python3.98\n    python3.97")
    resolve(planted(root))
    assert asked_for(tox()[0]) == "python3.98,python3.97"


def test_without_an_interpreter_one_is_fetched_or_it_is_said_how_to_get_one(root, tox):
    say_pythons(root, "python3.98, python3.97")
    tox.behave(NO_PYTHON, status=1)
    (root / "uv.txt").write_text("error: Failed to install cpython-3.98\n  cause: Name or service not known\n")
    (failed,) = resolve(planted(root))
    assert failed.unavailable
    assert failed.problem == (
        "it needs Python 3.98 or 3.97, which is not on PATH and could not be fetched (Name or service not known);"
        " install python3.98"
    )
    assert [" ".join(call.split()[:4]) for call in tox()] == ["-m tox run -e", "-m uv python install"]
    assert tox()[1].endswith(f"--install-dir {root}/.tox/pythons 3.98")


def test_an_interpreter_that_was_fetched_is_found(root, tox):
    """Tox is called again, and told where it is; and so at every later call."""
    fetched = root / ".tox/pythons/cpython-3.98/bin/python3"
    fetched.parent.mkdir(parents=True)
    fetched.touch()
    say_pythons(root, "python3.98")
    resolve(planted(root))
    assert all(f"--discover {fetched}" in call for call in tox())


def test_other_failures_are_not_excused(root, tox):
    tox.behave("ERROR: No matching distribution found for frame==1.0\n", status=1)
    (failed,) = resolve(planted(root))
    assert not failed.unavailable
    assert not failed.excused


def test_a_framework_without_a_wheel_for_this_system_is_not_built(root, tox):
    (root / "backends/planted/requirements.txt").write_text(f"frame==1.0; {ELSEWHERE}\nnumpy==2.0\n")
    (failed,) = resolve(planted(root))
    assert failed.unavailable
    assert failed.problem == f"no wheel of frame 1.0 works on {platform.system()}, {platform.machine()}"
    assert tox() == []
    assert failed.excused
    assert not resolve(planted(root, named=True))[0].excused


def test_a_framework_may_have_another_name_on_this_system(root, tox):
    path = root / "backends/planted/requirements.txt"
    path.write_text(f'frame-cpu==1.0; {ELSEWHERE}\nframe==1.0; sys_platform != "plan9"\nnumpy==2.0\n')
    assert [one.name for one in requirements.pinned(planted(root))] == ["frame", "numpy"]
    assert resolve(planted(root))[0].python is not None
    assert requirements.text(planted(root, version="0.9")).splitlines() == ["frame==0.9", "numpy"]


def test_a_later_line_for_other_systems_is_left_out_alone(root, tox):
    (root / "backends/planted/requirements.txt").write_text(f"frame==1.0\nnumpy==2.0\nextra==1.0; {ELSEWHERE}\n")
    assert requirements.unavailable(planted(root)) == ""
    assert resolve(planted(root))[0].python is not None


def system(name: str, machine: str) -> dict[str, str]:
    return {"sys_platform": name, "platform_machine": machine, "platform_system": name.title()}


@pytest.mark.parametrize(
    ("name", "machine", "lacking"),
    [
        ("linux", "x86_64", set()),
        ("linux", "aarch64", {"mxnet"}),
        ("darwin", "arm64", {"mxnet"}),
        ("darwin", "x86_64", {"jax", "tensorflow", "torch"}),
    ],
)
def test_which_frameworks_a_system_can_have(monkeypatch, name, machine, lacking):
    """The wheels of the pinned versions that the index of packages lists, and that need nothing that is not there."""
    monkeypatch.setattr(markers, "default_environment", lambda: {**ENVIRONMENT, **system(name, machine)})
    found = {one.name for one in backends.select(()) if requirements.unavailable(one)}
    assert found == lacking
    for one in backends.select(()):
        assert one.name in lacking or requirements.pinned(one)[0].name.startswith(one.name)


ENVIRONMENT = markers.default_environment()


def test_every_framework_has_an_interpreter_in_common_with_the_harness():
    """MXNet is the only one that needs a Python older than the newest that the harness runs on."""
    supported = {one.name: requirements.pythons(one) for one in backends.select(())}
    assert {name for name, versions in supported.items() if OWN not in versions} <= {"mxnet", "tensorflow"}
    assert all("3.11" in versions for versions in supported.values())
