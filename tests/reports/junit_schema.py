"""What Jenkins' schema junit-10.xsd demands of a JUnit report, in the form of two tables, and a check against them."""

import re
from xml.etree.ElementTree import Element

SUREFIRE_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")
TEXT = frozenset(("message", "type"))

# element -> attributes that it must have, attributes that it may have
ATTRIBUTES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "testsuites": (frozenset(), frozenset(("name", "time", "tests", "failures", "errors"))),
    "testsuite": (
        frozenset(("name", "tests", "failures", "errors")),
        frozenset(("group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url")),
    ),
    "testcase": (frozenset(("name",)), frozenset(("time", "classname", "group"))),
    "properties": (frozenset(), frozenset()),
    "property": (frozenset(("name", "value")), frozenset()),
    **{name: (frozenset(), TEXT) for name in ("failure", "error", "skipped")},
    **{name: (frozenset(), frozenset()) for name in ("system-out", "system-err")},
}
# element -> the elements that it may hold
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testsuite", "properties", "testcase", "system-out", "system-err"},
    "testcase": {"skipped", "error", "failure", "system-out", "system-err"},
    "properties": {"property"},
}
MIXED = {"failure", "error", "skipped", "system-out", "system-err"}  # those that may hold text


def violations(element: Element) -> list[str]:
    """What of an element, and of all in it, the schema does not allow."""
    if element.tag not in ATTRIBUTES:
        return [f"no element <{element.tag}>"]
    must, may = ATTRIBUTES[element.tag]
    found = [f"<{element.tag}> lacks {name}" for name in sorted(must - set(element.keys()))]
    found += [f"<{element.tag}> has no attribute {name}" for name in sorted(set(element.keys()) - must - may)]
    if element.tag in ("testsuites", "testsuite") and not SUREFIRE_TIME.fullmatch(element.get("time", "")):
        found.append(f"<{element.tag}> has the time {element.get('time')!r}")
    if element.tag not in MIXED and (element.text or "").strip():
        found.append(f"<{element.tag}> holds text")
    for child in element:
        if child.tag not in CHILDREN.get(element.tag, ()):
            found.append(f"<{child.tag}> stands in <{element.tag}>")
        found += violations(child)
    return found
