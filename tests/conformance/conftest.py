"""The built-in cases as tests: one per case and backend, named after them, in the framework's own environment.

A known difference is an expected failure with the ledger's words; the ledger's entries are themselves
tested, so one that no longer shows fails.
"""

import sys

import pytest

from harness import backends, catalogue, envs
from harness.errors import UserError
from harness.gateway import NotStarted
from harness.ledger import Ledger, entries
from harness.oracle import truth
from harness.result import Result, judged
from harness.station import Station
from spec.core import Case

CASES = {case.id: case for case in catalogue.built_in()}


class Bench:
    """One backend with its worker and ledger."""

    def __init__(self, backend: backends.Backend, timeout: float) -> None:
        self.backend, self.station = backend, Station(backend, timeout)
        self.version, self.ledger = "", Ledger((), "")

    def start(self) -> "Bench":
        worker = self.station.open()
        self.version = str(worker.description.get("version", ""))
        self.ledger = Ledger(entries(self.backend), self.version)
        return self

    def result(self, case: Case) -> Result:
        wanted = truth(case)
        reply = self.station.answer(case, wanted)
        return judged(case, self.backend.name, reply, wanted, self.ledger)


BENCHES = pytest.StashKey[dict[str, Bench]]()


def pytest_configure(config: pytest.Config) -> None:
    """Build what is missing and start the workers, so that the header can name the versions."""
    wanted = config.getoption("--backend")
    try:
        chosen = backends.select(tuple(wanted))
    except UserError as error:
        raise pytest.UsageError(str(error)) from None
    if config.option.collectonly:
        config.stash[BENCHES] = {one.name: Bench(one, 1.0) for one in chosen}
        return
    ready = envs.resolve(chosen, lambda name, step: print(f"{name}: {step}", file=sys.stderr))
    benches = {}
    for backend in ready:
        try:
            benches[backend.name] = Bench(backend, config.getoption("--timeout")).start()
        except NotStarted as error:
            raise pytest.UsageError(f"{backend.name} cannot be run: {error}") from None
    config.stash[BENCHES] = benches


def pytest_unconfigure(config: pytest.Config) -> None:
    for bench in config.stash.get(BENCHES, {}).values():
        bench.station.close()


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [f"backend: {name} {bench.version}" for name, bench in config.stash[BENCHES].items()]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    names = list(metafunc.config.stash[BENCHES])
    if "case" in metafunc.fixturenames:
        pairs = [pytest.param(name, case, id=f"{name}:{case.id}") for name in names for case in CASES.values()]
        metafunc.parametrize(("bench", "case"), pairs, indirect=["bench"])
    elif "bench" in metafunc.fixturenames:
        metafunc.parametrize("bench", names, indirect=True)


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest) -> Bench:
    return request.config.stash[BENCHES][request.param]
