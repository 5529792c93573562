"""What happens to an edition on its way: who took which step, when, and what was said."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.models.edition import Edition
from drugs.models.therapy import Therapy
from drugs.vocabulary import StepKind


class AppendOnlyError(Exception):
    """A record that is only ever added would have been changed or deleted."""


class EditionStepQuerySet(QuerySet):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError(_t("What happened is not rewritten."))

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(_t("What happened is not deleted."))


class EditionStep(models.Model):
    """One step of an edition: who took it, when, and the comment that goes with it. Only ever added.

    The edition is empty once its draft was discarded; therapy and number still say which it was.
    """

    therapy = models.ForeignKey(Therapy, models.PROTECT, related_name="steps")
    edition = models.ForeignKey(Edition, models.SET_NULL, null=True, related_name="steps")
    number = models.PositiveSmallIntegerField(_("number of the edition"))
    kind = models.CharField(_("step"), max_length=12, choices=StepKind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    comment = models.TextField(_("what was said"), blank=True)

    objects = models.Manager.from_queryset(EditionStepQuerySet)()

    class Meta:
        verbose_name = _("step of an edition")
        verbose_name_plural = _("steps of editions")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=StepKind.values),
                name="step_kind_known",
                violation_error_message=_("Choose a step from the list."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[StepKind.RETURNED, StepKind.WITHDRAWN]) | ~Q(comment=""),
                name="step_says_why",
                violation_error_message=_("Say why: the comment stays with the step."),
            ),
        ]
        indexes = [models.Index(fields=["edition", "-at"], name="steps_of_an_edition")]

    def __str__(self) -> str:
        return f"{self.therapy} {self.number}: {self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise AppendOnlyError(_t("What happened is not rewritten."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(_t("What happened is not deleted."))
