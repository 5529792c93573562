"""Fixtures of the imports' tests, for those of faults."""

from tests.imports.conftest import compared, imported, stored  # noqa: F401 (fixtures)
