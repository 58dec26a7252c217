"""The command `processors`: what changes when the frameworks are held to a smaller instruction set.

Every case runs on each backend as it is and at every level to which this machine can be held (`workers/held.py`).
Beside the first stand, for each operator, the results with other bits and those with another verdict.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backends import processor
from harness.cases import catalogue
from harness.commands.ready import ready
from harness.running.row import row
from harness.running.scheduler import Run
from harness.workers import backends, held
from reports.facts.modes import Parity, families, groups, words
from reports.facts.run import is_lost
from reports.run_folder import explaining
from reports.run_folder import processor as spoken
from reports.terminal import processors as report
from reports.terminal import progress
from reports.write import add
from spec.errors import UserError

SCHEMA_VERSION = 1
REFUSED = ("rejected", "unsupported", "crashed", "timed-out")


def compare_levels(
    wanted: tuple[str, ...], ops: tuple[str, ...], globs: tuple[str, ...], out: Path, jobs: int, timeout: float
) -> int:
    """Carry out the command; returns 1 if a backend could not be run, or nothing was compared. Raises `UserError`."""
    chosen = backends.select(wanted)
    if held_already := [backend.name for backend in chosen if backend.processor]:
        raise UserError(f"{held_already[0]} is held to a processor already; name the backend alone")
    levels = smaller()
    cases = catalogue.choose(catalogue.built_in(), ops, globs)
    able = [
        one for backend in ready(chosen, out) for one in (backend, *(backends.hold(backend, level) for level in levels))
    ]
    started = time.perf_counter()
    run = Run(cases, able, True, timeout, jobs)
    with progress.running(len(cases) * len(able)) as advance:
        lines = []
        for result in run.results():
            lines.append(row(result))
            advance(result)
    data = table(run, lines, levels)
    data["seconds"] = round(time.perf_counter() - started, 3)
    report.show(data, add(out, "processors", data))
    named = [backend for backend in able if not backend.excused]
    problems = any(data["backends"][backend.name]["problem"] for backend in named)
    return 1 if problems or not any(data["results"].values()) else 0


def smaller() -> list[str]:
    """The levels below this machine's own, to which it can be held. Raises `UserError` if there is none."""
    found = [level for level in held.available() if held.LEVELS[level] != processor.machine()]
    if not found:
        own = f"{processor.architecture()} {processor.machine()}"
        raise UserError(f"this processor ({own}) cannot be held to a smaller one of {', '.join(held.LEVELS)}")
    return found


def table(run: Run, lines: Sequence[Mapping[str, Any]], levels: Sequence[str]) -> dict[str, Any]:
    """Everything as plain data: `results` is framework -> operator -> backend at a level -> what changes there."""
    names = [backend.name for backend in run.backends]
    lost = {line["backend"]: line.get("message", "") for line in lines if is_lost(line)}
    about = {
        name: {
            "version": str(run.descriptions.get(name, {}).get("version", "")),
            "processor": spoken(run.descriptions.get(name, {})),
            "problem": run.problems.get(name, lost.get(name, "")),
        }
        for name in names
    }
    found = families({"backends": about}, lines)
    return {
        "schema_version": SCHEMA_VERSION,
        "processor": f"{processor.architecture()} {processor.machine()}",
        "levels": list(levels),
        "cases": len(run.cases),
        "backends": about,
        "bases": {name: family.base for name, family in found.items()},
        "results": {
            name: {
                op: {mode: changes(parity, family.base, mode) for mode, parity in cells.items()}
                for op, cells in {**family.operators, "all": family.totals}.items()
            }
            for name, family in found.items()
            if family.operators
        },
    }


def changes(parity: Parity, base: str, mode: str) -> dict[str, Any]:
    """What a level changes in some cases: bits, and verdicts with what was said before and after."""
    return {
        "compared": parity.compared,
        "same": parity.same,
        "gradients": list(parity.gradients),
        "refused": sum(refuses(after) and not refuses(before) for before, after in parity.apart),
        "verdicts": [
            {
                "cases": [after["case"] for _, after in pairs],
                "before": words(*pairs[0]),
                "after": words(*pairs[0][::-1]),
                "known": explaining(pairs[0][1]),
                "status": pairs[0][1]["status"],
            }
            for pairs in groups(parity.apart)
        ],
    }


def refuses(line: Mapping[str, Any]) -> bool:
    """Whether there is no output, or no gradient."""
    return any(outcome in REFUSED for outcome in (line["outcome"], *line.get("grad", {}).values()))
