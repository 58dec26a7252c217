"""Pages, notebooks and book sources of the lessons, written from a table that was computed elsewhere."""

import json

import nbformat
import pytest

from harness.commands.lessons import describe
from reports.lessons import prose, svg, write
from spec.lessons import lessons

ANSWERS = {"torch": {name: [{"answer": "odd <pixel>", "api": "torch.nn"}] for name in ("padding.same",)}}


def call(label: str, mark: str, output: str = "[[1. 2.]]", **more) -> dict:
    return {"label": label, "code": "f(x)", "mark": mark, "output": output, **more}


@pytest.fixture(params=lessons().values(), ids=lambda one: one.name)
def table(request):
    lesson = request.param
    labels = list(lesson.ways)
    calls = [
        call(labels[0], "refused", "no <such> word", error="RuntimeError"),
        *(call(one, "=") for one in labels[1:]),
    ]
    mine = {"calls": calls, "helpers": "def f(x):\n    return x", "method": "", "prelude": ["import math"]}
    layouts = {"image": "NHWC", "kernel": "HWIO", "transposed kernel": "HWOI"}
    backend = {"version": "1.0", "layouts": layouts, "tensor": "list", "lessons": {lesson.name: mine}}
    shown = describe(lesson, 1, 1, ANSWERS) | {"mistake": {"output": "0", "choices": ["a", "b"], "answer": "a"}}
    return {"lessons": [shown], "backends": {"torch": backend, "none": {"problem": "not here"}}}


def test_the_page_is_small_and_needs_no_other_file(table, tmp_path):
    written = {path.name: path for path in write.write(tmp_path, table)}
    page = written[f"{table['lessons'][0]['name']}.html"].read_text()
    assert len(page) < 60_000
    assert "http" not in page.replace("http-equiv", "")
    assert "&lt;such&gt;" in page
    assert "odd &lt;pixel&gt;" in page or "padding.same" not in table["lessons"][0]["questions"]
    assert f"{table['lessons'][0]['name']}-torch.ipynb" in page
    assert "index.html" in written


def test_a_step_is_drawn_for_every_output(table):
    page = write.page(table["lessons"][0], table)
    steps = max((len(one["steps"]) for one in table["lessons"][0]["panels"]), default=0)
    assert page.count('<rect class="now"') >= min(steps, write.FRAMES)


def test_a_notebook_is_valid_and_runs(table, tmp_path):
    lesson = table["lessons"][0]["name"]
    paths = write.write(tmp_path, table, "ipynb")
    assert [path.name for path in paths] == [f"{lesson}-torch.ipynb"]
    book = nbformat.read(paths[0], as_version=4)
    nbformat.validate(book)
    namespace: dict = {}
    for cell in book.cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    assert json.loads(paths[0].read_text()) == json.loads(write.write(tmp_path, table, "ipynb")[0].read_text())


def test_the_sources_of_a_book_name_every_lesson(table, tmp_path):
    paths = {path.name: path.read_text() for path in write.write(tmp_path, table, "book")}
    lesson = table["lessons"][0]["name"]
    assert lesson in paths["index.md"]
    assert f"{lesson}-torch" in paths[f"{lesson}.md"]
    compile(paths["conf.py"], "conf.py", "exec")


def test_prose_is_escaped_before_it_is_set():
    assert prose.html("**bold** `code<x>` <script>") == "<b>bold</b> <code>code&lt;x&gt;</code> &lt;script&gt;"


def test_a_picture_tells_what_it_shows():
    text = svg.grid([["1", "-2.5"], ["", "1234"]], 'numbers & "quotes"')
    assert 'aria-label="numbers &amp; &quot;quotes&quot;"' in text
    assert text.count("<rect") == 4
    assert text.count("<text") == 3
