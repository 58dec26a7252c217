"""What other commands found: stored beside a run, read again, and shown in its page."""

import json

import pytest

from reports import run_folder, write
from reports.page.sections import choose
from spec.errors import UserError


def test_what_is_stored_is_read_again(tmp_path):
    path = run_folder.add_table(tmp_path / "new", "laws", {"ratio": "inf"})
    assert path == tmp_path / "new" / "tables" / "laws.json"
    assert run_folder.tables(tmp_path / "new") == {"laws": {"ratio": "inf"}}


def test_a_folder_without_tables_has_none(tmp_path):
    assert run_folder.tables(tmp_path) == {}


def test_numbers_that_json_lacks_are_words(tmp_path):
    run_folder.add_table(tmp_path, "laws", {"ratios": [1.5, float("inf"), {"worst": float("nan")}]})
    assert run_folder.tables(tmp_path) == {"laws": {"ratios": [1.5, "inf", {"worst": "nan"}]}}


def test_a_damaged_table_costs_its_section_alone_which_names_the_command_to_run_again(run, tmp_path):
    run_folder.add_table(tmp_path, "laws", {}).write_text('{"half')
    assert run_folder.tables(tmp_path) == {"laws": None}
    sections = choose.further(*run, run_folder.tables(tmp_path))
    assert "laws.json is damaged" in sections["laws"].note
    assert "run the command laws again" in sections["laws"].note


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"--out .*file cannot be written"):
        run_folder.tables_folder(tmp_path / "file")
    (tmp_path / "run" / "tables" / "laws.json").mkdir(parents=True)
    with pytest.raises(UserError, match=r"laws\.json cannot be written"):
        run_folder.add_table(tmp_path / "run", "laws", {})


def test_without_a_run_there_is_no_page(tmp_path):
    write.add(tmp_path, "laws", {})
    assert {path.name for path in tmp_path.iterdir()} == {"tables", "manifest.jsonl"}


def test_beside_a_run_the_page_is_written_again(run, tmp_path):
    summary, rows = run
    (tmp_path / "run.json").write_text(json.dumps(summary))
    (tmp_path / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert write.add(tmp_path, "other", {}) == tmp_path / "tables" / "other.json"
    assert "y must be exact" in (tmp_path / "index.html").read_text(encoding="utf-8")
