"""WHO ICTRP: the portal's XML and weekly CSV, which pass every register's own words through.

It is a copy: it never stands above the register itself (`drugs.resolution`). Its lists are open,
so a word that is not known is reported and left out, and the rest of the row is taken. Statuses of
ClinicalTrials.gov come folded into Recruiting and Not recruiting; the latter says nothing certain.
Seen 2020-03 to 2020-04: dates day first, beside the export's own date, month first.
"""

import html
import re
from collections.abc import Callable
from xml.etree.ElementTree import Element  # safe: the type alone (defusedxml reads)

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs import vocabulary as words
from drugs.imports import clean
from drugs.imports.cell_number import number_of
from drugs.imports.clean import key
from drugs.imports.countries import country_list
from drugs.imports.documents import local_name
from drugs.imports.formats.table import Column, TableFormat, numbers_in_ids
from drugs.imports.phases import phase_in_words
from drugs.imports.problems import BadValueError, NotedWordError, Problem, UnknownWordError, Weight
from drugs.imports.records import Cleaned
from drugs.registry_numbers import RegistryNumber

TAGS = frozenset(("trial",))

#: What registers write for a status, by key; under None the words that say nothing certain of it.
_WORDS = {
    None: (
        "notrecruiting authorised authorisedrecruitmentmaybeongoingorfinished nostatusgiven notapplicable notavailable "
        "other na recruitmentcomplete recruitmentcompleted restarted notauthorised prohibitedbyca ongoing"
    ),
    "RECRUITING": (
        "recruiting open opentorecruitment openpublicrecruiting activerecruiting recruitingongoing nowrecruiting"
    ),
    "NOT_YET_RECRUITING": (
        "notyetrecruiting pending notstarted preinitiation notopenyet planned notopenforrecruitment initial "
        "opennotyetrecruiting"
    ),
    "ACTIVE_NOT_RECRUITING": (
        "activenotrecruiting nolongerrecruiting closedtorecruitment recruitmentclosed recruitingstopped "
        "closedtorecruitmentofparticipants closedfollowupcontinuing"
    ),
    "COMPLETED": "completed complete studycompleted mainresultsalreadypublished closedfollowupcomplete finished ended",
    "TERMINATED": "terminated stoppedearly prematurelyended stopped discontinued halted",
    "SUSPENDED": "suspended temporaryhalt temporarilyclosed temporarilyhalted temporarilysuspended",
    "WITHDRAWN": "withdrawn cancelled withdrawnbeforerecruitment",
    "ENROLLING_BY_INVITATION": "byinvitation enrollingbyinvitation",
    "UNKNOWN": "unknown unknownstatus",
    "APPROVED_FOR_MARKETING": "approvedformarketing",
    "AVAILABLE": "available",
    "NO_LONGER_AVAILABLE": "nolongeravailable",
    "TEMPORARILY_NOT_AVAILABLE": "temporarilynotavailable",
    "WITHHELD": "withheld",
}
_STATUSES = {word: status for status, listed in _WORDS.items() for word in listed.split()}
_NO_PHASE = frozenset(
    "0 retrospectivestudy newtreatmentmeasureclinicalstudy notselected notspecified other others none pilotstudy postmarket "
    "bioequivalence diagnosticnewtechniqueclincalstudy diagnosticnewtechniqueclinicalstudy".split()
)
#: 'Interventional clinical trial of medicinal product', 'Observational study': the word that the type starts with.
_TYPES = {"interventional": "INTERVENTIONAL", "observational": "OBSERVATIONAL", "expandedaccess": "EXPANDED_ACCESS"}
#: What registers call a study that may be either.
_NO_TYPE = frozenset(
    "diagnostictest epidemilogicalresearch epidemiologicalresearch prevention basicscience treatmentstudy prognosis "
    "prognosisstudy healthservicesresearch healthservicesreaserch screening other others babe pms relapse qualityoflife "
    "causefactorsstudy causesrelativefactorsstudy".split()
)
#: Elements of HTML, and none of the comparisons that criteria are full of: 'Age <80 years, FVC >50%'.
_ELEMENTS = "p|br|b|i|u|s|em|strong|small|big|ul|ol|li|dl|dt|dd|sub|sup|span|div|font|center|pre|table|thead|tbody|tr|td|th|a|img|hr|h[1-6]"
_TAG = re.compile(rf"<!--.{{0,200}}?-->|</?(?:{_ELEMENTS}|\w+:\w+)(?:\s+[\w:-]+\s*=[^<>]{{0,200}})?\s*/?>", re.I | re.S)


