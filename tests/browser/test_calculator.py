"""The size calculator of a lesson, which is JavaScript, says what the specification says."""

import itertools

import pytest

from spec import operators
from spec.core import Rejected
from spec.lessons import lessons
from spec.padding import explicit, extent, windows

CALCULATORS = {one.name: one.sizes for one in lessons().values() if one.sizes}
SIZES = [  # H, k, s, p, d
    *itertools.product((1, 2, 5, 8), (1, 2, 3), (1, 2, 3), (0, 1, 3), (1, 2)),
    *itertools.product((28, 223, 224), (3, 7), (2, 4), (0, 3), (1, 3)),
]
FILL = """([form, rows]) => rows.map((row) => {
    ["H", "k", "s", "p", "d"].forEach((name, i) => { form.elements[name].value = row[i]; });
    form.dispatchEvent(new Event("input"));
    return [...form.querySelectorAll("tbody tr")].map((line) => [...line.cells].slice(1).map((cell) => cell.innerText));
})"""
NONE = "no window fits"


def shown(view, rows):
    """For each row of sizes the lines of the table: outputs and pads, as they stand there."""
    form = view.page.query_selector(".calculator")
    return view.page.evaluate(FILL, [form, rows])


def count(size, kernel, stride, dilation, pads, **more):
    try:
        return str(windows(size, kernel, stride, dilation, pads, **more))
    except Rejected:
        return NONE


def lines(kind, H, k, s, p, d):
    """What the specification says of these sizes, a line for each padding."""
    if kind == "transposed":
        transposed = operators()["conv_transpose2d"]
        attrs = {"stride": (s, s), "output_padding": (0, 0), "dilation": (d, d), "groups": 1}
        found = []
        for padding in (((p, p), (p, p)), "same"):
            try:
                found.append(str(transposed.out_shape((1, 1, H, H), (1, 1, k, k), padding=padding, **attrs)[2]))
            except Rejected:
                found.append("no output")
        return [[found[0], "crops p at each end"], [found[1], "crops to H · s"]]
    (before, after), _ = explicit("same", (H, H), (k, k), (s, s), (d, d))
    floor, ceil = (count(H, k, s, d, (p, p), ceil_mode=mode) for mode in (False, True))
    if kind == "pooling" and p >= extent(k, d):
        floor = ceil = "too much padding"
    return [
        [floor, "p at each end"],
        *([[ceil, "p at each end, and an overhang"]] if kind == "pooling" else []),
        [count(H, k, s, d, (before, after)), f"{before} before, {after} after"],
        [count(H, k, s, d, (after, before)), f"{after} before, {before} after"],
        [count(H, k, s, d, (0, 0)), "none"],
    ]


@pytest.mark.parametrize("name", CALCULATORS)
def test_it_says_what_the_specification_says(open_page, folder, name):
    view = open_page(folder / "lessons" / f"{name}.html")
    for row, found in zip(SIZES, shown(view, SIZES), strict=True):
        assert found == lines(CALCULATORS[name], *row), dict(zip("Hkspd", row))


@pytest.mark.parametrize("name", ["pooling", "transposed-convolution"])
@pytest.mark.parametrize("wrong", ["", "0", "-3", "2.5"])
def test_what_is_no_size_is_said(open_page, folder, name, wrong):
    view = open_page(folder / "lessons" / f"{name}.html")
    for place in (0, 1, 2, 4):
        row = ["8", "3", "1", "0", "1"]
        row[place] = wrong
        (found,) = shown(view, [row])
        assert {line[0] for line in found} == {"–"}
        assert view.page.locator(".calculator .wrong").inner_text().startswith("Whole numbers, please")
    shown(view, [[8, 3, 1, 0, 1]])
    assert view.page.locator(".calculator .wrong").inner_text() == ""


def test_it_can_be_filled_by_keyboard(open_page, folder):
    view = open_page(folder / "lessons" / "same-with-stride.html")
    for _ in range(60):
        view.press("Tab")
        if view.page.evaluate("document.activeElement.name") == "H":
            break
    view.press("Control+A", "2", "2", "3")
    assert "112" in view.page.locator(".calculator tbody tr").first.inner_text()
    assert "1 before, 1 after" in view.page.locator(".calculator tbody").inner_text()
