"""How a command begins: with a folder that can be written, then with environments."""

import pytest

from harness.commands.ready import ready
from harness.workers import backends, environments
from spec.errors import UserError


@pytest.fixture
def resolved(monkeypatch):
    """The names of the backends whose environments were asked for."""
    found = []
    monkeypatch.setattr(environments, "resolve", lambda chosen, tell: found.extend(one.name for one in chosen) or found)
    return found


def test_the_folder_for_the_table_is_made_and_the_backends_come_back(tmp_path, resolved):
    assert ready(backends.select(("numpy", "torch")), tmp_path / "out") == ["numpy", "torch"]
    assert (tmp_path / "out" / "tables").is_dir()


def test_without_a_folder_none_is_made(tmp_path, resolved, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ready(backends.select(("numpy",)))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_built(tmp_path, resolved):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"--out .*file cannot be written"):
        ready(backends.select(("numpy",)), tmp_path / "file")
    assert resolved == []
