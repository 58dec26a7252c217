"""A card for each kind of failure: expected and got, the peers, a picture, the command to repeat it, and since when."""

import dataclasses
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from reports.facts import run as overview
from reports.facts.matrix import Row
from reports.facts.run import Kind
from reports.facts.text import counted, listed
from reports.lessons.svg import grid
from reports.page import pictures
from spec.outcomes import Outcome

Arrays = Callable[[Row], Mapping[str, np.ndarray]]

# In the judge's messages.
ELEMENT = re.compile(r"element (\[[\d, ]*\])(?: of \d+)? is (\S+), the truth is ([^\s;]+)")
PICTURES = 24  # cards with pictures; the page must stay small
GRADIENT = "gradient_"  # how the names of gradients begin in `tensors/`
SMALL = 8  # rows and columns of a plane whose numbers are shown


@dataclasses.dataclass(frozen=True)
class Card:
    """One kind of failure. `got` and `expected` are of one element (`place`), "" where values were not compared.

    `peers` says what the other backends made of the case, `since` what the baseline shows of it.
    """

    kind: Kind
    place: str
    got: str
    expected: str
    peers: str
    since: str
    is_new: bool
    command: str
    explain: str
    pictures: Sequence[tuple[str, Markup]]

    @property
    def row(self) -> Row:
        """The first of the results, which the card shows."""
        return self.kind.rows[0]


def cards(rows: Sequence[Row], kinds: Sequence[Kind], baseline: Mapping[str, Any] | None, arrays: Arrays) -> list[Card]:
    """The cards, those that the baseline does not have first."""
    by_case: dict[str, list[Row]] = {}
    for row in rows:
        by_case.setdefault(row["case"], []).append(row)
    found = []
    for number, kind in enumerate(kinds):
        row = kind.rows[0]
        element = ELEMENT.search(row.get("message", "")) or ELEMENT.search(row.get("grad_message", ""))
        place, got, expected = element.groups() if element else ("", "", "")
        since, is_new = _since(kind.rows, baseline)
        shown = drawn(row, arrays(row)) if number < PICTURES else []
        command = shlex.join(["python", "-m", "harness", "run", "--backend", row["backend"], "--case", row["case"]])
        explain = shlex.join(["python", "-m", "harness", "explain", row["case"]])
        said = peers(row, by_case[row["case"]])
        found.append(Card(kind, place, got, expected, said, since, is_new, command, explain, shown))
    return sorted(found, key=lambda card: not card.is_new)


def peers(row: Row, same_case: Sequence[Row]) -> str:
    """What the others made of the case: "exact: numpy and torch; close: jax"."""
    found: dict[str, list[str]] = {}
    for other in same_case:
        if other["backend"] != row["backend"]:
            word = overview.problem(other) + (" (known)" if other["status"] == "known" else "")
            found.setdefault(word, []).append(other["backend"])
    return "; ".join(f"{word}: {listed(names)}" for word, names in found.items()) or "no other backend has this case"


def _since(rows: Sequence[Row], baseline: Mapping[str, Any] | None) -> tuple[str, bool]:
    """What the baseline says of some results, and whether one of them is new."""
    if not baseline:
        return "", False
    before = {(one["backend"], one["case"]): one for one in baseline["changes"]}
    lacking = {name for names in baseline["only"].values() for name in names}
    paired = {one["new"] for one in baseline["backends"]}
    new, absent = [], 0
    for row in rows:
        change = before.get((row["backend"], row["case"]))
        absent += f"{row['backend']} {row['case']}" in lacking or row["backend"] not in paired
        if change and change["kind"] == "regression":
            new.append(_word(change["before"]))
    name = baseline["old"]["started"][:10] or baseline["old"]["folder"]
    version = next((one["version"][0] for one in baseline["backends"] if one["new"] == rows[0]["backend"]), "")
    where = " ".join(filter(None, ["since the run of", name, f"({version})" if version else ""]))
    if new:
        of = "" if len(new) == len(rows) else f"{len(new)} of {len(rows)} "
        return f"{of}new {where}: {listed(sorted(set(new)))} there", True
    if absent == len(rows):
        return f"not in the run of {name}", True
    return f"failed in the run of {name} as well", False


def _word(before: Mapping[str, Any]) -> str:
    return before["outcome"] if before["status"] == "pass" else f"{before['status']} ({before['outcome']})"


def drawn(row: Row, arrays: Mapping[str, np.ndarray]) -> list[tuple[str, Markup]]:
    """(caption, picture): the error of the plane that holds the largest one; of small outputs, the numbers as well.

    Of the first array that is wrong: an output, or else a gradient.
    """
    for name in _suspects(row, [key.removeprefix("truth_") for key in arrays if key.startswith("truth_")]):
        of_gradient = name.startswith(GRADIENT)
        got, wanted = arrays.get(name if of_gradient else f"output_{name}"), arrays[f"truth_{name}"]
        if got is None or got.shape != wanted.shape or got.ndim < 1 or not got.size or got.dtype.kind == "c":
            continue
        with np.errstate(all="ignore"):
            one, other = got.astype(np.float64), np.asarray(wanted, np.float64)
            same = (one == other) | (np.isnan(one) & np.isnan(other))
            errors = np.where(same, 0.0, np.abs(one - other))
        if not errors.any():
            continue
        worst = np.unravel_index(np.argmax(np.nan_to_num(errors, nan=np.inf)), errors.shape)
        place, layout = [int(i) for i in worst], row.get("layout", "")
        shown = pictures.plane(errors, layout, place)
        wrong = int((~same).sum())
        words = name.replace(GRADIENT, "the gradient for ")
        caption = f"{counted(wrong, 'element')} of {got.size:,} of {words} differ; the plane of {place}"
        found = [(caption, pictures.heat(shown, f"Error of {words}: {caption}"))]
        return found if of_gradient else found + _numbers(row, arrays, name, place)
    return []


def _suspects(row: Row, names: Sequence[str]) -> list[str]:
    """The arrays that may be wrong: the outputs, or, where these are right, the gradients that are not."""
    if not Outcome(row["outcome"]).is_right:
        return [name for name in names if not name.startswith(GRADIENT)]
    wrong = {f"{GRADIENT}{name}" for name, outcome in row.get("grad", {}).items() if not Outcome(outcome).is_right}
    return [name for name in names if name in wrong]


def _numbers(row: Row, arrays: Mapping[str, np.ndarray], name: str, place: Sequence[int]) -> list[tuple[str, Markup]]:
    """The same plane in numbers, as it came and as it should be, and the image, where all are small."""
    layout, found = row.get("layout", ""), []
    image = arrays.get("input_x")
    first = [place[0], *([0] * (image.ndim - 1))] if image is not None and image.ndim > 2 else [0] * 4
    planes = [
        ("image", image, first),
        ("got", arrays[f"output_{name}"], place),
        ("expected", arrays[f"truth_{name}"], place),
    ]
    for title, array, where in planes:
        if array is None or array.ndim < 2 or array.shape[0] <= where[0]:
            continue
        shown = pictures.plane(array, layout, where[: array.ndim])
        if max(shown.shape) > SMALL:
            return []
        text = [[f"{value:.4g}" for value in line] for line in np.asarray(shown, np.float64)]
        found.append((title, Markup(grid(text, f"{title}, in numbers"))))  # numbers alone
    return found
