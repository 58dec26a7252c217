"""The command `run`: choose, build environments, run, store, report."""

import dataclasses
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness.cases import case_file, catalogue
from harness.commands.ready import ready
from harness.judging.ledger import entries
from harness.running.binding import digest
from harness.running.row import Peers, arrays, row
from harness.running.scheduler import Run
from harness.workers import backends
from reports import run_folder
from reports.facts.text import clean
from reports.run_folder import Folder, explaining, finite, processor
from reports.terminal import progress
from reports.terminal import run as terminal
from reports.write import write
from spec import operators
from spec.cases import geometry, sketches
from spec.core import Case, Operator
from spec.errors import CannotRun, UserError

# What --resume tries again: it may have been the machine's fault, whose memory or time was short.
AGAIN = ("not-run", "crashed", "timed-out")


@dataclasses.dataclass(frozen=True)
class Choice:
    """What the user asked for; see the options of `run`."""

    backends: tuple[str, ...] = ()
    ops: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    out: Path = Path("reports/out/latest")
    jobs: int = 2
    timeout: float = 60.0
    shard: str = "1/1"
    resume: bool = False
    gradients: bool = True
    command: list[str] = dataclasses.field(default_factory=list)
    processor: str = ""

    @property
    def stored(self) -> dict[str, Any]:
        """What decides which results there are: a run is resumed with the same choice alone."""
        files = [str(path.absolute()) for path in self.files]
        chosen = {"--backend": self.backends, "--op": self.ops, "--case": self.globs, "--cases": files}
        plain = {name: list(values) for name, values in chosen.items()}
        return plain | {
            "--processor": self.processor,
            "--shard": self.shard,
            "--no-gradients": not self.gradients,
        }

    @property
    def everything(self) -> bool:
        """Whether the cases are all built-in ones, so that every ledger entry must show."""
        return not (self.ops or self.globs or self.files) and self.shard == "1/1"


def run_cases(choice: Choice) -> int:
    """Carry out a run; returns the exit code. Raises `UserError` before anything stored is touched."""
    started = time.time()
    wanted = backends.select(choice.backends, choice.processor)
    cases = _cases(choice)
    found = ready(wanted)
    if all(backend.problem for backend in found):
        raise CannotRun(f"no backend is left to run: {found[0].name}: {found[0].problem}")
    for backend in found:
        entries(backend)  # one that cannot be read is told before anything stored is touched
    bound = {(case.id, one.name): digest(case, one) for case in cases for one in found}

    def still_holds(line: Mapping[str, Any]) -> bool:
        """Whether a row of the earlier part is of this case on this backend, answered, and as it was written."""
        of_this = line.get("digest") == bound.get((line["case"], line["backend"]), "")
        return of_this and line["outcome"] not in AGAIN and run_folder.is_sound(line)

    folder = Folder(choice.out, choice.stored, choice.resume, still_holds)
    lines = list(folder.earlier)
    done = {(line["case"], line["backend"]) for line in lines}
    shown = {
        one.name: {entry for line in lines if line["backend"] == one.name for entry in explaining(line)}
        for one in found
    }
    able = [backend for backend in found if not backend.excused]
    run = Run(cases, able, choice.gradients, choice.timeout, choice.jobs, done, shown)
    peers = Peers()
    with progress.running(len(cases) * len(able) - len(done)) as advance:
        for result in run.results():
            lines.append(run_folder.sealed(row(result) | {"digest": bound[result.case.id, result.backend]}))
            folder.add(lines[-1], arrays(result))
            peers.add(lines[-1], result)
            advance(result)
    for line, kept in peers.kept():
        folder.keep(line, kept)
    for name in _idle(able, lines, choice.everything):
        run.problems.setdefault(name, "nothing was compared: the adapter expresses none of the cases")
    stale, new = _absent(run, choice.everything)
    summary = {
        "command": choice.command,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "hardware": hardware() | {"used": {name: processor(about) for name, about in run.descriptions.items()}},
        "threads": 1,
        "jobs": choice.jobs,
        "gradients": choice.gradients,
        "cases": len(cases),
        "results": len(lines),
        "counts": dict(Counter(line["status"] for line in lines)),
        "backends": {backend.name: _backend(run, backend) for backend in found},
        "times": times(run, len(lines) - len(done)),
        "bitwise": run.equal,
        "coverage": coverage(cases, sketches.coverage) if choice.everything else {},
        "geometry": coverage(cases, geometry.coverage) if choice.everything else {},
        "ledger": _ledger(run),
        "stale": stale,
        "new": new,
    }
    folder.finish(summary)
    write(choice.out, "html")
    terminal.summary(summary, lines, choice.out)
    counts: dict[str, int] = summary["counts"]  # type: ignore[assignment]
    return 1 if counts.get("fail") or counts.get("new") or stale or new or run.problems else 0


