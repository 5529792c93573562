"""ISRCTN: the register's XML, the same as the R package ctrdata stores it (JSON), and its download (CSV).

The register's own schema: https://www.isrctn.com/isrctn.xsd. Its XML states no status: the website works one out from
dates, and so it is not read here; a status that an editor set (`recruitmentStatusOverride`) is.
"""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element  # safe: the type alone (defusedxml reads)

from django.utils.translation import gettext_lazy as _

from drugs.imports import clean
from drugs.imports.countries import country_list
from drugs.imports.formats import ictrp
from drugs.imports.formats.table import Column, TableFormat, numbers_in_ids
from drugs.imports.records import Cleaned


def _finish(cleaned: Cleaned) -> None:
    _enrolment(cleaned)
    if overall := cleaned.facts.pop("_overall", ""):  # of the study, above that of its recruitment
        cleaned.facts["overall_status"] = overall
    ictrp.join_criteria(cleaned)
    _identifiers(cleaned)
    cleaned.others = numbers_in_ids(cleaned.facts.get("secondary_ids", ""))
    cleaned.last_update = cleaned.facts.get("last_update_posted", "")


_COLUMNS = {
    "title": Column("brief_title", clean.line),
    "publictitle": Column("brief_title", clean.line),
    "scientifictitle": Column("official_title", clean.line),
    "acronym": Column("acronym", clean.line),
    "secondaryids": Column("secondary_ids", clean.line),
    "eudractnumber": Column("_eudract", clean.line),
    "nctnumber": Column("_nct", clean.line),
    "protocolnumber": Column("_protocol", clean.line),
    "recruitmentstatus": Column("overall_status", ictrp.status),
    "overallstudystatus": Column("_overall", ictrp.status),
    "dateassigned": Column("first_posted", is_date=True, order="day"),
    "lastedited": Column("last_update_posted", is_date=True, order="day"),
    "recruitmentstart": Column("start_date", is_date=True, order="day"),
    "recruitmentstartdate": Column("start_date", is_date=True, order="day"),
    "overallenddate": Column("completion_date", is_date=True, order="day"),
    "overallstudyenddate": Column("completion_date", is_date=True, order="day"),
    "primarystudydesign": Column("study_type", ictrp.study_type),
    "phase": Column("phases", ictrp.phase, has_na=True),
    "totalfinalenrolment": Column("enrollment", ictrp.target_size),
    "targetenrolment": Column("_target", ictrp.target_size),
    "condition": Column("conditions", clean.line),
    "conditions": Column("conditions", clean.line),
    "interventions": Column("interventions", clean.interventions),
    "primaryoutcome": Column("primary_outcomes", clean.text),
    "primaryoutcomemeasures": Column("primary_outcomes", clean.text),
    "secondaryoutcome": Column("secondary_outcomes", clean.text),
    "secondaryoutcomemeasures": Column("secondary_outcomes", clean.text),
    "gender": Column("sex", ictrp.sex),
    "loweragelimit": Column("minimum_age", ictrp.age),
    "upperagelimit": Column("maximum_age", ictrp.age),
    "inclusion": Column("_included", clean.text),
    "exclusion": Column("_excluded", clean.text),
    "sponsor": Column("lead_sponsor", clean.line),
    "recruitmentcountries": Column("countries", country_list, is_joined=True),
    "countriesofrecruitment": Column("countries", country_list, is_joined=True),
}
#: Other names of the same on the register's pages and in lists made from them.
_ALSO = {
    "targetenrolment": "targetnumberofparticipants targetsamplesize",
    "inclusion": "participantinclusioncriteria keyinclusioncriteria inclusioncriteria",
    "exclusion": "participantexclusioncriteria keyexclusioncriteria exclusioncriteria",
    "recruitmentstart": "dateoffirstenrolment",
    "overallenddate": "overalltrialenddate completiondate",
    "primarystudydesign": "studytype",
    "gender": "sex",
    "eudractnumber": "eudractctisnumber eudractctis",
    "nctnumber": "clinicaltrialsgovnumber clinicaltrialsgovnct",
    "protocolnumber": "protocolserialnumber",
    "recruitmentstatus": "trialstatus",
}
#: Cells of a record by the names that the XML and the JSON use.
NAMES = {
    "isrctn": "isrctn",
    "title": "trialDescription.title",
    "scientifictitle": "trialDescription.scientificTitle",
    "acronym": "trialDescription.acronym",
    "secondaryids": "externalRefs",
    "recruitmentstatus": "participants.recruitmentStatusOverride",
    "dateassigned": "isrctn.dateAssigned",
    "lastedited": "trial.lastUpdated",
    "recruitmentstart": "participants.recruitmentStart",
    "overallenddate": "trialDesign.overallEndDate",
    "primarystudydesign": "trialDesign.primaryStudyDesign",
    "phase": "interventions.phase",
    "totalfinalenrolment": "participants.totalFinalEnrolment",
    "targetenrolment": "participants.targetEnrolment",
    "conditions": "conditions.condition",
    "interventions": "interventions.intervention",
    "primaryoutcome": "trialDescription.primaryOutcome",
    "secondaryoutcome": "trialDescription.secondaryOutcome",
    "gender": "participants.gender",
    "loweragelimit": "participants.lowerAgeLimit",
    "upperagelimit": "participants.upperAgeLimit",
    "inclusion": "participants.inclusion",
    "exclusion": "participants.exclusion",
    "sponsor": "sponsor.organisation",
    "recruitmentcountries": "participants.recruitmentCountries",
}
FORMAT = TableFormat(
    name="isrctn",
    label=_("ISRCTN"),
    number_headers=("isrctn", "isrctnnumber", "isrctnid"),
    columns=_COLUMNS
    | {other: _COLUMNS[name] for name, others in _ALSO.items() for other in others.split()}
    | {clean.key(said): _COLUMNS[name] for name, said in NAMES.items() if name in _COLUMNS},
    number_prefix="ISRCTN",
    finish=_finish,
)
#: Elements of the register's XML.
TAGS = frozenset(("fulltrial",))