def plain(value: str) -> str:
    """Text without its HTML: breaks as line breaks, entities as what they stand for."""
    value = re.sub(r"(?i)<br\s*/?>|</p>", "\n", value)
    value = html.unescape(html.unescape(_TAG.sub("", value)))
    return re.sub(r"\n\s*\n+", "\n", re.sub(r"[ \t]+", " ", clean.text(value))).strip()


def _line(value: str) -> str:
    return clean.line(plain(value))


def status(value: str) -> str | None:
    try:
        return _STATUSES[key(value)]
    except KeyError:
        raise NotedWordError(_t("This status is not known: it is left out.")) from None


def status_of_parts(value: str) -> str | None:
    """The status of a trial of which each country's part states its own, joined with |: known where all agree."""
    said = {status(part) for part in value.split("|") if part.strip()}
    return said.pop() if len(said) == 1 else None


def phase(value: str) -> str | None:
    """'Phase 2/Phase 3', '2-3', 'PHASE II TRIAL', 'Not applicable', or the EU's matrix of yes and no."""
    if key(value) in _NO_PHASE:
        return None
    try:
        return phase_in_words(value)
    except UnknownWordError as error:
        raise NotedWordError(_t("%(why)s It is left out.") % {"why": error}) from None


def study_type(value: str) -> str | None:
    """'Interventional study', 'Observational [patient registry]'; 'Non-interventional' is the other word for the latter."""
    word = key(value)
    if word in _NO_TYPE:
        return None
    if word.startswith(("noninterventional", "notinterventional")):
        return "OBSERVATIONAL"
    if said := next((said for start, said in _TYPES.items() if word.startswith(start)), None):
        return said
    raise NotedWordError(_t("This type of study is not known: it is left out."))


_DESIGN_WORDS = {
    "parallel": ("intervention_model", "PARALLEL"),
    "sequential": ("intervention_model", "SEQUENTIAL"),
    "factorial": ("intervention_model", "FACTORIAL"),
    "crossover": ("intervention_model", "CROSSOVER"),
    "singlearm": ("intervention_model", "SINGLE_GROUP"),
    "nonrandomizedcontrol": ("allocation", "NON_RANDOMIZED"),
    "cohortstudy": ("observational_model", "COHORT"),
    "casecontrolstudy": ("observational_model", "CASE_CONTROL"),
    "crosssectional": ("time_perspective", "CROSS_SECTIONAL"),
}


def design(value: str) -> dict[str, str]:
    """'Allocation: Randomized. Intervention model: Parallel Assignment. ...', or one word; other prose says nothing certain."""
    if (known := _DESIGN_WORDS.get(key(value))) is not None:
        return dict([known])
    facts: dict[str, str] = {}
    for part in re.split(r"[.,;\n]\s+|[.,;]$", re.sub(r"\([^()]*\)", "", _TAG.sub("\n", value))):
        if ":" in part:
            try:
                facts |= clean.design(part.strip())
            except (UnknownWordError, BadValueError):
                continue
    return facts


_SEXES = {
    **dict.fromkeys(
        "both all any bothsexes bothgenders bothmaleandfemale bothmalesandfemales malefemale femalemale maleandfemale "
        "femaleandmale malesandfemales femalesandmales menandwomen womenandmen".split(),
        "ALL",
    ),
    **dict.fromkeys("male males m men maleonly malesonly".split(), "MALE"),
    **dict.fromkeys("female females f women femaleonly femalesonly".split(), "FEMALE"),
    **dict.fromkeys("notspecified notapplicable notstated notselected".split()),
}


