"""Proves a bridge: compares the source's own call and the target's generated code with the truth.

The source computes in its worker, with its own adapter or network; the generated code runs alone in the target's
environment. A case that a framework cannot express does not fail the proof: its adapter says so, or its ledger has
an entry of the kind "unsupported".
"""

import concurrent.futures
import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from harness.bridge import isolated_process
from harness.bridge.isolated_process import Answer, Job
from harness.bridge.translate import NETWORK, Bridge, Trial, network
from harness.judging.ledger import Ledger
from harness.judging.oracle import Truth, truth
from harness.judging.verdict import compare
from harness.workers.backends import Backend
from harness.workers.supervisor import Supervisor
from harness.workers.wire import pack_all, unpack
from reports.facts.bridge import FAILS, HOLDS, INEXPRESSIBLE
from spec.errors import UserError
from spec.outcomes import Outcome

TIMEOUT = 300.0  # seconds for all texts of one framework

Cases = Mapping[str, list[tuple[Trial, Truth]]]  # by what the source is asked (`Bridge.source_call`)


@dataclasses.dataclass(frozen=True)
class Finding:
    """One case on both sides: their outcomes, whether both gave the same bits, and who is wrong and why."""

    trial: str
    source: Outcome
    target: Outcome
    same_bits: bool = False
    who: str = ""
    why: str = ""

    @property
    def fails(self) -> bool:
        """Whether a side is wrong, and not only unable to express the case."""
        return not all(_means_it(one) or one is Outcome.UNSUPPORTED for one in (self.source, self.target))


@dataclasses.dataclass(frozen=True)
class Proof:
    """The results of all cases of a bridge."""

    findings: Sequence[Finding]

    @property
    def verdict(self) -> str:
        """HOLDS if both sides are right in all cases, INEXPRESSIBLE if some can only not express a case, else FAILS."""
        if not self.findings or any(one.fails for one in self.findings):
            return FAILS
        return HOLDS if all(_means_it(one.source) and _means_it(one.target) for one in self.findings) else INEXPRESSIBLE

    @property
    def agree(self) -> int:
        """How many cases are right on both sides."""
        return sum(not one.why for one in self.findings)

    @property
    def same_bits(self) -> int:
        """In how many cases both sides gave the same bits."""
        return sum(one.same_bits for one in self.findings)

    @property
    def problem(self) -> tuple[str, str]:
        """(who, why) of the first case that is not right; failures come before what cannot be expressed."""
        bad = [one for one in self.findings if one.why]
        first = min(bad, key=lambda one: not one.fails, default=None)
        return (first.who, first.why) if first else ("", "")


def prove(bridges: Sequence[Bridge], supervisors: Mapping[str, Supervisor], versions: Mapping[str, str]) -> list[Proof]:
    """A proof for each bridge. `supervisors` answer for the sources, by name; `versions` are those of the frameworks.

    Calls and texts run side by side; all texts in one framework's words share a process. Raises `UserError` for
    a bridge whose cases the specification refuses.
    """
    able = [bridge for bridge in bridges if not any(bridge.lacking)]
    asked = {bridge.source_call: bridge for bridge in able}
    cases = {call: _cases(bridge) for call, bridge in asked.items()}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        targets, sources = _by(lambda one: one.target, able), _by(lambda one: one.source, asked.values())
        speaking = [pool.submit(_texts, group, cases) for group in targets]
        answering = [pool.submit(_calls, group, cases, supervisors) for group in sources]
    texts = {key: answers for future in speaking for key, answers in future.result().items()}
    calls = {call: answers for future in answering for call, answers in future.result().items()}
    ends = {end.name: end for bridge in bridges for end in (bridge.source, bridge.target)}
    described = {name: supervisor.open().description for name, supervisor in supervisors.items()}
    ledgers = {
        name: Ledger.of(end, {**described.get(name, {}), "version": versions[name]}) for name, end in ends.items()
    }
    proofs = []
    for bridge in bridges:
        if any(bridge.lacking):
            who, why = bridge.lacking
            proofs.append(Proof([Finding("any case", Outcome.UNSUPPORTED, Outcome.UNSUPPORTED, who=who, why=why)]))
        else:
            answers = zip(cases[bridge.source_call], calls[bridge.source_call], texts[_key(bridge)])
            proofs.append(Proof([_find(bridge, ledgers, *one) for one in answers]))
    return proofs


