"""Case files with mistakes that nobody thought of: good ones, changed at random.

Such a file is read, or refused in one line of a length that can be read; nothing else is raised.
"""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cases import case_file
from spec import operators
from spec.errors import UserError
from tests.random_cases.mutation import GOOD, changed


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("cases")
    np.save(found / "x.npy", np.ones((1, 1, 2, 2), "float32"))
    return found


def read(folder, content: bytes) -> str:
    """Read the file: its cases are such as a run can take, or one line says why not. Returns that line, or ""."""
    file = folder / "cases.json"
    file.write_bytes(content)
    try:
        cases = case_file.load(file)
    except UserError as error:
        text = str(error)
        assert text.startswith(f"case file {file}")
        assert len(text.splitlines()) == 1
        assert len(text) < 1000
        return text
    assert cases
    for case in cases:
        assert case.id.isprintable()
        assert set(case.attrs) == set(operators()[case.op].attributes)
        assert all(array.dtype.isnative for array in case.inputs.values())
        assert case.rtol is None or 0 <= case.rtol < np.inf
        json.dumps(case.attrs)
    return ""


def dumped(tree) -> bytes:
    return json.dumps(tree).encode()


def test_the_file_that_is_changed_is_a_good_one(folder):
    assert read(folder, dumped(GOOD)) == ""


@settings(max_examples=300)
@given(tree=changed())
def test_a_changed_file_is_read_or_refused_in_one_line(folder, tree):
    try:
        content = dumped(tree)
    except RecursionError:  # as deep as that nothing can be written
        return
    read(folder, content)


@settings(max_examples=200)
@given(data=st.data())
def test_a_file_of_damaged_bytes_is_read_or_refused_in_one_line(folder, data):
    content = dumped(GOOD)
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    noise = data.draw(st.one_of(st.binary(max_size=6), st.sampled_from([b"", b"{", b"]", b'"', b"1e999", b"NaN"])))
    read(folder, content[:start] + noise + content[end:])


@settings(max_examples=150)
@given(data=st.data())
def test_an_array_file_of_damaged_bytes_is_read_or_refused_in_one_line(folder, data):
    content = bytearray((folder / "x.npy").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, min(len(content), 130)))
        end = data.draw(st.integers(start, min(len(content), start + 8)))
        content[start:end] = data.draw(st.one_of(st.binary(max_size=5), st.sampled_from([b"(", b"9" * 20, b"O", b"'"])))
    (folder / "damaged.npy").write_bytes(content)
    case = {"id": "mine", "op": "flatten", "inputs": {"x": {"file": "damaged.npy"}}}
    read(folder, dumped({"schema_version": 1, "cases": [case]}))
