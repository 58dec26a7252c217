"""Page section of the command `scorecard`: a row per rule for comparing floats, and how often it is wrong."""

from collections.abc import Mapping
from typing import Any

from reports.facts.text import counted
from reports.page.sections.parts import Block, Cell, Line, Section, Table

NOTE = (
    "How often a rule for comparing floats is wrong. It gives a false alarm when it refuses correct arithmetic, which "
    "every order of summation and every framework is; it misses when it passes faulty arithmetic, such as TF32 or a "
    "dropped product. A product that is no larger than what rounding its sum may come to cannot be seen: under heavy "
    "cancellation our rule misses 2 of 88 dropped ones. The first rule is the one that judged this run."
)
NAMED = 4  # so many of the data on which a rule is wrong are named
KINDS = (("false_alarms", "correct", "false alarms"), ("misses", "faulty", "misses"))


def section(data: Mapping[str, Any]) -> Section:
    """How often each rule is wrong; how many bits it sees; and on demand where it is wrong."""
    ours = next(iter(data["rules"]))
    wrong = sum(found[ours][kind] for found in data["totals"].values() for kind, _, _ in KINDS)
    alarms = any(found[ours]["false_alarms"] for found in data["totals"].values())
    excess = max(data["excess"].values(), default=0)
    worst = f" What it misses has at most {excess:g} times the errors of the worst correct sum." if excess else ""
    lost = "".join(f" {name}: {problem}." for name, problem in data["problems"].items())
    tables = [_totals(data, ours), _resolution(data), _implementations(data, ours)]
    return Section("scorecard", "Comparison rules", NOTE + worst + lost, tables, str(wrong), alarms)


def _totals(data: Mapping[str, Any], ours: str) -> Table:
    columns = ["rule", *(f"{words}, {dtype}" for dtype in data["totals"] for _, _, words in KINDS)]
    lines = []
    for rule, text in data["rules"].items():
        cells = []
        for found in data["totals"].values():
            for wrong, of, _ in KINDS:
                count, total = found[rule][wrong], found[rule][of]
                share = f"{100 * count / total:.1f} % of {total}" if total else ""
                cells.append(Cell(str(count), share, _status(count, rule == ours)))
        lines.append(Line(Cell(rule, text.replace("`", "")), cells))
    return Table("How often each rule is wrong", columns, lines, right=range(1, len(columns)))


def _resolution(data: Mapping[str, Any]) -> Table:
    arrays = list(data["resolution"])
    lines = [Line(Cell(rule), [_bits(data["resolution"][array][rule]) for array in arrays]) for rule in data["rules"]]
    caption = "How precise operands may be and still be refused, in significant bits; float32 has 24, all of them right"
    return Table(caption, ["rule", *arrays], lines, right=range(1, len(arrays) + 1), kind="narrow")


def _bits(bits: int | None) -> Cell:
    return Cell("even 24", status="aside") if bits is None else Cell(str(bits) if bits else "none")


def _implementations(data: Mapping[str, Any], ours: str) -> Table:
    rules = list(data["rules"])
    lines = []
    for one in data["implementations"]:
        nature = "faulty" if one["faulty"] else "correct"
        same = [Block(", ".join(one["equivalent"]), "No worse than correct arithmetic in")] if one["equivalent"] else []
        head = Cell(one["name"], f"{nature}, {one['dtype']}: {one['text']}", more=same)
        cells = []
        for rule in rules:
            places = one["wrong"][rule]
            rest = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
            more = [Block(", ".join(places[:NAMED]) + rest)] if places else []
            cells.append(Cell(str(len(places)), status=_status(len(places), rule == ours), more=more))
        lines.append(Line(head, cells))
    caption = f"{counted(len(lines), 'implementation')}: how often each rule is wrong about it, and on which data"
    return Table(caption, ["implementation", *rules], lines, True, range(1, len(rules) + 1))


def _status(wrong: int, own: bool) -> str:
    return "aside" if not wrong else "fail" if own else "known"
