"""The command `bridge`: one bridge in full with its proof, or all of them as a table."""

import contextlib
import dataclasses
import itertools
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from harness.bridge import weights as transfer
from harness.bridge.proof import Proof, prove
from harness.bridge.short import shorten
from harness.bridge.translate import NETWORK, OPERATORS, Bridge, bridge
from harness.commands.ready import ready
from harness.workers import backends, requirements
from harness.workers.backends import Backend
from harness.workers.gateway import NotStarted
from harness.workers.supervisor import Supervisor
from reports.facts.bridge import FAILS, HOLDS, INEXPRESSIBLE
from reports.terminal import bridge as report
from reports.write import add
from spec import operators
from spec.attributes import is_pads, is_pair
from spec.core import Attribute, BadCase, Operator
from spec.errors import CannotRun, UserError

# What the table of all bridges shows, and what an operator needs that has no default.
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "conv2d": {"padding": "same", "stride": [2, 2]},
    "conv2d_layer": {"padding": "same", "stride": [2, 2]},
    "conv_transpose2d": {"padding": "same", "stride": [2, 2]},
    "pad2d": {"padding": [[1, 2], [0, 3]], "mode": "reflect"},
    "max_pool2d": {"kernel_size": [3, 2], "stride": [2, 2], "padding": "same"},
    "avg_pool2d": {"kernel_size": [3, 2], "stride": [2, 2], "padding": "same"},
    "upsample2d": {"scale": [2, 3], "mode": "bilinear"},
    "activation": {"kind": "gelu_tanh"},
    "dense": {},
    "batch_norm2d": {"epsilon": 1e-3, "momentum": 0.01, "unbiased": False},
}
SIZED = ("conv2d", "max_pool2d", "avg_pool2d")  # for these the table has the call for an image of this size as well
EXAMPLE_SIZE = (224, 224)
ROWS = [*((op, "float32") for op in OPERATORS), (NETWORK, "float32"), ("conv2d", "float16")]
LAYOUTS = ("layout", "kernel_layout")  # not asked for: each framework takes its own


def show_one(
    op: str,
    source: str,
    target: str,
    words: list[str],
    dtype: str,
    size: tuple[int, int] | None = None,
    kernel: tuple[int, int] | None = None,
    whole: bool = False,
) -> int:
    """Print the text of a bridge and its proof; 1 where the proof fails. Raises `UserError`.

    The text has few words where its attributes leave few, for images of one `size` the fewest; with `whole` it is all
    of the target's own code.
    """
    if op not in (*OPERATORS, NETWORK):
        raise UserError(f"there are no bridges for {op!r}; choose from: {', '.join((*OPERATORS, NETWORK))}")
    attrs = attributes(op, words)
    start, end = found = _frameworks((source, target))
    full, known = sized(bridge(op, start, end, attrs, dtype), size, kernel), versions(found)
    with supervisors([start]) as opened:
        [(wanted, proof)] = shortest([full], opened, known, whole)
    who, why = proof.problem
    if proof.verdict == INEXPRESSIBLE:
        click.echo(f"# {wanted.op} is not expressible in {who}: {why}")
        return 0
    click.echo(wanted.code)
    click.echo("\n".join(f"# {line}" for line in _proven(wanted, proof, known)))
    return 0 if proof.verdict == HOLDS else 1


def sized(one: Bridge, size: tuple[int, int] | None, kernel: tuple[int, int] | None) -> Bridge:
    """The bridge for images of a size, and kernels of a size (3 x 3). Raises `UserError` where it has no such size."""
    if not size:
        if kernel:
            raise UserError("--kernel is that of an image of --size; give both")
        return one
    if one.op == NETWORK or "x" not in one.operator.images:
        raise UserError(f"--size is not for {one.op}, which takes no images, or those of one size")
    if kernel and "w" not in one.operator.inputs:
        raise UserError(f"--kernel is not for {one.op}: write --kernel-size")
    return dataclasses.replace(one, size=size, kernel=kernel or ((3, 3) if "w" in one.operator.inputs else None))