def sex(value: str) -> str | None:
    """'Both', 'All', 'Male', or the EU's 'Female: yes / Male: yes'."""
    lower = _TAG.sub("\n", value).lower()
    female = re.search(r"female\s*:\s*(yes|no)", lower)
    male = re.search(r"(?<!fe)male\s*:\s*(yes|no)", lower)
    if female and male:
        said = (female[1] == "yes", male[1] == "yes")
        return {(True, True): "ALL", (True, False): "FEMALE", (False, True): "MALE"}.get(said)
    try:
        return _SEXES[key(lower)]
    except KeyError:
        raise NotedWordError(_t("This sex is not known: it is left out.")) from None


_SHORT_UNITS = {"y": "Years", "m": "Months", "w": "Weeks", "d": "Days", "h": "Hours"}


def age(value: str) -> str | None:
    """'18 Years' or '18Y'. A number without a unit, or prose, says nothing certain."""
    if found := re.fullmatch(r"(\d{1,3})\s*([YMWDH])", value.strip(), re.IGNORECASE):
        return clean.age_limit(f"{found[1]} {_SHORT_UNITS[found[2].lower()]}")
    try:
        return clean.age_limit(value)
    except UnknownWordError:
        return None


def target_size(value: str) -> int | None:
    """A number; prose such as 'Experimental group:32;Control group:32;' is kept as it was written."""
    try:
        return clean.whole_number(value)
    except BadValueError:
        return None


def _list_of(cleaner: Callable[[str], str]) -> Callable[[str], str]:
    def split(value: str) -> str:
        parts = (part.strip(" ;") for part in re.split(r";|\n", cleaner(value)))
        return "|".join(dict.fromkeys(part for part in parts if part and key(part) not in ("na", "nil", "none")))

    return split


def interventions(value: str) -> str:
    return clean.interventions(_list_of(plain)(value))


def join_criteria(cleaned: Cleaned) -> None:
    """Who can take part, in one text, from two columns."""
    parts = [cleaned.facts.pop(name, "") for name in ("_included", "_excluded")]
    if any(parts):
        cleaned.facts["eligibility_criteria"] = "\n\n".join(filter(None, parts))


def _finish(cleaned: Cleaned) -> None:
    facts = cleaned.facts
    cleaned.last_update = facts.pop("_refreshed", "")
    twin = facts.pop("_registered", "")
    if twin and facts.get("first_posted") not in (None, twin):
        cleaned.problems.append(
            Problem(
                "Date registration",
                facts["first_posted"],
                _t("The unambiguous twin of this date says %(twin)s: taken.") % {"twin": twin},
                Weight.NOTE,
            )
        )
    if twin:
        facts["first_posted"] = twin
    join_criteria(cleaned)
    secondary = facts.get("secondary_ids", "")
    cleaned.others = numbers_in_ids(secondary) or _named_numbers(secondary)


def _named_numbers(secondary_ids: str) -> list[RegistryNumber]:
    """Numbers with their registry's name; one in a sentence is another study's ('an extension of NCT...')."""
    parts = re.split(r"[|;,()\[\]]", secondary_ids)
    return [number for part in parts if (number := number_of(part))]


