"""What goes wrong when an environment is built is told in one line, in the words of pip or tox."""

import sys
from pathlib import Path

import pytest

from harness.workers import environments
from harness.workers.backends import Backend
from tests.harness.workers.planted_environment import planted, resolve

NOISE = "  planted: FAIL code 1 (3.47 seconds)\n  evaluation failed :( (3.55 seconds)\n"

NO_MATCH = """\
ERROR: Could not find a version that satisfies the requirement frame==1.0 (from versions: none)
ERROR: No matching distribution found for frame==1.0
a: 3940 C exit 1 (2.70 seconds) /x> python -m pip install -r r.txt pid=581 [tox/execute/api.py:409]
"""

NO_NETWORK = """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError("HTTPConnection(host='127.0.0.1', \
port=9): Failed to establish a new connection: [Errno 111] Connection refused")': /simple/frame/
"""

CONFLICT = """\
ERROR: Cannot install frame==1.0 and numpy==2.0 because these package versions have conflicting dependencies.

The conflict is caused by:
    The user requested numpy==2.0
    frame 1.0 depends on numpy<2.0

Additionally, some packages in these conflicts have no matching distributions available for your environment:
    numpy

To fix this you could try to:
1. loosen the range of package versions you've specified

ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/
"""

NO_FILE = """\
planted: 895 E failed with Could not open requirements file r.txt: [Errno 2] No such file [tox/run/single.py:70]
"""

BROKEN_INI = """\
ROOT: 573 E HandledError| ToxIni failed loading tox.ini due to File contains no section headers.
file: 'tox.ini', line: 1
'[tox\\n' [tox/run.py:33]
"""

FULL_DISK = """\
  File "virtualenv/util/path/_sync.py", line 219, in _copy_file
    with src.open("rb") as source:
OSError: [Errno 28] No space left on device

"""


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        (NO_MATCH, "ERROR: No matching distribution found for frame==1.0"),
        (
            NO_NETWORK + NO_MATCH,
            "ERROR: No matching distribution found for frame==1.0"
            " (the index of packages does not answer: [Errno 111] Connection refused)",
        ),
        (
            CONFLICT,
            "ERROR: Cannot install frame==1.0 and numpy==2.0 because these package versions have conflicting"
            " dependencies. The user requested numpy==2.0, frame 1.0 depends on numpy<2.0",
        ),
        (NO_FILE, "Could not open requirements file r.txt: [Errno 2] No such file"),
        (BROKEN_INI, "ToxIni failed loading tox.ini due to File contains no section headers."),
        (FULL_DISK, "OSError: [Errno 28] No space left on device"),
        ("something\nNo module named tox\n\n", "No module named tox"),
        ("", "tox said nothing"),
    ],
    ids=["no-match", "no-network", "conflict", "no-file", "broken-ini", "full-disk", "other", "nothing"],
)
def test_a_failure_of_tox_is_a_problem_of_one_line(root, tox, output, problem):
    tox.behave(output + NOISE, status=1)
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


@pytest.mark.parametrize("line", ["frame=1.0 == 2", "frame==1.0; python == 3"])
def test_requirements_that_cannot_be_read_are_a_problem_of_one_line(root, tox, line):
    (root / "backends/planted/requirements.txt").write_text(f"{line}\n")
    (failed,) = resolve(planted(root))
    assert failed.problem.startswith(f"{root / 'backends/planted/requirements.txt'}: ")
    assert "\n" not in failed.problem
    assert not failed.unavailable


def test_a_folder_that_cannot_be_written_is_a_problem_of_one_line(root, tox):
    (root / ".tox").write_text("a file in the place of the folder")
    (failed,) = resolve(planted(root))
    assert failed.problem == f"File exists: {root / '.tox'}"
