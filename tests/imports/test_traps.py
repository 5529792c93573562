"""docs/import-traps.md names a test for every way that files go wrong: each of them exists, and no point is forgotten."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = (ROOT / "docs/import-traps.md").read_text()
NAMED = re.findall(r"`(test_[a-z0-9_]+)`", TABLE)


def test_every_test_that_is_named_exists_once():
    defined = [
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
    ]

    assert NAMED
    assert {name: defined.count(name) for name in NAMED if defined.count(name) != 1} == {}


def test_each_point_of_the_registry_files_readme_has_its_line():
    points = {int(number) for number in re.findall(r"^\| (\d+) \|", TABLE, re.MULTILINE)}

    assert points == set(range(1, 15))


def test_every_line_names_a_test():
    lines = [
        line for line in TABLE.splitlines() if line.startswith("| ") and "---" not in line and "held by" not in line
    ]

    assert len(lines) > 30
    assert [line for line in lines if "`test_" not in line] == []
