"""The fault campaign: no traceback, no hang, no verdict changed, nothing lost, nothing touched outside.

pytest tests/faults                               a short form: some faults of each kind
pytest tests/faults --faults 1000 --seed 7 -s     the long one; -s shows how many of which kind
"""

import importlib
import random
import time
import traceback
from pathlib import Path

import pytest

from tests.faults.field import Field

KINDS = sorted(path.stem for path in (Path(__file__).parent / "kinds").glob("[a-z]*.py"))
SHARES = {name: importlib.import_module(f"tests.faults.kinds.{name}").SHARE for name in KINDS}
pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    return Field(tmp_path_factory.mktemp("field"))


@pytest.mark.parametrize("kind", KINDS)
def test_faults_of_a_kind(field, kind, request, capsys):
    """Every fault has a number, from which it is drawn: `--seed` and the number show it again."""
    module = importlib.import_module(f"tests.faults.kinds.{kind}")
    seed, total = request.config.getoption("--seed"), request.config.getoption("--faults")
    count = max(1, round(total * SHARES[kind] / sum(SHARES.values())))
    failed, started = [], time.perf_counter()
    for number in range(count):
        field.restore()
        try:
            module.plant(field, random.Random(f"{kind} {seed} {number}"))
        except Exception:
            failed.append(f"{kind} {seed} {number}: {traceback.format_exc()[-3000:]}")
    seconds = time.perf_counter() - started
    with capsys.disabled():
        print(f"\n{kind:15} {count:5} faults, {len(failed)} not withstood, {seconds:6.1f} s", end="")
    assert not failed, "\n\n".join(failed)
