"""Options that all tests share."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", action="append", default=[], help="conformance: only this backend (repeat)")
    parser.addoption("--timeout", type=float, default=60.0, help="conformance: seconds one case may take")
