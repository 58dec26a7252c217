"""The JUnit report: valid XML whose counts are those of the run."""

import xml.etree.ElementTree as ElementTree
from collections import Counter

import pytest

from reports import junit


@pytest.fixture
def suites(run):
    return ElementTree.fromstring(junit.render(*run).encode())


def test_junit_has_a_suite_per_backend_and_a_test_case_per_result(run, suites):
    _, rows = run
    assert [suite.get("name") for suite in suites] == ["torch", "jax", "mxnet"]
    found = Counter((s.get("name"), c.get("classname"), c.get("name")) for s in suites for c in s.iter("testcase"))
    assert found == Counter(
        [*((row["backend"], row["op"], row["case"]) for row in rows), ("torch", "ledger", "same-stride")]
    )


def test_junit_counts_match(run, suites):
    _, rows = run
    for element in (suites, *suites):
        for attribute, tag in (
            ("tests", "testcase"),
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            assert int(element.get(attribute)) == len(list(element.iter(tag)))
    assert (
        int(suites.get("failures")) == sum(row["status"] == "fail" and row["outcome"] != "not-run" for row in rows) + 1
    )
    assert int(suites.get("errors")) == 1
    assert int(suites.get("skipped")) == sum(row["status"] == "known" for row in rows)


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
