"""The lessons in the frameworks: every output is the truth or is explained, and every notebook runs."""

import ast
import concurrent.futures
import json
import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from harness.commands.lessons import compute
from harness.lessons import mistakes
from harness.lessons.calls import text
from harness.source.parser import read
from harness.workers.mistaken import catalogue, mistaken
from harness.workers.supervisor import Supervisor
from reports.lessons import notebook
from spec.layouts import convert
from spec.lessons import lessons, same_with_stride


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


NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]\d+)?|nan|inf")


def test_a_mark_says_whether_the_numbers_are_those_of_the_definition(shown):
    lesson, calls = shown
    record = lessons()[lesson["name"]]
    for name, mine in calls.items():
        for call in mine:
            truth = (record.ways[call["label"]].truth or record.truth)()
            if call["mark"] == "refused" or isinstance(truth, str):
                continue
            wanted = [float(one) for one in NUMBER.findall(text(truth))]
            found = [float(one) for one in NUMBER.findall(call["output"])]
            alike = len(wanted) == len(found) and np.allclose(wanted, found, rtol=1e-4, atol=1e-5, equal_nan=True)
            assert (call["mark"] == "=") == alike, (name, call)


def test_every_way_that_must_be_right_is_shown_in_some_framework(shown):
    lesson, calls = shown
    used = {call["label"] for mine in calls.values() for call in mine}
    assert used <= set(lesson["ways"])
    if len(calls) > 1:
        assert used == set(lesson["ways"])


def test_a_mistake_can_be_told_from_its_output(ready, table):
    numpy = next((one for one in ready if one.name == "numpy"), None)
    if numpy is None:
        pytest.skip("mistakes are planted in numpy")
    planted = list(catalogue().values())
    for lesson in table["lessons"]:
        if lesson["operator"] and lesson["mistake"]:
            assert lesson["mistake"]["answer"] in lesson["mistake"]["choices"]
            assert lesson["mistake"]["output"] != lesson["truth"]
            named = {one.sentence: one.name for one in reversed(planted) if lesson["operator"] in one.operators}
            with Supervisor(mistaken(numpy), 60.0) as supervisor:
                case = mistakes.case(lessons()[lesson["name"]])
                made = {one: mistakes.compute(supervisor, case, named[one]) for one in lesson["mistake"]["choices"]}
            assert [one for one in made if made[one] == lesson["mistake"]["output"]] == [lesson["mistake"]["answer"]]
    assert any(lesson["mistake"] for lesson in table["lessons"])


RUN = """
import ast, contextlib, io, json, sys
for path in sys.argv[1:]:
    space, shown = {}, []
    for cell in json.load(open(path))["cells"]:
        if cell["cell_type"] == "code":
            lines = ast.parse("".join(cell["source"])).body
            last = lines.pop() if isinstance(lines[-1], ast.Expr) else None
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(ast.Module(lines, []), "cell", "exec"), space)
                found = repr(eval(compile(ast.Expression(last.value), "cell", "eval"), space)) if last else ""
            shown.append(printed.getvalue() + found)
    print("shown", json.dumps(shown))
"""


def stored(cell: dict) -> str:
    """What a cell of code shows under it."""
    return "".join("".join(one["data"]["text/plain"] if "data" in one else one["text"]) for one in cell["outputs"])


def test_every_notebook_runs_in_its_framework_and_shows_what_is_stored(ready, table, tmp_path):
    """Each with names of its own; those of a framework in one process, which imports it once."""

    def run(name: str, python: Path) -> None:
        mine = table["backends"][name]
        lessons = [one for one in table["lessons"] if mine["lessons"][one["name"]]["calls"]]
        paths = [tmp_path / f"{one['name']}-{name}.ipynb" for one in lessons]
        for path, lesson in zip(paths, lessons):
            path.write_text(notebook.write(lesson, name, mine))
        command = [python, "-c", RUN, *paths]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
        lines = [line.removeprefix("shown ") for line in done.stdout.splitlines() if line.startswith("shown ")]
        assert len(lines) == len(paths), (paths[len(lines)].name, done.stderr[-2000:])
        for path, line in zip(paths, lines):
            compare(path, json.loads(line))

    def compare(path: Path, shown: list[str]) -> None:
        cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
        for cell, one in zip(cells, shown, strict=True):
            refusal = "".join(cell["source"]).startswith("try:")  # of which the line that says it is stored
            said = stored(cell).strip()
            assert said.partition(": ")[2] in one if refusal else said == one, (path.name, cell["source"])

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        pythons = {one.name: one.python for one in ready}
        for one in [pool.submit(run, name, pythons[name]) for name in table["backends"]]:
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
    """The line for a padding in each framework, run alone, gives what the specification computes; no two pads alike."""
    lesson = next(one for one in table["lessons"] if one["name"] == "same-with-stride")
    truth = same_with_stride.conv(((0, 1), (2, 3)))
    pads = {"top": 0, "bottom": 1, "left": 2, "right": 3, "stride": 2}
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
