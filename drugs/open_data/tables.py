"""The tables of /data/. The trials table has ClinicalTrials.gov's own column names, so that it can be imported again."""

import datetime as dt
from decimal import Decimal
from enum import Enum
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from drugs.models import Alias, Approval, Edition, ReportedResult, Source, StatusEvent, Trial, TrialIdentifier
from drugs.open_data.columns import Column, Table
from drugs.registry_numbers import public_address
from drugs.rendering import words_of
from drugs.standings import standing_of
from drugs.vocabulary import (
    Analysis,
    ApprovalKind,
    DateType,
    EffectMeasure,
    Evidence,
    Favours,
    Modality,
    OverallStatus,
    Phase,
    Relation,
    SourceKind,
    StudyType,
)


def _values(choices: type[Enum]) -> tuple[str, ...]:
    return tuple(member.value for member in choices)


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")


# Therapies


def _therapies(at: dt.datetime) -> QuerySet[Edition]:
    return (
        Edition.objects.live(at)
        .select_related("therapy", "publication")
        .prefetch_related(
            Prefetch("alias_set", Alias.objects.public()),
            Prefetch("approval_set", Approval.objects.public()),
            Prefetch("statusevent_set", StatusEvent.objects.public().filter(is_current=True)),
        )
        .order_by("therapy__slug")
    )


def _stages(edition: Edition) -> str:
    standings = [standing_of(event, edition.approval_set.all()) for event in edition.statusevent_set.all()]
    return "|".join(f"{one.region}: {one.stage}{f' ({one.approval})' if one.limit else ''}" for one in standings)


THERAPIES = Table(
    "therapies",
    "Therapies",
    "The live edition of each therapy's page.",
    _therapies,
    (
        Column("therapy", "string", "The therapy's identifier, as in its address.", lambda e: e.therapy.slug),
        Column("name", "string", "Generic name.", lambda e: e.name),
        Column("display_name", "string", "Name in lists.", lambda e: e.display_name),
        Column(
            "other_names",
            "string",
            "Brands, codes and synonyms, separated by |.",
            lambda e: "|".join(a.text for a in e.alias_set.all()),
        ),
        Column("modality", "string", "Kind of therapy.", lambda e: e.modality, _values(Modality)),
        Column(
            "stages",
            "string",
            "Current stage by region (ISO 3166-1, EU, WW for everywhere else), separated by |; an approval that is less "
            "than full has its kind in brackets.",
            _stages,
        ),
        Column("edition", "integer", "Number of the edition.", lambda e: e.number),
        Column(
            "as_of", "string", "Date up to which facts were gathered: a year, a month or a day.", lambda e: e.as_of_on
        ),
        Column(
            "published_at", "datetime", "When the edition went live.", lambda e: e.publication.goes_live_at.isoformat()
        ),
        Column("summary", "string", "Plain-language summary.", lambda e: words_of(e.summary)),
        Column("address", "string", "The page.", lambda e: settings.SITE_URL + e.therapy.get_absolute_url()),
    ),
)

# Trials


def _trials(at: dt.datetime) -> QuerySet[Trial]:
    return (
        Trial.objects.public()
        .prefetch_related(Prefetch("identifiers", TrialIdentifier.objects.order_by("-is_home", "number")))
        .order_by("home_number")
    )


def _design(trial: Trial) -> str:
    parts = {
        "Allocation": trial.allocation,
        "Intervention Model": trial.intervention_model,
        "Masking": trial.masking,
        "Primary Purpose": trial.primary_purpose,
        "Observational Model": trial.observational_model,
        "Time Perspective": trial.time_perspective,
    }
    return "|".join(f"{name}: {value}" for name, value in parts.items() if value)


def _other_numbers(trial: Trial) -> str:
    return "|".join(identifier.number for identifier in trial.identifiers.all() if not identifier.is_home)


def _results(trial: Trial) -> str:
    return {True: "YES", False: "NO"}.get(trial.has_results, "") if trial.has_results is not None else ""


def _kind(name: str, fact: str) -> Column:
    return Column(name, "string", "Whether it is a fact or a plan.", lambda t: getattr(t, fact), _values(DateType))