def _cases(bridge: Bridge) -> list[tuple[Trial, Truth]]:
    """The cases with their truths, without those that the specification refuses. Raises `UserError` if none is left."""
    found = [(trial, truth(trial.case, gradients=False)) for trial in bridge.trials()]
    accepted = [one for one in found if not one[1].rejected]
    if not accepted:
        why = found[0][1].rejected if found else f"there are no cases of {bridge.dtype}"
        raise UserError(f"{bridge.op}: {why}")
    return accepted


def _by(end: Callable[[Bridge], Backend], bridges: Iterable[Bridge]) -> list[list[Bridge]]:
    found: dict[str, list[Bridge]] = {}
    for bridge in bridges:
        found.setdefault(end(bridge).name, []).append(bridge)
    return list(found.values())


def _key(bridge: Bridge) -> tuple[str, str]:
    return bridge.source_call, bridge.target.name


def _calls(bridges: Sequence[Bridge], cases: Cases, supervisors: Mapping[str, Supervisor]) -> dict[str, list[Answer]]:
    """The answers of the source, which is the same for all of these bridges."""
    supervisor = supervisors[bridges[0].source.name]
    return {one.source_call: [_call(one, supervisor, trial) for trial, _ in cases[one.source_call]] for one in bridges}


def _call(bridge: Bridge, supervisor: Supervisor, trial: Trial) -> Answer:
    """The source's own call, by its adapter or its network."""
    if bridge.op == NETWORK:
        call = {"id": trial.case.id, "network": [str(network(bridge.source)), NETWORK]}
        reply = supervisor.ask({**call, "inputs": pack_all(dict(trial.inputs))})
        packed = reply.get("answer")
    else:
        reply = supervisor.answer(trial.case)
        packed = next(iter(reply.get("outputs", {}).values()), None)
    if packed:
        return Answer("computed", array=unpack(packed))
    kind = reply.get("error_class", "") if reply["outcome"] != "unsupported" else ""
    return Answer(reply["outcome"], f"{kind}: {reply['message']}" if kind else reply["message"])


def _texts(bridges: Sequence[Bridge], cases: Cases) -> dict[tuple[str, str], list[Answer]]:
    """The answers of the generated code of these bridges, which have one target."""
    jobs = [
        (_key(bridge), Job(bridge.code, bridge.function, trial.inputs))
        for bridge in bridges
        for trial, _ in cases[bridge.source_call]
    ]
    found: dict[tuple[str, str], list[Answer]] = {}
    for (key, _), answer in zip(jobs, isolated_process.run(bridges[0].target, [job for _, job in jobs], TIMEOUT)):
        found.setdefault(key, []).append(answer)
    return found


def _find(
    bridge: Bridge, ledgers: Mapping[str, Ledger], case: tuple[Trial, Truth], called: Answer, told: Answer
) -> Finding:
    """Compares source and target with the truth, and bit for bit with each other."""
    trial, wanted = case
    source, source_why = _judge(trial, wanted, called, ledgers[bridge.source.name])
    target, target_why = _judge(trial, wanted, told, ledgers[bridge.target.name])
    if _means_it(source) and _means_it(target):
        assert called.array is not None
        assert told.array is not None
        return Finding(str(trial), source, target, called.array.tobytes() == told.array.tobytes())
    sides = [(bridge.target.name, target, target_why), (bridge.source.name, source, source_why)]
    bad = [one for one in sides if not _means_it(one[1])]
    who, _, why = min(bad, key=lambda one: one[1] is Outcome.UNSUPPORTED)
    return Finding(str(trial), source, target, who=who, why=why)


def _means_it(outcome: Outcome) -> bool:
    """Whether a result is what the text means. How wide a framework adds in half precision is no matter of the text."""
    return outcome.is_right or outcome is Outcome.COARSE


def _judge(trial: Trial, wanted: Truth, answer: Answer, ledger: Ledger) -> tuple[Outcome, str]:
    """(outcome, why it is bad) of an answer."""
    if answer.array is None:
        lacks = ledger.lacks(trial.case) if answer.outcome == "rejected" else ""
        return (Outcome.UNSUPPORTED, lacks) if lacks else (Outcome(answer.outcome), answer.message)
    name, expected = next(iter(wanted.outputs.items()))
    found = compare(name, answer.array, expected, trial.case.dtype, trial.exactly)
    return found.outcome, found.why
