"""The ledger is strict in both directions: nothing unexplained passes, nothing explained outlives its cause."""

import dataclasses
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from backends.condition import On
from backends.instead import Says, Undetermined
from backends.known import Known
from harness.commands.run import _absent, _ledger
from harness.judging.instead import Seen
from harness.judging.ledger import Ledger, entries
from harness.judging.oracle import Truth
from harness.judging.verdict import Comparison, Verdict
from harness.running.result import Result, judged
from harness.workers.backends import Backend
from spec.errors import UserError
from spec.outcomes import Outcome

RECORD = """from backends.instead import Rounds
from backends.known import Known
LEDGER = [Known('M1', ('conv2d',), 'bug', 'differs', lambda case: True, 'what', 'why', instead=Rounds(times=9)"""
EXACT, DIFFERS, REFUSED = Comparison(Outcome.EXACT), Comparison(Outcome.DIFFERS), Comparison(Outcome.REJECTED)
OUTPUT = Verdict(Outcome.DIFFERS, "", DIFFERS)
GRADIENT = Verdict(Outcome.EXACT, "", EXACT, {"x": EXACT, "w": DIFFERS})
BOTH = Verdict(Outcome.DIFFERS, "", DIFFERS, {"x": EXACT, "w": DIFFERS})
PASSED = Verdict(Outcome.EXACT, "", EXACT, {"x": EXACT, "w": EXACT}, passed=True)


# These tests are on entries, not on arrays: whatever comes is as the entry says.
ANY = Undetermined(lambda case: dict.fromkeys("yxw", np.ones(1, bool)))
SEEN = Seen(outputs={"y": np.ones(1, "f4")}, gradients=dict.fromkeys("xw", np.ones(1, "f4")))


def known(**changes) -> Known:
    """An entry for every conv2d case whose output differs."""
    entry = Known("K1", ("conv2d",), "bug", "differs", lambda case: True, "what it does", "why it does", instead=ANY)
    return dataclasses.replace(entry, **changes)


def explained(case, verdict: Verdict, *entries: Known, version: str = "2.1.0") -> str:
    """The ids of the entries that explain the verdict."""
    return " ".join(Ledger(entries, version).explain(case, verdict, SEEN))


def test_an_entry_explains_its_own_difference(conv):
    assert explained(conv(), OUTPUT, known()) == "K1"
    assert explained(conv(), GRADIENT, known(part="gradient")) == "K1"


@pytest.mark.parametrize(
    ("verdict", "changes"),
    [
        pytest.param(OUTPUT, {"outcome": "rejected"}, id="another outcome"),
        pytest.param(OUTPUT, {"part": "gradient"}, id="another part"),
        pytest.param(GRADIENT, {}, id="a gradient that differs"),
        pytest.param(BOTH, {}, id="a gradient that differs as well"),
        pytest.param(BOTH, {"part": "gradient"}, id="an output that differs as well"),
        pytest.param(Verdict(Outcome.CRASHED), {}, id="a crash"),
        pytest.param(Verdict(Outcome.TIMED_OUT), {"outcome": "crashed"}, id="a hang"),
        pytest.param(OUTPUT, {"operators": ("conv_transpose2d", "pad2d")}, id="another operator"),
        pytest.param(OUTPUT, {"when": lambda case: case.attrs["groups"] == 2}, id="another case"),
        pytest.param(OUTPUT, {"versions": ">=3"}, id="another version"),
        pytest.param(PASSED, {}, id="a pass"),
        pytest.param(PASSED, {"outcome": "exact"}, id="a pass, taken for an outcome"),
    ],
)
def test_an_entry_explains_nothing_else(conv, verdict, changes):
    assert explained(conv(), verdict, known(**changes)) == ""


def test_several_entries_explain_a_difference_together(conv):
    output, gradient = known(), known(id="K2", part="gradient")
    assert explained(conv(), BOTH, output, gradient) == "K1 K2"
    assert explained(conv(), BOTH, gradient, output) == "K2 K1"


