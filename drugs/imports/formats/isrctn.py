"""ISRCTN: records as the R package ctrdata stores them (JSON), and the register's download (CSV).

The register's own schema: https://www.isrctn.com/isrctn.xsd.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from drugs.imports import clean
from drugs.imports.countries import country_list
from drugs.imports.formats import ictrp
from drugs.imports.formats.table import Column, TableFormat, numbers_in_ids
from drugs.imports.records import Cleaned


def _finish(cleaned: Cleaned) -> None:
    _enrolment(cleaned)
    ictrp.join_criteria(cleaned)
    cleaned.others = numbers_in_ids(cleaned.facts.get("secondary_ids", ""))
    cleaned.last_update = cleaned.facts.get("last_update_posted", "")


FORMAT = TableFormat(
    name="isrctn",
    label=_("ISRCTN"),
    number_headers=("isrctn", "isrctnnumber", "isrctnid"),
    columns={
        "title": Column("brief_title", clean.line),
        "publictitle": Column("brief_title", clean.line),
        "scientifictitle": Column("official_title", clean.line),
        "acronym": Column("acronym", clean.line),
        "secondaryids": Column("secondary_ids", clean.line),
        "recruitmentstatus": Column("overall_status", ictrp.status),
        "overallstudystatus": Column("overall_status", ictrp.status),
        "dateassigned": Column("first_posted", is_date=True, order="day"),
        "lastedited": Column("last_update_posted", is_date=True, order="day"),
        "recruitmentstart": Column("start_date", is_date=True, order="day"),
        "recruitmentstartdate": Column("start_date", is_date=True, order="day"),
        "overallenddate": Column("completion_date", is_date=True, order="day"),
        "overallstudyenddate": Column("completion_date", is_date=True, order="day"),
        "primarystudydesign": Column("study_type", ictrp.study_type),
        "phase": Column("phases", ictrp.phase),
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
    },
    finish=_finish,
)
HEADERS = ["isrctn", *FORMAT.columns]


def _enrolment(cleaned: Cleaned) -> None:
    """What was reached, or else what is planned; each says which it is."""
    planned = cleaned.facts.pop("_target", None)
    if "enrollment" in cleaned.facts:
        cleaned.facts["enrollment_type"] = "ACTUAL"
    elif planned is not None:
        cleaned.facts |= {"enrollment": planned, "enrollment_type": "ESTIMATED"}


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
        "recruitmentstart": _one(record, "participants", "recruitmentStart"),
        "overallenddate": _one(record, "trialDesign", "overallEndDate"),
        "primarystudydesign": _one(record, "trialDesign", "primaryStudyDesign"),
        "phase": "|".join(filter(None, (_plain(each.get("phase")) for each in intervention))),
        "totalfinalenrolment": _one(record, "participants", "totalFinalEnrolment"),
        "targetenrolment": _one(record, "participants", "targetEnrolment"),
        "conditions": "|".join(_plain(each.get("description")) for each in conditions),
        "interventions": "|".join(f"{kind}: {name}" if kind else name for kind, name in names if name),
        "primaryoutcome": _one(record, "trialDescription", "primaryOutcome"),
        "secondaryoutcome": _one(record, "trialDescription", "secondaryOutcome"),
        "gender": _one(record, "participants", "gender"),
        "loweragelimit": _one(record, "participants", "lowerAgeLimit"),
        "upperagelimit": _one(record, "participants", "upperAgeLimit"),
        "inclusion": _one(record, "participants", "inclusion"),
        "exclusion": _one(record, "participants", "exclusion"),
        "recruitmentcountries": "|".join(_all_text(record, "participants", "recruitmentCountries", "country")),
    }


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
