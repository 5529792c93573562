"""Lists of the EU Clinical Trials Register, which has no export of its own: those that its readers make.

A status there is one per country; it becomes the trial's only where all countries agree. Several
rows a trial, one for each sponsor or country, are usual: the first counts.
"""

import re

from django.utils.translation import gettext_lazy as _

from drugs.imports import clean
from drugs.imports.countries import country_code
from drugs.imports.formats import ictrp
from drugs.imports.formats.table import Column, TableFormat
from drugs.imports.records import Cleaned
from drugs.vocabulary import RecordSource

_ENDS = {"completed": "COMPLETED", "prematurelyended": "TERMINATED", "temporarilyhalted": "SUSPENDED"}
_PROTOCOL = re.compile(r"\b([A-Z]{2})\s*\(([^()]*)\)")


def protocol(value: str) -> dict[str, str]:
    """'DE (Completed) BE (Ongoing)': countries, and the status where it is the same everywhere."""
    found = _PROTOCOL.findall(value)
    codes = [code for name, _status in found if (code := country_code("GB" if name == "UK" else name))]
    said = {_ENDS.get(clean.key(status)) for _name, status in found}
    status = said.pop() if len(said) == 1 else None
    facts = {"countries": "|".join(dict.fromkeys(codes))} if codes else {}
    return facts | ({"overall_status": status} if status else {})


def whole_title(value: str) -> str | None:
    """A title that a list cut off with '...' is not taken."""
    return None if value.endswith(("...", "…")) else clean.line(value)


def _finish(cleaned: Cleaned) -> None:
    """The register knows one title: it is the brief one too, so that lists have something to show."""
    if title := cleaned.facts.get("official_title"):
        cleaned.facts.setdefault("brief_title", title)


FORMAT = TableFormat(
    name="euctr_list",
    label=_("List from the EU Clinical Trials Register"),
    number_headers=("eudractnumber", "eudract", "eudractnumberwithcountry", "euctnumber", "euctrid", "trialid"),
    columns={
        "fulltitle": Column("official_title", whole_title),
        "trialtitle": Column("official_title", whole_title),
        "sponsorprotocolnumber": Column("secondary_ids", clean.line),
        "startdate": Column("start_date", is_date=True),
        "sponsorname": Column("lead_sponsor", clean.line),
        "nameofsponsor": Column("lead_sponsor", clean.line),
        "medicalcondition": Column("conditions", clean.line),
        "gender": Column("sex", ictrp.sex),
        "phase": Column("phases", ictrp.phase),
        "trialprotocol": Column("", protocol),
    },
    ignored=frozenset(("trialurl", "trialresults")),
    said_by=RecordSource.SHEET,
    marks=frozenset(("trialprotocol", "nameofsponsor", "sponsorprotocolnumber", "eudractnumber")),
    several=frozenset(
        ("lead_sponsor", "countries", "overall_status", "secondary_ids", "official_title", "brief_title")
    ),
    finish=_finish,
)
