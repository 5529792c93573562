"""The structured rows of an edition, each with a `uid` that copies keep."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs import vocabulary as words
from drugs.gate import RowQuerySet, refuse_if_published
from drugs.models.edition import Edition
from drugs.models.reference import Organisation, OutcomeMeasure
from drugs.models.therapy import Therapy
from drugs.models.trial import Trial
from drugs.partial_dates import PartialDateField, partial_date_check
from drugs.regions import RegionField, region_name
from drugs.rich_text import is_safe_link


def known(field: str, choices: type[models.TextChoices], name: str, *, blank: bool = False) -> models.CheckConstraint:
    """A constraint that `field` holds one of `choices`, or nothing where `blank`."""
    values = [*choices.values, ""] if blank else choices.values
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": values}), name=name, violation_error_message=_("Choose a value from the list.")
    )


class RowManager(models.Manager.from_queryset(RowQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str, number: int, uid: str) -> "Row":
        return self.get(edition__therapy__slug=slug, edition__number=number, uid=uid)


class SourceManager(models.Manager.from_queryset(RowQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str, number: int, label: str) -> "Source":
        return self.get(edition__therapy__slug=slug, edition__number=number, label=label)


class Row(models.Model):
    """One structured statement of an edition."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="%(class)s_set")
    uid = models.UUIDField(_("permanent identifier"), default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Smaller numbers come first."))
    is_verified = models.BooleanField(
        _("verified"),
        default=False,
        help_text=_("Tick when you have read the source yourself. Rows without it are for staff only."),
    )

    objects = RowManager()

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "uid"],
                name="%(class)s_uid_unique",
                violation_error_message=_("Two rows of an edition have the same permanent identifier."),
            ),
        ]

    def natural_key(self) -> tuple[str, int, str]:
        return (*self.edition.natural_key(), str(self.uid))

    natural_key.dependencies = ["drugs.edition"]  # type: ignore[attr-defined]

    def get_additional_data(self) -> dict[str, int]:
        """Kept with each log entry, so that the edition's history finds rows that are gone."""
        return {"edition": self.edition_id}

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_if_published([self.edition_id, *self._stored_edition()])
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_if_published([self.edition_id, *self._stored_edition()])
        return super().delete(*args, **kwargs)

    def _stored_edition(self) -> list[int]:
        """The edition that the row is stored under, whatever this object says: a row never moves out of a published one."""
        return list(type(self).objects.filter(pk=self.pk).values_list("edition_id", flat=True)) if self.pk else []

    def clean(self) -> None:
        source = getattr(self, "source", None)
        if source is not None and source.edition_id != self.edition_id:
            raise ValidationError({"source": _t("Choose a source of this edition.")})