def test_gradients_of_different_outcomes_need_an_entry_each(conv):
    verdict = Verdict(Outcome.EXACT, "", EXACT, {"x": REFUSED, "w": DIFFERS})
    refused, differs = known(part="gradient", outcome="rejected"), known(id="K2", part="gradient")
    assert explained(conv(), verdict, refused) == ""
    assert explained(conv(), verdict, differs) == ""
    assert explained(conv(), verdict, refused, differs) == "K1 K2"


def test_values_that_only_the_case_file_disputes_are_not_explained(conv):
    disputed = Verdict(Outcome.EXACT, "the case file expects other values", EXACT, expected="differs")
    assert explained(conv(), disputed, known()) == ""


@pytest.mark.parametrize(
    ("versions", "version", "covered"),
    [
        ("", "2.13.0", True),
        ("", "2.13.0+cpu", True),
        (">=2,<3", "2.13.0+cpu", True),
        (">=2,<3", "3.0.0", False),
        ("<3", "3.0.0rc1", False),
        ("<3", "2.9.0rc1", True),
        ("==1.9.*", "1.9.1", True),
        ("==1.9.*", "1.10.0", False),
        ("", "nightly", True),
        ("", "", True),
        (">=2", "nightly", False),
        (">=2", "", False),
    ],
)
def test_versions_are_those_of_the_specifier(conv, versions, version, covered):
    assert explained(conv(), OUTPUT, known(versions=versions), version=version) == ("K1" if covered else "")


# ---- entries that no longer show -----------------------------------------------------------------


def after(*verdicts: Verdict, entry: Known, case, version: str = "2.1.0") -> Ledger:
    ledger = Ledger((entry,), version)
    for verdict in verdicts:
        ledger.explain(case, verdict, SEEN)
    return ledger


def test_an_entry_that_no_longer_shows_is_stale(conv):
    assert after(PASSED, PASSED, entry=known(), case=conv()).stale() == ["K1"]


def test_an_entry_that_showed_once_is_not_stale(conv):
    assert after(PASSED, OUTPUT, PASSED, entry=known(), case=conv()).stale() == []


def test_an_entry_that_is_seldom_seen_is_stale_only_if_no_case_of_all_shows_it(conv):
    assert after(PASSED, entry=known(seldom=True), case=conv()).stale() == []
    assert after(PASSED, entry=known(seldom=True), case=conv()).stale(everything=True) == ["K1"]
    assert after(PASSED, OUTPUT, entry=known(seldom=True), case=conv()).stale(everything=True) == []


@pytest.mark.parametrize(("level", "stale"), [("avx512_bf16", ["K1"]), ("avx512", ["K1"]), ("avx2", [])])
def test_chance_is_another_where_sums_are_taken_in_another_order(conv, level, stale):
    ledger = after(PASSED, entry=known(seldom=True), case=conv())
    ledger.description = {"processor": {"architecture": "x86_64", "machine": "avx512_bf16", "level": level}}
    assert ledger.stale(everything=True) == stale
    assert ledger.new(everything=True) == []


def test_an_entry_that_does_not_explain_the_whole_is_stale(conv):
    assert after(BOTH, entry=known(), case=conv()).stale() == ["K1"]


def test_an_entry_whose_cases_did_not_run_is_not_stale(conv):
    assert after(PASSED, entry=known(operators=("pad2d",)), case=conv()).stale() == []
    assert after(PASSED, entry=known(versions=">=3"), case=conv()).stale() == []


# ---- the processor -------------------------------------------------------------------------------


def machine(level: str, architecture: str = "x86_64", onednn: str = "", own: str = "avx512_bf16", **switches) -> dict:
    """What a backend says of itself that uses such a level of a processor, which has its own."""
    parts = {"oneDNN": {"level": onednn or level, "word": ""}}
    return {
        "processor": {"architecture": architecture, "machine": own, "level": level, "parts": parts},
        "switches": switches,
    }


def on(description: dict, *verdicts: Verdict, case, **changes) -> Ledger:
    ledger = Ledger((known(**changes),), "2.1.0", description=description)
    for verdict in verdicts:
        ledger.explain(case, verdict, SEEN)
    return ledger


