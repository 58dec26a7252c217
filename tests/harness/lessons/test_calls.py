"""A backend without lessons: left out where all are asked, and a problem where it was named."""

import pytest

from harness.lessons.calls import ask
from harness.workers.backends import Backend


@pytest.mark.parametrize("named", [False, True])
def test_a_backend_may_do_without_lessons(tmp_path, named):
    found = ask(Backend("mine", tmp_path / "adapter.py", named=named), [], 1.0)
    assert found["problem"] == "it has no file lessons.py beside its adapter"
    assert found.get("excused", False) is not named
