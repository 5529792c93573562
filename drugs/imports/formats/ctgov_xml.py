"""ClinicalTrials.gov's XML of the site before June 2024: one <clinical_study> a file, or several.

Schema: https://clinicaltrials.gov/ct2/html/images/info/public.xsd, as archived.
"""

import re
from dataclasses import replace
from xml.etree.ElementTree import Element  # safe: the type alone (defusedxml reads)

from django.utils.translation import gettext_lazy as _

from drugs.imports.characters import key
from drugs.imports.formats import ctgov_json
from drugs.vocabulary import NO_AGE_LIMIT

TAGS = frozenset(("clinical_study",))
#: Cells by the elements of the file.
NAMES = ctgov_json.NAMES | {
    "nctid": "id_info/nct_id",
    "brieftitle": "brief_title",
    "officialtitle": "official_title",
    "secondaryids": "id_info/secondary_id",
    "overallstatus": "overall_status",
    "whystopped": "why_stopped",
    "startdate": "start_date",
    "startdatetype": "start_date/@type",
    "primarycompletiondate": "primary_completion_date",
    "primarycompletiondatetype": "primary_completion_date/@type",
    "completiondate": "completion_date",
    "completiondatetype": "completion_date/@type",
    "firstposted": "study_first_posted",
    "resultsfirstposted": "results_first_posted",
    "lastupdateposted": "last_update_posted",
    "hasresults": "clinical_results",
    "studytype": "study_type",
    "phases": "phase",
    "interventionmodel": "intervention_model",
    "primarypurpose": "primary_purpose",
    "observationalmodel": "observational_model",
    "timeperspective": "time_perspective",
    "enrollment": "enrollment",
    "enrollmenttype": "enrollment/@type",
    "conditions": "condition",
    "interventions": "intervention",
    "primaryoutcomes": "primary_outcome",
    "secondaryoutcomes": "secondary_outcome",
    "otheroutcomes": "other_outcome",
    "briefsummary": "brief_summary",
    "sex": "gender",
    "minimumage": "minimum_age",
    "maximumage": "maximum_age",
    "eligibilitycriteria": "criteria",
    "leadsponsor": "lead_sponsor",
    "collaborators": "collaborator",
    "fundertype": "agency_class",
    "countries": "location_countries",
    "locations": "location",
}
FORMAT = replace(
    ctgov_json.FORMAT,
    name="ctgov_xml",
    label=_("ClinicalTrials.gov XML of the site before June 2024"),
    number_headers=("idinfonctid",),
    columns={key(NAMES[name]): column for name, column in ctgov_json.COLUMNS.items()},
    marks=frozenset(("idinfonctid",)),
)


def cells(study: Element) -> dict[str, str]:
    """One study as text by column of the JSON's format."""
    sites = study.findall("location")
    found = {
        "nctid": _text(study, "id_info/nct_id"),
        "brieftitle": _text(study, "brief_title"),
        "officialtitle": _text(study, "official_title"),
        "acronym": _text(study, "acronym"),
        "secondaryids": _joined(study, "id_info/org_study_id", "id_info/secondary_id"),
        "overallstatus": _text(study, "overall_status"),
        "whystopped": _text(study, "why_stopped"),
        "studytype": _text(study, "study_type"),
        "phases": _not_applicable(study, "phase"),
        "allocation": _not_applicable(study, "study_design_info/allocation"),
        "interventionmodel": _text(study, "study_design_info/intervention_model"),
        "masking": _text(study, "study_design_info/masking"),
        "primarypurpose": _text(study, "study_design_info/primary_purpose"),
        "observationalmodel": _text(study, "study_design_info/observational_model"),
        "timeperspective": _text(study, "study_design_info/time_perspective"),
        "enrollment": _text(study, "enrollment"),
        "enrollmenttype": _kind(study, "enrollment"),
        "conditions": _joined(study, "condition"),
        "interventions": "|".join(
            f"{_text(each, 'intervention_type')}: {_text(each, 'intervention_name')}"
            for each in study.findall("intervention")
        ),
        "briefsummary": _block(study, "brief_summary/textblock"),
        "sex": _text(study, "eligibility/gender"),
        "minimumage": _age_limit(study, "eligibility/minimum_age"),
        "maximumage": _age_limit(study, "eligibility/maximum_age"),
        "eligibilitycriteria": _block(study, "eligibility/criteria/textblock"),
        "leadsponsor": _text(study, "sponsors/lead_sponsor/agency"),
        "collaborators": _joined(study, "sponsors/collaborator/agency"),
        "fundertype": _text(study, "sponsors/lead_sponsor/agency_class"),
        "countries": _joined(study, "location_countries/country"),
        "locations": "|".join(_site(site) for site in sites),
        "hasresults": "true" if study.find("clinical_results") is not None else "false",
    }
    for column, path in (
        ("startdate", "start_date"),
        ("primarycompletiondate", "primary_completion_date"),
        ("completiondate", "completion_date"),
        ("firstposted", "study_first_posted"),
        ("resultsfirstposted", "results_first_posted"),
        ("lastupdateposted", "last_update_posted"),
    ):
        found[column], found[f"{column}type"] = _text(study, path), _kind(study, path)
    for column in ("primary", "secondary", "other"):
        found[f"{column}outcomes"] = "|".join(
            ", ".join(filter(None, (_text(each, part) for part in ("measure", "description", "time_frame"))))
            for each in study.findall(f"{column}_outcome")
        )
    return {name: value for name, value in found.items() if value}


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _not_applicable(element: Element, path: str) -> str:
    """The file writes 'N/A' for a word of the list, NA; elsewhere that means that a value is missing."""
    text = _text(element, path)
    return "NA" if text == "N/A" else text


def _age_limit(element: Element, path: str) -> str:
    text = _text(element, path)
    return NO_AGE_LIMIT if text == "N/A" else text


def _kind(element: Element, path: str) -> str:
    """Actual or estimated, where the file says so: `type="Anticipated"` before 2017, `Estimate` in posted dates."""
    found = element.find(path)
    return found.get("type", "") if found is not None else ""


def _block(element: Element, path: str) -> str:
    """Text that the file wraps and indents, as paragraphs."""
    text = _text(element, path)
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip())


def _joined(element: Element, *paths: str) -> str:
    return "|".join((found.text or "").strip() for path in paths for found in element.findall(path))


def _site(site: Element) -> str:
    parts = (
        "facility/name",
        "facility/address/city",
        "facility/address/state",
        "facility/address/zip",
        "facility/address/country",
    )
    return ", ".join(filter(None, (_text(site, part) for part in parts)))
