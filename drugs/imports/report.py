"""What a run did, or would do, as the contract's report says it."""

import json
from collections.abc import Iterator
from typing import Any

from drugs.imports.compare import absent
from drugs.imports.number_set import NumberSet
from drugs.models import ImportRun
from drugs.vocabulary import RowDecision, RunState

_MOST_ABSENT = 1000
COUNTED = ("rows", "new", "changed", "unchanged", "held", "refused", "repeated", "absent")


def as_json(run: ImportRun) -> Iterator[str]:
    """The report in pieces, never whole in memory: a file of a million rows may change them all.

    `changes` of changed trials only, by home number; `problems` of rows, notes included.
    """
    yield json.dumps(_summary(run), ensure_ascii=False, indent=1).removesuffix("\n}")
    for name, items in (("changes", changes(run)), ("problems", problems(run))):
        yield f',\n "{name}": ['
        for at, item in enumerate(items):
            yield (",\n  " if at else "\n  ") + json.dumps(item, ensure_ascii=False)
        yield "]"
    yield "\n}\n"


def _summary(run: ImportRun) -> dict[str, Any]:
    counts = {name: run.counts.get(name, 0) for name in COUNTED}
    return {
        "run": run.pk,
        "file": run.original_name,
        "sha256": run.sha256,
        "state": run.state,
        "error": run.error,
        "format": run.format,
        **counts,
        "is_large_change": run.is_large_change,
        "absent_numbers": _absent_numbers(run),
        "detection": run.detection,
    }


def changes(run: ImportRun) -> Iterator[dict[str, str]]:
    rows = run.rows.filter(decision=RowDecision.CHANGED, is_accepted=True).select_related("trial")
    for row in rows.iterator(chunk_size=1000):
        home = row.trial.home_number if row.trial else row.number
        for field, old, new in row.changes:
            if field not in row.left_out:
                yield {"trial": home, "field": field, "old": old, "new": new}


def problems(run: ImportRun) -> Iterator[dict[str, Any]]:
    rows = run.rows.exclude(problems=[]).values_list("row", "problems")
    for row, found in rows.iterator(chunk_size=1000):
        for problem in found:
            yield {"row": row} | {name: problem.get(name, "") for name in ("column", "value", "reason")}


def _absent_numbers(run: ImportRun) -> list[str]:
    if run.state == RunState.APPLIED or not run.counts.get("absent"):
        return run.detection.get("absent_numbers", [])
    numbers = absent(run, NumberSet.unpacked(run.numbers))
    return [number for number, _n in zip(numbers, range(_MOST_ABSENT), strict=False)]