@pytest.mark.parametrize("level", ["avx512", "avx512_bf16", "amx"])
def test_an_entry_must_show_where_its_condition_holds(conv, level):
    wide = On("oneDNN", at_least="avx512")
    assert on(machine(level), PASSED, case=conv(), on=wide).stale() == ["K1"]
    assert on(machine(level), OUTPUT, case=conv(), on=wide).stale() == []
    assert on(machine(level), case=conv(), on=wide).explain(conv(), OUTPUT, SEEN) == ("K1",)


@pytest.mark.parametrize(
    "description", [machine("avx2"), machine("sve", "arm64"), machine("amx", onednn="off"), machine("unknown"), {}]
)
def test_an_entry_explains_nothing_where_its_condition_does_not_hold(conv, description):
    wide = On("oneDNN", at_least="avx512")
    ledger = on(description, PASSED, case=conv(), on=wide)
    assert ledger.explain(conv(), OUTPUT, SEEN) == ()
    assert ledger.stale(everything=True) == []
    result = judged(conv(), "planted", {"outcome": "rejected", "message": "no"}, Truth(), ledger)
    assert result.status in ("fail", "new")


@pytest.mark.parametrize("level", ["avx2", "avx512_fp16", "unknown"])
def test_what_a_processor_shows_that_was_never_tried_is_new(conv, level):
    ledger = on(machine("avx2", own=level), PASSED, case=conv())
    assert (ledger.stale(), ledger.new()) == ([], ["K1"])
    reply = {"outcome": "rejected", "error_class": "ValueError", "message": "no", "seconds": 0.0}
    other = Ledger((known(operators=("pad2d",)),), "2.1.0", description=machine("avx2", own=level))
    assert judged(conv(), "planted", reply, Truth(), other).status == "new"
    assert judged(conv(), "planted", {"outcome": "not-run", "message": "no"}, Truth(), other).status == "fail"


def test_where_it_was_tried_nothing_is_new(conv):
    reply = {"outcome": "rejected", "error_class": "ValueError", "message": "no", "seconds": 0.0}
    for description in (machine("avx2"), {}):
        ledger = on(description, PASSED, case=conv())
        assert (ledger.stale(), ledger.new()) == (["K1"], [])
        assert judged(conv(), "planted", reply, Truth(), ledger).status == "fail"


def test_an_entry_says_itself_where_it_was_tried(conv):
    here = {"tried": (("arm64", "neon"),)}
    assert on(machine("neon", "arm64", own="neon"), PASSED, case=conv(), **here).stale() == ["K1"]
    assert on(machine("avx2"), PASSED, case=conv(), **here).new() == ["K1"]
    assert on(machine("avx2"), OUTPUT, case=conv(), **here).new() == []


@pytest.mark.parametrize(
    ("condition", "description", "holds"),
    [
        (On(), {}, True),
        (On("oneDNN"), machine("avx2"), True),
        (On("oneDNN"), machine("avx2", onednn="off"), False),
        (On("XLA"), machine("avx2"), False),
        (On(below="avx512"), machine("avx2"), True),
        (On(below="avx512"), machine("avx512"), False),
        (On(below="avx512"), machine("neon", "arm64"), False),
        (On(below="avx512"), machine("unknown"), False),
        (On(at_least="sve"), machine("sve", "arm64"), True),
        (On(at_least="sve"), machine("neon", "arm64"), False),
        (On(architectures=("arm64",)), machine("neon", "arm64"), True),
        (On(architectures=("arm64",)), machine("amx"), False),
        (On(without="oneDNN"), machine("avx2", onednn="off"), True),
        (On(without="oneDNN"), machine("avx2"), False),
        (On(switches={"jit": True}), machine("avx2", jit=True), True),
        (On(switches={"jit": True}), machine("avx2", jit=False), False),
        (On(switches={"jit": True}), machine("avx2"), False),
    ],
)
def test_a_condition_is_true_of_what_a_backend_says(condition, description, holds):
    assert condition.holds(description) == holds


def test_a_condition_on_a_level_that_is_none_is_refused():
    with pytest.raises(ValueError, match="'avx9' is no level of x86_64, arm64"):
        On(at_least="avx9")
    with pytest.raises(ValueError, match="no level"):
        On(at_least="neon", below="amx")  # of two architectures


