"""Which arrays change their bits, in the words of every report."""

from reports.facts.determinism import MANY, arrays, cell, rows, text

SAME = {"same": {"y": True}, "largest": {}}
OTHER = {"same": {"y": True, "dw": False}, "largest": {"dw": 2e-7}}
NOTHING = {"same": {}, "largest": {}}


def found(**questions):
    return {"repeat": SAME, "threads": SAME, **questions, "refused": {}}


def test_the_same_bits_are_the_same():
    assert cell(found()) == {"same": True, "changes": {}, "refused": {}}
    assert text(cell(found())) == "same"


def test_what_changes_is_named_with_its_question():
    one = cell(found(threads=OTHER))
    assert (one["same"], one["changes"]) == (False, {"threads": {"dw": 2e-7}})
    assert text(one) == "threads: dw"


def test_where_nothing_was_computed_nothing_is_said():
    one = cell(found(repeat=NOTHING, threads=NOTHING))
    assert one["same"] is None
    assert text(one) == "–"


def test_many_arrays_are_counted():
    names = [f"d{number}" for number in range(MANY + 1)]
    assert arrays(names[:MANY]) == "d0 d1 d2 d3"
    assert arrays(names) == "5 arrays"


def test_a_backend_that_could_not_run_has_no_cell():
    data = {
        "backends": {"one": {"problem": ""}, "two": {"problem": "lost"}},
        "results": {"one": {"conv2d": found()}, "two": {}},
    }
    assert [(row["op"], list(row["cells"])) for row in rows(data)] == [("conv2d", ["one"])]
