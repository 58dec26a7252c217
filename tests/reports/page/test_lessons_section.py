"""The page's section about lessons leads to their pages."""

from reports.page.sections.lessons import section


def test_it_leads_to_every_lesson_and_says_who_is_missing():
    lessons = [{"name": "pooling", "title": "Pooling", "predict": "Is it `1` or 0.25?"}]
    found = section({"lessons": lessons, "backends": {"torch": {}, "jax": {"problem": "no wheel"}}})
    (line,) = found.tables[0].lines
    assert (line.head.text, line.head.href) == ("Pooling", "lessons/pooling.html")
    assert line.cells[0].text == "Is it 1 or 0.25?"
    assert "jax did not run: no wheel." in found.note
    assert found.count == "1"
