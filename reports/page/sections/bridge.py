"""Page section of the command `bridge`: for each pair of frameworks the bridges, their proofs and their texts."""

import json
import shlex
from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

from reports.facts.bridge import FAILS, HOLDS, INEXPRESSIBLE, Row, between, label
from reports.facts.text import anchor, counted
from reports.page.sections.parts import EMPTY, Block, Cell, Line, Section, Table

NOTE = (
    "How to say in one framework what another says. A text in the words of the one takes the arrays as the other has "
    "them. It was run alone, with its framework and nothing of this project, the other framework made its own call, "
    "and both were held against the truth."
)
STATUS = {HOLDS: "", INEXPRESSIBLE: "known", FAILS: "fail"}


def section(data: Mapping[str, Any]) -> Section:
    """The pairs, the weights, each pair operator by operator, and the words that the texts of a framework share."""
    names, rows = list(data["backends"]), data["bridges"]
    failing = sum(row["verdict"] == FAILS for row in rows)
    lost = sum(bool(problem) for found in data["weights"].values() for problem in found.values())
    tables = [_matrix(names, rows), _weights(names, data["weights"])]
    tables += [_pair(source, target, between(rows, source, target)) for source, target in permutations(names, 2)]
    tables += [table for name in names if (table := _words(name, rows, data["words"])).lines]
    count = failing + lost or sum(row["verdict"] == HOLDS for row in rows)
    return Section("bridges", "Bridges", NOTE, tables, f"{count:,}", bool(failing or lost), level="h3")


def _matrix(names: Sequence[str], rows: Sequence[Row]) -> Table:
    lines = [Line(Cell(source), [_summary(source, target, rows) for target in names]) for source in names]
    cases = counted(sum(row["agree"] for row in rows), "case")
    caption = f"Bridges that hold, from down, to across, with their cases ({cases} in all)"
    return Table(caption, ["from", *(f"to {name}" for name in names)], lines, kind="narrow")


def _summary(source: str, target: str, rows: Sequence[Row]) -> Cell:
    """How many bridges of a pair hold; it leads to the pair's own table."""
    mine = between(rows, source, target)
    if not mine:
        return EMPTY
    verdicts = [row["verdict"] for row in mine]
    others = [f"{verdicts.count(one)} {one}" for one in (INEXPRESSIBLE, FAILS) if one in verdicts]
    worst = max(verdicts, key=list(STATUS).index)
    text = f"{verdicts.count(HOLDS)} of {len(mine)}"
    cases = counted(sum(row["agree"] for row in mine), "case")
    return Cell(text, "; ".join([cases, *others]), STATUS[worst], href=anchor(("bridge", source, target)))


def _weights(names: Sequence[str], weights: Mapping[str, Mapping[str, str]]) -> Table:
    lines = [
        Line(Cell(source), [Cell(found[name] or "same logits", status="fail" if found[name] else "") for name in names])
        for source, found in weights.items()
    ]
    caption = "LeNet-5's weights, trained in a framework (down), exported as safetensors, loaded in another (across)"
    return Table(caption, ["trained in", *(f"loaded in {name}" for name in names)], lines, kind="narrow")


def _pair(source: str, target: str, rows: Sequence[Row]) -> Table:
    lines = [Line(Cell(label(row), _given(row["attrs"])), [_turned(row), _proof(row)], _place(row)) for row in rows]
    columns = ["operator", f"in the words of {target}", "proof"]
    place = anchor(("bridge", source, target))
    return Table(f"What {source} says, in the words of {target}", columns, lines, True, kind="bridges", anchor=place)


def _place(row: Row) -> str:
    """The address of a bridge: that of another dtype than the usual one has its name."""
    dtype = [row["dtype"]] if row["dtype"] != "float32" else []
    return anchor(("bridge", row["op"], row["source"], row["target"], *dtype))


def _given(attrs: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_written(value)}" for name, value in attrs.items())


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _turned(row: Row) -> Cell:
    """The arrays that must be transposed, which opens to the code; or why there is none."""
    if row["verdict"] == INEXPRESSIBLE:
        return Cell(f"not expressible in {row['who']}", row["why"], STATUS[INEXPRESSIBLE])
    turned = [f"{one['name']}: {one['before']} → {one['after']} {tuple(one['axes'])}" for one in row["changes"]]
    if row.get("short"):
        return _short(row, "\n".join(turned) or "axes as they are")
    words = Block(f"{row['op']} in the words of {row['target']}", "It calls", href=anchor(("words", row["target"])))
    command = Block(_command(row), "Both as one text, with proof:", True, copied=True)
    more = [Block(row["tail"], "", True, copied=True), words, command]
    return Cell("\n".join(turned) or "axes as they are", more=more)


def _short(row: Row, turned: str) -> Cell:
    """The call itself, for an image of an example's size where the pads follow from it; the whole text on demand."""
    at = row.get("at")
    if not at:
        return Cell("the whole text", turned, code=row["call"], more=[*_whole(row, "")])
    size = " × ".join(map(str, at["size"]))
    kernel = f", kernel {' × '.join(map(str, at['kernel']))}" if at["kernel"] else ""
    formula = [Block(row["call"], "For any size:", True, copied=True)] if row["call"] != at["call"] else []
    option = f" --size {'x'.join(map(str, at['size']))}"
    return Cell(f"at {size}{kernel}; any size", turned, code=at["call"], more=[*formula, *_whole(row, option)])


def _whole(row: Row, option: str) -> list[Block]:
    command = Block(_command(row) + option, "The whole text, with proof:", True, copied=True)
    return [command]


def _command(row: Row) -> str:
    """The command that prints the whole code."""
    given = []
    for name, value in row["attrs"].items():
        square = isinstance(value, list) and isinstance(value[0], int) and value[0] == value[1]
        given += [f"--{name.replace('_', '-')}", _written(value[0] if square else value)]
    dtype = ["--dtype", row["dtype"]] if row["dtype"] != "float32" else []
    ends = ["--from", row["source"], "--to", row["target"]]
    return shlex.join(["python", "-m", "harness", "bridge", row["op"], *ends, *given, *dtype])


def _proof(row: Row) -> Cell:
    """In how many cases both sides are right."""
    cases = f"{row['agree']} of {counted(row['cases'], 'case')}"
    if row["verdict"] == FAILS:
        return Cell(cases, FAILS, STATUS[FAILS], [Block(row["why"], f"{row['who']}:")])
    return Cell(cases, f"{row['same_bits']} with the same bits" if row["agree"] else "")


def _words(target: str, rows: Sequence[Row], words: Mapping[str, str]) -> Table:
    """The code of the target that texts begin with which could not be told in few words."""
    needed = {row["op"] for row in rows if row["target"] == target and row["tail"] and not row.get("short")}
    mine = {name.partition(" ")[0]: text for name, text in words.items() if name.partition(" ")[2] == target}
    mine = {op: text for op, text in mine.items() if op in needed}
    lines = [
        Line(Cell(op), [Cell(counted(text.count("\n"), "line"), more=[Block(text, "", True)])])
        for op, text in mine.items()
    ]
    caption = f"The words of {target} that these texts begin with"
    return Table(caption, ["operator", "text"], lines, True, kind="bridges", anchor=anchor(("words", target)))
