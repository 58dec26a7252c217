"""A run as JUnit XML, for the test views of CI servers: a suite per backend, a test case per case.

The class of a test case is "backend.operator", so that no two have the same class and name. The file keeps to the
schema that Jenkins publishes as junit-10.xsd; `tests/reports/junit_schema.py` checks it.

pass                   a test case
known                  skipped, with the reason: a ledger entry, or what the adapter says
fail                   failure; its type is the outcome
fail, never ran        error
cannot be had here     skipped, a test case of its own
stale ledger entry     a failure of its own, in the suite of its backend
results are missing    an error, in the suite "run"
new on this processor  a failure whose type says so
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from typing import Any

from reports.facts import run as overview
from reports.facts.matrix import Row
from reports.run_folder import lacking


def render(summary: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """The XML for a run (`summary` is run.json, `rows` the lines of results.jsonl)."""
    run, rows = overview.showable(summary, rows)
    root = ElementTree.Element("testsuites", name="convolution parity", time=f"{run['times']['wall_seconds']:.3f}")
    for name, about in run["backends"].items():
        _suite(root, run, name, about, [row for row in rows if row["backend"] == name])
    if missing := lacking(run, rows):
        whole = {"name": "run", "tests": "1", "failures": "0", "errors": "1", "skipped": "0", "time": "0"}
        case = ElementTree.SubElement(ElementTree.SubElement(root, "testsuite", whole), "testcase", classname="run")
        case.attrib |= {"name": "whole", "time": "0"}
        ElementTree.SubElement(case, "error", type="missing", message=missing)
    for attribute in ("tests", "failures", "errors"):  # the schema knows no count of what was skipped here
        root.set(attribute, str(sum(int(suite.attrib[attribute]) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, run: Mapping, name: str, about: Mapping, rows: Sequence[Row]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=name, timestamp=run["started"].removesuffix("Z"))
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in _properties(run, about).items():
        ElementTree.SubElement(properties, "property", name=key, value=value)
    for row in rows:
        _case(suite, row)
    if about.get("problem") and not any(overview.is_lost(row) for row in rows):
        lost = ElementTree.SubElement(suite, "testcase", classname=f"{_package(name)}.backend", name="starts", time="0")
        ElementTree.SubElement(lost, "error", type="not-run", message=about["problem"])
    if about.get("unavailable"):
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"{_package(name)}.backend", name="can be had", time="0"
        )
        ElementTree.SubElement(case, "skipped", message=f"cannot be had here: {about['unavailable']}")
    absent = [("stale", "the entry no longer shows what it explains", run["stale"])]
    absent += [("new on this processor", "the entry does not show, and was never tried here", run.get("new", []))]
    for kind, message, entries in absent:
        for known in (known for backend, _, known in (entry.partition(": ") for entry in entries) if backend == name):
            stale = ElementTree.SubElement(
                suite, "testcase", classname=f"{_package(name)}.ledger", name=known, time="0"
            )
            ElementTree.SubElement(stale, "failure", type=kind, message=message)
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{sum(float(case.attrib['time']) for case in cases):.6f}")


def _properties(run: Mapping, about: Mapping) -> dict[str, str]:
    """What the backend says of itself, and what the run ran on."""
    own = {key: str(about[key]) for key in ("version", "device", "threads") if key in about}
    hardware = {f"hardware.{key}": str(value) for key, value in run["hardware"].items() if key != "used"}
    return own | overview.facts(about) | hardware | {"command": overview.command(run)}


def _package(backend: str) -> str:
    """A dot in the name of a backend (of a version) would begin another package."""
    return backend.replace(".", "_")


def _case(suite: ElementTree.Element, row: Row) -> None:
    seconds = f"{row.get('seconds', 0.0):.6f}"
    case = ElementTree.SubElement(
        suite, "testcase", classname=f"{_package(row['backend'])}.{row['op']}", name=row["case"], time=seconds
    )
    message = row.get("message", "")
    if overview.is_lost(row):
        ElementTree.SubElement(case, "error", type="not-run", message=message)
    elif row["status"] == "known":
        entry = f" ({row['ledger']})" if row.get("ledger") else ""
        ElementTree.SubElement(case, "skipped", message=f"{overview.problem(row)}{entry}: {message}")
    elif row["status"] in ("fail", "new"):
        kind = "new on this processor: " if row["status"] == "new" else ""
        failure = ElementTree.SubElement(case, "failure", type=kind + overview.problem(row), message=message)
        failure.text = "\n".join(
            f"{key}: {value}" for key, value in row.items() if key not in ("case", "op", "backend")
        )
