"""Trials: today's registry facts of a study, under all its numbers."""

from typing import Any

from django.db import models
from django.db.models import Case, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs import vocabulary as words
from drugs.gate import TrialQuerySet
from drugs.partial_dates import PartialDateField, partial_date_check


def as_text(value: Any) -> str:
    """A fact as a change, a flag and a report write it; '' where nobody states it."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def trial_address(home_number: str) -> str:
    """The page of the trial with that home number."""
    return reverse("trial-detail", args=[home_number.replace("/", "-")])


class TrialManager(models.Manager.from_queryset(TrialQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, home_number: str) -> "Trial":
        return self.get(home_number=home_number)


class Trial(models.Model):
    """Today's registry facts of one study, in ClinicalTrials.gov's data elements and spelling.

    Every column named in `FACTS` is what `drugs.resolution.resolve` makes of the trial's
    registry records and staff overrides; nothing else writes them. An empty text means 'not stated'.
    """

    # Identification

    home_number = models.CharField(
        _("registry number"),
        max_length=40,
        unique=True,
        help_text=_("The number in the registry that the study calls its own."),
    )
    home_registry = models.CharField(_("registry"), max_length=10, choices=words.Registry)
    brief_title = models.TextField(_("title"), blank=True)
    official_title = models.TextField(_("official title"), blank=True)
    acronym = models.CharField(_("acronym"), max_length=200, blank=True)
    secondary_ids = models.TextField(
        _("other numbers"),
        blank=True,
        help_text=_("Grants and sponsors' codes, separated by |. Searched, never matched."),
    )

    # Status

    overall_status = models.CharField(_("status"), max_length=28, choices=words.OverallStatus, blank=True)
    why_stopped = models.TextField(_("why it stopped"), blank=True)
    start_date = PartialDateField(_("start"), blank=True)
    start_date_type = models.CharField(_("start is"), max_length=9, choices=words.DateType, blank=True)
    primary_completion_date = PartialDateField(
        _("primary completion"), blank=True, help_text=_("When the last person was measured for the main outcome.")
    )
    primary_completion_date_type = models.CharField(
        _("primary completion is"), max_length=9, choices=words.DateType, blank=True
    )
    completion_date = PartialDateField(_("completion"), blank=True)
    completion_date_type = models.CharField(_("completion is"), max_length=9, choices=words.DateType, blank=True)
    first_posted = PartialDateField(_("first posted"), blank=True)
    results_first_posted = PartialDateField(_("results first posted"), blank=True)
    last_update_posted = PartialDateField(_("last update in the registry"), blank=True)
    has_results = models.BooleanField(_("results in the registry"), null=True, blank=True)

    # Design

    study_type = models.CharField(_("study type"), max_length=16, choices=words.StudyType, blank=True)
    phases = models.CharField(_("phase"), max_length=16, choices=words.Phase, blank=True)
    phase_rank = models.GeneratedField(
        expression=Case(
            *(When(phases=phase.value, then=Value(rank)) for phase, rank in words.PHASE_RANKS.items()), default=None
        ),
        output_field=models.PositiveSmallIntegerField(null=True),
        db_persist=True,
    )
    allocation = models.CharField(_("allocation"), max_length=16, choices=words.Allocation, blank=True)
    intervention_model = models.CharField(
        _("intervention model"), max_length=16, choices=words.InterventionModel, blank=True
    )
    masking = models.CharField(_("masking"), max_length=10, choices=words.Masking, blank=True)
    primary_purpose = models.CharField(_("primary purpose"), max_length=26, choices=words.PrimaryPurpose, blank=True)
    observational_model = models.CharField(_("observational model"), max_length=40, blank=True)
    time_perspective = models.CharField(_("time perspective"), max_length=40, blank=True)
    enrollment = models.PositiveIntegerField(
        _("enrolment"), null=True, blank=True, help_text=_("How many people take part. 0 is a number: nobody did.")
    )
    enrollment_type = models.CharField(_("enrolment is"), max_length=9, choices=words.DateType, blank=True)

    # What is studied

    conditions = models.TextField(_("conditions"), blank=True, help_text=_("Separated by |."))
    interventions = models.TextField(_("interventions"), blank=True, help_text=_("Separated by |, each as TYPE: name."))
    primary_outcomes = models.TextField(_("primary outcomes"), blank=True)
    secondary_outcomes = models.TextField(_("secondary outcomes"), blank=True)
    other_outcomes = models.TextField(_("other outcomes"), blank=True)
    outcome_measures = models.TextField(
        _("outcomes, undivided"),
        blank=True,
        help_text=_("As sources list them that do not say which are primary."),
    )
    brief_summary = models.TextField(_("brief summary"), blank=True)
    sex = models.CharField(_("sex"), max_length=6, choices=words.Sex, blank=True)
    age = models.CharField(
        _("age groups"),
        max_length=200,
        blank=True,
        help_text=_("CHILD, ADULT, OLDER_ADULT, as the registry says them."),
    )
    minimum_age = models.CharField(_("youngest age"), max_length=40, blank=True, help_text=_("Such as 18 Years."))
    maximum_age = models.CharField(_("oldest age"), max_length=40, blank=True, help_text=_("Such as 80 Years."))
    eligibility_criteria = models.TextField(_("who can take part"), blank=True)

    # Who and where

    lead_sponsor = models.CharField(_("sponsor"), max_length=400, blank=True)
    collaborators = models.TextField(_("collaborators"), blank=True)
    funder_type = models.CharField(_("funder type"), max_length=200, blank=True)
    countries = models.TextField(_("countries"), blank=True, help_text=_("ISO 3166-1 codes separated by |."))
    locations = models.TextField(_("sites"), blank=True)
    study_documents = models.TextField(_("documents"), blank=True)

    # What the site makes of it

    is_verified = models.BooleanField(
        _("verified"),
        default=True,
        help_text=_("Untick where nobody has seen the registry's record: the trial is then for staff only."),
    )
    other_registries = models.CharField(
        _("other registries"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("Those of its other numbers, separated by |, for counting."),
    )
    created_at = models.DateTimeField(_("on this site since"), auto_now_add=True)
    changed_at = models.DateTimeField(_("last changed on this site"), auto_now=True, db_index=True)

    objects = TrialManager()

    #: The columns that records and overrides decide, in the order that people read them.
    FACTS = (
        "brief_title official_title acronym secondary_ids overall_status why_stopped start_date start_date_type "
        "primary_completion_date primary_completion_date_type completion_date completion_date_type first_posted results_first_posted "
        "last_update_posted has_results study_type phases allocation intervention_model masking primary_purpose observational_model "
        "time_perspective enrollment enrollment_type conditions interventions primary_outcomes secondary_outcomes other_outcomes "
        "outcome_measures "
        "brief_summary sex age minimum_age maximum_age "
        "eligibility_criteria lead_sponsor collaborators funder_type countries locations study_documents"
    ).split()

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        ordering = ["-last_update_posted", "home_number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(overall_status__in=[*words.OverallStatus.values, ""]),
                name="trial_status_known",
                violation_error_message=_("Choose a status from the list."),
            ),
            models.CheckConstraint(
                condition=Q(phases__in=[*words.Phase.values, ""]),
                name="trial_phase_known",
                violation_error_message=_("Choose a phase from the list."),
            ),
            models.CheckConstraint(
                condition=Q(study_type__in=[*words.StudyType.values, ""]),
                name="trial_study_type_known",
                violation_error_message=_("Choose a study type from the list."),
            ),
            models.CheckConstraint(
                condition=~Q(home_number=""),
                name="trial_has_a_number",
                violation_error_message=_("A trial has a registry number; a study without one is described in words."),
            ),
            models.CheckConstraint(
                condition=Q(home_registry__in=words.Registry.values),
                name="trial_registry_known",
                violation_error_message=_("Choose a registry from the list."),
            ),
            partial_date_check(
                "start_date",
                "primary_completion_date",
                "completion_date",
                "first_posted",
                "results_first_posted",
                "last_update_posted",
                name="trial_dates_are_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["-last_update_posted", "home_number"], name="trial_newest_first"),
            models.Index(fields=["overall_status"], name="trial_status"),
            models.Index(fields=["phases"], name="trial_phases"),
            models.Index(fields=["start_date"], name="trial_start"),
        ]

    def __str__(self) -> str:
        return f"{self.home_number} {self.acronym}".strip()

    def natural_key(self) -> tuple[str]:
        return (self.home_number,)

    def get_absolute_url(self) -> str:
        return trial_address(self.home_number)

    def get_overall_status_display(self) -> str:  # type: ignore[no-redef]
        """As Django's own, which makes its list of choices anew for each row of a page."""
        return words.label_of(words.OverallStatus, self.overall_status)

    def get_phases_display(self) -> str:  # type: ignore[no-redef]
        return words.label_of(words.Phase, self.phases)

    @property
    def public_name(self) -> str:
        """What readers may call it: of a trial that is for staff only neither number nor title."""
        return str(self) if self.is_verified else _t("A registered study")

    def facts(self) -> dict[str, Any]:
        """The columns of `FACTS` with their values, as `drugs.resolution` compares them."""
        return {name: getattr(self, name) for name in self.FACTS}


