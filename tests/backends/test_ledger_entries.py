"""What holds for every entry of every ledger: it names what exists, says something, and can be asked of every case."""

import dataclasses
import functools

import pytest
from packaging.specifiers import SpecifierSet

from backends.instead import Rounds, Says, Sums
from backends.known import Known
from harness.cases.catalogue import built_in
from harness.judging.ledger_rules import faults
from harness.workers import requirements
from harness.workers.backends import select, variants
from spec.core import Case
from tests.backends.repros import LEDGERS


@functools.cache
def cases() -> dict[str, list[Case]]:
    """The built-in cases of each operator."""
    found: dict[str, list[Case]] = {}
    for case in built_in():
        found.setdefault(case.op, []).append(case)
    return found


def test_every_framework_has_a_ledger():
    assert set(LEDGERS) >= {"torch", "tensorflow", "jax", "mxnet"}
    assert all(isinstance(known, Known) for ledger in LEDGERS.values() for known in ledger)


def test_our_own_backend_has_none():
    assert "numpy" not in LEDGERS, "what is wrong there is mended, not explained"


@pytest.mark.parametrize("name", LEDGERS)
def test_every_entry_keeps_to_the_rules(name):
    assert faults(LEDGERS[name], list(variants(name)), cases()) == []


@pytest.mark.parametrize("name", LEDGERS)
def test_every_entry_is_tried_by_a_run_of_the_pinned_version(name):
    (backend,) = select((name,))
    pinned = str(requirements.names(backend)[0].specifier).removeprefix("==")
    assert [known.id for known in LEDGERS[name] if not SpecifierSet(known.versions).contains(pinned)] == []


def depends_on_names(known: Known) -> bool:
    """Whether the entry's answer to a case is another one where the case has the name and the reason of the next."""
    asked = [case for name in known.operators for case in cases()[name]]
    renamed = [
        dataclasses.replace(case, id=other.id, why=other.why) for case, other in zip(asked, [*asked[1:], *asked[:1]])
    ]
    return [known.when(case) for case in asked] != [known.when(case) for case in renamed]


@pytest.mark.parametrize("name", LEDGERS)
def test_predicates_do_not_depend_on_names(name):
    """An entry is a rule about attributes, shapes and values: it holds for the same case under another name."""
    assert [known.id for known in LEDGERS[name] if depends_on_names(known)] == []


@pytest.mark.parametrize(
    "when",
    [
        lambda case: case.id.startswith("conv2d/plain/"),
        lambda case: "everything" not in case.id,
        lambda case: "flip" in case.why,
    ],
)
def test_a_planted_predicate_on_names_is_seen(when):
    assert depends_on_names(Known("planted", ("conv2d",), "bug", "differs", when, "what", "why", instead=Rounds()))


# ---- planted faults ------------------------------------------------------------------------------

RIGHT = Known(
    "no-stride",
    ("max_pool2d", "avg_pool2d"),
    "numeric",
    "differs",
    lambda case: case.attrs["stride"] is None,
    "It does something else.",
    "Nobody knows the reason.",
    instead=Rounds(),
)


def test_what_is_right_has_no_faults():
    assert faults([RIGHT], ["slow"], cases()) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": "No stride"}, "small letters"),
        ({"operators": ()}, "name one or more"),
        ({"operators": ("pad2d", "pad2d")}, "each once"),
        ({"operators": ("conv3d",)}, "'conv3d' is no operator"),
        ({"kind": "strange"}, "kind is 'strange'; choose from"),
        ({"outcome": "wrong"}, "outcome is 'wrong'; choose from"),
        ({"part": "gradients"}, "part is 'gradients'; choose from"),
        ({"outcome": "crashed"}, "a crash is of the kind 'bug'"),
        ({"outcome": "rejected"}, "of the kind 'unsupported'"),
        ({"kind": "unsupported"}, "of the kind 'unsupported'"),
        ({"versions": "new"}, "versions is 'new'"),
        ({"variants": ("fast",)}, "'fast' is no mode; choose from: slow"),
        ({"variants": ("slow", "slow")}, "name each mode once"),
        ({"what": "it errs"}, "what is 'it errs'; write a sentence"),
        ({"why": "It does something else."}, "the same sentence"),
        ({"instead": None}, "say what comes instead"),
        ({"instead": Says("no")}, "told by its message, with Says, and nothing else"),
        ({"instead": Sums()}, "as good as Sums in half precision, and nothing else"),
        ({"outcome": "coarse"}, "as good as Sums in half precision, and nothing else"),
        ({"outcome": "crashed", "kind": "bug"}, "told by its message"),
        ({"outcome": "crashed", "kind": "bug", "instead": Says(".*")}, "which any message would fit"),
        ({"link": "see there"}, "link is 'see there'"),
        ({"when": lambda case: case.attrs["strides"] is None}, "`when` fails: KeyError"),
        ({"when": lambda case: "yes"}, "must say True or False"),
        ({"when": lambda case: True}, "is true of every case"),
        ({"when": lambda case: False}, "no built-in case of avg_pool2d could show it"),
        ({"when": lambda case: case.op == "pad2d", "operators": ("conv2d_layer",)}, "no built-in case of conv2d_layer"),
    ],
)
def test_a_planted_fault_is_seen(change, fault):
    found = faults([dataclasses.replace(RIGHT, **change)], ["slow"], cases())
    assert any(fault in one for one in found), found


def test_an_id_that_stands_twice_is_seen():
    assert faults([RIGHT, RIGHT], [], cases()) == ["no-stride: stands there 2 times"]
