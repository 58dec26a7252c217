"""The workflow of the forge: valid, and on every Python and system that README names; the check ends as CI reads it."""

import configparser
import json
import re
import subprocess
import sys

import yaml

from harness.workers import backends, requirements
from harness.workers.backends import ROOT

WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
JOBS = WORKFLOW["jobs"]


def combinations(job: dict) -> set[tuple[str, str]]:
    """(system, Python) of a job's matrix."""
    matrix = job["strategy"]["matrix"]
    crossed = {(system, python) for system in matrix["system"] for python in matrix["python"]}
    return crossed | {(one["system"], one["python"]) for one in matrix["include"]}


def test_every_python_and_every_system_is_checked():
    found = combinations(JOBS["check"])
    assert {python for system, python in found if system == "ubuntu-latest"} == {"3.11", "3.12", "3.13", "3.14"}
    assert {system for system, _ in found} == {"ubuntu-latest", "ubuntu-24.04-arm", "macos-latest"}
    assert all(isinstance(python, str) for _, python in found), "3.10 is a number that loses its zero"
    assert JOBS["check"]["steps"][-1] == {"run": "bash .ci/run"}


def test_every_backend_has_its_own_tests():
    """The matrix is what the step `list` of the job `backends` prints: those of tox.ini, which are all."""
    (step,) = [step for step in JOBS["backends"]["steps"] if step.get("id") == "list"]
    assert step["run"] == 'echo "names=$(python3 .ci/backends)" >> "$GITHUB_OUTPUT"'
    assert JOBS["backends"]["outputs"] == {"names": "${{ steps.list.outputs.names }}"}
    assert JOBS["conformance"]["needs"] == "backends"
    assert JOBS["conformance"]["strategy"]["matrix"] == {"backend": "${{ fromJSON(needs.backends.outputs.names) }}"}
    printed = subprocess.run([sys.executable, ROOT / ".ci/backends"], capture_output=True, text=True, check=True).stdout
    assert sorted(json.loads(printed)) == sorted(backends.names())


def test_expressions_name_what_the_matrix_has():
    for job in JOBS.values():
        matrix = job.get("strategy", {}).get("matrix", {})
        used = set(re.findall(r"\$\{\{ matrix\.(\w+) \}\}", yaml.safe_dump(job)))
        assert used == set(matrix) - {"include"}


def test_the_pythons_of_the_check_are_those_that_frameworks_are_looked_for_in():
    checked = {python for _, python in combinations(JOBS["check"])}
    assert {version for one in backends.select(()) for version in requirements.pythons(one)} == checked


def test_the_check_ends_with_the_line_that_says_how_many_tests_passed():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "tox.ini")
    commands = [line for line in parser["testenv:tests"]["commands"].split("\n") if line]
    assert commands[-1].startswith("pytest")
    *_, browser, last = (ROOT / ".ci/run").read_text().strip().splitlines()
    assert browser == ".venv/bin/tox run -e browser"
    assert last == "exec .venv/bin/tox run -e tests"


def test_the_test_command_of_the_readme_needs_no_browser(pytestconfig):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "tox.ini")
    assert "browser" not in parser["testenv:tests"]["deps"] + parser["testenv:tests"]["commands"]
    folder = ROOT / "tests" / "browser"
    assert pytestconfig.hook.pytest_ignore_collect(collection_path=folder, config=pytestconfig)
