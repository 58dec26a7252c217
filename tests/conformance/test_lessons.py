"""The lessons in the frameworks: every output is the truth or is explained, and every notebook runs."""

import ast
import concurrent.futures
import json
import os
import subprocess

import numpy as np
import pytest

from harness.commands.lessons import compute
from harness.source.parser import read
from reports.lessons import notebook
from spec.layouts import convert
from spec.lessons import lessons


@pytest.fixture(scope="session")
def table(ready):
    known = [one for one in ready if one.files("lessons") and not one.variant and not one.version]
    if not known:
        pytest.skip("no chosen backend has lessons")
    return compute(known, list(lessons().values()), os.cpu_count() or 2, 60.0)


@pytest.fixture(params=list(lessons()))
def shown(request, table):
    """A lesson as the page shows it, and what each backend made of it."""
    found = next(one for one in table["lessons"] if one["name"] == request.param)
    return found, {name: one["lessons"][request.param]["calls"] for name, one in table["backends"].items()}


def test_every_output_is_the_truth_or_is_explained(shown):
    lesson, calls = shown
    for name, mine in calls.items():
        for call in mine:
            way = lesson["ways"][call["label"]]
            assert call["mark"] in ("=", "≠", "refused"), (name, call)
            assert call["mark"] == "=" or way["proof"], (name, call)


def test_every_way_that_must_be_right_is_shown_in_some_framework(shown):
    lesson, calls = shown
    used = {call["label"] for mine in calls.values() for call in mine}
    assert used <= set(lesson["ways"])
    if len(calls) > 1:
        assert used == set(lesson["ways"])


def test_a_mistake_can_be_told_from_its_output(table):
    if "numpy" not in table["backends"]:
        pytest.skip("mistakes are planted in numpy")
    for lesson in table["lessons"]:
        if lesson["operator"] and lesson["mistake"]:
            assert lesson["mistake"]["answer"] in lesson["mistake"]["choices"]
            assert lesson["mistake"]["output"] != lesson["truth"]
    assert any(lesson["mistake"] for lesson in table["lessons"])


RUN = """
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
space = {}
for cell in cells:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), space)
"""


def test_every_notebook_runs_in_its_framework(ready, table, tmp_path):
    pythons = {one.name: one.python for one in ready}

    def run(name: str, lesson: dict) -> None:
        path = tmp_path / f"{lesson['name']}-{name}.ipynb"
        path.write_text(notebook.write(lesson, name, table["backends"][name]))
        done = subprocess.run(
            [pythons[name], "-c", RUN, path], cwd=tmp_path, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, (path.name, done.stderr[-2000:])
        assert json.loads(path.read_text())["cells"]

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        pending = [
            pool.submit(run, name, lesson)
            for name, one in table["backends"].items()
            for lesson in table["lessons"]
            if one["lessons"][lesson["name"]]["calls"]
        ]
        for one in pending:
            one.result()


PADDED = """
import json, sys
job = json.load(open(sys.argv[1]))
space = {}
exec("\\n".join([*job["prelude"], job["helpers"], *job["inputs"]]), space)
y = eval(job["call"], space)
y = y.asnumpy() if hasattr(y, "asnumpy") else __import__("numpy").asarray(y)
print(json.dumps(y.tolist()))
"""


def test_what_explain_writes_about_a_padding_is_right(ready, table, tmp_path):
    """The line for SAME in each framework, run alone, gives what the specification computes."""
    lesson = next(one for one in table["lessons"] if one["name"] == "same-with-stride")
    truth = np.array(lessons()["same-with-stride"].truth())
    pads = {"top": 0, "bottom": 1, "left": 0, "right": 1, "stride": 2}
    for backend in ready:
        mine = table["backends"].get(backend.name)
        if mine is None:
            continue
        template = ast.literal_eval(read(backend.files("lessons")[0]).definitions["PADDED"].value)
        job = {
            "prelude": mine["lessons"]["same-with-stride"]["prelude"],
            "helpers": mine["lessons"]["same-with-stride"]["helpers"],
            "inputs": notebook._inputs(lesson, mine),
            "call": template.format(**pads),
        }
        path = tmp_path / f"{backend.name}.json"
        path.write_text(json.dumps(job))
        done = subprocess.run([backend.python, "-c", PADDED, path], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, (backend.name, done.stderr[-1000:])
        found = convert(np.array(json.loads(done.stdout.splitlines()[-1])), mine["layouts"]["image"], "NCHW")
        assert np.array_equal(found, truth), backend.name
