"""Which trials a therapy's page shows, and what their facts were when an edition was published."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from drugs import vocabulary as words
from drugs.gate import TherapyTrialQuerySet
from drugs.models.edition import Edition
from drugs.models.therapy import Therapy
from drugs.models.trial import Trial


class TherapyTrial(models.Model):
    """A trial that a therapy's page shows, or may show once a person has decided."""

    therapy = models.ForeignKey(Therapy, models.PROTECT, related_name="trial_links")
    trial = models.ForeignKey(Trial, models.CASCADE, related_name="therapy_links")
    decision = models.CharField(
        _("decision"), max_length=10, choices=words.LinkDecision, default=words.LinkDecision.SUGGESTED, db_index=True
    )
    why = models.CharField(
        _("why suggested"),
        max_length=200,
        blank=True,
        help_text=_("The name that was found in the trial's interventions."),
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = models.Manager.from_queryset(TherapyTrialQuerySet)()

    class Meta:
        verbose_name = _("trial of a therapy")
        verbose_name_plural = _("trials of therapies")
        ordering = ["therapy", "trial"]
        constraints = [
            models.UniqueConstraint(
                fields=["therapy", "trial"],
                name="trial_linked_once",
                violation_error_message=_("This trial is already linked to this therapy."),
            ),
            models.CheckConstraint(
                condition=Q(decision__in=words.LinkDecision.values),
                name="link_decision_known",
                violation_error_message=_("Choose a decision from the list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapy}: {self.trial}"

    def get_additional_data(self) -> dict[str, int]:
        """Kept with each log entry: the histories of therapy and trial show it."""
        return {"therapy": self.therapy_id, "trial": self.trial_id}

    def natural_key(self) -> tuple[str, str]:
        return (*self.therapy.natural_key(), *self.trial.natural_key())

    natural_key.dependencies = ["drugs.therapy", "drugs.trial"]  # type: ignore[attr-defined]


class TrialSnapshot(models.Model):
    """The facts of a linked trial when an edition was published, or declared still true. Append-only."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="trial_snapshots")
    trial = models.ForeignKey(Trial, models.PROTECT, related_name="snapshots")
    facts = models.JSONField(_("facts"))
    taken_at = models.DateTimeField(_("taken at"))
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    is_still_true = models.BooleanField(
        _("declared still true"),
        default=False,
        help_text=_("Taken when an editor found that the text still holds, not at publishing."),
    )

    class Meta:
        verbose_name = _("snapshot of a trial")
        verbose_name_plural = _("snapshots of trials")
        ordering = ["edition", "trial", "-taken_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.edition}: {self.trial}"
