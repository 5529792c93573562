"""Background work of imports: compare and apply a run, in place when it is small.

A task that is started twice, or again after its worker was killed, does what is left to do.
"""

from django_tasks import task

from drugs.imports.apply import apply
from drugs.imports.compare import OvertakenError, compare
from drugs.imports.runs import opener
from drugs.models import ImportRun
from drugs.worker import queue_of_worker

#: Records that a request compares or writes itself; a larger file waits for the worker.
IN_PLACE = 5_000
_BYTES_IN_PLACE = 20 * 1024 * 1024


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
    """Whether a file surely has no more records than are compared in place: it has no more lines than that."""
    if not run.file.storage.exists(run.file.name):
        return True  # comparing says so at once
    if run.size > _BYTES_IN_PLACE:
        return False
    lines = 0
    with opener(run)() as file:
        while chunk := file.read(1 << 20):
            lines += chunk.count(b"\n")
            if lines > IN_PLACE * 4:
                return False
    return True
