"""What holds for every entry of every ledger: it names what exists, says something, and can be asked of every case."""

import dataclasses
import functools
import re

import numpy as np
import pytest
from packaging.specifiers import SpecifierSet

from backends.known import Known
from harness.cases.catalogue import built_in
from harness.workers import requirements
from harness.workers.backends import select, variants
from spec import operators
from spec.core import Case
from tests.backends.repros import LEDGERS

ENTRIES = [pytest.param(name, known, id=f"{name}:{known.id}") for name in sorted(LEDGERS) for known in LEDGERS[name]]

KINDS = ("convention", "numeric", "unsupported", "bug")
OUTCOMES = ("differs", "rejected", "crashed", "timed-out")
PARTS = ("output", "gradient")
ISSUE = re.compile(r"[\w.-]+/[\w.-]+#[1-9]\d*")
PAGE = re.compile(r"https://[\w./#%-]+")


@functools.cache
def cases() -> tuple[Case, ...]:
    return tuple(built_in())


@functools.cache
def version(name: str) -> str:
    """The pinned version of a framework."""
    (backend,) = select((name,))
    return str(requirements.names(backend)[0].specifier).removeprefix("==")


def selected(known: Known) -> list[Case]:
    """The built-in cases of an entry."""
    return [case for case in cases() if case.op in known.operators and known.when(case)]


def test_every_framework_has_a_ledger():
    assert set(LEDGERS) >= {"torch", "tensorflow", "jax", "mxnet"}
    assert all(isinstance(known, Known) for ledger in LEDGERS.values() for known in ledger)


def test_our_own_backend_has_none():
    assert "numpy" not in LEDGERS, "what is wrong there is mended, not explained"


@pytest.mark.parametrize("name", LEDGERS)
def test_ids_are_unique_and_readable(name):
    ids = [known.id for known in LEDGERS[name]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one) for one in ids)


@pytest.mark.parametrize(("name", "known"), ENTRIES)
def test_fields_are_filled_with_what_there_is(name, known):
    assert known.operators
    assert set(known.operators) <= set(operators())
    assert len(set(known.operators)) == len(known.operators)
    assert known.kind in KINDS
    assert known.outcome in OUTCOMES
    assert known.part in PARTS
    assert SpecifierSet(known.versions).contains(version(name)), "no run would try it"
    assert set(known.variants) <= {"", *variants(name)}
    assert len(set(known.variants)) == len(known.variants)
    for text in (known.what, known.why):
        assert re.fullmatch(r"\S.{14,}[.!]", text), f"no sentence: {text!r}"
    assert known.what != known.why


@pytest.mark.parametrize(("name", "known"), ENTRIES)
def test_links_are_issues_or_pages(name, known):
    assert not known.link or ISSUE.fullmatch(known.link) or PAGE.fullmatch(known.link)


@pytest.mark.parametrize(("name", "known"), ENTRIES)
def test_crashes_are_bugs_and_unsupported_is_refused(name, known):
    assert known.outcome != "crashed" or known.kind == "bug"
    assert (known.kind == "unsupported") == (known.outcome == "rejected")


@pytest.mark.parametrize(("name", "known"), ENTRIES)
def test_each_operator_of_an_entry_has_a_case(name, known):
    found = {case.op for case in selected(known)}
    assert found, "no built-in case could show this entry"
    missing = set(known.operators) - found
    # What holds for conv2d holds for the layer, whose cases are fewer.
    assert missing <= {"conv2d_layer"}, f"no case for {sorted(missing)}"


@pytest.mark.parametrize(("name", "known"), ENTRIES)
def test_predicates_say_yes_or_no_of_every_case(name, known):
    answers = [known.when(case) for case in cases() if case.op in known.operators]
    assert {type(answer) for answer in answers} <= {bool, np.bool_}
    assert not all(answers), "an entry for every case of its operators explains nothing"


def depends_on_names(known: Known) -> bool:
    """Whether the entry's answer to a case is another one where the case has the name and the reason of the next."""
    asked = [case for case in cases() if case.op in known.operators]
    renamed = [
        dataclasses.replace(case, id=other.id, why=other.why) for case, other in zip(asked, [*asked[1:], *asked[:1]])
    ]
    return [known.when(case) for case in asked] != [known.when(case) for case in renamed]


@pytest.mark.parametrize(("name", "known"), ENTRIES)
def test_predicates_do_not_depend_on_names(name, known):
    """An entry is a rule about attributes, shapes and values: it holds for the same case under another name."""
    assert not depends_on_names(known)


@pytest.mark.parametrize(
    "when",
    [
        lambda case: case.id.startswith("conv2d/plain/"),
        lambda case: "everything" not in case.id,
        lambda case: "flip" in case.why,
    ],
)
def test_a_planted_predicate_on_names_is_seen(when):
    assert depends_on_names(Known("planted", ("conv2d",), "bug", "differs", when, "what", "why"))
