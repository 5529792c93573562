"""Background work of imports: compare and apply a run, in place when it is small.

A task that is started twice, or again after its worker was killed, does what is left to do.
"""

from django_tasks import task

from drugs.imports import archive
from drugs.imports.apply import apply
from drugs.imports.compare import OvertakenError, compare
from drugs.imports.inspect import chunks, inspect
from drugs.imports.problems import FileRefusedError
from drugs.imports.runs import opener
from drugs.imports.tables import Opener
from drugs.models import ImportRun
from drugs.worker import queue_of_worker

#: Records that a request compares or writes itself; a larger file waits for the worker.
IN_PLACE = 5_000
_LINES_IN_PLACE = IN_PLACE * 4
_BYTES_IN_PLACE = 20 * 1024 * 1024
#: Bytes of a file whose lines say nothing of its records: JSON, XML, what a workbook or an archive unpacks to.
_BYTES_WITHOUT_LINES = 2 * 1024 * 1024


@task()
def compare_run(run: int) -> None:
    try:
        compare(ImportRun.objects.get(pk=run))
    except OvertakenError:
        return


@task()
def apply_run(run: int) -> None:
    apply(ImportRun.objects.get(pk=run))


def start_compare(run: ImportRun) -> bool:
    """Compare now if the file is small; True then. Otherwise it waits for the worker."""
    return _start(compare_run, run, _is_small(run))


def start_apply(run: ImportRun) -> bool:
    return _start(apply_run, run, run.counts.get("rows", 0) <= IN_PLACE)


def _start(work: type[compare_run] | object, run: ImportRun, in_place: bool) -> bool:
    if in_place:
        work.call(run.pk)  # type: ignore[union-attr]
    else:
        work.using(backend=queue_of_worker()).enqueue(run.pk)  # type: ignore[union-attr]
    return in_place


def _is_small(run: ImportRun) -> bool:
    """Whether a file is compared in place: a text by its lines, of which a record may have a few; any other by its bytes."""
    if not run.file.storage.exists(run.file.name):
        return True  # comparing says so at once
    if run.size > _BYTES_IN_PLACE:
        return False
    opens = opener(run)
    try:
        with opens() as file:
            kind = inspect(file).kind
        if kind == "table":
            return _lines(opens) <= _LINES_IN_PLACE
        unpacked = sum(part.file_size for part in archive.members(opens)) if kind == "xlsx" else run.size
    except FileRefusedError:
        return True  # as above
    return max(run.size, unpacked) <= _BYTES_WITHOUT_LINES


def _lines(opens: Opener) -> int:
    """How many lines a text has, whichever of the two characters ends them."""
    newlines, returns = 0, 0
    with opens() as file:
        for chunk in chunks(file):
            newlines += chunk.count(b"\n")
            returns += chunk.count(b"\r")
    return max(newlines, returns)
