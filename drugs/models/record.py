"""What each source said of a trial, what staff set by hand, and every change that came of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from drugs import vocabulary as words
from drugs.models.trial import Trial
from drugs.partial_dates import PartialDateField, partial_date_check


class RegistryRecord(models.Model):
    """What one source said of one trial at one time. Kept for good; `drugs.resolution` reads them all, newest first."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="records", db_index=False)

    # Who says it

    said_by = models.CharField(
        _("said by"), max_length=10, choices=words.RecordSource, default=words.RecordSource.REGISTRY
    )
    registry = models.CharField(_("registry"), max_length=10, choices=words.Registry)
    number = models.CharField(_("number"), max_length=40, help_text=_("The number that the record was found under."))
    last_update = PartialDateField(
        _("last update"), blank=True, help_text=_("As the source states it; empty where it does not.")
    )
    effective_on = PartialDateField(
        _("in force from"),
        blank=True,
        help_text=_("Orders records: the last update, or the newest one known when an undated record came in."),
    )

    # What it says

    facts = models.JSONField(
        _("facts"),
        default=dict,
        help_text=_("Cleaned values by column of Trial; a column that the source left empty is absent."),
    )
    raw = models.JSONField(
        _("as it was written"),
        default=dict,
        blank=True,
        help_text=_("Text by column, for each cell whose words are not those of the fact that they became."),
    )
    digest = models.CharField(
        _("digest"),
        max_length=64,
        blank=True,
        help_text=_("First half of the SHA-256 of the row as it was read: an equal one need not be cleaned again."),
    )

    # How it came

    format = models.CharField(_("format"), max_length=40, blank=True)
    cleaner_version = models.PositiveSmallIntegerField(_("version of the cleaner"), default=0)
    run = models.ForeignKey("drugs.ImportRun", models.PROTECT, null=True, blank=True, related_name="records")
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("registry record")
        verbose_name_plural = _("registry records")
        ordering = ["trial", "-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(said_by__in=words.RecordSource.values),
                name="record_source_known",
                violation_error_message=_("Choose a source from the list."),
            ),
            partial_date_check("last_update", "effective_on", name="record_dates_are_dates"),
        ]
        # An import asks of every row whether it is known and dated, and of an undated one whether it is the newest.
        indexes = [
            models.Index(fields=["digest", "last_update"], name="record_known"),
            models.Index(fields=["trial", "said_by", "registry", "effective_on"], name="record_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.number}, {self.get_said_by_display()}, {self.last_update}"


class StaffOverride(models.Model):
    """A fact that staff set by hand: above every record until it is lifted."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="overrides")
    field = models.CharField(_("field"), max_length=40)
    value = models.JSONField(_("value"))
    reason = models.CharField(_("why"), max_length=300, help_text=_("Where the right value was read."))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(_("set at"), auto_now=True)

    class Meta:
        verbose_name = _("value set by staff")
        verbose_name_plural = _("values set by staff")
        ordering = ["trial", "field"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "field"],
                name="one_override_per_field",
                violation_error_message=_("This field is already set by hand: change that value."),
            ),
            models.CheckConstraint(
                condition=Q(field__in=Trial.FACTS),
                name="override_of_a_fact",
                violation_error_message=_("Choose a field of the trial's facts."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="override_has_a_reason",
                violation_error_message=_("Say where the right value was read."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trial}: {self.field}"

    def get_additional_data(self) -> dict[str, int]:
        """Kept with each log entry: the trial's history shows it."""
        return {"trial": self.trial_id}


class TrialChange(models.Model):
    """One field of a trial that changed: from what to what, when, and by which run or person."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="changes", db_index=False)  # change_history has it
    field = models.CharField(
        _("field"), max_length=40, help_text=_("A column of Trial; empty for the trial's first appearance."), blank=True
    )
    old = models.TextField(_("before"), blank=True)
    new = models.TextField(_("after"), blank=True)
    changed_at = models.DateTimeField(_("changed at"))
    run = models.ForeignKey("drugs.ImportRun", models.PROTECT, null=True, blank=True, related_name="changes")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("change of a trial")
        verbose_name_plural = _("changes of trials")
        ordering = ["-changed_at", "-pk"]
        indexes = [models.Index(fields=["trial", "-changed_at"], name="change_history")]

    def __str__(self) -> str:
        return f"{self.trial}: {self.field or 'new'}"
