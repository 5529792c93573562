"""ClinicalTrials.gov's API v2: a list of studies, a page of them, or one.

Data structure: https://clinicaltrials.gov/data-api/about-api/study-data-structure.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from drugs.imports import clean
from drugs.imports.characters import key
from drugs.imports.countries import country_list
from drugs.imports.formats.ctgov_csv import own_registry
from drugs.imports.formats.table import Column, TableFormat
from drugs.vocabulary import NO_AGE_LIMIT

#: What becomes of each cell of `cells`. The XML of the site before has the same under other names.
COLUMNS = {
    "brieftitle": Column("brief_title", clean.line),
    "officialtitle": Column("official_title", clean.line),
    "acronym": Column("acronym", clean.line),
    "secondaryids": Column("secondary_ids", clean.line),
    "overallstatus": Column("overall_status", clean.status),
    "whystopped": Column("why_stopped", clean.line),
    "startdate": Column("start_date", is_date=True),
    "startdatetype": Column("start_date_type", clean.date_type),
    "primarycompletiondate": Column("primary_completion_date", is_date=True),
    "primarycompletiondatetype": Column("primary_completion_date_type", clean.date_type),
    "completiondate": Column("completion_date", is_date=True),
    "completiondatetype": Column("completion_date_type", clean.date_type),
    "firstposted": Column("first_posted", is_date=True),
    "resultsfirstposted": Column("results_first_posted", is_date=True),
    "lastupdateposted": Column("last_update_posted", is_date=True),
    "hasresults": Column("has_results", clean.has_results),
    "studytype": Column("study_type", clean.study_type),
    "phases": Column("phases", clean.phases, has_na=True),
    "allocation": Column("allocation", clean.allocation, has_na=True),
    "interventionmodel": Column("intervention_model", clean.intervention_model),
    "masking": Column("masking", clean.masking),
    "primarypurpose": Column("primary_purpose", clean.primary_purpose),
    "observationalmodel": Column("observational_model", clean.word),
    "timeperspective": Column("time_perspective", clean.word),
    "enrollment": Column("enrollment", clean.whole_number),
    "enrollmenttype": Column("enrollment_type", clean.date_type),
    "conditions": Column("conditions", clean.line),
    "interventions": Column("interventions", clean.interventions),
    "primaryoutcomes": Column("primary_outcomes", clean.text),
    "secondaryoutcomes": Column("secondary_outcomes", clean.text),
    "otheroutcomes": Column("other_outcomes", clean.text),
    "briefsummary": Column("brief_summary", clean.text),
    "sex": Column("sex", clean.sex),
    "age": Column("", clean.ages),
    "minimumage": Column("minimum_age", clean.age_limit),
    "maximumage": Column("maximum_age", clean.age_limit),
    "eligibilitycriteria": Column("eligibility_criteria", clean.text),
    "leadsponsor": Column("lead_sponsor", clean.line),
    "collaborators": Column("collaborators", clean.line),
    "fundertype": Column("funder_type", clean.funders),
    "countries": Column("countries", country_list, is_joined=True),
    "locations": Column("locations", clean.line, is_joined=True),
    "studydocuments": Column("study_documents", clean.line),
}
#: Cells by the names that the file uses for them, as people read them in a report.
NAMES = {
    "nctid": "nctId",
    "brieftitle": "briefTitle",
    "officialtitle": "officialTitle",
    "secondaryids": "secondaryIdInfos",
    "overallstatus": "overallStatus",
    "whystopped": "whyStopped",
    "startdate": "startDateStruct.date",
    "startdatetype": "startDateStruct.type",
    "primarycompletiondate": "primaryCompletionDateStruct.date",
    "primarycompletiondatetype": "primaryCompletionDateStruct.type",
    "completiondate": "completionDateStruct.date",
    "completiondatetype": "completionDateStruct.type",
    "firstposted": "studyFirstPostDateStruct.date",
    "resultsfirstposted": "resultsFirstPostDateStruct.date",
    "lastupdateposted": "lastUpdatePostDateStruct.date",
    "hasresults": "hasResults",
    "studytype": "studyType",
    "interventionmodel": "interventionModel",
    "primarypurpose": "primaryPurpose",
    "observationalmodel": "observationalModel",
    "timeperspective": "timePerspective",
    "enrollment": "enrollmentInfo.count",
    "enrollmenttype": "enrollmentInfo.type",
    "primaryoutcomes": "primaryOutcomes",
    "secondaryoutcomes": "secondaryOutcomes",
    "otheroutcomes": "otherOutcomes",
    "briefsummary": "briefSummary",
    "age": "stdAges",
    "minimumage": "minimumAge",
    "maximumage": "maximumAge",
    "eligibilitycriteria": "eligibilityCriteria",
    "leadsponsor": "leadSponsor.name",
    "fundertype": "leadSponsor.class",
    "countries": "locations.country",
    "studydocuments": "largeDocs",
}
NAMES |= {name: name for name in COLUMNS if name not in NAMES}
FORMAT = TableFormat(
    name="ctgov_json",
    label=_("ClinicalTrials.gov JSON (API v2)"),
    number_headers=("nctid",),
    columns={key(NAMES[name]): column for name, column in COLUMNS.items()},
    # As a table it comes back from the download of rows to mend.
    marks=frozenset(("startdatestructdate",)),
    finish=own_registry,
)


def is_study(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("protocolSection"), dict)


def cells(study: dict[str, Any]) -> dict[str, str]:
    """One study as text by column, lists joined by | as the registry's CSV joins them."""
    protocol = _part(study, "protocolSection")
    named = _part(protocol, "identificationModule")
    status = _part(protocol, "statusModule")
    design = _part(protocol, "designModule")
    info = _part(design, "designInfo")
    outcomes = _part(protocol, "outcomesModule")
    eligibility = _part(protocol, "eligibilityModule")
    sponsors = _part(protocol, "sponsorCollaboratorsModule")
    sites = _list(_part(protocol, "contactsLocationsModule"), "locations")
    documents = _list(_part(_part(study, "documentSection"), "largeDocumentModule"), "largeDocs")
    ids = [_part(named, "orgStudyIdInfo"), *_list(named, "secondaryIdInfos")]
    found = {
        "nctid": _text(named, "nctId"),
        "brieftitle": _text(named, "briefTitle"),
        "officialtitle": _text(named, "officialTitle"),
        "acronym": _text(named, "acronym"),
        "secondaryids": _joined(_text(each, "id") for each in ids),
        "overallstatus": _text(status, "overallStatus"),
        "whystopped": _text(status, "whyStopped"),
        "hasresults": _text(study, "hasResults"),
        "studytype": _text(design, "studyType"),
        "phases": _joined(map(_plain, _list(design, "phases", str))),
        "allocation": _text(info, "allocation"),
        "interventionmodel": _text(info, "interventionModel"),
        "masking": _text(_part(info, "maskingInfo"), "masking"),
        "primarypurpose": _text(info, "primaryPurpose"),
        "observationalmodel": _text(info, "observationalModel"),
        "timeperspective": _text(info, "timePerspective"),
        "enrollment": _text(_part(design, "enrollmentInfo"), "count"),
        "enrollmenttype": _text(_part(design, "enrollmentInfo"), "type"),
        "conditions": _joined(map(_plain, _list(_part(protocol, "conditionsModule"), "conditions", str))),
        "interventions": _joined(
            _intervention(each) for each in _list(_part(protocol, "armsInterventionsModule"), "interventions")
        ),
        "briefsummary": _text(_part(protocol, "descriptionModule"), "briefSummary"),
        "sex": _text(eligibility, "sex"),
        "age": ", ".join(map(_plain, _list(eligibility, "stdAges", str))),
        "minimumage": _age_limit(eligibility, "minimumAge"),
        "maximumage": _age_limit(eligibility, "maximumAge"),
        "eligibilitycriteria": _text(eligibility, "eligibilityCriteria"),
        "leadsponsor": _text(_part(sponsors, "leadSponsor"), "name"),
        "collaborators": _joined(_text(each, "name") for each in _list(sponsors, "collaborators")),
        "fundertype": _text(_part(sponsors, "leadSponsor"), "class"),
        "countries": _joined(dict.fromkeys(_text(site, "country") for site in sites)),
        "locations": _joined(map(_site, sites)),
        "studydocuments": _joined(_text(document, "label") for document in documents),
    }
    for column, struct in (
        ("startdate", "startDateStruct"),
        ("primarycompletiondate", "primaryCompletionDateStruct"),
        ("completiondate", "completionDateStruct"),
        ("firstposted", "studyFirstPostDateStruct"),
        ("resultsfirstposted", "resultsFirstPostDateStruct"),
        ("lastupdateposted", "lastUpdatePostDateStruct"),
    ):
        found[column] = _text(_part(status, struct), "date")
        found[f"{column}type"] = _text(_part(status, struct), "type")
    for column in ("primary", "secondary", "other"):
        found[f"{column}outcomes"] = _joined(_outcome(each) for each in _list(outcomes, f"{column}Outcomes"))
    return found


