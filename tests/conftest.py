"""Options that all tests share."""

import os

import pytest

# As the harness itself: small sums on one thread. NumPy reads it when it is imported, which is later.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", action="append", default=[], help="conformance: only this backend (repeat)")
    parser.addoption("--timeout", type=float, default=60.0, help="conformance: seconds one case may take")
