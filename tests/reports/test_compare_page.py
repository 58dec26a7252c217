"""The page of a comparison: what it says, and that it needs no other file and runs nothing."""

from html.parser import HTMLParser

import pytest

from reports.compare.page import page

OWN = {"outcome": "close", "bound_ratio": 0.01}
GAP = {"relative": 1e-7, "max_abs": 1e-6, "max_ulp": 2.0}


def row(name, **changes):
    found = {"a": name, "b": f"{name}_b", "kind": "conv2d", "word": "carried", "findings": [], "note": ""}
    return {**found, "own": [OWN, None], "input": GAP, "output": GAP, "remedy": "", "errors": None, **changes}


def comparison(*rows):
    side = {"folder": "a", "framework": "torch", "versions": {}, "training": False, "layers": 2, "gaps": 1}
    return {"a": side, "b": {**side, "framework": "keras"}, "layers": list(rows), "alone": {"a": ["pad"], "b": []}}


class Parsed(HTMLParser):
    """The tags that were opened and not closed, and those that would load something."""

    VOID = ("meta", "link", "path", "rect", "br", "img")

    def __init__(self, text):
        super().__init__()
        self.open, self.loads = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        self.loads += [
            value for name, value in attrs if name in ("src", "href") and not value.startswith(("data:", "#"))
        ]
        self.loads += ["script"] if tag == "script" else []

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


MISTAKE = row(
    "<conv>",
    word="settings differ",
    findings=[{"word": "settings differ", "text": "stride [2, 2] / [1, 1] <b>", "about": {}}],
    remedy="In B: strides=2.",
    errors={"place": [0, 1, 2, 3], "values": [[0.0, 1.0], [0.5, 0.25]]},
)


@pytest.mark.parametrize("rows", [[row("conv")], [row("conv"), MISTAKE], [row("a", input=None, output=None)]])
def test_it_is_whole_and_loads_nothing(rows):
    found = Parsed(page(comparison(*rows)))
    assert (found.open, found.loads) == ([], [])


def test_a_mistake_is_told_first_with_its_remedy_and_a_heat_map():
    text = page(comparison(row("conv"), MISTAKE))
    assert "The models part first at &lt;conv&gt;." in text
    assert "stride [2, 2] / [1, 1] &lt;b&gt;" in text
    assert "In B: strides=2." in text
    assert 'class="picture heatmap"' in text
    assert text.index("In B: strides=2.") < text.index("All layers")


def test_without_a_mistake_it_says_so():
    text = page(comparison(row("conv")))
    assert "<b>No mistake.</b>" in text
    assert "Without a partner in A: pad." in text
    assert "heatmap" not in text.partition("</style>")[2]