def shortest(
    bridges: Sequence[Bridge], opened: Mapping[str, Supervisor], known: Mapping[str, str], whole: bool = False
) -> list[tuple[Bridge, Proof]]:
    """Each bridge in the fewest words that its proof allows, and the proof: what is printed is what was run."""
    told = list(bridges) if whole else shorten(bridges)
    proofs = prove(told, opened, known)
    again = [one for one, short, proof in zip(bridges, told, proofs) if short.short and proof.verdict == FAILS]
    instead = {id(one): proof for one, proof in zip(again, prove(again, opened, known) if again else [])}
    return [
        (one, instead[id(one)]) if id(one) in instead else (short, proof)
        for one, short, proof in zip(bridges, told, proofs)
    ]


def _proven(wanted: Bridge, proof: Proof, known: Mapping[str, str]) -> Iterator[str]:
    """The proof in lines: what ran where, and every case."""
    source, target = wanted.source.name, wanted.target.name
    yield f"proof: {source} {known[source]} by its own call, {target} {known[target]} by this text alone"
    yield f"{proof.agree} of {len(proof.findings)} cases are right on both sides, {proof.same_bits} with the same bits:"
    for one in proof.findings:
        bits = ", same bits" if one.same_bits else f"; {one.who}: {one.why}" if one.why else ""
        yield f"  {one.trial}: {source} {one.source}, {target} {one.target}{bits}"


def prove_all(names: tuple[str, ...], out: Path) -> int:
    """Prove all bridges between the backends, and move LeNet-5's weights between all of them; print a table."""
    found = _frameworks(names, out)
    known = versions(found)
    wanted = pairs(found, ROWS)
    with supervisors(found) as opened, tempfile.TemporaryDirectory() as folder:
        proven = shortest(wanted, opened, known)
        at = {id(one): found for one, found in _at_size(wanted, opened, known)}
        weights = transfer.matrix(opened, Path(folder))
    table = {
        "backends": known,
        "words": {f"{one.op} {one.target.name}": one.words.text() for one in wanted if not any(one.lacking)},
        "bridges": [_row(told, proof) | at.get(id(one), {}) for one, (told, proof) in zip(wanted, proven)],
        "weights": weights,
    }
    add(out, "bridges", table)
    report.show(table)
    lost = any(problem for row in weights.values() for problem in row.values())
    return 1 if lost or any(proof.verdict == FAILS for _, proof in proven) else 0


def _at_size(
    wanted: Sequence[Bridge], opened: Mapping[str, Supervisor], known: Mapping[str, str]
) -> list[tuple[Bridge, dict[str, Any]]]:
    """The call for an image of `EXAMPLE_SIZE`, of the bridges whose pads follow from the size, where it holds."""
    ruled = [one for one in wanted if one.op in SIZED and one.dtype == "float32" and not any(one.lacking)]
    found = shortest([sized(one, EXAMPLE_SIZE, None) for one in ruled], opened, known)
    return [
        (one, {"at": {"size": list(EXAMPLE_SIZE), "kernel": list(told.kernel or ()), "call": _call(told)}})
        for one, (told, proof) in zip(ruled, found)
        if told.short and proof.verdict == HOLDS
    ]


def _call(told: Bridge) -> str:
    """What a text says between turning the arrays: the pads, if they are computed, and the call itself."""
    turned = {line for change in told.changes for line in told.turned(change)}
    lines = [line.strip() for line in told.short.partition('"""')[2].partition('"""\n')[2].splitlines()]
    own = [line for line in lines if line and line not in turned and line != "return y"]
    return "\n".join(line.removeprefix("return ") for line in own)


def pairs(found: Sequence[Backend], rows: Sequence[tuple[str, str]]) -> list[Bridge]:
    """The bridges between all of the backends, for rows (operator, dtype)."""
    return [
        bridge(op, source, target, operators()[op].complete(EXAMPLES[op]) if op in EXAMPLES else {}, dtype)
        for op, dtype in rows
        for source, target in itertools.permutations(found, 2)
    ]