class TrialCountry(models.Model):
    """A country in which a trial has a site: derived from `Trial.countries` by `drugs.resolution`, for filters."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="country_set", db_index=False)
    country = models.CharField(max_length=2)

    class Meta:
        ordering = ["country", "pk"]
        constraints = [models.UniqueConstraint(fields=["country", "trial"], name="trial_country_unique")]
        # Both ways round: countries are counted from the index alone.
        indexes = [models.Index(fields=["trial", "country"], name="trial_country_by_trial")]

    def __str__(self) -> str:
        return self.country


class TrialIdentifierManager(models.Manager["TrialIdentifier"]):
    def get_by_natural_key(self, number: str) -> "TrialIdentifier":
        return self.get(number=number)


class TrialIdentifier(models.Model):
    """One number of a trial in one registry. `drugs.registry_numbers` says how a number is written."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="identifiers")
    registry = models.CharField(_("registry"), max_length=10, choices=words.Registry)
    number = models.CharField(
        _("number"),
        max_length=40,
        unique=True,
        help_text=_("Upper case, as the registry writes it, without prefix or country suffix."),
    )
    address = models.CharField(
        _("in addresses"), max_length=40, unique=True, editable=False, help_text=_("The number with / as -.")
    )
    is_home = models.BooleanField(_("home registry"), default=False)
    run = models.ForeignKey(
        "drugs.ImportRun", models.PROTECT, null=True, blank=True, editable=False, related_name="identifiers"
    )

    objects = TrialIdentifierManager()

    class Meta:
        verbose_name = _("registry number")
        verbose_name_plural = _("registry numbers")
        ordering = ["-is_home", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "registry"],
                name="one_number_per_registry",
                violation_error_message=_(
                    "A second number of the same registry is another study: related, never joined."
                ),
            ),
            models.UniqueConstraint(
                fields=["trial"],
                condition=Q(is_home=True),
                name="one_home_number",
                violation_error_message=_("A trial has one home registry."),
            ),
            models.CheckConstraint(
                condition=Q(registry__in=words.Registry.values),
                name="identifier_registry_known",
                violation_error_message=_("Choose a registry from the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def natural_key(self) -> tuple[str]:
        return (self.number,)

    natural_key.dependencies = ["drugs.trial"]  # type: ignore[attr-defined]

    def get_additional_data(self) -> dict[str, int]:
        """Kept with each log entry: the trial's history shows it."""
        return {"trial": self.trial_id}

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.address = self.number.replace("/", "-")
        super().save(*args, **kwargs)


def trial_column(name: str) -> models.Field:
    """The field of one of Trial's facts."""
    field = Trial._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101 (tells the type checker)
    return field
