"""Slow tests of faults run with --faults alone: `make faults`."""

import pytest

from tests.imports.conftest import compared, imported, stored  # noqa: F401 (fixtures)


def pytest_addoption(parser):
    parser.addoption("--faults", action="store_true", help="Run the slow tests of faults too.")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--faults", default=False):
        return
    for item in items:
        if "slow_fault" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="slow: make faults"))
