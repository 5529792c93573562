"""Files of every registry format with hostile texts in every column, header, element and name.

In a file's first rows one column each holds all the texts and the rest is as a registry writes it: most are accepted, and
their texts come to the pages of trials. In the later rows every column is hostile: they are refused or held, and say so.
"""

import io
import json
import re
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape, quoteattr

import openpyxl

from drugs.imports import formats
from drugs.imports.formats.sheet import GUESSES
from drugs.imports.formats.table import TableFormat
from tests.imports.test_formats import STUDY
from tests.imports.test_odd_files import ISRCTN_XML

#: A number that each format's own register gives, by the place of a row.
NUMBERS: dict[str, Callable[[int], str]] = {
    "isrctn": lambda row: f"ISRCTN{10_000_000 + row}",
    "ctis": lambda row: f"2024-{500_000 + row}-12-00",
    "euctr_list": lambda row: f"2011-{row:06}-12",
}
CTGOV_XML = (
    '<clinical_study rank="1"><required_header><url>u</url></required_header><id_info><org_study_id>o</org_study_id><secondary_id>s'
    "</secondary_id><nct_id>NUMBER</nct_id></id_info><brief_title>t</brief_title><official_title>t</official_title><acronym>a</acronym>"
    "<sponsors><lead_sponsor><agency>a</agency><agency_class>Industry</agency_class></lead_sponsor><collaborator><agency>c</agency>"
    "</collaborator></sponsors><brief_summary><textblock>b</textblock></brief_summary><overall_status>Completed</overall_status>"
    "<why_stopped>w</why_stopped><start_date type=\"Actual\">May 2011</start_date><phase>Phase 2</phase><study_type>Interventional"
    "</study_type><study_design_info><allocation>Randomized</allocation><intervention_model>Parallel Assignment</intervention_model>"
    "<masking>Double</masking><primary_purpose>Treatment</primary_purpose></study_design_info><primary_outcome><measure>m</measure>"
    "<time_frame>t</time_frame><description>d</description></primary_outcome><secondary_outcome><measure>m</measure></secondary_outcome>"
    "<enrollment type=\"Actual\">7</enrollment><condition>ALS</condition><intervention><intervention_type>Drug</intervention_type>"
    "<intervention_name>n</intervention_name></intervention><eligibility><criteria><textblock>c</textblock></criteria><gender>All</gender>"
    "<minimum_age>18 Years</minimum_age><maximum_age>80 Years</maximum_age></eligibility><location><facility><name>f</name><address>"
    "<city>c</city><country>Germany</country></address></facility></location><location_countries><country>Germany</country>"
    "</location_countries></clinical_study>"
)  # fmt: skip
ICTRP_XML = "<Trial><TrialID>NUMBER</TrialID>{}</Trial>"
_ICTRP_CELLS = (
    "Public_title Scientific_title Acronym Secondary_ID Primary_sponsor Secondary_Sponsor Last_Refreshed_on Date_registration "
    "Date_registration3 Date_enrollement Recruitment_Status Study_type Study_design Phase Countries Inclusion_agemin Inclusion_agemax "
    "Inclusion_gender Target_size Inclusion_Criteria Exclusion_Criteria Condition Intervention Primary_outcome Secondary_outcome"
).split()