def _enrolment(cleaned: Cleaned) -> None:
    """What was reached, or else what is planned; each says which it is."""
    planned = cleaned.facts.pop("_target", None)
    if "enrollment" in cleaned.facts:
        cleaned.facts["enrollment_type"] = "ACTUAL"
    elif planned is not None:
        cleaned.facts |= {"enrollment": planned, "enrollment_type": "ESTIMATED"}


def _identifiers(cleaned: Cleaned) -> None:
    """The study's other numbers, from one column or from several."""
    found = [cleaned.facts.pop(name, "") for name in ("secondary_ids", "_eudract", "_nct", "_protocol")]
    known = [part for text in found for part in text.split("|") if part and "nil known" not in part.lower()]
    if known:
        cleaned.facts["secondary_ids"] = "|".join(dict.fromkeys(known))


def is_record(value: Any) -> bool:
    return isinstance(value, dict) and "isrctn" in value and isinstance(value.get("trialDescription"), dict)


def cells(record: dict[str, Any]) -> dict[str, str]:
    """One record as text by column."""
    number = str(record.get("isrctn", ""))
    references = _all(record, "externalRefs", "eudraCTNumber", "clinicalTrialsGovNumber", "protocolSerialNumber")
    secondary = list(_found(record, "externalRefs", "secondaryNumbers", "secondaryNumber"))
    known = [text for text in dict.fromkeys([*references, *secondary]) if "nil" not in text.lower()]
    conditions = [each for each in _found(record, "conditions", "condition") if isinstance(each, dict)]
    intervention = [each for each in _found(record, "interventions", "intervention") if isinstance(each, dict)]
    names = [(_plain(each.get("interventionType")), _plain(each.get("drugNames"))) for each in intervention]
    return {
        "isrctn": f"ISRCTN{number}" if number.isdigit() else number,
        "title": _one(record, "trialDescription", "title"),
        "scientifictitle": _one(record, "trialDescription", "scientificTitle"),
        "acronym": _one(record, "trialDescription", "acronym"),
        "secondaryids": "|".join(known),
        "recruitmentstatus": _one(record, "participants", "recruitmentStatusOverride"),
        "dateassigned": _one(record, "dateAssigned"),
        "lastedited": _one(record, "lastUpdated"),
        "sponsor": _one(record, "sponsor", "organisation"),
        "recruitmentstart": _one(record, "participants", "recruitmentStart"),
        "overallenddate": _one(record, "trialDesign", "overallEndDate"),
        "primarystudydesign": _one(record, "trialDesign", "primaryStudyDesign"),
        "phase": "|".join(filter(None, (_plain(each.get("phase")) for each in intervention))),
        "totalfinalenrolment": _one(record, "participants", "totalFinalEnrolment"),
        "targetenrolment": _one(record, "participants", "targetEnrolment"),
        "conditions": "|".join(_plain(each.get("description")) for each in conditions),
        "interventions": "|".join(f"{kind}: {name}" if kind else name for kind, name in names if name),
        "primaryoutcome": _outcome(record, "primary"),
        "secondaryoutcome": _outcome(record, "secondary"),
        "gender": _one(record, "participants", "gender"),
        "loweragelimit": _one(record, "participants", "lowerAgeLimit"),
        "upperagelimit": _one(record, "participants", "upperAgeLimit"),
        "inclusion": _one(record, "participants", "inclusion"),
        "exclusion": _one(record, "participants", "exclusion"),
        "recruitmentcountries": "|".join(_all_text(record, "participants", "recruitmentCountries", "country")),
    }


