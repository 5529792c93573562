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
from drugs.imports.clean import key
from drugs.imports.countries import country_list
from drugs.imports.documents import local_name
from drugs.imports.formats.table import Column, TableFormat, numbers_in_ids
from drugs.imports.problems import BadValueError, NotedWordError, Problem, UnknownWordError, Weight
from drugs.imports.records import Cleaned
from drugs.registry_numbers import numbers_in

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
#: 'Therapeutic exploratory (Phase II): yes', one after the other on a line each, or on one.
_MATRIX = re.compile(r"phase\s+(iv|iii|ii|i)\b\W*?:\s*(yes|no)\b")
_NO_PHASE = frozenset(
    "0 retrospectivestudy newtreatmentmeasureclinicalstudy notselected notspecified other others none pilotstudy postmarket "
    "notapplicable bioequivalence diagnosticnewtechniqueclincalstudy diagnosticnewtechniqueclinicalstudy".split()
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_TYPES = {"interv": "INTERVENTIONAL", "observ": "OBSERVATIONAL", "expanded": "EXPANDED_ACCESS"}
_TAG = re.compile(r"<[^<>]{1,200}>")


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


_NUMERAL = r"(?<![a-z0-9])(iv|iii|ii|i|[1-4])[ab]?(?![a-z0-9])"


def phase(value: str) -> str | None:
    """'Phase 2/Phase 3', '2-3', 'PHASE II TRIAL', 'N/A', or the EU's matrix of yes and no."""
    lower = value.lower()
    if matrix := _MATRIX.findall(_TAG.sub(" ", lower)):
        return _joined({_ROMAN[numeral] for numeral, said in matrix if said == "yes"})
    if key(value) in _NO_PHASE:
        return None
    if "early" in lower or key(value) == "phase0":
        return "EARLY_PHASE1"
    apart = lower.replace("phase", " ")
    numerals = re.findall(_NUMERAL, apart)
    if not numerals or re.sub(rf"{_NUMERAL}|trial|study|clinical|and|of|[^a-z0-9]", "", apart):
        raise NotedWordError(_t("This phase is not known: it is left out."))
    return _joined({_ROMAN[numeral] for numeral in numerals})


def _joined(numbers: set[int]) -> str | None:
    joined = "|".join(f"PHASE{number}" for number in sorted(numbers))
    return joined if joined in words.Phase.values else None


def study_type(value: str) -> str | None:
    lower = value.lower()
    return next((said for start, said in _TYPES.items() if start in lower), None)


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
    for part in re.split(r"[.,;\n]\s+|[.,;]$", re.sub(r"\(.*?\)", "", _TAG.sub("\n", value))):
        if ":" in part:
            try:
                facts |= clean.design(part.strip())
            except (UnknownWordError, BadValueError):
                continue
    return facts


_SEXES = {
    **dict.fromkeys(("both", "all", "bothmaleandfemale", "bothmalesandfemales", "malefemale", "femalemale"), "ALL"),
    **dict.fromkeys(("male", "males", "m"), "MALE"),
    **dict.fromkeys(("female", "females", "f"), "FEMALE"),
}


def sex(value: str) -> str | None:
    """'Both', 'All', 'Male', or the EU's 'Female: yes / Male: yes'."""
    lower = _TAG.sub("\n", value).lower()
    female = re.search(r"female\s*:\s*(yes|no)", lower)
    male = re.search(r"(?<!fe)male\s*:\s*(yes|no)", lower)
    if female and male:
        said = (female[1] == "yes", male[1] == "yes")
        return {(True, True): "ALL", (True, False): "FEMALE", (False, True): "MALE"}.get(said)
    return _SEXES.get(key(lower))


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
    return clean.whole_number(value) if re.fullmatch(r"\d{1,9}", value) else None


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
    cleaned.others = numbers_in_ids(secondary) or [number for _s, _e, number in numbers_in(secondary)]


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
        "dateregistration": Column("first_posted", is_date=True, order="day"),
        "dateregistration3": Column("_registered", is_date=True),
        "dateenrollement": Column("start_date", is_date=True, order="day", is_lenient=True),
        "dateenrolment": Column("start_date", is_date=True, order="day", is_lenient=True),
        "recruitmentstatus": Column("overall_status", status_of_parts, is_joined=True),
        "studytype": Column("study_type", study_type),
        "studydesign": Column("", design),
        "phase": Column("phases", phase),
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
HEADERS = ["trialid", *FORMAT.columns]


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