def test_a_condition_is_said_in_words():
    assert str(On()) == ""
    assert str(On("oneDNN", at_least="avx512")) == "with oneDNN, from avx512 on"
    assert str(On(below="avx2", switches={"jit": False})) == "below avx2, with jit False"


# ---- gradients, and entries without cases --------------------------------------------------------


def test_entries_on_gradients_are_not_stale_where_no_gradient_was_asked(conv):
    ledger = after(PASSED, entry=known(part="gradient"), case=conv())
    assert ledger.stale(gradients=False) == []
    assert ledger.stale(gradients=True) == ["K1"]
    assert after(PASSED, entry=known(), case=conv()).stale(gradients=False) == ["K1"]


def test_entries_on_gradients_are_not_stale_where_the_output_was_refused(conv):
    refused = Verdict(Outcome.REJECTED, "", None)
    assert after(refused, entry=known(part="gradient"), case=conv()).stale() == []
    assert after(refused, PASSED, entry=known(part="gradient"), case=conv()).stale() == ["K1"]


def test_an_entry_without_any_case_is_reported_by_a_full_run_only(conv):
    nowhere = after(PASSED, entry=known(when=lambda case: False), case=conv())
    assert nowhere.stale(everything=True) == ["K1"]
    assert nowhere.stale(everything=False) == []
    other_version = after(PASSED, entry=known(versions=">=3"), case=conv())
    assert other_version.stale(everything=True) == []


def test_a_stale_entry_is_reported_once_by_any_run(conv):
    stale = after(PASSED, entry=known(), case=conv())
    assert stale.stale(everything=False) == stale.stale(everything=True) == ["K1"]
    assert after(OUTPUT, entry=known(), case=conv()).stale(everything=True) == []


def test_another_version_need_not_show_what_the_pinned_one_does(conv):
    ledger = Ledger((known(),), "2.0.0", pinned=False)
    assert ledger.explain(conv(), PASSED, SEEN) == ()
    assert ledger.stale(everything=True) == []
    assert ledger.explain(conv(), OUTPUT, SEEN) == ("K1",)


@pytest.mark.parametrize(
    ("variants", "variant", "explains", "due"),
    [
        ((), "", True, True),
        ((), "xla", True, False),
        (("xla",), "xla", True, True),
        (("xla",), "", False, False),
        (("xla",), "function", False, False),
        (("", "xla"), "", True, True),
        (("", "xla"), "xla", True, True),
        (("", "xla"), "function", False, False),
    ],
)
def test_modes_of_which_an_entry_speaks_must_show_it_and_others_are_not_explained(
    conv, variants, variant, explains, due
):
    entry, nowhere = known(variants=variants), known(id="K2", variants=variants, when=lambda case: False)
    assert Ledger((entry,), "2.1.0", variant).explain(conv(), OUTPUT, SEEN) == (("K1",) if explains else ())
    ledger = Ledger((entry, nowhere), "2.1.0", variant)
    ledger.explain(conv(), PASSED, SEEN)
    assert ledger.stale() == (["K1"] if due else [])
    assert ledger.stale(everything=True) == (["K1", "K2"] if due else [])


def test_a_mode_of_another_version_need_not_show_its_entries(conv):
    ledger = Ledger((known(variants=("xla",)),), "2.0.0", "xla", pinned=False)
    ledger.explain(conv(), PASSED, SEEN)
    assert ledger.stale(everything=True) == []
    assert ledger.explain(conv(), OUTPUT, SEEN) == ("K1",)


def test_version_and_mode_of_a_ledger_are_those_of_its_backend(tmp_path):
    def of(**changes) -> tuple[str, bool]:
        ledger = Ledger.of(Backend("mine", tmp_path / "adapter.py", **changes), {"version": "2.1.0"})
        return ledger.variant, ledger.pinned

    assert of() == ("", True)
    assert of(variant="xla") == ("xla", True)
    assert of(version="2.0.0", variant="xla") == ("xla", False)


def test_a_run_names_the_backend_of_each_stale_entry(conv):
    ledgers = {name: after(PASSED, entry=known(), case=conv()) for name in ("torch", "jax")}
    chosen = [Backend(name, Path("adapter.py")) for name in ("jax", "unstarted", "torch")]
    run = SimpleNamespace(backends=chosen, ledgers=ledgers, gradients=True)
    assert _absent(run, everything=False) == (["jax: K1", "torch: K1"], [])


