"""CTIS, the EU's register since 2023: the CSV of its public search. Dates are day first; seen 2024 to 2026.

A trial that was submitted again has the same number with another ending (-00, -01).
"""

import re

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.imports import clean
from drugs.imports.countries import country_list
from drugs.imports.formats import ictrp
from drugs.imports.formats.sheet import noted
from drugs.imports.formats.table import Column, TableFormat
from drugs.imports.problems import NotedWordError

#: The register's words by key; None where they do not say how far the trial is.
_STATUSES: dict[str, str | None] = {
    "authorisedrecruitmentpending": "NOT_YET_RECRUITING",
    "authorisedrecruiting": "RECRUITING",
    "ongoingrecruiting": "RECRUITING",
    "ongoingrecruitmentended": "ACTIVE_NOT_RECRUITING",
    "temporarilyhalted": "SUSPENDED",
    "suspended": "SUSPENDED",
    "ended": "COMPLETED",
    "revoked": "TERMINATED",
    **dict.fromkeys(("underevaluation", "authorised", "notauthorised", "expired", "halted", "cancelled", "submitted")),
}
_COUNTRY = re.compile(r"(?:^|[,;|]\s*)([A-Z][A-Za-z .()-]+?)\s*:")


def status(value: str) -> str | None:
    try:
        return _STATUSES[clean.key(value)]
    except KeyError:
        raise NotedWordError(_t("This status is not known: it is left out.")) from None


def places(value: str) -> str | None:
    """'Germany:Ongoing, recruiting, Austria:Authorised, recruitment pending': the countries alone."""
    return country_list("|".join(_COUNTRY.findall(clean.line(value)))) or None


def sponsors(value: str) -> dict[str, str]:
    return clean.sponsors(_listed(value))


def _listed(value: str) -> str:
    return "|".join(part.strip() for part in clean.line(value).split(";"))


FORMAT = TableFormat(
    name="ctis",
    label=_("EU Clinical Trials (CTIS) CSV"),
    number_headers=("trialnumber", "euctnumber", "ctnumber", "euctrialnumber"),
    columns={
        "titleofthetrial": Column("brief_title", clean.line),
        "protocolcode": Column("secondary_ids", clean.line),
        "overalltrialstatus": Column("overall_status", status),
        "locationsandrecruitmentstatus": Column("countries", places),
        "gender": Column("sex", ictrp.sex),
        "numberofparticipantsenrolled": Column("enrollment", clean.whole_number),
        "medicalconditions": Column("conditions", _listed),
        "trialphase": Column("phases", ictrp.phase, has_na=True),
        "product": Column("interventions", _listed),
        "primaryendpoint": Column("primary_outcomes", clean.text),
        "secondaryendpoints": Column("secondary_outcomes", clean.text),
        "startdate": Column("start_date", is_date=True, order="day"),
        "globalendofthetrial": Column("completion_date", is_date=True, order="day"),
        "trialresults": Column("has_results", noted(clean.has_results)),
        "sponsorcosponsors": Column("", sponsors),
        "lastupdated": Column("last_update_posted", is_date=True, order="day"),
    },
    ignored=frozenset(
        "agegroup agerangesecondaryidentifier trialregion therapeuticarea sponsortype decisiondate enddate endpoint".split()
    ),
    marks=frozenset(("overalltrialstatus", "locationsandrecruitmentstatus", "titleofthetrial")),
)
