"""Tables that people keep by hand: columns are guessed from their names, shown, mended, remembered.

The template is docs/csv/template.csv. A sheet never stands above a registry's record, and a word
that is not known is reported and left out.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.imports import clean
from drugs.imports.countries import country_codes, country_list, locations
from drugs.imports.formats import ctgov_json, ictrp
from drugs.imports.formats.table import Column, TableFormat, numbers_in_ids
from drugs.imports.problems import NotedWordError, UnknownWordError
from drugs.imports.records import Cleaned
from drugs.vocabulary import RecordSource


def noted(cleaner: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same cleaner, whose unknown words are reported and do not hold the row."""

    def clean_or_note(value: str) -> Any:
        try:
            return cleaner(value)
        except UnknownWordError as error:
            raise NotedWordError(str(error)) from None

    return clean_or_note


def age(value: str) -> str | None:
    """'18 Years' or '18Y'; a number without its unit is reported."""
    if (known := ictrp.age(value)) is None and clean.key(value) not in (
        "nolimit",
        "nomaximum",
        "nominimum",
        "notapplicable",
    ):
        raise NotedWordError(_t("Write an age as '18 Years': it is left out."))
    return known


def _listed(value: str) -> str:
    return clean.line(value).replace("; ", "|").replace(";", "|")


#: What becomes of a column once it is known which fact it holds.
BY_FACT: dict[str, Column] = {
    "brief_title": Column("brief_title", clean.line),
    "official_title": Column("official_title", clean.line),
    "acronym": Column("acronym", clean.line),
    "secondary_ids": Column("secondary_ids", _listed),
    "overall_status": Column("overall_status", noted(ictrp.status)),
    "why_stopped": Column("why_stopped", clean.line),
    "start_date": Column("start_date", is_date=True),
    "primary_completion_date": Column("primary_completion_date", is_date=True),
    "completion_date": Column("completion_date", is_date=True),
    "first_posted": Column("first_posted", is_date=True),
    "results_first_posted": Column("results_first_posted", is_date=True),
    "last_update_posted": Column("last_update_posted", is_date=True),
    "has_results": Column("has_results", noted(clean.has_results)),
    "study_type": Column("study_type", ictrp.study_type),
    "phases": Column("phases", ictrp.phase, has_na=True),
    "allocation": Column("allocation", noted(clean.allocation), has_na=True),
    "intervention_model": Column("intervention_model", noted(clean.intervention_model)),
    "masking": Column("masking", noted(clean.masking)),
    "primary_purpose": Column("primary_purpose", noted(clean.primary_purpose)),
    "enrollment": Column("enrollment", clean.whole_number),
    "conditions": Column("conditions", _listed),
    "interventions": Column("interventions", clean.interventions),
    "primary_outcomes": Column("primary_outcomes", clean.text),
    "secondary_outcomes": Column("secondary_outcomes", clean.text),
    "brief_summary": Column("brief_summary", clean.text),
    "sex": Column("sex", ictrp.sex),
    "minimum_age": Column("minimum_age", age),
    "maximum_age": Column("maximum_age", age),
    "eligibility_criteria": Column("eligibility_criteria", clean.text),
    "lead_sponsor": Column("lead_sponsor", clean.line),
    "collaborators": Column("collaborators", _listed),
    "countries": Column("countries", country_list, is_joined=True),
    "locations": Column("", locations, is_joined=True),
}

#: Names of columns by key that say what they hold without doubt. 'name', 'type' and 'results' do not.
_NAMES = {
    "brief_title": "title studytitle brieftitle trialtitle publictitle briefpublictitle 0protocolsectionidentificationmodulebrieftitle",
    "official_title": "officialtitle fulltitle scientifictitle",
    "acronym": "acronym studyacronym trialacronym",
    "secondary_ids": "otherids secondaryids otheridentifiers secondaryid",
    "overall_status": (
        "status overallstatus studystatus recruitmentstatus trialstatus recruitingstatus currentstatus "
        "0protocolsectionstatusmoduleoverallstatus"
    ),
    "why_stopped": "whystopped",
    "start_date": "startdate studystart studystartdate trialstart",
    "primary_completion_date": "primarycompletiondate primarycompletion",
    "completion_date": "completiondate studyend enddate studycompletiondate completion",
    "first_posted": "firstposted dateregistered registrationdate dateofregistration",
    "last_update_posted": "lastupdateposted lastupdate lastupdated lastupdatedate",
    "has_results": "hasresults resultsavailable",
    "study_type": "studytype trialtype 0protocolsectiondesignmodulestudytype",
    "phases": "phase phases trialphase studyphase phaseofstudy phaseoftrial",
    "enrollment": "enrollment enrolment enrolled samplesize numberofparticipants participants targetenrollment targetenrolment",
    "conditions": "conditions condition disease 0protocolsectionconditionsmoduleconditions0",
    "interventions": "interventions intervention drug drugs treatment 0protocolsectionarmsinterventionsmoduleinterventions0name",
    "primary_outcomes": "primaryoutcome primaryoutcomes primaryoutcomemeasures primaryendpoint",
    "brief_summary": "briefsummary summary",
    "sex": "sex gender eligibilitysex",
    "minimum_age": "minimumage minage eligibilityminage",
    "maximum_age": "maximumage maxage eligibilitymaxage",
    "eligibility_criteria": "eligibility eligibilitycriteria",
    "lead_sponsor": "sponsor leadsponsor sponsorname 0protocolsectionsponsorcollaboratorsmoduleleadsponsorname",
    "collaborators": "collaborators collaborator",
    "countries": "countries country locationcountries",
    "locations": "locations sites location",
}
#: Names of columns that may hold the number; their cells decide.
NUMBER_NAMES = (
    *(
        "nctnumber",
        "nctid",
        "nct",
        "registrynumber",
        "trialregistrynumber",
        "registryid",
        "clinicaltrialsgovid",
        "trialid",
    ),
    *("trialnumber", "studyid", "identifier", "id", "number", "term", "eudractnumber", "isrctn", "registration"),
    "0protocolsectionidentificationmodulenctid",
)
GUESSES = {name: fact for fact, names in _NAMES.items() for name in names.split()}


def _finish(cleaned: Cleaned) -> None:
    cleaned.others = numbers_in_ids(cleaned.facts.get("secondary_ids", ""))


FORMAT = TableFormat(
    name="sheet",
    label=_("A sheet kept by hand"),
    number_headers=NUMBER_NAMES,
    columns={name: BY_FACT[fact] for name, fact in GUESSES.items()},
    said_by=RecordSource.SHEET,
    finish=_finish,
)


#: What the site itself exports: its own words, held against their lists all the same, since people mend them by hand.
EXPORT = TableFormat(
    name="site_export",
    label=_("Export of this site"),
    number_headers=("homenumber",),
    columns=ctgov_json.COLUMNS
    | {
        "outcomemeasures": Column("outcome_measures", clean.text),
        "countries": Column("countries", country_codes, has_na=True),
    },
    ignored=frozenset(("homeregistry", "id", "phaserank", "isverified", "createdat", "changedat")),
    said_by=RecordSource.SHEET,
    marks=frozenset(("homeregistry",)),
    keeps_what_changes_nothing=False,
    finish=_finish,
)
