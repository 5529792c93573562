"""An import of a registry's file: the stored job, and one row for each record that is not simply unchanged."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from drugs.models.trial import Trial
from drugs.partial_dates import PartialDateField, partial_date_check
from drugs.vocabulary import RowDecision, RunState

#: A batch takes seconds; a confirmed run of a million rows is written in minutes, all at once.
STOPPED_AFTER = dt.timedelta(minutes=10)


class ImportRun(models.Model):
    """One file of trial updates, from upload to undo. Preview and confirm read the same stored bytes."""

    # File

    file = models.FileField(_("file"), upload_to="imports/%Y/%m/", max_length=300)
    original_name = models.CharField(_("name of the file"), max_length=255, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, db_index=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    exported_on = PartialDateField(
        _("exported on"),
        blank=True,
        help_text=_(
            "When the file was downloaded from the registry, if you know: an old file then turns nothing back."
        ),
    )

    # What it is

    format = models.CharField(_("format"), max_length=40, blank=True)
    detection = models.JSONField(
        _("how it was read"),
        default=dict,
        blank=True,
        help_text=_("Encoding, delimiter, header row, columns known and unknown, banner rows skipped."),
    )
    cleaner_version = models.PositiveSmallIntegerField(_("version of the cleaner"), default=0)

    # Where it stands

    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.UPLOADED)
    counts = models.JSONField(
        _("counts"),
        default=dict,
        blank=True,
        help_text=_("rows = new + changed + unchanged + held + refused + repeated; absent."),
    )
    progress = models.PositiveBigIntegerField(_("records read so far"), default=0)
    moved_at = models.DateTimeField(
        _("last moved at"),
        null=True,
        blank=True,
        help_text=_("When somebody last worked on it: it has stopped when this is long ago."),
    )
    is_large_change = models.BooleanField(_("changes more than a fifth of the known trials in the file"), default=False)
    error = models.TextField(_("why it stopped"), blank=True)
    claim = models.CharField(
        max_length=36, blank=True, editable=False, help_text=_("Who compares it now: the newest start wins.")
    )
    numbers = models.BinaryField(
        default=bytes, editable=False, help_text=_("The numbers in the file, packed: drugs/imports/number_set.py.")
    )

    # Who and when

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="import_runs"
    )
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    compared_at = models.DateTimeField(_("compared at"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        permissions = [("confirm_importrun", "Can confirm import"), ("undo_importrun", "Can undo import")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RunState.values),
                name="run_state_known",
                violation_error_message=_("Choose a state from the list."),
            ),
            partial_date_check("exported_on", name="run_exported_is_a_date"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.original_name}"

    def has_stopped(self, at: dt.datetime) -> bool:
        """Whether it should be moving and does not: its worker or command was stopped, or never started."""
        is_moving = self.state in (RunState.UPLOADED, RunState.CONFIRMED)
        return is_moving and (self.moved_at or self.created_at) < at - STOPPED_AFTER


class ImportRow(models.Model):
    """What an import makes of one record of its file, unless the record is simply unchanged."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows", db_index=False)  # rows_by_decision has it
    row = models.PositiveIntegerField(
        _("row"), help_text=_("The line or record of the file, as a spreadsheet counts it: the header is row 1.")
    )
    number = models.CharField(_("registry number"), max_length=60, blank=True)
    trial = models.ForeignKey(Trial, models.SET_NULL, null=True, blank=True, related_name="+")
    decision = models.CharField(_("decision"), max_length=10, choices=RowDecision)
    is_accepted = models.BooleanField(_("accepted"), default=True, help_text=_("Untick to leave this record out."))
    changes = models.JSONField(
        _("changes"), default=list, blank=True, help_text=_("[field, old, new] for each field that changes.")
    )
    left_out = models.JSONField(_("fields left out"), default=list, blank=True)
    problems = models.JSONField(
        _("problems"), default=list, blank=True, help_text=_("{column, value, reason} for each.")
    )

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["run", "row", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=RowDecision.values),
                name="row_decision_known",
                violation_error_message=_("Choose a decision from the list."),
            )
        ]
        indexes = [models.Index(fields=["run", "decision", "row"], name="rows_by_decision")]

    def __str__(self) -> str:
        return f"{self.run_id}, row {self.row}: {self.number}"


class ImportRecord(models.Model):
    """What a row of an import says, cleaned. It goes when the row is written: it then stands as a `RegistryRecord`."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="records_waiting", db_index=False)
    row = models.PositiveIntegerField(_("row"))
    # JSON as text: nothing but the import reads it, and no database takes it apart.
    said = models.TextField(_("what the row says"), help_text=_("A `drugs.imports.candidate.Candidate`."))
    raw = models.TextField(_("as it was written"), help_text=_("See the registry record."))

    class Meta:
        verbose_name = _("record that waits")
        verbose_name_plural = _("records that wait")
        ordering = ["run", "row"]
        indexes = [models.Index(fields=["run", "row"], name="waiting_by_row")]

    def __str__(self) -> str:
        return f"{self.run_id}, row {self.row}"


class ColumnMapping(models.Model):
    """What staff said that the columns of a sheet kept by hand hold: used for every sheet with the same header."""

    header_digest = models.CharField(max_length=64, unique=True, editable=False)
    headers = models.JSONField(_("columns"), help_text=_("Their names, in order."))
    facts = models.JSONField(
        _("what they hold"), help_text=_("For each column a field of the trial, 'number', or nothing.")
    )
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    class Meta:
        verbose_name = _("columns of a sheet")
        verbose_name_plural = _("columns of sheets")
        ordering = ["pk"]

    def __str__(self) -> str:
        return ", ".join(filter(None, self.headers))[:80]
