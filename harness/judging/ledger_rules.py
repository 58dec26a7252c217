"""What must hold for the entries of a ledger before any framework is asked; CONTRIBUTING has the reasons."""

import re
import typing
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from backends.instead import Instead, Says, Sums
from backends.known import Known
from spec import operators
from spec.core import Case

KINDS = ("convention", "numeric", "unsupported", "bug")
OUTCOMES = ("coarse", "differs", "rejected", "unsupported", "crashed", "timed-out")
PARTS = ("output", "gradient")
REFUSALS = ("rejected", "unsupported")
LINK = re.compile(r"[\w.-]+/[\w.-]+#[1-9]\d*|https://[\w./#%-]+")


def faults(ledger: Sequence[Known], modes: Sequence[str], cases: Mapping[str, Sequence[Case]]) -> list[str]:
    """Everything that is wrong with the entries of a backend, as "id: what"; `cases`: operator -> its cases."""
    ids = [known.id for known in ledger]
    found = [f"{one}: stands there {ids.count(one)} times" for one in dict.fromkeys(ids) if ids.count(one) > 1]
    for known in ledger:
        wrong = list(_fields(known, modes)) or list(_selection(known, cases))
        found += [f"{known.id}: {fault}" for fault in wrong]
    return found


def _fields(known: Known, modes: Sequence[str]) -> Iterator[str]:
    """What is wrong with the fields of an entry, each by itself and together."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", known.id):
        yield "an id is made of small letters, digits and single hyphens"
    if not known.operators or len(set(known.operators)) < len(known.operators):
        yield f"operators is {known.operators}; name one or more, each once"
    for name in set(known.operators) - set(operators()):
        yield f"{name!r} is no operator; choose from: {', '.join(operators())}"
    for field, values in (("kind", KINDS), ("outcome", OUTCOMES), ("part", PARTS)):
        if getattr(known, field) not in values:
            yield f"{field} is {getattr(known, field)!r}; choose from: {', '.join(values)}"
    if known.outcome == "crashed" and known.kind != "bug":
        yield "no framework means to end the process: a crash is of the kind 'bug'"
    if (known.kind == "unsupported") != (known.outcome in REFUSALS):
        yield "what is refused is of the kind 'unsupported', and nothing else is"
    yield from _instead(known)
    try:
        SpecifierSet(known.versions)
    except InvalidSpecifier:
        yield f"versions is {known.versions!r}; write it like '>=2,<3'"
    for mode in set(known.variants) - {"", *modes}:
        yield f"{mode!r} is no mode; choose from: {', '.join(modes) or 'none'}"
    if len(set(known.variants)) < len(known.variants):
        yield f"variants is {known.variants}; name each mode once"
    for field in ("what", "why"):
        if not re.fullmatch(r"\S.{14,}[.!]", getattr(known, field)):
            yield f"{field} is {getattr(known, field)!r}; write a sentence"
    if known.what == known.why:
        yield "what and why are the same sentence"
    if known.link and not LINK.fullmatch(known.link):
        yield f"link is {known.link!r}; write owner/name#number, or an address"


def _instead(known: Known) -> Iterator[str]:
    """What is wrong with what comes instead."""
    said, words = known.instead, known.outcome in (*REFUSALS, "crashed", "timed-out")
    if not isinstance(said, typing.get_args(Instead)):
        yield f"instead is {said!r:.60}; say what comes instead of the truth, with a record of backends/instead.py"
    elif isinstance(said, Says) != words:
        yield "a refusal or a crash is told by its message, with Says, and nothing else is"
    elif isinstance(said, Sums) != (known.outcome == "coarse"):
        yield "what is coarse is as good as Sums in half precision, and nothing else is"
    elif isinstance(said, Says) and (re.search(said.pattern, "") or not said.pattern.strip("^.*$")):
        yield f"instead is Says({said.pattern!r}), which any message would fit"


def _selection(known: Known, cases: Mapping[str, Sequence[Case]]) -> Iterator[str]:
    """What is wrong with the cases that an entry selects."""
    asked = [case for name in known.operators for case in cases[name]]
    try:
        answers = [known.when(case) for case in asked]
    except Exception as error:
        yield f"`when` fails: {type(error).__name__}: {error}; it is asked of every case of its operators"
        return
    if any(not isinstance(answer, (bool, np.bool_)) for answer in answers):
        yield "`when` must say True or False"
    if all(answers) and known.outcome != "unsupported":
        yield "`when` is true of every case: where an operator is lacking, leave its method out"
    shown = {case.op for case, answer in zip(asked, answers) if answer}
    # What holds for conv2d holds for the layer, whose cases are fewer.
    for name in sorted(set(known.operators) - shown - ({"conv2d_layer"} if shown else set())):
        yield f"no built-in case of {name} could show it"