def _columns() -> dict[str, Column]:
    return {
        "publictitle": Column("brief_title", _line),
        "scientifictitle": Column("official_title", _line),
        "acronym": Column("acronym", _line),
        "scientificacronym": Column("acronym", _line),
        "secondaryid": Column("secondary_ids", _list_of(plain)),
        "secondaryids": Column("secondary_ids", _list_of(plain)),
        "primarysponsor": Column("lead_sponsor", _line),
        "secondarysponsor": Column("collaborators", _list_of(plain)),
        "secondarysponsors": Column("collaborators", _list_of(plain)),
        "lastrefreshedon": Column("_refreshed", is_date=True, order="day"),
        "dateregistration": Column("first_posted", is_date=True, order="day", is_lenient=True),
        "dateregistration3": Column("_registered", is_date=True),
        "dateenrollement": Column("start_date", is_date=True, order="day", is_lenient=True),
        "dateenrolment": Column("start_date", is_date=True, order="day", is_lenient=True),
        "recruitmentstatus": Column("overall_status", status_of_parts, is_joined=True),
        "studytype": Column("study_type", study_type),
        "studydesign": Column("", design),
        "phase": Column("phases", phase, has_na=True),
        "countries": Column("countries", country_list, is_joined=True),
        "inclusionagemin": Column("minimum_age", age),
        "inclusionagemax": Column("maximum_age", age),
        "agemin": Column("minimum_age", age),
        "agemax": Column("maximum_age", age),
        "inclusiongender": Column("sex", sex),
        "gender": Column("sex", sex),
        "targetsize": Column("enrollment", target_size),
        "inclusioncriteria": Column("_included", plain),
        "exclusioncriteria": Column("_excluded", plain),
        "condition": Column("conditions", _list_of(plain)),
        "conditions": Column("conditions", _list_of(plain)),
        "hcfreetext": Column("conditions", _list_of(plain)),
        "intervention": Column("interventions", interventions),
        "interventions": Column("interventions", interventions),
        "ifreetext": Column("interventions", interventions),
        "primaryoutcome": Column("primary_outcomes", plain),
        "primaryoutcomes": Column("primary_outcomes", plain),
        "primoutcome": Column("primary_outcomes", plain),
        "secondaryoutcome": Column("secondary_outcomes", plain),
        "secondaryoutcomes": Column("secondary_outcomes", plain),
        "secoutcome": Column("secondary_outcomes", plain),
    }


FORMAT = TableFormat(
    name="ictrp",
    label=_("WHO ICTRP"),
    number_headers=("trialid",),
    columns=_columns(),
    ignored=frozenset(
        (
            "exportdate",
            "sourceregister",
            "webaddress",
            "otherrecords",
            "contactfirstname",
            "contactlastname",
            "contactaddress",
            "contactemail",
            "contacttel",
            "contactaffiliation",
            "resultsdateposted",
            "resultsdatecompleted",
            "resultsurllink",
            "retrospectiveflag",
            "bridgingflagtruefalse",
            "bridgedtype",
            "resultsyesno",
            "internalnumber",
            "url",
            "utrn",
            "regname",
        )
    ),
    said_by=words.RecordSource.ICTRP,
    marks=frozenset(("dateregistration3", "lastrefreshedon", "recruitmentstatus", "scientifictitle", "publictitle")),
    finish=_finish,
)
#: Cells by the elements of the portal's file; the other layout spells them in small letters.
NAMES = {key(name): name for name in ("TrialID", *FORMAT.columns)} | {
    key(name): name
    for name in (
        "Public_title Scientific_title Acronym Scientific_Acronym Secondary_ID Primary_sponsor Secondary_Sponsor "
        "Last_Refreshed_on Date_registration Date_registration3 Date_enrollement Recruitment_Status Study_type Study_design "
        "Phase Countries Inclusion_agemin Inclusion_agemax Inclusion_gender Target_size Inclusion_Criteria Exclusion_Criteria "
        "Condition Intervention Primary_outcome Secondary_outcome Secondary_IDs Secondary_Sponsors Date_enrolment agemin agemax "
        "gender Conditions hc_freetext Interventions i_freetext Primary_Outcomes prim_outcome Secondary_Outcomes sec_outcome"
    ).split()
}


def cells(trial: Element) -> dict[str, str]:
    """One <Trial> of the portal's export, or one <trial> of the WHO's data set, as text by column."""
    found: dict[str, list[str]] = {}
    for element in trial.iter():
        text = (element.text or "").strip()
        if text:
            found.setdefault(key(local_name(element)), []).append(text)
    joined = {name: "; ".join(dict.fromkeys(values)) for name, values in found.items()}
    joined.setdefault("countries", joined.pop("country2", joined.pop("country", "")))
    joined["secondaryid"] = joined.get("secondaryid") or joined.pop("secid", "")
    return joined


def is_known(element: Element) -> bool:
    return any(key(local_name(child)) == "trialid" for child in element.iter())