def _row(wanted: Bridge, proof: Proof) -> dict[str, Any]:
    """A bridge and its proof as plain data; its text is the entry "op target" of `words` followed by `tail`."""
    who, why = proof.problem
    lacking, defaults = proof.verdict == INEXPRESSIBLE, wanted.operator.attributes
    return {
        "op": wanted.op,
        "dtype": wanted.dtype,
        "source": wanted.source.name,
        "target": wanted.target.name,
        "attrs": {name: value for name, value in wanted.attrs.items() if value != defaults[name].default},
        "changes": [] if lacking else [{**dataclasses.asdict(one), "axes": one.axes} for one in wanted.changes],
        "tail": "" if lacking else wanted.short or wanted.tail,
        "short": bool(wanted.short) and not lacking,
        "call": "" if lacking or not wanted.short else _call(wanted),
        "verdict": proof.verdict,
        "who": who,
        "why": why,
        "cases": len(proof.findings),
        "agree": proof.agree,
        "same_bits": proof.same_bits,
    }


def attributes(op: str, words: Sequence[str]) -> dict[str, Any]:
    """Attributes of a bridge from `--stride 2 --padding same`, completed by examples. Raises `UserError`."""
    operator = operators()[op]
    taken = {} if op == NETWORK else {name: one for name, one in operator.attributes.items() if name not in LAYOUTS}
    found = parsed(op, words, taken, f"the bridges of {op} have", "they have")
    try:
        return operator.complete({**_needed(operator, found), **found}) if taken else {}
    except BadCase as error:
        raise UserError(str(error)) from None


def attributes_of(op: str, words: Sequence[str]) -> dict[str, Any]:
    """All attributes of an operator from the same words, layouts among them. Raises `UserError`."""
    return parsed(op, words, operators()[op].attributes, f"{op} has", "it has")


def parsed(op: str, words: Sequence[str], taken: Mapping[str, Attribute], who: str, has: str) -> dict[str, Any]:
    """The attributes that words state: one number stands for both axes. Raises `UserError` for an unknown one."""
    found: dict[str, Any] = {}
    for name, text in zip(words[::2], [*words[1::2], ""]):
        if not name.startswith("--") or not text:
            raise UserError(f"{name!r} is no attribute with its value; write --stride 2 --padding same")
        name = name[2:].replace("-", "_")
        if name not in taken:
            raise UserError(f"{who} no attribute {name!r}; {has}: {', '.join(taken) or 'none'}")
        found[name] = _value(text, taken[name].valid([1, 1]))
    return found


def _value(text: str, pair: bool) -> Any:
    """A word, or JSON: a number, true, [2, 1], [[1, 2], [0, 3]]; `pair` makes [n, n] of a number."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return [value, value] if pair and isinstance(value, int) and not is_pair(value) and not is_pads(value) else value


def _needed(operator: Operator, given: Mapping[str, Any]) -> dict[str, Any]:
    """Examples for the attributes that have no default."""
    required = [name for name, one in operator.attributes.items() if one.required and name not in given]
    return {name: EXAMPLES[operator.name][name] for name in required}


def _frameworks(names: tuple[str, ...], out: Path | None = None) -> list[Backend]:
    """The backends with their environments. Raises `UserError` for a mode, and for one that cannot be had."""
    chosen = backends.select(names)
    if len(chosen) < 2:
        raise UserError(f"--from and --to are both {chosen[0].name}; a bridge needs two frameworks")
    for backend in chosen:
        if backend.variant or backend.processor:
            own = backend.name.partition(":")[0]
            raise UserError(f"{backend.name} is a mode of {own}, which has the same words: write {own}")
    found = ready(chosen, out)
    for backend in found:
        if backend.problem and not backend.excused:
            raise CannotRun(f"{backend.name} cannot be run: {backend.problem}")
    return [backend for backend in found if not backend.excused]


def versions(found: Sequence[Backend]) -> dict[str, str]:
    """The version of the framework of each backend, the first that its requirements name; "" without such a file."""
    held = {}
    for backend in found:
        pinned = requirements.pinned(backend)[:1] if (backend.folder / "requirements.txt").exists() else []
        held[backend.name] = "".join(requirements.probe(backend, pinned).get(one.name, "") for one in pinned)
    return held


@contextlib.contextmanager
def supervisors(found: Sequence[Backend]) -> Iterator[dict[str, Supervisor]]:
    """A running supervisor for each backend, by name. Raises `UserError` for one that does not start."""
    with contextlib.ExitStack() as stack:
        opened = {backend.name: stack.enter_context(Supervisor(backend)) for backend in found}
        try:
            for supervisor in opened.values():
                supervisor.open()
            yield opened
        except NotStarted as error:
            raise UserError(str(error)) from None
