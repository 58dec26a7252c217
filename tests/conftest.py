"""Options that all tests share."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

# As the harness itself: small sums on one thread. NumPy reads it when it is imported, which is later.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Property tests try the same examples every time, and how long they take says nothing: no result may depend on the
# load of the machine. `--hypothesis-profile search` looks further.
settings.register_profile(
    "same", derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.register_profile("search", settings.get_profile("same"), derandomize=False, max_examples=2000)
settings.load_profile("same")
# Nor on what else was imported: Hypothesis would draw constants that it finds in the text of all loaded modules.
assert callable(providers._get_local_constants)
providers._get_local_constants = lambda: Constants()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """On several cores the tests of a file stay together, so that what they share is made once."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # the order is that of `pytest_collection_modifyitems`
    return LoadFileScheduling(config, log) if config.getvalue("dist") == "load" else None


LONGEST = ("test_conformance", "test_random_cases", "test_processors", "test_mutants", "test_lessons", "test_modes")


def pytest_collection_modifyitems(items):
    """The longest files first, so that no core is left alone with one at the end."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)) if "conformance" in item.nodeid else 0)


def pytest_ignore_collect(collection_path, config):
    """The tests that need a browser run only where they are asked for: `tox run -e browser`."""
    browser = collection_path.name == "browser"
    return True if browser and not any("browser" in argument for argument in config.args) else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", action="append", default=[], help="conformance: only this backend (repeat)")
    parser.addoption("--timeout", type=float, default=60.0, help="conformance: seconds one case may take")
    parser.addoption("--picture", default="", help="browser: make README's picture anew, of this run folder's report")
    parser.addoption("--report", default="", help="browser: look at this run folder's report, not at one of its own")
    parser.addoption("--geometries", type=int, default=3, help="random cases: how many geometries of each operator")
    parser.addoption("--seed", type=int, default=0, help="random cases: another number draws other cases")
    parser.addoption("--correct-runs", type=int, default=60, help="false alarms: how many correct runs are tried")
    parser.addoption("--faults", type=int, default=60, help="fault campaign: how many faults, of all kinds together")
    parser.addoption("--mutants", type=int, default=8, help="mistakes planted in each framework; 0 for all")
    parser.addoption("--porting-mistakes", type=int, default=4, help="compare: every Nth one; 1 for all")
