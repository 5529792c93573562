"""A small version of `make faults`: three kills of an import of 2,000 rows."""

import pytest

from tests.faults.kill import kill


@pytest.mark.slow_fault
def test_a_killed_import_writes_nothing_or_everything_and_can_be_run_again(monkeypatch, settings):
    monkeypatch.delenv("DATABASE_URL", raising=False)

    seen = kill(2_000, 3, seed=1)

    assert seen.get("nothing", 0) + seen.get("everything", 0) == 3
