"""Lists of the EU Clinical Trials Register, which has no export of its own: those that its readers make.

A status there is one per country; it becomes the trial's only where all countries agree. Several
rows a trial, one for each sponsor or country, are usual: the first counts.
"""

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from drugs.imports import clean
from drugs.imports.countries import country_code
from drugs.imports.formats import ictrp
from drugs.imports.formats.table import Column, TableFormat
from drugs.imports.records import Cleaned
from drugs.imports.tables import Opener, open_text
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
        "phase": Column("phases", ictrp.phase, has_na=True),
        "trialprotocol": Column("", protocol, is_joined=True),
    },
    ignored=frozenset(("trialurl", "trialresults", "disease", "populationage", "link")),
    said_by=RecordSource.SHEET,
    marks=frozenset(("trialprotocol", "nameofsponsor", "sponsorprotocolnumber", "eudractnumber")),
    several=frozenset(
        ("lead_sponsor", "countries", "overall_status", "secondary_ids", "official_title", "brief_title")
    ),
    finish=_finish,
)


# The register's download as text: 'EudraCT Number:   2015-001314-10', a label and a value on each line

_LABELLED = re.compile(r"([A-Z][A-Za-z *]{3,40}):[ \t]*(.*)")
_FIRST = "eudractnumber"
DUMP_HEADERS = [_FIRST, *FORMAT.columns]


def is_dump(lines: Iterator[str]) -> bool:
    """Whether one of these lines is the number of a trial behind its label, with the sponsor's below it."""
    keys = [clean.key(found[1]) for line in lines if (found := _LABELLED.match(line.strip()))]
    return _FIRST in keys and bool({"sponsorprotocolnumber", "sponsorname", "fulltitle"} & set(keys))


def dump_rows(opener: Opener, encoding: str) -> Iterator[list[str]]:
    """The header, and a row for each trial. A line without a label goes on with the value above it."""
    yield DUMP_HEADERS
    trial: dict[str, str] = {}
    last = ""
    with open_text(opener, encoding) as text:
        for line in text:
            found = _LABELLED.match(line.strip())
            if not found:
                if last and line.strip():
                    trial[last] += f" {line.strip()}"
                elif not line.strip():
                    last = ""
                continue
            last = clean.key(found[1])
            if last == _FIRST and trial.get(_FIRST):
                yield [trial.get(name, "") for name in DUMP_HEADERS]
                trial = {}
            trial[last] = found[2].strip()
    if trial.get(_FIRST):
        yield [trial.get(name, "") for name in DUMP_HEADERS]