TRIALS = Table(
    "trials",
    "Trials",
    "Registry facts of each study, in ClinicalTrials.gov's columns, data elements and spelling.",
    _trials,
    (
        Column("NCT Number", "string", "Number in the study's home registry.", lambda t: t.home_number),
        Column("Study Title", "string", "Brief title.", lambda t: t.brief_title),
        Column(
            "Study URL",
            "string",
            "The record at the registry.",
            lambda t: public_address(t.home_registry, t.home_number),
        ),
        Column("Acronym", "string", "Acronym.", lambda t: t.acronym),
        Column("Study Status", "string", "Overall status.", lambda t: t.overall_status, _values(OverallStatus)),
        Column("Brief Summary", "string", "The registry's summary.", lambda t: t.brief_summary),
        Column("Study Results", "string", "Whether the registry shows results: YES or NO.", _results, ("YES", "NO")),
        Column("Conditions", "string", "Separated by |.", lambda t: t.conditions),
        Column("Interventions", "string", "TYPE: name, separated by |.", lambda t: t.interventions),
        Column("Primary Outcome Measures", "string", "Separated by |.", lambda t: t.primary_outcomes),
        Column("Secondary Outcome Measures", "string", "Separated by |.", lambda t: t.secondary_outcomes),
        Column("Other Outcome Measures", "string", "Separated by |.", lambda t: t.other_outcomes),
        Column("Sponsor", "string", "Lead sponsor.", lambda t: t.lead_sponsor),
        Column("Collaborators", "string", "Separated by |.", lambda t: t.collaborators),
        Column("Sex", "string", "Who may take part.", lambda t: t.sex),
        Column("Age", "string", "Who may take part.", lambda t: t.age),
        Column("Phases", "string", "Phases joined by |; NA is a value.", lambda t: t.phases, _values(Phase)),
        Column("Enrollment", "integer", "People; 0 is a number.", lambda t: t.enrollment),
        Column("Funder Type", "string", "Kind of funder.", lambda t: t.funder_type),
        Column("Study Type", "string", "Study type.", lambda t: t.study_type, _values(StudyType)),
        Column("Study Design", "string", "Parts as Name: value, separated by |.", _design),
        Column(
            "Other IDs", "string", "Grants, codes and the like, as the registry lists them.", lambda t: t.secondary_ids
        ),
        Column("Start Date", "string", "A year, a month or a day.", lambda t: t.start_date),
        Column("Primary Completion Date", "string", "A year, a month or a day.", lambda t: t.primary_completion_date),
        Column("Completion Date", "string", "A year, a month or a day.", lambda t: t.completion_date),
        Column("First Posted", "string", "A day.", lambda t: t.first_posted),
        Column("Results First Posted", "string", "A day.", lambda t: t.results_first_posted),
        Column("Last Update Posted", "string", "A day.", lambda t: t.last_update_posted),
        Column("Locations", "string", "Sites, separated by |.", lambda t: t.locations),
        Column("Study Documents", "string", "Separated by |.", lambda t: t.study_documents),
        Column("Why Stopped", "string", "The registry's words.", lambda t: t.why_stopped),
        Column(
            "Countries", "string", "ISO 3166-1 codes of countries with a site, separated by |.", lambda t: t.countries
        ),
        # What ClinicalTrials.gov's CSV has no room for: without it an import would give other trials (open_data.py there).
        Column("Other Registry Numbers", "string", "Numbers in other registries, separated by |.", _other_numbers),
        Column("Official Title", "string", "Official title.", lambda t: t.official_title),
        _kind("Start Date Type", "start_date_type"),
        _kind("Primary Completion Date Type", "primary_completion_date_type"),
        _kind("Completion Date Type", "completion_date_type"),
        _kind("Enrollment Type", "enrollment_type"),
        Column("Outcome Measures", "string", "Where it is not said which are primary.", lambda t: t.outcome_measures),
        Column("Minimum Age", "string", "Such as 18 Years.", lambda t: t.minimum_age),
        Column("Maximum Age", "string", "Such as 80 Years.", lambda t: t.maximum_age),
        Column("Eligibility Criteria", "string", "Who can take part.", lambda t: t.eligibility_criteria),
    ),
)

# Rows of live editions


def _rows_of(model: type[Any], *related: str) -> Any:
    def records(at: dt.datetime) -> QuerySet[Any]:
        rows = model.objects.public().filter(edition__in=Edition.objects.live(at))
        return rows.select_related("edition__therapy", *related).order_by("edition__therapy__slug", "position", "pk")

    return records


def _source(row: Any) -> str:
    return row.source.label if row.source and row.source.is_verified else ""


