"""ClinicalTrials.gov's downloads as CSV: today's site, and the one before June 2024.

Both are read with any subset of their columns in any order. Their words differ for every value
and the cleaners take either. Seen in files: the new site writes 'Time Perspective: p' (2024).
"""

from django.utils.translation import gettext_lazy as _

from drugs.imports import clean
from drugs.imports.countries import locations
from drugs.imports.formats.table import Column, TableFormat, numbers_in_ids
from drugs.imports.records import Cleaned

_NUMBER = ("nctnumber", "nctid", "nct", "nctno")

_BOTH = {
    "acronym": Column("acronym", clean.line),
    "studyresults": Column("has_results", clean.has_results),
    "conditions": Column("conditions", clean.line),
    "interventions": Column("interventions", clean.interventions),
    "age": Column("", clean.ages),
    "phases": Column("phases", clean.phases, has_na=True),
    "enrollment": Column("enrollment", clean.whole_number),
    "studytype": Column("study_type", clean.study_type),
    "otherids": Column("secondary_ids", clean.line),
    "startdate": Column("start_date", is_date=True),
    "primarycompletiondate": Column("primary_completion_date", is_date=True),
    "completiondate": Column("completion_date", is_date=True),
    "firstposted": Column("first_posted", is_date=True),
    "resultsfirstposted": Column("results_first_posted", is_date=True),
    "lastupdateposted": Column("last_update_posted", is_date=True),
    "locations": Column("", locations, is_joined=True),
    "studydocuments": Column("study_documents", clean.line),
}


def own_registry(cleaned: Cleaned) -> None:
    """Other registries' numbers stand among the other identifiers, beside grants and sponsors' codes."""
    cleaned.others = numbers_in_ids(cleaned.facts.get("secondary_ids", ""))


NEW = TableFormat(
    name="ctgov_new",
    label=_("ClinicalTrials.gov CSV"),
    number_headers=_NUMBER,
    columns=_BOTH
    | {
        "studytitle": Column("brief_title", clean.line),
        "studystatus": Column("overall_status", clean.status),
        "briefsummary": Column("brief_summary", clean.text),
        "primaryoutcomemeasures": Column("primary_outcomes", clean.text),
        "secondaryoutcomemeasures": Column("secondary_outcomes", clean.text),
        "otheroutcomemeasures": Column("other_outcomes", clean.text),
        "sponsor": Column("lead_sponsor", clean.line),
        "collaborators": Column("collaborators", clean.line),
        "sex": Column("sex", clean.sex),
        "fundertype": Column("funder_type", clean.funders),
        "studydesign": Column("", clean.design),
    },
    ignored=frozenset(("studyurl",)),
    finish=own_registry,
)

OLD = TableFormat(
    name="ctgov_old",
    label=_("ClinicalTrials.gov CSV of the site before June 2024"),
    number_headers=_NUMBER,
    columns=_BOTH
    | {
        "title": Column("brief_title", clean.line),
        "status": Column("overall_status", clean.status),
        "outcomemeasures": Column("outcome_measures", clean.text),
        "sponsorcollaborators": Column("", clean.sponsors),
        "gender": Column("sex", clean.sex),
        "fundedbys": Column("funder_type", clean.funders),
        "studydesigns": Column("", clean.design),
    },
    ignored=frozenset(("rank", "url")),
    marks=frozenset(("rank", "sponsorcollaborators", "fundedbys", "studydesigns", "gender")),
    finish=own_registry,
)