class Source(Row):
    """Where a statement comes from: cited in the text by its label."""

    label = models.CharField(
        _("label"), max_length=120, help_text=_("As it is cited, such as Oh et al., 2018. Unique in the edition.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=words.SourceKind)
    title = models.CharField(_("title"), max_length=400, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    doi = models.CharField(
        _("DOI"),
        max_length=120,
        blank=True,
        validators=[
            RegexValidator(r"^10\.\d{4,9}/\S+$", _("A DOI starts with 10. and a number, such as 10.1002/ana.25302."))
        ],
    )
    pmid = models.CharField(
        _("PubMed number"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\d+$", _("A PubMed number has digits only."))],
    )
    pmcid = models.CharField(
        _("PubMed Central number"),
        max_length=14,
        blank=True,
        validators=[RegexValidator(r"^PMC\d+$", _("Such as PMC4449093."))],
    )
    url = models.URLField(_("address"), max_length=600, blank=True)
    retracted_on = PartialDateField(_("retracted on"), blank=True)

    objects = SourceManager()  # type: ignore[misc]

    class Meta(Row.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(
                fields=["edition", "label"],
                name="source_label_unique",
                violation_error_message=_("Another source of this edition has this label. Add a letter: 2018a, 2018b."),
            ),
            models.CheckConstraint(
                condition=~Q(label=""),
                name="source_has_a_label",
                violation_error_message=_("A source needs a label to be cited by."),
            ),
            models.CheckConstraint(
                condition=~Q(url="", doi="", pmid="", pmcid="", title=""),
                name="source_can_be_found",
                violation_error_message=_("Give an address, a DOI, a PubMed number or at least a title."),
            ),
            known("kind", words.SourceKind, "source_kind_known"),
            partial_date_check("retracted_on", name="source_retracted_is_a_date"),
        ]

    def __str__(self) -> str:
        return self.label

    def natural_key(self) -> tuple[str, int, str]:
        return (*self.edition.natural_key(), self.label)

    natural_key.dependencies = ["drugs.edition"]  # type: ignore[attr-defined]

    @property
    def link(self) -> str:
        """Where a reader finds it: the address given, else what the DOI or number resolves to; empty where none is safe."""
        if self.url:
            return self.url if is_safe_link(self.url) else ""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmcid:
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.pmcid}/"
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else ""


class SourcedRow(Row):
    """A row that states a fact, with the source it was read in."""

    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("source")
    )

    class Meta(Row.Meta):
        abstract = True


class Alias(Row):
    """Another name that the therapy is known and searched by. Several therapies may share one."""

    kind = models.CharField(_("kind"), max_length=10, choices=words.AliasKind)
    text = models.CharField(_("name"), max_length=120)

    class Meta(Row.Meta):
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints = [*Row.Meta.constraints, known("kind", words.AliasKind, "alias_kind_known")]
        indexes = [models.Index(fields=["text"], name="alias_text")]

    def __str__(self) -> str:
        return self.text


class Sponsor(SourcedRow):
    """An organisation that develops, sells or tests the therapy."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    role = models.CharField(_("role"), max_length=20, choices=words.SponsorRole, default=words.SponsorRole.DEVELOPER)

    class Meta(Row.Meta):
        verbose_name = _("sponsor")
        verbose_name_plural = _("sponsors")
        constraints = [*Row.Meta.constraints, known("role", words.SponsorRole, "sponsor_role_known")]

    def __str__(self) -> str:
        return str(self.organisation)


class SeeAlso(Row):
    """Another therapy's page that a reader of this one may want."""

    therapy = models.ForeignKey(Therapy, models.PROTECT, related_name="+", verbose_name=_("therapy"))
    why = models.CharField(_("why"), max_length=200, blank=True, help_text=_("Such as: the same active substance."))

    class Meta(Row.Meta):
        verbose_name = _("see also")
        verbose_name_plural = _("see also")

    def __str__(self) -> str:
        return str(self.therapy)


class StatusEvent(SourcedRow):
    """A stage that the therapy reached in a region, and why. One per region is current."""

    stage = models.CharField(_("stage"), max_length=24, choices=words.Stage)
    region = RegionField(_("region"), default="WW", help_text=_("A country, the European Union, or everywhere else."))
    is_current = models.BooleanField(
        _("current"), default=True, help_text=_("The stage that holds today. One per region; the others are history.")
    )
    happened_on = PartialDateField(_("date"), blank=True)
    reason = models.CharField(
        _("reason"),
        max_length=12,
        choices=words.StopReason,
        blank=True,
        help_text=_("For 'no longer in development': why it ended."),
    )
    learned = models.TextField(
        _("what was learned"), blank=True, help_text=_("In a sentence or two: what this told the field.")
    )

    class Meta(SourcedRow.Meta):
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(
                fields=["edition", "region"],
                condition=Q(is_current=True),
                name="one_current_stage_per_region",
                violation_error_message=_("Only one stage per region is current: untick the other."),
            ),
            known("stage", words.Stage, "status_stage_known"),
            known("reason", words.StopReason, "status_reason_known", blank=True),
            models.CheckConstraint(
                condition=~Q(stage=words.Stage.NO_LONGER_IN_DEVELOPMENT) | ~Q(reason=""),
                name="ended_with_a_reason",
                violation_error_message=_("Say why it ended; choose 'no reason published' where none was."),
            ),
            partial_date_check("happened_on", name="status_happened_is_a_date"),
        ]
        indexes = [
            models.Index(fields=["stage", "region", "edition"], condition=Q(is_current=True), name="current_stage")
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}, {region_name(self.region)}"


class Approval(SourcedRow):
    """A regulator's permission to sell the therapy in a region, under a name."""

    region = RegionField(_("region"))
    regulator = models.CharField(_("regulator"), max_length=120, help_text=_("Such as FDA, European Commission, MFDS."))
    commercial_name = models.CharField(_("commercial name"), max_length=120, blank=True)
    kind = models.CharField(_("kind of approval"), max_length=12, choices=words.ApprovalKind)
    approved_on = PartialDateField(_("approved on"), blank=True)
    withdrawn_on = PartialDateField(_("withdrawn on"), blank=True, help_text=_("Empty while it is in force."))
    indication = models.TextField(_("for whom"), blank=True)

    class Meta(SourcedRow.Meta):
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            *Row.Meta.constraints,
            known("kind", words.ApprovalKind, "approval_kind_known"),
            models.CheckConstraint(
                condition=~Q(region="WW"),
                name="approval_in_a_place",
                violation_error_message=_("An approval is given by one country or by the European Union."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on="") | Q(approved_on="") | Q(withdrawn_on__gte=F("approved_on")),
                name="approval_withdrawn_after",
                violation_error_message=_("An approval is withdrawn after it was given."),
            ),
            partial_date_check("approved_on", "withdrawn_on", name="approval_dates_are_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.commercial_name or self.get_kind_display()}, {region_name(self.region)}"


class Dosing(SourcedRow):
    """How much is given, by which way and how often: on a label or in a trial."""

    setting = models.CharField(_("setting"), max_length=10, choices=words.DosingSetting)
    region = RegionField(
        _("region of the label"), blank=True, help_text=_("Labels differ by country: name it. Empty for a trial.")
    )
    route = models.CharField(_("route"), max_length=16, choices=words.Route)
    amount = models.CharField(_("amount"), max_length=60, help_text=_("Such as 105, 1.0 x 10^6, 7.5 to 15."))
    unit = models.CharField(
        _("unit"), max_length=60, blank=True, help_text=_("Such as mg, cells per kg of body weight.")
    )
    schedule = models.CharField(_("schedule"), max_length=300, help_text=_("How often and for how long."))
    visits_per_year = models.PositiveSmallIntegerField(
        _("visits a year"),
        null=True,
        blank=True,
        help_text=_("Visits to a clinic that the schedule asks for; only where the schedule says so."),
    )
    injections_per_year = models.PositiveSmallIntegerField(_("injections a year"), null=True, blank=True)
    storage = models.CharField(_("storage"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)

    class Meta(SourcedRow.Meta):
        verbose_name = _("dosing")
        verbose_name_plural = _("dosing")
        constraints = [
            *Row.Meta.constraints,
            known("setting", words.DosingSetting, "dosing_setting_known"),
            known("route", words.Route, "dosing_route_known"),
            models.CheckConstraint(
                condition=~Q(amount="") & ~Q(schedule=""),
                name="dosing_says_how_much_and_when",
                violation_error_message=_("Give an amount and a schedule."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}, {self.get_route_display()}".strip()


class SideEffect(SourcedRow):
    """An unwanted effect that was reported, with how often where a source says so."""

    term = models.CharField(_("effect"), max_length=200)
    frequency = models.CharField(
        _("how often"),
        max_length=200,
        blank=True,
        help_text=_("In the source's own figures, such as 15 of 147 (10%). Empty when not known."),
    )
    is_serious = models.BooleanField(_("serious"), default=False)

    class Meta(SourcedRow.Meta):
        verbose_name = _("side effect")
        verbose_name_plural = _("side effects")
        constraints = [
            *Row.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(term=""), name="side_effect_named", violation_error_message=_("Name the effect.")
            ),
        ]

    def __str__(self) -> str:
        return self.term


class ReportedResult(SourcedRow):
    """What one study found for one outcome measure at one time, as its source reports it."""

    # Study

    trial = models.ForeignKey(Trial, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("trial"))
    study_name = models.CharField(
        _("study without a registry number"),
        max_length=200,
        blank=True,
        help_text=_("In words, where no trial is registered."),
    )

    # What was measured

    outcome = models.ForeignKey(OutcomeMeasure, models.PROTECT, related_name="+", verbose_name=_("outcome measure"))
    time_point = models.CharField(_("time point"), max_length=120, blank=True, help_text=_("Such as 24 weeks."))
    population = models.CharField(
        _("population"),
        max_length=200,
        blank=True,
        help_text=_("Such as all who were randomised; faster progression, n=60."),
    )
    comparator = models.CharField(
        _("comparator"), max_length=120, blank=True, help_text=_("Such as placebo, riluzole alone, delayed start.")
    )
    analysis = models.CharField(_("analysis"), max_length=16, choices=words.Analysis)
    evidence = models.CharField(_("where it was reported"), max_length=16, choices=words.Evidence)

    # What was found

    effect_measure = models.CharField(_("effect measure"), max_length=20, choices=words.EffectMeasure, blank=True)
    estimate = models.DecimalField(_("estimate"), max_digits=14, decimal_places=6, null=True, blank=True)
    interval_low = models.DecimalField(_("interval from"), max_digits=14, decimal_places=6, null=True, blank=True)
    interval_high = models.DecimalField(_("interval to"), max_digits=14, decimal_places=6, null=True, blank=True)
    interval_level = models.DecimalField(
        _("level of the interval (%)"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        help_text=_("Such as 95."),
    )
    p_relation = models.CharField(_("p is"), max_length=2, choices=words.Relation, blank=True)
    p_value = models.DecimalField(_("p"), max_digits=9, decimal_places=8, null=True, blank=True)
    treated_count = models.PositiveIntegerField(_("people treated"), null=True, blank=True)
    comparator_count = models.PositiveIntegerField(_("people in the comparison"), null=True, blank=True)
    favours = models.CharField(
        _("favours"),
        max_length=12,
        choices=words.Favours,
        blank=True,
        help_text=_("Only where the source shows or claims it; empty when it does not say."),
    )
    finding = models.CharField(
        _("finding in words"),
        max_length=400,
        blank=True,
        help_text=_("Where there is no estimate, or to say what the figures mean."),
    )

    class Meta(SourcedRow.Meta):
        verbose_name = _("reported result")
        verbose_name_plural = _("reported results")
        constraints = [
            *Row.Meta.constraints,
            models.CheckConstraint(
                condition=Q(trial__isnull=False, study_name="") | (Q(trial=None) & ~Q(study_name="")),
                name="result_of_one_study",
                violation_error_message=_("Choose a trial, or name the study in words: one of the two."),
            ),
            models.CheckConstraint(
                condition=Q(estimate__isnull=False) | ~Q(finding=""),
                name="result_finds_something",
                violation_error_message=_("Give an estimate or a finding in words."),
            ),
            models.CheckConstraint(
                condition=Q(estimate=None) | ~Q(effect_measure=""),
                name="estimate_has_a_measure",
                violation_error_message=_("Say what the estimate is: a difference, a hazard ratio ..."),
            ),
            models.CheckConstraint(
                condition=Q(interval_low=None, interval_high=None, interval_level=None)
                | Q(
                    interval_low__isnull=False,
                    interval_high__isnull=False,
                    interval_level__isnull=False,
                    estimate__isnull=False,
                ),
                name="interval_is_whole",
                violation_error_message=_("An interval has both ends, its level and an estimate."),
            ),
            models.CheckConstraint(
                condition=Q(interval_low=None)
                | (Q(interval_low__lte=F("estimate")) & Q(interval_high__gte=F("estimate"))),
                name="interval_holds_the_estimate",
                violation_error_message=_(
                    "The interval runs from the smaller to the larger number and holds the estimate."
                ),
            ),
            models.CheckConstraint(
                condition=Q(interval_level=None) | Q(interval_level__gt=0, interval_level__lt=100),
                name="interval_level_is_per_cent",
                violation_error_message=_("The level of an interval is a per cent, such as 95."),
            ),
            models.CheckConstraint(
                condition=Q(p_relation="", p_value=None) | (~Q(p_relation="") & Q(p_value__gte=0, p_value__lte=1)),
                name="p_has_relation_and_number",
                violation_error_message=_("p has a relation and a number between 0 and 1."),
            ),
            known("analysis", words.Analysis, "result_analysis_known"),
            known("evidence", words.Evidence, "result_evidence_known"),
            known("effect_measure", words.EffectMeasure, "result_effect_known", blank=True),
            known("p_relation", words.Relation, "result_relation_known", blank=True),
            known("favours", words.Favours, "result_favours_known", blank=True),
        ]

    def __str__(self) -> str:
        return f"{self.trial or self.study_name}: {self.outcome}, {self.time_point}"

    @property
    def unit(self) -> str:
        """What the estimate is counted in; empty for a ratio. Not always the outcome's: a difference may be in per cent."""
        return words.unit_of_effect(self.effect_measure, self.outcome.unit)


def row_models() -> list[type[Row]]:
    """Every row model, sources first, so that a copy finds what it refers to."""
    found: list[type[Row]] = []
    pending: list[type[Row]] = [Row]  # type: ignore[type-abstract]
    while pending:
        for model in pending.pop(0).__subclasses__():
            pending.append(model)
            if not model._meta.abstract and model not in found:
                found.append(model)
    return sorted(found, key=lambda model: (model is not Source, model._meta.model_name))
