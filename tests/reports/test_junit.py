"""The JUnit report: valid XML whose counts are those of the run."""

import xml.etree.ElementTree as ElementTree
from collections import Counter

import pytest

from reports import junit
from tests.reports.junit_schema import violations


@pytest.fixture
def suites(run):
    return ElementTree.fromstring(junit.render(*run).encode())


def test_junit_has_a_suite_per_backend_and_a_test_case_per_result(run, suites):
    _, rows = run
    assert [suite.get("name") for suite in suites] == ["torch", "jax", "mxnet"]
    found = Counter((s.get("name"), c.get("classname"), c.get("name")) for s in suites for c in s.iter("testcase"))
    of_rows = ((row["backend"], f"{row['backend']}.{row['op']}", row["case"]) for row in rows)
    assert found == Counter([*of_rows, ("torch", "torch.ledger", "same-stride")])


def test_junit_keeps_to_the_schema_and_no_two_test_cases_have_one_name(run):
    summary, rows = run
    version = {**rows[0], "backend": "jax@0.4.38"}
    summary = {**summary, "backends": {**summary["backends"], "mxnet": {"problem": "died", "unavailable": "no wheel"}}}
    root = ElementTree.fromstring(junit.render({**summary, "new": ["torch: other"]}, [*rows[:-2], version]).encode())
    assert violations(root) == []
    names = Counter((case.get("classname"), case.get("name")) for case in root.iter("testcase"))
    assert [name for name, count in names.items() if count > 1] == []
    assert ("jax@0_4_38.conv2d", version["case"]) in names


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('<testsuites skipped="1"/>', "has no attribute skipped"),
        ('<testsuites><testsuite name="a" tests="1" failures="0"/></testsuites>', "lacks errors"),
        ("<testsuites><testcase name='a'/></testsuites>", "<testcase> stands in <testsuites>"),
        ('<testsuites time="1e-3"/>', "has the time"),
        ("<testsuites>words</testsuites>", "holds text"),
    ],
)
def test_the_check_against_the_schema_sees_what_is_wrong(broken, said):
    assert any(said in one for one in violations(ElementTree.fromstring(broken)))


def test_junit_counts_match(run, suites):
    _, rows = run
    for element in (suites, *suites):
        for attribute, tag in (
            ("tests", "testcase"),
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            if element is not suites or attribute != "skipped":
                assert int(element.get(attribute)) == len(list(element.iter(tag)))
    assert (
        int(suites.get("failures")) == sum(row["status"] == "fail" and row["outcome"] != "not-run" for row in rows) + 1
    )
    assert int(suites.get("errors")) == 1
    assert sum(int(suite.get("skipped")) for suite in suites) == sum(row["status"] == "known" for row in rows)


def test_junit_keeps_reasons_times_and_versions(suites):
    torch, jax, mxnet = suites
    assert jax.find("properties/property[@name='jaxlib']").get("value") == "0.10.1"
    assert float(torch.find("testcase").get("time")) == 0.25
    assert (
        jax.find("testcase[@name='conv2d/plain/reals']/skipped").get("message")
        == "gradient rejected (no reflect): gradient refused"
    )
    assert jax.find("testcase[@name='conv2d/plain/integers']/failure").get("type") == "differs"
    assert mxnet.find("testcase/error").get("message") == "no Python 3.11"


def test_junit_reports_a_backend_that_has_no_result_at_all(run):
    summary, rows = run
    root = ElementTree.fromstring(junit.render(summary, [row for row in rows if row["backend"] != "mxnet"]).encode())
    assert root.find("testsuite[@name='mxnet']/testcase/error").get("message") == "no Python 3.11"
