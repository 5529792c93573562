"""What people download of a run: the rows to mend, and what changed, as files that no spreadsheet runs."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

from drugs.imports.compare import open_source
from drugs.imports.mapping import ADDED
from drugs.imports.report import as_json, changes
from drugs.imports.spreadsheets import harmless
from drugs.models import ImportRun
from drugs.vocabulary import RowDecision


class _Echo:
    def write(self, line: str) -> str:
        return line


def _stream(rows: Iterable[list[Any]], name: str) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"
        for row in rows:
            yield writer.writerow([harmless(cell) for cell in row])

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def problems_csv(run: ImportRun) -> StreamingHttpResponse:
    """Refused and held rows as they stand in the file, with the reasons beside them: to mend and upload again.

    Raises `FileRefusedError` where the file cannot be read.
    """
    reasons = {
        row: (decision, " ".join(_told(problem) for problem in problems))
        for row, decision, problems in run.rows.filter(decision__in=(RowDecision.REFUSED, RowDecision.HELD))
        .values_list("row", "decision", "problems")
        .iterator(chunk_size=1000)
    }

    source = open_source(run)

    def rows() -> Iterator[list[Any]]:
        yield [*source.headers, *ADDED]
        for row, cells in source.as_written(reasons.keys()):
            yield [*cells, row, *reasons[row]]

    return _stream(rows(), f"import-{run.pk}-to-mend.csv")


def _told(problem: dict[str, str]) -> str:
    return f"{problem['column']}: {problem['reason']}" if problem["column"] else problem["reason"]


def report_csv(run: ImportRun) -> StreamingHttpResponse:
    """What changed, field by field."""

    def rows() -> Iterator[list[Any]]:
        yield ["Trial", "Field", "Before", "After"]
        yield from ([change["trial"], change["field"], change["old"], change["new"]] for change in changes(run))

    return _stream(rows(), f"import-{run.pk}-changes.csv")


def report_json(run: ImportRun) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        as_json(run),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="import-{run.pk}.json"'},
    )
