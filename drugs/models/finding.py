"""The reason that an editor gave for leaving what the fact checker found."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from drugs.models.therapy import Therapy


class FindingAnswerManager(models.Manager["FindingAnswer"]):
    def get_by_natural_key(self, slug: str, key: str) -> "FindingAnswer":
        return self.get(therapy__slug=slug, key=key)


class FindingAnswer(models.Model):
    """Why one finding needs no fix. It holds for the same passage in later editions of the therapy too."""

    therapy = models.ForeignKey(Therapy, models.CASCADE, related_name="finding_answers")
    key = models.CharField(_("finding"), max_length=40, editable=False)
    rule = models.CharField(_("rule"), max_length=40, editable=False)
    passage = models.TextField(_("passage"), editable=False)
    reason = models.CharField(_("reason"), max_length=400)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(_("answered at"), auto_now=True)

    objects = FindingAnswerManager()

    class Meta:
        verbose_name = _("answer to a finding")
        verbose_name_plural = _("answers to findings")
        ordering = ["therapy", "rule", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["therapy", "key"],
                name="one_answer_per_finding",
                violation_error_message=_("This finding has an answer: change that one."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="answer_has_a_reason",
                violation_error_message=_("Say why the passage is right as it stands."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapy}: {self.rule}"

    def natural_key(self) -> tuple[str, str]:
        return (self.therapy.slug, self.key)

    natural_key.dependencies = ["drugs.therapy"]  # type: ignore[attr-defined]