def _part(value: dict[str, Any], name: str) -> dict[str, Any]:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


def _list(value: dict[str, Any], name: str, kind: type = dict) -> list[Any]:
    items = value.get(name)
    return [item for item in items if isinstance(item, kind)] if isinstance(items, list) else []


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _text(value: dict[str, Any], name: str) -> str:
    return _plain(value.get(name))


def _age_limit(eligibility: dict[str, Any], name: str) -> str:
    """A whole module without a limit says that there is none; an excerpt says nothing."""
    is_whole = "stdAges" in eligibility and "eligibilityCriteria" in eligibility
    return _text(eligibility, name) or (NO_AGE_LIMIT if is_whole else "")


def _joined(parts: Any) -> str:
    return "|".join(part for part in parts if part)


def _intervention(each: dict[str, Any]) -> str:
    kind, name = _text(each, "type"), _text(each, "name")
    return f"{kind}: {name}" if kind and name else name


def _site(site: dict[str, Any]) -> str:
    return ", ".join(filter(None, (_text(site, part) for part in ("facility", "city", "state", "zip", "country"))))


def _outcome(each: dict[str, Any]) -> str:
    """As the registry's CSV writes an outcome: measure, description, time frame."""
    return ", ".join(filter(None, (_text(each, part) for part in ("measure", "description", "timeFrame"))))
