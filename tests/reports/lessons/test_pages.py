"""Pages, notebooks and book sources of the lessons, written from a table that was computed elsewhere."""

import html
import json
import re
import time

import nbformat
import pytest

from harness.commands.lessons import describe
from reports.lessons import prose, svg, write
from spec.examples import stored
from spec.lessons import lessons

ANSWERS = {"torch": {name: [{"answer": "odd <pixel>", "api": "torch.nn"}] for name in ("padding.same",)}}
OLDER = {"torch": {"2.0": {"padding.same": {"torch.nn": "even <pixel>"}}}}


def call(label: str, mark: str, output: str = "[[1. 2.]]", **more) -> dict:
    return {"label": label, "code": "f(x)", "mark": mark, "output": output, "shown": f"shown {output}", **more}


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
    other = {**mine, "calls": [call(one, "≠", "[[7. 8.]]") for one in labels]}
    shown = describe(lesson, 1, 1, ANSWERS, OLDER) | {"mistake": {"output": "0", "choices": ["a", "b"], "answer": "a"}}
    return {
        "lessons": [shown],
        "backends": {
            "torch": backend,
            "jax": backend | {"lessons": {lesson.name: other}},
            "none": {"problem": "not here"},
        },
    }


def test_the_page_is_small_and_needs_no_other_file(table, tmp_path):
    written = {path.name: path for path in write.write(tmp_path, table)}
    page = written[f"{table['lessons'][0]['name']}.html"].read_text()
    assert len(page) < 60_000
    assert "http" not in page.replace("http-equiv", "")
    assert "&lt;such&gt;" in page
    assert "odd &lt;pixel&gt;" in page or "padding.same" not in table["lessons"][0]["questions"]
    assert ("since this version; in 2.0: even &lt;pixel&gt;" in page) == ("odd &lt;pixel&gt;" in page)
    assert f"{table['lessons'][0]['name']}-torch.ipynb" in page
    assert "index.html" in written


def cards(page: str) -> dict[str, str]:
    """framework -> its card of calls."""
    found = re.findall(r"<article><h3>(\w+) .*?</article>", page, re.DOTALL)
    return dict(zip(found, re.findall(r"<article><h3>.*?</article>", page, re.DOTALL), strict=True))


def test_every_framework_has_its_own_outputs_with_their_marks_and_reasons(table):
    lesson = table["lessons"][0]
    shown = cards(write.page(lesson, table))
    assert set(shown) == {"torch", "jax"}
    for name, card in shown.items():
        outputs = re.findall(r'<pre tabindex="0" class="(\w+)"><b>(.)[^<]*</b> (.*?)</pre>', card, re.DOTALL)
        kinds = {"=": ("pass", "="), "≠": ("fail", "≠"), "refused": ("known", "⊘")}
        calls = table["backends"][name]["lessons"][lesson["name"]]["calls"]
        assert [one[:2] for one in outputs] == [kinds[one["mark"]] for one in calls]
        assert all(html.unescape(one[2]).endswith(call["output"]) for one, call in zip(outputs, calls))
        reasons = [lesson["ways"][one["label"]]["proof"] for one in calls if one["mark"] != "="]
        assert re.findall(r'why: <a href="#q-([\w.-]+)"', card) == [one for one in reasons if one]


def test_every_reason_is_on_the_page_with_those_who_answer_so(table):
    lesson = table["lessons"][0]
    page = write.page(lesson, table)
    assert re.findall(r'<article class="question" id="q-([\w.-]+)"', page) == [one["id"] for one in lesson["questions"]]
    assert page.count("<td>torch.nn</td><td>odd &lt;pixel&gt;</td>") == (
        "padding.same" in [one["id"] for one in lesson["questions"]]
    )


def test_nothing_of_the_lesson_is_lost_on_the_way_to_the_page(table):
    lesson = table["lessons"][0]
    record = lessons()[lesson["name"]]
    assert [one["id"] for one in lesson["questions"]] == list(record.questions)
    assert [(one["question"], one["answer"]) for one in lesson["exercises"]] == [
        (one.question, one.answer()) for one in record.exercises
    ]
    assert {label: (way["means"], way["proof"]) for label, way in lesson["ways"].items()} == {
        label: (way.means, way.proof) for label, way in record.ways.items()
    }
    assert [one["title"] for one in lesson["panels"]] == [one.title for one in record.panels()]


