"""The built-in cases as tests: one per case and backend, named after them, in the framework's own environment.

The selected tests are run by the harness's own scheduler in the background, on all cores; each test waits for its
result. A known difference is an expected failure with the ledger's words; the ledger's entries are themselves
tested, so one that no longer shows fails.
"""

import functools
import os
import sys
import threading
from collections.abc import Callable

import pytest

from harness.cases import catalogue
from harness.running.result import Result
from harness.running.scheduler import Run
from harness.workers import backends, environments, requirements
from harness.workers.gateway import Worker
from spec.errors import UserError
from tests.backends.repros import REPROS

CASES = {case.id: case for case in catalogue.built_in()}


class Feed:
    """A run in the background whose results are taken as they are asked for."""

    def __init__(self, run: Run) -> None:
        self.run, self.results, self.error = run, {}, None
        self.arrived, self.over = threading.Condition(), False
        self.thread = threading.Thread(target=self._collect, daemon=True)
        self.thread.start()

    def _collect(self) -> None:
        try:
            for result in self.run.results():
                with self.arrived:
                    self.results[result.backend, result.case.id] = result
                    self.arrived.notify_all()
        except BaseException as error:  # whoever waits must hear of it
            self.error = error
        with self.arrived:
            self.over = True
            self.arrived.notify_all()

    def result(self, backend: str, case: str) -> Result:
        """The result of one case, waited for. Raises what ended the run without it."""
        with self.arrived:
            self.arrived.wait_for(lambda: self.over or (backend, case) in self.results)
        if (backend, case) not in self.results:
            raise RuntimeError(f"the run ended without {case} on {backend}") from self.error
        return self.results[backend, case]

    def finish(self) -> Run:
        """The run, when all its results are there."""
        self.thread.join()
        if self.error:
            raise self.error
        return self.run


BACKENDS = pytest.StashKey[list[backends.Backend]]()


def pytest_configure(config: pytest.Config) -> None:
    """Build the environments that are missing."""
    try:
        chosen = backends.select(tuple(config.getoption("--backend")))
    except UserError as error:
        raise pytest.UsageError(str(error)) from None
    if not config.option.collectonly:
        chosen = environments.resolve(chosen, lambda name, step: print(f"{name}: {step}", file=sys.stderr))
        for backend in chosen:
            if backend.problem and not backend.excused:
                raise pytest.UsageError(f"{backend.name} cannot be run: {backend.problem}")
    config.stash[BACKENDS] = chosen


def absences(config: pytest.Config) -> dict[str, str]:
    """The backends that this system cannot have, and nobody asked for by name, with the reason why their tests skip."""
    return {one.name: f"{one.name} cannot be had here: {one.problem}" for one in config.stash[BACKENDS] if one.excused}


def pytest_report_header(config: pytest.Config) -> list[str]:
    found = [
        (one.name, requirements.probe(one, requirements.pinned(one))) for one in config.stash[BACKENDS] if one.python
    ]
    return [
        *(f"{name}: " + ", ".join(f"{package} {version}" for package, version in held.items()) for name, held in found),
        *absences(config).values(),
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    absent = absences(metafunc.config)
    marks = {name: [pytest.mark.skip(reason)] for name, reason in absent.items()}
    names = [backend.name for backend in metafunc.config.stash[BACKENDS]]
    if "case" in metafunc.fixturenames:
        pairs = [
            pytest.param(name, case, id=f"{name}:{case}", marks=marks.get(name, ())) for name in names for case in CASES
        ]
        metafunc.parametrize(("backend", "case"), pairs)
    elif "repro" in metafunc.fixturenames:  # the pinned version in its default mode is what the scripts speak of
        pythons = {one.name: one.python for one in metafunc.config.stash[BACKENDS]}
        found = [
            pytest.param(one, pythons[one.framework], id=str(one), marks=marks.get(one.framework, ()))
            for one in REPROS
            if one.framework in pythons
        ]
        none = [pytest.param(None, None, id="none", marks=pytest.mark.skip("no bug of these frameworks has a script"))]
        metafunc.parametrize(("repro", "python"), found or none)
    elif "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", [pytest.param(name, id=name, marks=marks.get(name, ())) for name in names])


@pytest.fixture(scope="session")
def ready(request: pytest.FixtureRequest) -> list[backends.Backend]:
    """The chosen backends that this system can have, with their environments."""
    return [backend for backend in request.config.stash[BACKENDS] if not backend.excused]


@pytest.fixture(scope="session")
def why_not(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Why a backend is not among those that are ready."""
    absent = absences(request.config)
    return lambda name: absent.get(name, f"{name} was not selected")


@pytest.fixture(scope="session")
def described(ready: list[backends.Backend]) -> Callable[[str], dict]:
    """What a backend says of itself, by its name; it is started when it is first asked for."""

    @functools.cache
    def describe(name: str) -> dict:
        worker = Worker.start(next(one for one in ready if one.name == name))
        worker.close()
        return worker.description

    return describe


@pytest.fixture(scope="session")
def feed(request: pytest.FixtureRequest, ready: list[backends.Backend]) -> Feed:
    """The run of all tests that were selected; it starts when the first of them asks."""
    calls = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    wanted = {(params["case"], params["backend"]) for params in calls if {"case", "backend"} <= params.keys()}
    cases = [case for name, case in CASES.items() if any((name, one.name) in wanted for one in ready)]
    others = {(case.id, one.name) for case in cases for one in ready} - wanted
    return Feed(Run(cases, ready, timeout=request.config.getoption("--timeout"), jobs=os.cpu_count() or 2, done=others))
