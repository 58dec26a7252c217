"""Tests of a framework that this system cannot have are skipped with the reason, unless they were asked for by name."""

import subprocess
import sys

import pytest

from harness.workers.backends import ROOT

# Loaded before the conformance tests: MXNet cannot be had, and of the others NumPy alone is asked for.
PLUGIN = """
from dataclasses import replace
from harness.workers import environments

real = environments.resolve

def resolve(chosen, progress):
    found = [one for one in chosen if one.name in ("numpy", "mxnet")]
    return [
        replace(one, problem="no wheel", unavailable=True) if one.name == "mxnet" else real([one], progress)[0]
        for one in found
    ]

environments.resolve = resolve
"""


@pytest.fixture
def conformance(tmp_path):
    """Run conformance tests of MXNet and NumPy where MXNet cannot be had."""
    (tmp_path / "absent.py").write_text(PLUGIN)

    def run(*options: str) -> subprocess.CompletedProcess:
        code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; import pytest; sys.exit(pytest.main(sys.argv[1:]))"
        command = [sys.executable, "-c", code, "-p", "absent", "-p", "no:cacheprovider", FILE, *options]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    return run


CASES = ("-k", "(numpy or mxnet) and flatten/channels and test_case")
FILE = "tests/conformance/test_conformance.py"


def test_they_are_skipped_with_the_reason(conformance):
    done = conformance(*CASES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nmxnet cannot be had here: no wheel\n" in done.stdout  # the header
    [skipped] = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]
    assert skipped.endswith("mxnet cannot be had here: no wheel")
    assert " passed, " in done.stdout.splitlines()[-1]


def test_asked_for_by_name_they_are_an_error(conformance):
    done = conformance(*CASES, "--backend", "mxnet")
    assert done.returncode == 4
    assert "mxnet cannot be run: no wheel" in done.stderr
