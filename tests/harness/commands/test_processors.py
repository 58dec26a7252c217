"""`processors`: planted bits, verdicts and refusals of a smaller instruction set are found, and no others."""

import json
import sys
from pathlib import Path

import pytest

from backends import processor
from harness.commands import processors
from reports.facts.processors import said
from reports.page.sections import processors as page
from spec.errors import UserError

# Reads the switch of ATen, as torch does: another sum without AVX-512, and no gradient of a mean below AVX2.
ADAPTER = """
import os

import numpy as np

from backends.numpy import adapter

HELD = os.environ.get("ATEN_CPU_CAPABILITY", "")


class Adapter(adapter.Adapter):
    @adapter.native("NCHW")
    def avg_pool2d(self, x, **attrs):
        if HELD == "default":
            raise ValueError("no kernel for this processor")
        y = super().avg_pool2d(x, **attrs)
        return np.nextafter(y, y + 1) if HELD == "avx2" else y
"""


@pytest.fixture
def table(tmp_path, monkeypatch, capsys):
    """What the command stores for this adapter, and what it prints."""
    monkeypatch.setattr(processor, "machine", lambda: "avx512_bf16")
    monkeypatch.setattr(processor, "architecture", lambda: "x86_64")
    monkeypatch.delenv("ATEN_CPU_CAPABILITY", raising=False)  # whoever runs the tests may be held to less
    adapter = tmp_path / "adapter.py"
    adapter.write_text(ADAPTER)
    backend = f"mine={adapter}@{sys.executable}"
    case = ("avg_pool2d/plain*reals-float32", "flatten/*reals-float32")
    code = processors.compare_levels((backend,), ("avg_pool2d", "flatten"), case, tmp_path / "out", 1, 60.0)
    data = json.loads((tmp_path / "out/tables/processors.json").read_text())
    return code, data, capsys.readouterr().out


def test_bits_and_refusals_are_found_where_they_are_planted(table):
    code, data, printed = table
    found = data["results"]["mine"]
    assert code == 0
    assert data["levels"] == ["avx512", "avx2", "sse"]
    assert {mode: said(cell) for mode, cell in found["flatten"].items()} == {
        "mine:avx512": "same",
        "mine:avx2": "same",
        "mine:sse": "same",
    }
    pools = found["avg_pool2d"]
    assert said(pools["mine:avx512"]) == "same"
    count = pools["mine:avx2"]["compared"]
    assert count > 0
    assert said(pools["mine:avx2"]) == f"{count} of {count} other bits"
    assert pools["mine:sse"]["compared"] == 0
    assert said(pools["mine:sse"]).endswith(f"{count} refused")
    verdicts = [one for one in pools["mine:sse"]["verdicts"] if "no kernel for this processor" in one["after"]]
    assert sum(len(one["cases"]) for one in verdicts) == count
    assert "no kernel for this processor" in printed


def test_the_page_shows_the_table(table):
    section = page.section(table[1])
    assert section.title == "Processors"
    assert "This processor is x86_64 avx512_bf16." in section.note


def test_a_machine_that_has_nothing_smaller_is_told(monkeypatch):
    monkeypatch.setattr(processor, "machine", lambda: "neon")
    monkeypatch.setattr(processor, "architecture", lambda: "arm64")
    with pytest.raises(UserError, match=r"this processor \(arm64 neon\) cannot be held to a smaller one"):
        processors.smaller()


def test_a_backend_that_is_held_already_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "machine", lambda: "avx512")
    with pytest.raises(UserError, match="torch:avx2 is held to a processor already"):
        processors.compare_levels(("torch:avx2",), (), (), Path(tmp_path), 1, 60.0)
