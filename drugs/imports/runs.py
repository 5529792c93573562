"""How a file becomes a stored ImportRun, and the steps from one state to the next."""

import hashlib
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.imports.dates import latest_today
from drugs.imports.problems import FileRefusedError, shown
from drugs.imports.tables import Opener
from drugs.models import ImportRun
from drugs.partial_dates import PartialDate
from drugs.vocabulary import RunState


class _Counted:
    """The chunks of an upload on their way to the storage: hashed, counted and bounded."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self.size, self._digest = chunks, 0, hashlib.sha256()

    def __iter__(self) -> Any:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > settings.IMPORT_MAX_BYTES:
                raise FileRefusedError(
                    _("The file is larger than %(most)s. Split it, or ask for the limit to be raised.")
                    % {"most": filesizeformat(settings.IMPORT_MAX_BYTES)}
                )
            self._digest.update(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class _Streamed(File):
    """A file that is written to the storage in chunks, never whole in memory."""

    def __init__(self, counted: _Counted) -> None:
        super().__init__(None)
        self._chunks, self._left = iter(counted), b""

    def chunks(self, chunk_size: int | None = None) -> Any:
        """As a folder takes it."""
        return self._chunks

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]
        """As a bucket takes it."""
        while size < 0 or len(self._left) < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._left += chunk
        end = len(self._left) if size < 0 else size
        taken, self._left = self._left[:end], self._left[end:]
        return taken


def store(
    chunks: Iterable[bytes], name: str, *, owner: Any = None, exported_on: str = "", format: str = "auto"
) -> ImportRun:
    """Keep a file's bytes as a run that waits to be compared. Raises `FileRefusedError` for one that is too large."""
    if exported_on:
        _check_day(exported_on)
    run = ImportRun(original_name=shown(Path(name).name, 255), owner=owner, exported_on=exported_on, format=format)
    counted = _Counted(chunks)
    try:
        run.file.save(f"{uuid.uuid4().hex}{Path(name).suffix.lower()[:10]}", _Streamed(counted), save=False)
    except FileRefusedError:
        if run.file.name:
            run.file.storage.delete(run.file.name)
        raise
    run.size, run.sha256 = counted.size, counted.sha256
    run.save()
    return run


def _check_day(exported_on: str) -> None:
    try:
        day = PartialDate.parse(exported_on)
    except ValueError as error:
        raise FileRefusedError(_("The day of the download is not clear. %(reason)s") % {"reason": error}) from None
    if day > latest_today():
        raise FileRefusedError(_("The day of the download (%(day)s) has not come yet.") % {"day": day})


def opener(run: ImportRun) -> Opener:
    """Opens the stored bytes of a run, anew on each call."""
    storage, name = run.file.storage, run.file.name
    return lambda: storage.open(name, "rb").file  # type: ignore[no-any-return]


#: States in which a run has written nothing yet.
UNWRITTEN = (RunState.UPLOADED, RunState.COMPARED, RunState.CONFIRMED)


def fail(run: ImportRun, reason: str) -> None:
    """The run stops here, and says why."""
    ImportRun.objects.filter(pk=run.pk).update(state=RunState.FAILED, error=reason)
    run.state, run.error = RunState.FAILED, reason


def confirm(run: ImportRun, *, by: Any = None) -> bool:
    """Take the comparison that `run` was read with for writing. Of two who confirm at once one gets True."""
    taken = ImportRun.objects.filter(pk=run.pk, state=RunState.COMPARED, claim=run.claim).update(
        state=RunState.CONFIRMED, applied_by=by, applied_at=None, moved_at=timezone.now()
    )
    if taken:
        run.state, run.applied_by = RunState.CONFIRMED, by
    return bool(taken)


def written() -> int:
    """Grows with each import that is applied or put back: equal before and after means that none was in between."""
    counted = dict(ImportRun.objects.order_by().values_list("state").annotate(models.Count("pk")))
    return int(counted.get(RunState.APPLIED, 0)) + 2 * int(counted.get(RunState.UNDONE, 0))
