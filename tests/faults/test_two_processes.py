"""Two commands at once in processes of their own, on SQLite: the result of one after the other."""

import tempfile
from pathlib import Path

import pytest

from tests.faults.kill import HEADER, Database, rows


@pytest.mark.slow_fault
def test_two_commands_with_overlapping_files_at_once(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        database, first, second = Database(folder), folder / "first.csv", folder / "second.csv"
        lines = list(rows(600, later=True))
        first.write_text(HEADER + "".join(lines[:400]))
        second.write_text(HEADER + "".join(lines[200:]).replace("Rome", "Milan"))
        database.make("empty")
        database.run("empty", "manage.py", "migrate", "-v0")
        expected = set()
        for name, order in (("one", (first, second)), ("other", (second, first))):
            database.make(name, like="empty")
            for path in order:
                database.run(name, "manage.py", "import_trials", str(path), "--accept-large-change")
            expected.add(database.digest(name))

        database.make("both", like="empty")
        commands = [
            database.start("both", "manage.py", "import_trials", str(path), "--accept-large-change")
            for path in (first, second)
        ]

        assert [command.wait(300) for command in commands] == [0, 0]
        assert database.digest("both") in expected
