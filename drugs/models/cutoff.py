"""A limit on who may join a trial, as an editor read it in the registry and a second person confirmed it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs import vocabulary as words
from drugs.gate import TrialCutoffQuerySet
from drugs.models.trial import Trial
from drugs.partial_dates import PartialDateField, partial_date_check
from drugs.rich_text import is_safe_link


class TrialCutoff(models.Model):
    """One limit of one trial: 'at most 24 months since onset', with the source's own words.

    The public sees it once somebody else than who saved it last has confirmed it, while the trial recruits, and
    as long as the registry has not changed what it says of who can take part: `TrialCutoff.objects.public()`.
    """

    trial = models.ForeignKey(
        Trial,
        models.PROTECT,
        related_name="cutoffs",
        verbose_name=_("trial"),
        help_text=_("A trial that looks for people. Search by registry number or acronym."),
    )

    # The limit

    kind = models.CharField(_("limit"), max_length=20, choices=words.CutoffKind)
    number = models.PositiveSmallIntegerField(
        _("number"),
        null=True,
        blank=True,
        help_text=_(
            "Whole months since the first symptom, per cent of the predicted vital capacity, or years of age. The number "
            "itself is still inside the limit. Empty for genes and breathing support."
        ),
    )
    genes = models.CharField(
        _("genes"),
        max_length=200,
        blank=True,
        help_text=_("For the two limits on genes only: their symbols separated by |, such as SOD1 or SOD1|FUS."),
    )
    ventilation = models.CharField(
        _("breathing support"),
        max_length=12,
        choices=words.VentilationLimit,
        blank=True,
        help_text=_("For the limit on breathing support only."),
    )

    # Where it was read

    source_text = models.TextField(
        _("the source's own words"),
        help_text=_("Copy the sentence of the registry's record, or of the sponsor's page, that sets the limit."),
    )
    source_url = models.URLField(
        _("address of the source"),
        max_length=600,
        blank=True,
        help_text=_("Empty where it is the registry's own record."),
    )
    as_of_on = PartialDateField(_("as of"), help_text=_("The day on which you read it there."))

    # Who

    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("saved last by"),
    )
    saved_at = models.DateTimeField(_("saved last"), editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)

    objects = models.Manager.from_queryset(TrialCutoffQuerySet)()

    #: What a second person confirms: a change of any of these needs a new confirmation.
    CONTENT = ("trial_id", "kind", "number", "genes", "ventilation", "source_text", "source_url", "as_of_on")

    class Meta:
        verbose_name = _("cut-off of a trial")
        verbose_name_plural = _("cut-offs of trials")
        ordering = ["trial__home_number", "kind", "pk"]
        permissions = [("confirm_trialcutoff", "Can confirm what somebody else recorded of a trial's cut-offs")]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "kind"],
                name="cutoff_once",
                violation_error_message=_("This limit of the trial is recorded already: change that one."),
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=words.NUMBER_CUTOFFS, number__isnull=False, genes="", ventilation=""))
                | (Q(kind__in=words.GENE_CUTOFFS, number=None, ventilation="") & ~Q(genes=""))
                | Q(
                    kind=words.CutoffKind.VENTILATION,
                    number=None,
                    genes="",
                    ventilation__in=words.VentilationLimit.values,
                ),
                name="cutoff_has_its_value",
                violation_error_message=_(
                    "Give the one value that this limit needs: a number, or genes, or breathing support; leave the others empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(number=None)
                | Q(kind=words.CutoffKind.ONSET_MAX, number__gte=1, number__lte=600)
                | Q(kind=words.CutoffKind.VITAL_CAPACITY_MIN, number__gte=1, number__lte=150)
                | Q(kind__in=[words.CutoffKind.AGE_MIN, words.CutoffKind.AGE_MAX], number__lte=120),
                name="cutoff_number_is_likely",
                violation_error_message=_(
                    "Months run from 1 to 600, per cent of vital capacity from 1 to 150, ages to 120."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(source_text="") & ~Q(as_of_on=""),
                name="cutoff_says_where_and_when",
                violation_error_message=_("Give the source's own words, and the day on which you read them."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | (
                    Q(confirmed_by__isnull=False, confirmed_at__isnull=False, saved_by__isnull=False)
                    & ~Q(confirmed_by=F("saved_by"))
                ),
                name="cutoff_confirmed_by_another",
                violation_error_message=_("Somebody else than who saved it last has to confirm it."),
            ),
            partial_date_check("as_of_on", name="cutoff_as_of_is_a_date"),
        ]

    def __str__(self) -> str:
        return f"{self.trial}: {self.in_words()}"

    def get_additional_data(self) -> dict[str, int]:
        """Kept with each log entry: the trial's history shows it."""
        return {"trial": self.trial_id}

    def clean(self) -> None:
        """Genes are kept as symbols in capitals, each once."""
        parts = [part.strip().upper() for part in self.genes.split("|") if part.strip()]
        self.genes = "|".join(dict.fromkeys(parts))
        if any(not part.isalnum() or not part.isascii() for part in parts):
            raise ValidationError({"genes": _t("Write symbols such as SOD1, separated by |.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whatever was confirmed before, a change needs a new confirmation."""
        before = type(self).objects.filter(pk=self.pk).first() if self.pk else None
        if before is None or any(getattr(before, name) != getattr(self, name) for name in self.CONTENT):
            self.saved_at = timezone.now()
            self.confirmed_by = self.confirmed_at = None
        super().save(*args, **kwargs)

    @property
    def gene_list(self) -> list[str]:
        return [part for part in self.genes.split("|") if part]

    @property
    def link(self) -> str:
        """Where a reader finds the source; empty where no address was given or none is safe."""
        return self.source_url if is_safe_link(self.source_url) else ""

    def in_words(self) -> str:
        """'At most 24 months since the first symptom'."""
        kinds = words.CutoffKind
        if self.kind == kinds.ONSET_MAX:
            return _t("at most %(n)s months since the first symptom") % {"n": self.number}
        if self.kind == kinds.VITAL_CAPACITY_MIN:
            return _t("vital capacity of at least %(n)s %% of what is expected") % {"n": self.number}
        if self.kind == kinds.AGE_MIN:
            return _t("at least %(n)s years old") % {"n": self.number}
        if self.kind == kinds.AGE_MAX:
            return _t("at most %(n)s years old") % {"n": self.number}
        genes = _t(" or ").join(self.gene_list)
        if self.kind == kinds.GENE:
            return _t("a change in the gene %(genes)s") % {"genes": genes}
        if self.kind == kinds.GENE_EXCLUDED:
            return _t("no change in the gene %(genes)s") % {"genes": genes}
        return str(self.get_ventilation_display())

    @transaction.atomic
    def confirm(self, by: Any, seen_at: dt.datetime, at: dt.datetime) -> None:
        """Make it public: `seen_at` is the `saved_at` of what `by` read. Raises ValidationError with what to do."""
        stored = type(self).objects.select_for_update().get(pk=self.pk)
        if stored.saved_by_id is None:
            raise ValidationError(_t("Nobody is named as having saved it: save it once, then somebody else confirms."))
        if stored.saved_by_id == by.pk:
            raise ValidationError(_t("You saved it last: somebody else has to confirm it."))
        if stored.saved_at != seen_at:
            raise ValidationError(_t("It was changed while you read it. Read it again, then confirm."))
        stored.confirmed_by, stored.confirmed_at = by, at
        stored.save(update_fields=["confirmed_by", "confirmed_at"])
        self.confirmed_by, self.confirmed_at = by, at
