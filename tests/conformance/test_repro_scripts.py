"""The bugs for which there is a script still show in it, in the way that it says.

Where one does not, the framework was mended: then its ledger entry goes, and the script with it.
"""

import concurrent.futures
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.backends.repros import Repro


@pytest.fixture(scope="session")
def runs(request, tmp_path_factory):
    """The selected scripts, run side by side: script -> what became of it, as it arrives."""
    items = [item for item in request.session.items if "runs" in item.fixturenames]
    chosen = [item.callspec.params for item in items if item.callspec.params["repro"]]
    folder = tmp_path_factory.mktemp("repros")  # where a process that crashes may leave what it likes
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {one["repro"]: pool.submit(run, one["repro"], one["python"], folder) for one in chosen}


def run(repro: Repro, python: Path, folder: Path) -> subprocess.CompletedProcess:
    """The script in its framework's interpreter, which sees nothing of this project."""
    command = [python, "-I", repro.path]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=120)


def test_bug_still_shows(runs, described, repro, python):
    done = runs[repro].result()
    if repro.entry and str(repro.entry.on) and not repro.entry.on.holds(described(repro.framework)):
        assert done.returncode == 0, "it shows where its ledger entry says that it does not"
        pytest.skip(f"it shows {repro.entry.on}, which is not here")
    last = done.stderr.strip().splitlines()[-1:]
    how = repro.says["Shows as"]
    if how == "AssertionError":
        assert done.returncode == 1, f"{done.stdout}\n{done.stderr}"
        assert last[0].partition(":")[0] == how
    else:
        # A framework may catch the signal, say so, and end in another way.
        name = signal.strsignal(signal.Signals[how])
        assert done.returncode == -signal.Signals[how] or (done.returncode and name in done.stderr)
        assert "expected" in done.stdout