def test_the_numbers_of_the_documents_are_those_of_the_stored_cases(table):
    cases = {case.id: case for case in stored.cases()}
    for one in table["lessons"][0]["printed"]:
        for expected in list(cases[one["case"]].expected.values())[:1]:
            numbers = [float(found) for found in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", one["output"])]
            assert numbers[: expected.size] == pytest.approx(expected.ravel().tolist(), abs=1e-3)


def test_the_page_asks_and_answers(table):
    lesson = table["lessons"][0]
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", write.page(lesson, table))).split())
    told = [one for exercise in lesson["exercises"] for one in (exercise["question"], exercise["answer"])]
    for words in (*lesson["choices"], *lesson["intro"], *told, *lesson["takeaways"], lesson["predict"]):
        assert " ".join(re.sub(r"`|\*\*", "", words).split()) in text
    assert " ".join(lesson["truth"].split()) in text


def test_what_was_computed_is_written_in_no_time(table, tmp_path):
    """All lessons from stored results take less than five seconds; this is one of fifteen, in three forms."""
    started = time.process_time()
    for form in ("html", "ipynb", "book"):
        write.write(tmp_path / form, table, form)
    assert time.process_time() - started < 3 * 5 / 15


def test_a_step_is_drawn_for_every_output(table):
    page = write.page(table["lessons"][0], table)
    steps = max((len(one["steps"]) for one in table["lessons"][0]["panels"]), default=0)
    assert page.count('<rect class="now"') >= min(steps, write.FRAMES)


def test_the_frame_stands_around_what_is_summed_and_the_number_where_it_comes_out(table):
    for panel in table["lessons"][0]["panels"]:
        for number, one in enumerate(panel["steps"][: write.FRAMES]):
            (x, y, width, height) = frame(svg.step(panel, "g", number), "win")
            rows = [int((y - 1) // svg.CELL), int((y - 1 + height) // svg.CELL)]
            columns = [int((x - 1) // svg.CELL), int((x - 1 + width) // svg.CELL)]
            assert (rows, columns) == ([one["rows"][0], one["rows"][-1]], [one["columns"][0], one["columns"][-1]])
            drawn = svg.result(panel, "g", number)
            assert frame(drawn, "now")[:2] == (one["place"][1] * svg.CELL, one["place"][0] * svg.CELL)
            assert f'is {one["value"]}"' in drawn
            place = f'x="{(one["place"][1] + 0.5) * svg.CELL:.0f}" y="{(one["place"][0] + 0.5) * svg.CELL:.0f}"'
            assert re.search(rf'id="g-{number}">.*?{place}>{re.escape(one["value"])}<', svg.background(panel, "g"))


def frame(drawn: str, kind: str) -> tuple[float, ...]:
    """x, y and, where they are written there, width and height of a rectangle of this kind."""
    (attributes,) = re.findall(rf'<rect class="{kind}"([^>]*)/>', drawn)
    return tuple(float(found) for found in re.findall(r'(?:x|y|width|height)="([\d.]+)"', attributes))


def test_what_no_window_reads_is_struck_out_and_padding_is_dashed(table):
    for panel in table["lessons"][0]["panels"]:
        drawn = svg.background(panel, "g").split("<g id=")[1]
        places = [(y, x) for x, y in re.findall(r'class="\w+ unread"[^>]* x="(\d+)" y="(\d+)"', drawn)]
        assert [(int(y) // svg.CELL, int(x) // svg.CELL) for y, x in places] == [tuple(one) for one in panel["unread"]]
        read = {(i, j) for one in panel["steps"] for i in one["rows"] for j in one["columns"]}
        everything = {(i, j) for i, row in enumerate(panel["image"]) for j in range(len(row))}
        assert {tuple(one) for one in panel["unread"]} == everything - read
        (top, bottom), (left, right) = panel["pads"]
        inside = (len(panel["image"]) - top - bottom) * (len(panel["image"][0]) - left - right)
        assert drawn.count('class="px') == inside
        assert drawn.count('class="pad') == len(everything) - inside


def test_a_notebook_is_valid_and_runs(table, tmp_path):
    lesson = table["lessons"][0]["name"]
    paths = write.write(tmp_path, table, "ipynb")
    assert [path.name for path in paths] == [f"{lesson}-torch.ipynb", f"{lesson}-jax.ipynb"]
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