def is_full_trial(element: Element) -> bool:
    return element.find("trial/isrctn") is not None


def cells_of_element(element: Element) -> dict[str, str]:
    """One <fullTrial> as text by column: the trial, and its sponsor beside it."""
    trial, sponsor = element.find("trial"), element.find("sponsor")
    number = element.find("trial/isrctn")
    record: dict[str, Any] = _as_dict(trial) if trial is not None else {}
    record["lastUpdated"] = trial.get("lastUpdated", "") if trial is not None else ""
    record["dateAssigned"] = number.get("dateAssigned", "") if number is not None else ""
    record["sponsor"] = _as_dict(sponsor) if sponsor is not None else {}
    return cells(record)


def _as_dict(element: Element) -> Any:
    """An element as the JSON of the same has it: text, or parts by name, those that come again as a list."""
    if not len(element):
        return (element.text or "").strip()
    parts: dict[str, Any] = {}
    for child in element:
        said = _as_dict(child)
        if child.tag not in parts:
            parts[child.tag] = said
        elif isinstance(parts[child.tag], list):
            parts[child.tag].append(said)
        else:
            parts[child.tag] = [parts[child.tag], said]
    return parts


def _outcome(record: dict[str, Any], which: str) -> str:
    """An outcome in words, or since 2024 the variables of several."""
    if words := _one(record, "trialDescription", f"{which}Outcome"):
        return words
    measures = _found(record, "trialDescription", f"{which}Outcomes", "outcomeMeasure")
    return "|".join(filter(None, (_one(each, "variable") for each in measures if isinstance(each, dict))))


def _plain(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _found(value: Any, *path: str) -> Iterator[Any]:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    yield from value if isinstance(value, list) else [] if value is None else [value]


def _one(value: Any, *path: str) -> str:
    return next((_plain(found) for found in _found(value, *path)), "")


def _all(record: dict[str, Any], part: str, *names: str) -> list[str]:
    return [text for name in names if (text := _one(record, part, name))]


def _all_text(value: Any, *path: str) -> list[str]:
    return [text for found in _found(value, *path) if (text := _plain(found))]