def list_cases(choice: Choice) -> int:
    """Print the chosen cases, a line each: id, and why it is there. Raises `UserError`."""
    for case in _cases(choice):
        print(f"{clean(case.id)}  {clean(case.why)}".rstrip())
    return 0


def _cases(choice: Choice) -> list[Case]:
    """The chosen cases. Raises `UserError`."""
    catalogue.check(choice.ops, choice.shard)
    loaded = [case for path in choice.files for case in case_file.load(path)]
    twice = [name for name, count in Counter(case.id for case in loaded).items() if count > 1]
    if twice:
        raise UserError(f"the case id {twice[0]!r} stands in two case files; give each case its own")
    cases = catalogue.choose(loaded if choice.files else catalogue.built_in(), choice.ops, choice.globs)
    return catalogue.shard(cases, choice.shard)


def _idle(found: list[backends.Backend], lines: list[dict], everything: bool) -> list[str]:
    """Backends without a single result that says anything; over some cases only if that is so of all backends."""
    said = {line["backend"] for line in lines if line["outcome"] not in ("unsupported", "not-run")}
    idle = [backend.name for backend in found if backend.name not in said]
    return idle if everything or len(idle) == len(found) else []


def _absent(run: Run, everything: bool) -> tuple[list[str], list[str]]:
    """Ledger entries that their cases did not show; over all built-in cases, also those without a case.

    Those that were tried on this processor, and those that were not.
    """
    ledgers = {backend.name: run.ledgers[backend.name] for backend in run.backends if backend.name in run.ledgers}
    stale = [f"{name}: {entry}" for name, one in ledgers.items() for entry in one.stale(run.gradients, everything)]
    return stale, [f"{name}: {entry}" for name, one in ledgers.items() for entry in one.new(run.gradients, everything)]


def _ledger(run: Run) -> dict[str, list[dict[str, Any]]]:
    """The entries that showed, in full, for the report."""
    keys = ("id", "operators", "kind", "outcome", "part", "versions", "variants", "what", "why", "link")
    folders = {backend.name: backend.folder for backend in run.backends}
    return {
        name: [
            {
                **{key: getattr(known, key) for key in keys},
                "on": str(known.on),
                "tried": [" ".join(processor) for processor in known.tried],
                "repro": _repro(folders[name], known.id),
            }
            for known in ledger.known
            if known.id in ledger.reproduced
        ]
        for name, ledger in run.ledgers.items()
    }


def _repro(folder: Path, entry: str) -> str:
    """The script that shows a bug with its framework alone, as a path from the folder of the backends; "" for none."""
    script = folder / "repros" / f"{entry}.py"
    return script.relative_to(folder.parent.parent).as_posix() if script.is_file() else ""


def _backend(run: Run, backend: backends.Backend) -> dict[str, Any]:
    """What a backend says of itself. `problem`: why it failed to run; `unavailable`: why this system cannot have it."""
    name = backend.name
    return {
        **run.descriptions.get(name, {}),
        **({"unavailable": backend.problem} if backend.excused else {}),
        "problem": "" if backend.excused else run.problems.get(name, backend.problem),
        "seconds": round(run.busy[name], 3),
        "startup_seconds": round(run.startup[name], 3),
    }


def times(run: Run, results: int) -> dict[str, Any]:
    """Wall time, the frameworks' own share of the worker time, and the harness's own processor time."""
    own = time.process_time()
    return {
        "wall_seconds": round(run.seconds, 3),
        "framework_seconds": round(sum(run.busy.values()) + sum(run.startup.values()), 3),
        "harness_cpu_seconds": round(own, 3),
        "harness_ms_per_result": finite(round(1000 * own / max(results, 1), 3)),
    }


def hardware() -> dict[str, Any]:
    """What the run ran on."""
    return {
        "machine": platform.machine(),
        "system": platform.system(),
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "python": sys.version.split()[0],
    }


def _processor() -> str:
    """The processor's own name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def coverage(cases: list[Case], count: Callable[[Operator, list[Case]], tuple[int, int]]) -> dict[str, list[int]]:
    """For each operator, how many pairs occur in its cases, of how many possible; none where nothing is paired."""
    by_operator: dict[str, list[Case]] = {}
    for case in cases:
        by_operator.setdefault(case.op, []).append(case)
    found = {name: list(count(operators()[name], some)) for name, some in by_operator.items()}
    return {name: pairs for name, pairs in found.items() if pairs[1]}
