"""A project of one backend `planted` without an environment, and a script in the place of tox and uv."""

import sys
from pathlib import Path

import pytest

from harness.workers import backends

# Called as `python -m tox run|config ...` and `python -m uv ...` in the root. It prints what is in output.txt, and
# exits with status.txt; what it builds holds `frame` and `numpy` as pinned, and a module that belongs to neither.
FAKE_TOX = """#!/bin/sh
echo "$@" >> calls.txt
if [ "$2" = uv ]; then
    cat uv.txt >&2
    exit 1
fi
if [ "$3" = config ]; then
    echo "[testenv:planted]"
    echo "env_python = $PWD/.tox/planted/bin/python"
    exit 0
fi
cat output.txt
status=$(cat status.txt)
[ -e slow.txt ] && sleep 1
packages=.tox/planted/lib/python3.11/site-packages
if [ "$status" = 0 ]; then
    rm -rf .tox/planted
    mkdir -p .tox/planted/bin "$packages/frame-1.0.dist-info" "$packages/numpy-2.0+cpu.dist-info" "$packages/other"
    touch .tox/planted/bin/python
    chmod +x .tox/planted/bin/python
fi
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
    monkeypatch.setattr(backends, "ROOT", tmp_path)
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
