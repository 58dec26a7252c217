"""The command `compare`: two traces, which layers belong together, and where they part."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save_file

from harness.compare.align import Pairs, read_map
from harness.compare.carry import carry
from harness.compare.examine import Row
from harness.compare.model import Model, Op
from harness.compare.remedy import remedy
from harness.compare.search import compare_models
from harness.compare.trace import read
from reports.compare.page import page
from reports.terminal import compare as report
from spec.errors import UserError

PLANE = 64  # rows and columns of a heat map at most


def compare_traces(
    one: Path, other: Path, chosen: Path | None, form: str, out: Path | None, weights: Path | None = None
) -> int:
    """Print where two traces part; 1 where a mistake is found. Raises `UserError`."""
    models = Model(read(one)), Model(read(other))
    fixed = read_map(chosen) if chosen else {}
    rows, pairs = compare_models(*models, fixed, _progress if sys.stderr.isatty() else None)
    found = summary(*models, rows, pairs)
    if out:
        _write(out, found, pairs)
    if weights:
        found["weights"] = _carried(*models, pairs, weights)
    if form == "json":
        click.echo(json.dumps(found, indent=1))
    else:
        report.show(found)
    return 1 if found["mistakes"] else 0


def summary(one: Model, other: Model, rows: list[Row], pairs: Pairs) -> dict[str, Any]:
    """The comparison as plain data."""
    alone = [
        [op.key for op in model.ops if op.place not in {pair[side].place for pair in pairs}]
        for side, model in enumerate((one, other))
    ]
    return {
        "schema_version": 1,
        "a": _about(one),
        "b": _about(other),
        "mistakes": sum(row.mistaken for row in rows),
        "first": next((row.one for row in rows if row.mistaken), ""),
        "layers": [_row(row, (one, other), pairs) for row in rows],
        "alone": {"a": alone[0], "b": alone[1]},
    }


def _carried(one: Model, other: Model, pairs: Pairs, path: Path) -> dict[str, Any]:
    """Write A's weights in B's layouts; which of B's layers are proven, and why others are not."""
    found = carry(one, other, pairs)
    try:
        save_file({name: np.ascontiguousarray(array) for name, array in found.weights.items()}, path)
    except (OSError, SafetensorError) as error:
        raise UserError(f"{path} cannot be written: {error}") from None
    return {"file": str(path), "layers": found.layers}


def _about(model: Model) -> dict[str, Any]:
    trace = model.trace
    gaps = {name for op in model.ops for name in op.inputs if name not in model.producer} - set(trace.inputs)
    about = {"folder": str(trace.folder), "framework": trace.framework, "versions": dict(trace.versions)}
    return {**about, "training": trace.training, "layers": len(model.ops), "gaps": len(gaps)}


def _row(row: Row, models: tuple[Model, Model], pairs: Pairs) -> dict[str, Any]:
    findings = [{"word": one.word, "text": one.text, "about": _plain(one.about)} for one in row.findings]
    own = [None if one is None else {"outcome": str(one.outcome), "bound_ratio": one.bound_ratio} for one in row.own]
    found: dict[str, Any] = {"a": row.one, "b": row.other, "kind": row.kind, "word": row.word, "findings": findings}
    found |= {"note": row.note, "own": own}
    for name, gap in (("input", row.input), ("output", row.output)):
        found[name] = (
            None if gap is None else {"relative": gap.relative, "max_abs": gap.max_abs, "max_ulp": gap.max_ulp}
        )
    pair = next((pair for pair in pairs if (pair[0].key, pair[1].key) == (row.one, row.other)), None)
    frameworks = models[0].trace.framework, models[1].trace.framework
    found["remedy"] = remedy(row, frameworks, pair[0].attrs) if pair and row.findings else ""
    found["errors"] = _errors(models, pair) if pair and row.findings else None
    return found


def _errors(models: tuple[Model, Model], pair: tuple[Op, Op]) -> dict[str, Any] | None:
    """The plane of the largest difference of two outputs, and its place; None where they have no planes."""
    one, other = (model.value(op.output) for model, op in zip(models, pair))
    if one.shape != other.shape or one.ndim < 2 or not one.size:
        return None
    errors = np.nan_to_num(abs(one.astype(np.float64) - other.astype(np.float64)), nan=0.0, posinf=0.0)
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(errors)), errors.shape))
    for at in place[:-2]:
        errors = errors[at]
    top, left = (max(0, at - PLANE // 2) for at in place[-2:])
    plane = errors[top : top + PLANE, left : left + PLANE]
    return {"place": list(place), "values": [[float(f"{value:.3g}") for value in row] for row in plane]}


def _plain(about: Mapping[str, tuple[Any, Any]]) -> dict[str, list]:
    return json.loads(json.dumps({key: list(value) for key, value in about.items()}, default=str))


def _write(out: Path, found: Mapping[str, Any], pairs: Pairs) -> None:
    """The page, `compare.json`, and `map.json`, which can be edited and given to --map."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "compare.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
        (out / "index.html").write_text(page(found), encoding="utf-8")
        rows = [[a.key, b.key] for a, b in pairs]
        rows += [[key, None] for key in found["alone"]["a"]] + [[None, key] for key in found["alone"]["b"]]
        text = ",\n  ".join(json.dumps(row) for row in rows)
        (out / "map.json").write_text(f'{{"schema_version": 1, "pairs": [\n  {text}\n]}}\n', encoding="utf-8")
    except OSError as error:
        raise UserError(f"{out}: {error.strerror}; choose another folder with --out") from None


def _progress(done: int, total: int) -> None:
    click.echo(f"\rlayer {done} of {total}" + ("\n" if done == total else ""), err=True, nl=False)