def test_a_report_names_the_script_of_an_entry_where_there_is_one(conv, tmp_path):
    (tmp_path / "backends" / "mine" / "repros").mkdir(parents=True)
    (tmp_path / "backends" / "mine" / "repros" / "K1.py").write_text("raise AssertionError")
    ledger = Ledger((known(), known(id="K2"), known(id="K3", operators=("pad2d",))), "2.1.0")
    ledger.explain(conv(), OUTPUT, SEEN)
    chosen = [Backend("torch", tmp_path / "backends" / "mine" / "adapter.py")]
    found = _ledger(SimpleNamespace(backends=chosen, ledgers={"torch": ledger}))
    assert {one["id"]: one["repro"] for one in found["torch"]} == {"K1": "backends/mine/repros/K1.py", "K2": ""}


# ---- from the file to the result -----------------------------------------------------------------


def test_entries_are_read_from_the_files_beside_the_adapter(tmp_path):
    backend = Backend("mine", tmp_path / "adapter.py")
    assert entries(backend) == ()
    (tmp_path / "ledger.py").write_text(f"{RECORD})]")
    assert [entry.id for entry in entries(backend)] == ["M1"]
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "other_modes.py").write_text(
        "from backends.instead import Rounds\nfrom backends.known import Known\n"
        "LEDGER = [Known('M2', ('pad2d',), 'bug', 'differs', lambda case: True, 'what', 'why', variants=('fast',),"
        "instead=Rounds())]\n"
    )
    assert [entry.id for entry in entries(backend)] == ["M1", "M2"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("LEDGER = [", "SyntaxError"),
        ("import no_such_module", "No module named 'no_such_module'"),
        ("ENTRIES = []", "has no attribute 'LEDGER'"),
        ("LEDGER = ['K1']", "LEDGER holds 'K1'; its entries are records"),
        (f"{RECORD}, versions='new')]", "M1: versions is 'new'; write it like"),
        ("raise SystemError('nothing')", "SystemError: nothing"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path, content, words):
    (tmp_path / "ledger.py").write_text(content)
    with pytest.raises(UserError, match=re.escape(words)) as caught:
        entries(Backend("mine", tmp_path / "adapter.py"))
    assert str(tmp_path / "ledger.py") in str(caught.value)


def test_an_entry_that_cannot_be_asked_names_itself_and_the_case(conv):
    entry = known(when=lambda case: case.attrs["strides"] == 2)
    with pytest.raises(UserError, match="ledger entry K1: `when` fails for the case conv: KeyError: 'strides'"):
        explained(conv(), OUTPUT, entry)


@pytest.mark.parametrize(
    ("outcome", "expect", "entries", "status"),
    [
        ("rejected", "value", (known(outcome="rejected", instead=Says("because")),), "known"),
        ("rejected", "value", (known(outcome="rejected", instead=Says("of something else")),), "fail"),
        ("rejected", "value", (known(),), "fail"),
        ("crashed", "value", (known(outcome="crashed", instead=Says("because")),), "known"),
        ("unsupported", "value", (known(outcome="unsupported", instead=Says("because")),), "known"),
        ("unsupported", "value", (known(outcome="unsupported", instead=Says("of something else")),), "fail"),
        ("unsupported", "value", (), "fail"),
        ("unsupported", "rejected", (), "fail"),
        ("rejected", "rejected", (), "pass"),
        ("not-run", "value", (), "fail"),
    ],
)
def test_status_is_pass_known_or_fail(conv, outcome, expect, entries, status):
    reply = {"outcome": outcome, "message": "because"}
    result: Result = judged(conv(expect=expect), "planted", reply, Truth(), Ledger(entries, "2.1.0"))
    assert result.status == status
    assert result.ledger == (("K1",) if entries and status == "known" else ())


def test_an_operator_without_a_method_declares_itself(conv):
    reply = {"outcome": "unsupported", "message": "no operator corresponds", "error_class": "NoOperator"}
    assert judged(conv(), "planted", reply, Truth(), Ledger((), "2.1.0")).status == "known"