def files(texts: list[str]) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file; the names are hostile too."""
    name = texts[0].replace("/", "")
    for table in (*formats.TABLES, formats.SHEET):
        header, rows = _table(table, texts)
        yield f"{table.name} {name}.csv", _csv([header, *rows])
        yield f"{table.name} {name}.xlsx", _workbook([header, *rows], texts[1])
    yield f"strange {name}.csv", _csv([["id", *texts], *([f"NCT{row:08}", *texts] for row in range(3))])
    yield f"{name}.json", json.dumps([*_studies(texts)]).encode()
    yield f"ctgov {name}.xml", _xml(CTGOV_XML, texts, 70_000_000, "<search_results>{}</search_results>")
    ictrp = ICTRP_XML.format("".join(f"<{cell}>x</{cell}>" for cell in _ICTRP_CELLS))
    yield (
        f"ictrp {name}.xml",
        _xml(ictrp, texts, 71_000_000, "<Trials_downloaded_from_ICTRP>{}</Trials_downloaded_from_ICTRP>"),
    )
    start, end = ISRCTN_XML.index("<fullTrial>"), ISRCTN_XML.index("</allTrials>")
    record = ISRCTN_XML[start:end].replace(">12345678<", ">NUMBER<").replace("NCT01363401", "x")
    outside = '<allTrials xmlns="http://www.67bricks.com/isrctn">{}</allTrials>'
    yield f"isrctn {name}.xml", _xml(record, texts, 72_000_000, outside, prefix="")
    yield f"{name}.txt", "\n\n".join(_dump(texts)).encode()
    yield f"nothing {name}.csv", "\n".join(texts).encode()
    yield f"broken {name}.xml", f"<clinical_study><{texts[0]}".encode()


def _number(table: TableFormat, row: int) -> str:
    return NUMBERS.get(table.name, lambda place: f"NCT{place:08}")(row)


def _table(table: TableFormat, texts: list[str]) -> tuple[list[str], list[list[str]]]:
    names = [name for name in table.columns if name != table.number_headers[0]]
    if table is formats.SHEET:  # by hand a fact has one column, and nothing is there that a registry's file would have
        names = list({fact: name for name, fact in reversed(GUESSES.items())}.values())
    header = [
        "Registry number" if table is formats.SHEET else table.number_headers[0],
        *names,
        *sorted(table.ignored),
        texts[2],
    ]
    width, start = len(header) - 1, 10_000 * list(formats.LABELS).index(table.name)
    rows = []
    for column in range(width):
        cells = [""] * width
        cells[column] = " ".join(texts)
        rows.append([_number(table, start + column), *cells])
    for place in range(len(texts)):
        turned = texts[place:] + texts[:place]
        rows.append([_number(table, start + width + place), *(turned[at % len(texts)] for at in range(width))])
    return header, [*rows, [texts[3], *[""] * width]]


def _csv(rows: list[list[str]]) -> bytes:
    return "\r\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows).encode()


def _workbook(rows: list[list[str]], title: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "".join(letter for letter in title if letter not in "\\*?:/[]")[:31] or "Trials"
    for row in rows:
        sheet.append(["".join(letter for letter in cell if letter >= " " or letter in "\t\n") for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _studies(texts: list[str]) -> Iterator[dict]:
    """A study for each place in the JSON that holds a text, hostile there; then studies that are hostile all over."""
    whole = json.loads(json.dumps(STUDY))
    protocol = whole["protocolSection"]
    protocol["identificationModule"] |= {"officialTitle": "o", "acronym": "a", "secondaryIdInfos": [{"id": "i"}]}
    protocol["conditionsModule"] = {"conditions": ["ALS"]}
    protocol["descriptionModule"] = {"briefSummary": "b"}
    protocol["armsInterventionsModule"] = {"interventions": [{"type": "DRUG", "name": "n"}]}
    protocol["outcomesModule"] = {"primaryOutcomes": [{"measure": "m", "description": "d", "timeFrame": "t"}]}
    protocol["eligibilityModule"] |= {"eligibilityCriteria": "c", "sex": "ALL"}
    protocol["sponsorCollaboratorsModule"] = {
        "leadSponsor": {"name": "n", "class": "OTHER"},
        "collaborators": [{"name": "n"}],
    }
    places = _ends(whole)
    for row in range(len(places) + len(texts)):
        study = json.loads(json.dumps(whole))
        here = places[row : row + 1] if row < len(places) else places
        for at, place in enumerate(here):
            _put(study, place, " ".join(texts) if row < len(places) else texts[(row + at) % len(texts)])
        study["protocolSection"]["identificationModule"]["nctId"] = f"NCT{73_000_000 + row}"
        yield study


def _ends(value: object, path: tuple = ()) -> list[tuple]:
    if isinstance(value, dict):
        return [end for name, one in value.items() for end in _ends(one, (*path, name))]
    if isinstance(value, list):
        return [end for place, one in enumerate(value) for end in _ends(one, (*path, place))]
    return [path] if isinstance(value, str) and path[-1] != "nctId" else []


def _put(value: object, path: tuple, text: str) -> None:
    for step in path[:-1]:
        value = value[step]  # type: ignore[index]
    value[path[-1]] = text  # type: ignore[index]


def _xml(record: str, texts: list[str], first: int, outside: str, prefix: str = "NCT") -> bytes:
    """A record for each text between two tags and for each attribute, hostile there; then records hostile all over."""
    pieces = _pieces(record)
    places = [
        at for at, piece in enumerate(pieces) if piece.strip() and piece != "NUMBER" and not piece.startswith("<")
    ]
    records = []
    for row in range(len(places) + len(texts)):
        parts = list(pieces)
        for at, place in enumerate(places[row : row + 1] if row < len(places) else places):
            parts[place] = escape(_legal(" ".join(texts) if row < len(places) else texts[(row + at) % len(texts)]))
        parts = [
            part.replace('"Actual"', quoteattr(_legal(texts[row % len(texts)]))) if row % 2 else part for part in parts
        ]
        records.append("".join(parts).replace("NUMBER", f"{prefix}{first + row}"))
    return outside.format("".join(records)).encode()


def _pieces(record: str) -> list[str]:
    """Tags and what stands between them."""
    return re.findall(r"<[^>]*>|[^<]+", record)


def _legal(text: str) -> str:
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")


def _dump(texts: list[str]) -> Iterator[str]:
    labels = ["Sponsor Protocol Number", "Sponsor Name", "Full Title", "Start Date", "Medical condition", "Disease", "Gender",
              "Population Age", "Trial protocol", "Link"]  # fmt: skip
    for row in range(len(labels) + len(texts)):
        yield "\n".join([
            f"EudraCT Number: 2012-{row:06}-12",
            *(f"{label}: {_line(texts, row, at, len(labels))}" for at, label in enumerate(labels)),
        ])  # fmt: skip


def _line(texts: list[str], row: int, at: int, count: int) -> str:
    if row < count:
        return " ".join(" ".join(texts).split()) if row == at else ""
    return " ".join(texts[(row + at) % len(texts)].split())
