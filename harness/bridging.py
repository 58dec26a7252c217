"""What the command `bridge` does: one bridge in full, or all of them as a table."""

import contextlib
import dataclasses
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from harness import backends, envs, transfer
from harness.backends import Backend
from harness.bridge import OPERATORS, Bridge, prove
from harness.errors import UserError
from harness.gateway import NotStarted
from harness.station import Station
from spec import operators
from spec.attributes import is_pads, is_pair
from spec.core import BadCase, Operator

# What an operator needs that has no default, for the table of all bridges.
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "conv2d": {"padding": "same", "stride": [2, 2]},
    "conv2d_layer": {"padding": "same", "stride": [2, 2]},
    "conv_transpose2d": {"padding": "same", "stride": [2, 2]},
    "pad2d": {"padding": [[1, 2], [0, 3]], "mode": "reflect"},
    "max_pool2d": {"kernel_size": [3, 2], "stride": [2, 2], "padding": "same"},
    "avg_pool2d": {"kernel_size": [3, 2], "stride": [2, 2], "padding": "same"},
    "upsample2d": {"scale": [2, 3], "mode": "bilinear"},
}


def one(op: str, source: str, target: str, words: list[str]) -> int:
    """Print the text of a bridge and its proof; 1 where the proof fails. Raises `UserError`."""
    if op not in OPERATORS:
        raise UserError(f"there are no bridges for {op!r}; choose from: {', '.join(OPERATORS)}")
    attrs = attributes(operators()[op], words)
    start, end = _ready((source, target))
    bridge = Bridge(op, start, end, attrs)
    click.echo(bridge.code)
    with _stations([start]) as stations:
        [proof] = prove([bridge], stations)
    click.echo(f"# proof: {proof.agree} of {proof.cases} cases agree with the truth on both sides", nl=False)
    click.echo(f", {proof.same_bits} bit for bit" + (f"; {proof.problem}" if proof.problem else ""))
    return 0 if proof.holds else 1


def every(names: tuple[str, ...], out: Path) -> int:
    """Prove all bridges between the backends, and move LeNet-5's weights between all of them; print a table."""
    import reports
    from reports import bridges as report

    ready = _ready(names)
    rows = []
    with _stations(ready) as stations, tempfile.TemporaryDirectory() as folder:
        for target in ready:
            wanted = [
                Bridge(op, source, target, operators()[op].complete(EXAMPLES[op]))
                for op in OPERATORS
                for source in ready
                if source.name != target.name
            ]
            for bridge, proof in zip(wanted, prove(wanted, stations) if wanted else []):
                proven = {**dataclasses.asdict(proof), "holds": proof.holds}
                ends = {"op": bridge.op, "source": bridge.source.name, "target": target.name}
                rows.append({**ends, "attrs": dict(bridge.attrs), "code": bridge.code, **proven})
        weights = transfer.matrix(stations, Path(folder))
    table = {"backends": [one.name for one in ready], "bridges": rows, "weights": weights}
    reports.add(out, "bridges", table)
    report.show(table)
    moved = [problem for row in weights.values() for problem in row.values()]
    return 0 if all(row["holds"] for row in rows) and not any(moved) else 1


def attributes(operator: Operator, words: list[str]) -> dict[str, Any]:
    """Attributes from `--stride 2 --padding same`: one number stands for both axes. Raises `UserError`."""
    found: dict[str, Any] = {}
    for name, text in zip(words[::2], [*words[1::2], ""]):
        if not name.startswith("--") or not text:
            raise UserError(f"{name!r} is no attribute with its value; write --stride 2 --padding same")
        name = name[2:].replace("-", "_")
        attribute = operator.attributes.get(name)
        found[name] = _value(text, bool(attribute) and attribute.valid([1, 1]))  # type: ignore[union-attr]
    try:
        return operator.complete({**_needed(operator, found), **found})
    except BadCase as error:
        raise UserError(str(error)) from None


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


def _ready(names: tuple[str, ...]) -> list[Backend]:
    """The backends with their environments. Raises `UserError` for one that cannot be had."""
    from reports import terminal

    with terminal.building() as progress:
        found = envs.resolve(backends.select(names), progress)
    for backend in found:
        if backend.problem:
            raise UserError(f"{backend.name} cannot be run: {backend.problem}")
    return found


@contextlib.contextmanager
def _stations(found: list[Backend]) -> Iterator[dict[str, Station]]:
    """A station for each backend, by name. Raises `UserError` for one that does not start."""
    stations = {backend.name: Station(backend) for backend in found}
    try:
        for station in stations.values():
            station.open()
        yield stations
    except NotStarted as error:
        raise UserError(str(error)) from None
    finally:
        for station in stations.values():
            station.close()
