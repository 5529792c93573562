"""docs/asvs.md names every requirement of levels 1 and 2 once, and only tests and documents that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "asvs.md").read_text()
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for line in TEXT.splitlines()
    if re.match(r"\| \d", line)
]
#: ASVS 5.0.0: 70 requirements of level 1 and 183 of level 2.
COUNTS = {"1": 70, "2": 183}


def test_every_requirement_is_there_once():
    numbers = [row[0] for row in ROWS]

    assert len(set(numbers)) == len(numbers)
    assert {level: sum(row[1] == level for row in ROWS) for level in COUNTS} == COUNTS


def test_every_row_says_how_it_stands():
    assert all(len(row) == 4 and all(row) for row in ROWS)


def test_tests_and_documents_that_are_named_exist():
    missing = []
    for name in re.findall(r"`((?:tests|docs)/[^`]*|[A-Z]+\.md)`", TEXT):
        path, _, test = name.partition("::")
        if not (ROOT / path).exists() or (test and f"def {test}(" not in (ROOT / path).read_text()):
            missing.append(name)

    assert not missing
