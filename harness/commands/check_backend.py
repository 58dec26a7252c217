"""The command `check-backend`: what a backend still lacks, a line each, with the remedy; and what it leaves out."""

import configparser
from collections.abc import Iterator
from pathlib import Path

import click
from packaging.requirements import InvalidRequirement, Requirement

from harness.cases.catalogue import built_in
from harness.commands.ready import ready
from harness.judging.ledger import entries
from harness.judging.ledger_rules import faults
from harness.judging.oracle import truth
from harness.source.parser import read
from harness.source.probes import probes
from harness.source.signatures import faults as differing
from harness.source.signatures import methods, unlike_the_others
from harness.source.standalone import layouts_of_function
from harness.workers.backends import FOLDER, ROOT, Backend, load, names, select
from harness.workers.gateway import NotStarted
from harness.workers.supervisor import Supervisor
from spec import operators
from spec.core import Case
from spec.errors import UserError
from spec.outcomes import Outcome
from spec.questions import questions

SAYS = ("version", "device", "threads")  # what every report shows of a backend
TIMEOUT = 300.0  # seconds for one case: the first may compile


def examine(text: str) -> int:
    """Print what the backend lacks (1), or that nothing is missing (0). Raises `UserError` for what is no backend."""
    name = text.partition("=")[0]
    if "=" not in text and name not in names():
        found, left_out = list(_beginning(name)), []
    else:
        (backend,) = select((text,))
        found = list(_folder(backend)) if backend.is_own else []
        found += list(_adapter(backend)) + list(_ledger(backend)) + list(_others(backend))
        found += list(_running(backend))
        left_out = list(_left_out(backend))
    for line in found:
        click.echo(f"missing: {line}")
    for line in left_out:
        click.echo(f"left out: {line}")
    if found:
        return 1
    click.echo(f"nothing is missing; judge it: python -m harness run --backend {text}")
    return 0


def _beginning(name: str) -> Iterator[str]:
    """What a folder without an adapter lacks. Raises `UserError` where there is not even a folder."""
    folder = FOLDER / name
    if not name.isidentifier() or not folder.is_dir():
        raise UserError(f"there is no folder backends/{name}; make it, or write NAME=adapter.py@python")
    yield f"backends/{name}/adapter.py: write a class Adapter there; backends/contract.py says what it has"
    yield from _folder(Backend(name, folder / "adapter.py"))


def _folder(backend: Backend) -> Iterator[str]:
    """What a folder of this project must have beside its adapter: what its environment is built from."""
    path = backend.folder / "requirements.txt"
    shown = path.relative_to(ROOT)
    if not path.is_file():
        yield f"{shown}: write the framework there, and all that it needs, as name==version"
    else:
        lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
        for line in filter(None, lines):
            try:
                pinned = [one.operator for one in Requirement(line).specifier] == ["=="]
            except InvalidRequirement:
                pinned = False
            if not pinned:
                yield f"{shown}: {line!r} is not pinned; write it as name==version"
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini")
    if backend.name not in [one.strip() for one in tox["tox"]["env_list"].split(",")]:
        yield f"tox.ini: env_list does not name {backend.name}; add it there"


def _adapter(backend: Backend) -> Iterator[str]:
    """What its text lacks."""
    try:
        wrong = differing(backend.adapter)
    except (UserError, SyntaxError) as error:
        yield str(error)
        return
    if backend.is_own:
        wrong += unlike_the_others(backend.adapter)
    yield from (f"{backend.adapter.name}: {one}" for one in wrong)


def _ledger(backend: Backend) -> Iterator[str]:
    """What its ledger lacks, and a script for each bug."""
    try:
        ledger = entries(backend)
    except UserError as error:
        yield str(error)
        return
    cases: dict[str, list[Case]] = {}
    for case in built_in() if ledger else ():
        cases.setdefault(case.op, []).append(case)
    yield from (f"ledger: {one}" for one in faults(ledger, list(_modes(backend)), cases))
    for known in ledger if backend.is_own else ():
        script = backend.folder / "repros" / f"{known.id}.py"
        if known.kind == "bug" and not script.is_file():
            yield f"{script.relative_to(ROOT)}: show the bug to its maintainers, with the framework alone"


def _others(backend: Backend) -> Iterator[str]:
    """What its optional files lack."""
    try:
        for question, api in probes(backend.files("conventions")):
            if question not in questions():
                yield f"conventions: {api} answers {question!r}, which no question of spec/questions is called"
    except (SyntaxError, ValueError) as error:
        yield f"conventions: {error}"
    network = backend.folder / "lenet5.py"
    if network.is_file():
        has = "lenet5" in read(network).definitions
        found = layouts_of_function(network, "lenet5") if has else None
        if not found or not (found.image and found.kernel and found.dense):
            yield "lenet5.py: write lenet5(images, *weights), and @native(images, kernel=..., dense=...) before it"


def _modes(backend: Backend) -> dict[str, dict[str, str]]:
    module = load(backend.folder / "modes.py", f"modes_of_{backend.folder.name}")
    return dict(module.VARIANTS) if module else {}


def _running(backend: Backend) -> Iterator[str]:
    """What shows when it is run: its environment, what it says of itself, and the first case of each operator."""
    (built,) = ready([backend])
    if built.problem:
        yield f"environment: {built.problem}"
        return
    try:
        with Supervisor(built, TIMEOUT) as supervisor:
            description = supervisor.open().description
            yield from (f"describe: says nothing of {one!r}; reports show it" for one in SAYS if one not in description)
            outcomes = {}
            for case in _firsts(backend):
                reply = supervisor.answer(case, truth(case).cotangent)
                outcomes[case.op] = reply["outcome"]
                for one in (reply, reply.get("gradient_error", {})):
                    if one.get("outcome") in (Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.REJECTED):
                        remedy = "; mend it, or raise Unsupported" if one["outcome"] == Outcome.REJECTED else ""
                        yield f"{case.op}: {one['outcome']} in the case {case.id}: {one.get('message', '')}{remedy}"
        if outcomes and set(outcomes.values()) == {Outcome.UNSUPPORTED}:
            yield "adapter: none of its operators computes its first case; begin with one that does"
    except NotStarted as error:
        yield f"adapter: it does not start: {error}"


def _firsts(backend: Backend) -> Iterator[Case]:
    """The first case of each of its operators that is to be computed."""
    try:
        has = methods(backend.adapter)
    except (UserError, SyntaxError):
        return
    for name, operator in operators().items():
        if name in has:
            yield next(case for case in operator.cases() if case.expect == "value")


def _left_out(backend: Backend) -> Iterator[str]:
    """What it may leave out, and what follows."""
    try:
        has = methods(backend.adapter)
    except (UserError, SyntaxError):
        return
    if lacking := [name for name in operators() if name not in has]:
        yield f'{", ".join(lacking)}: `run` says "unsupported"'
    if "vjp" not in has:
        yield "vjp: outputs alone are judged"
    followed = {
        "lenet5.py": "`bridge lenet5` cannot say it",
        "modes.py": "it runs in one way only",
        "ledger": "every difference fails",
        "conventions": "`conventions` asks it nothing",
        "lessons.py": "`lessons` does not show it",
    }
    for name, what in followed.items():
        if not (backend.folder / name).exists() and not backend.files(Path(name).stem):
            yield f"{name}: {what}"