_IDENTITY = (
    Column("uid", "string", "Permanent identifier, the same in later editions.", lambda row: str(row.uid)),
    Column("therapy", "string", "The therapy's identifier.", lambda row: row.edition.therapy.slug),
    Column("edition", "integer", "Number of the edition.", lambda row: row.edition.number),
)
_SOURCE = Column("source", "string", "Label of the source in the sources table.", _source)

APPROVALS = Table(
    "approvals",
    "Approvals",
    "Where regulators allow a therapy to be sold, by kind of approval.",
    _rows_of(Approval, "source"),
    (
        *_IDENTITY,
        Column("region", "string", "ISO 3166-1 alpha-2, or EU.", lambda row: row.region),
        Column("regulator", "string", "Who approved it.", lambda row: row.regulator),
        Column("commercial_name", "string", "Name there.", lambda row: row.commercial_name),
        Column("kind", "string", "Kind of approval.", lambda row: row.kind, _values(ApprovalKind)),
        Column("approved_on", "string", "A year, a month or a day.", lambda row: row.approved_on),
        Column("withdrawn_on", "string", "Empty while it is in force.", lambda row: row.withdrawn_on),
        Column("indication", "string", "For whom.", lambda row: row.indication),
        _SOURCE,
    ),
)
RESULTS = Table(
    "results",
    "Reported results",
    "What each study reported for one measure at one time. Not to be pooled.",
    _rows_of(ReportedResult, "source", "trial", "outcome"),
    (
        *_IDENTITY,
        Column(
            "trial",
            "string",
            "Registry number.",
            lambda row: row.trial.home_number if row.trial and row.trial.is_verified else "",
        ),
        Column("study", "string", "The study in words, where it has no registry number.", lambda row: row.study_name),
        Column("outcome", "string", "Outcome measure.", lambda row: row.outcome.name),
        Column(
            "unit",
            "string",
            "What the estimate is counted in: empty for a ratio, % for a difference in per cent.",
            lambda row: row.unit,
        ),
        Column("time_point", "string", "When it was measured.", lambda row: row.time_point),
        Column("population", "string", "Who was analysed.", lambda row: row.population),
        Column("comparator", "string", "Compared with.", lambda row: row.comparator),
        Column("analysis", "string", "Planned or chosen afterwards.", lambda row: row.analysis, _values(Analysis)),
        Column("evidence", "string", "Where it was reported.", lambda row: row.evidence, _values(Evidence)),
        Column(
            "effect_measure", "string", "What the estimate is.", lambda row: row.effect_measure, _values(EffectMeasure)
        ),
        Column("estimate", "number", "As reported.", lambda row: _number(row.estimate)),
        Column("interval_low", "number", "Lower end of the interval.", lambda row: _number(row.interval_low)),
        Column("interval_high", "number", "Upper end of the interval.", lambda row: _number(row.interval_high)),
        Column("interval_level", "number", "Per cent.", lambda row: _number(row.interval_level)),
        Column("p_relation", "string", "How p relates to its number.", lambda row: row.p_relation, _values(Relation)),
        Column("p_value", "number", "p.", lambda row: _number(row.p_value)),
        Column("treated", "integer", "People treated.", lambda row: row.treated_count),
        Column("compared", "integer", "People in the comparison.", lambda row: row.comparator_count),
        Column(
            "favours", "string", "Only where the source shows or claims it.", lambda row: row.favours, _values(Favours)
        ),
        Column("finding", "string", "In words.", lambda row: row.finding),
        _SOURCE,
    ),
)
SOURCES = Table(
    "sources",
    "Sources",
    "What the live editions cite.",
    _rows_of(Source),
    (
        *_IDENTITY,
        Column("label", "string", "As it is cited.", lambda row: row.label),
        Column("kind", "string", "Kind of source.", lambda row: row.kind, _values(SourceKind)),
        Column("title", "string", "Title.", lambda row: row.title),
        Column("year", "integer", "Year.", lambda row: row.year),
        Column("doi", "string", "DOI.", lambda row: row.doi),
        Column("pmid", "string", "PubMed number.", lambda row: row.pmid),
        Column("url", "string", "Address.", lambda row: row.link),
        Column("retracted_on", "string", "Empty unless it was retracted.", lambda row: row.retracted_on),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in (THERAPIES, TRIALS, APPROVALS, RESULTS, SOURCES)}
