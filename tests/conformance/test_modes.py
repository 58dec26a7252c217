"""Each mode of `modes.py` is what its name says, inside the framework itself, and the default is none of them.

`modes/FRAMEWORK.py` asks the framework, in a process with the environment variables of the mode.
"""

import json
import os
import shutil
import subprocess

import pytest

from harness.workers.backends import ROOT, select, variants
from harness.workers.gateway import THREADS

DEFAULTS = {
    "jax": {"jit": True, "dtype": "float64", "threads": 1},
    "mxnet": {"graph": False, "onednn": True, "threads": 1},
    "tensorflow": {"graph": False, "xla": False, "onednn": True, "threads": 1},
    "torch": {"channels_last": False, "compiled": False, "threads": 1},
}
OTHERWISE = {
    "jax:eager": {"jit": False},
    "jax:x32": {"dtype": "float32"},
    "mxnet:hybridized": {"graph": True},
    "mxnet:no-mkldnn": {"onednn": False},
    "tensorflow:function": {"graph": True},
    "tensorflow:no-onednn": {"onednn": False},
    "tensorflow:xla": {"graph": True, "xla": True},
    "torch:channels-last": {"channels_last": True},
    "torch:compile": {"compiled": True},
    **{f"{name}:threads-2": {"threads": 2} for name in DEFAULTS},
}


def test_every_mode_is_asked_for():
    assert set(OTHERWISE) == {f"{name}:{mode}" for name in DEFAULTS for mode in variants(name)}
    assert not variants("numpy")


@pytest.mark.parametrize("mode", [*DEFAULTS, *OTHERWISE])
def test_the_mode_is_on(ready, why_not, mode):
    name = mode.partition(":")[0]
    python = next((one.python for one in ready if one.name == name), None)
    if python is None:
        pytest.skip(why_not(name))
    if mode == "torch:compile" and not shutil.which("g++"):
        pytest.skip("torch.compile needs a C++ compiler")
    (backend,) = select((mode,))
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), **backend.environment, "PYTHONPATH": str(ROOT)}
    command = [python, "-m", f"tests.conformance.modes.{name}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    facts = [line.removeprefix("facts ") for line in done.stdout.splitlines() if line.startswith("facts ")]
    assert facts, done.stderr
    assert json.loads(facts[0]) == {**DEFAULTS[name], **OTHERWISE.get(mode, {})}
