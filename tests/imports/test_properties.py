"""Whatever a file holds, reading and cleaning end in values, problems or the documented refusal."""

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drugs.imports import dates, formats
from drugs.imports.cell_number import number_of
from drugs.imports.countries import countries_of_sites
from drugs.imports.inspect import inspect
from drugs.imports.number_set import NumberSet
from drugs.imports.problems import BadValueError, FileRefusedError
from drugs.imports.recognise import recognise
from drugs.imports.records import RefusedRow
from drugs.imports.spreadsheets import harmless, unharmed
from drugs.models import Trial
from drugs.registry_numbers import parse_number
from tests.imports.conftest import HEADER, csv_row

pytestmark = pytest.mark.django_db
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

CLEANERS = {
    f"{table.name}.{name}": column.clean
    for table in (*formats.TABLES, formats.SHEET, *(document.table for document in formats.DOCUMENTS))
    for name, column in table.columns.items()
    if column.clean
} | {"date": dates.date_of(None), "day": dates.date_of("day"), "month": dates.date_of("month")}
#: Many columns share a cleaner: each is tried under one of its names.
ONCE = {clean: name for name, clean in CLEANERS.items()}.values()
#: Text near what cleaners look for, beside any text at all.
NEAR = st.text(alphabet="0123456789/.-:|,() NAPHSEIVphaseYearsDrug\n\x00\x1f\xa0<>&;", max_size=60)
ICTRP = "TrialID,Recruitment Status,Date registration3"
HEADS = st.sampled_from([HEADER, "NCT Number,Study Title,Enrollment", ICTRP, "id;title;status", "", "x"])
BODY = st.text(alphabet='NCT0123456789",;\t\r\n ab/-éß\x00\x1f', max_size=300)
KEYS = (
    "protocolSection identificationModule nctId statusModule overallStatus designModule phases studies isrctn trialDescription"
).split()
NUMBERS = ["ISRCTN12345678", "2011-000001-12", "RBR-4DVG7Y", "CTRI/2020/03/012345", "IRCT20200318046812N2"]


def read_all(content: bytes) -> None:
    """Read and clean every record; anything but the refusal of the file is a failure."""

    def opener():
        return io.BytesIO(content)

    try:
        source = recognise(opener, inspect(opener()))
        for record in source.records():
            if not isinstance(record, RefusedRow):
                cleaned = source.clean(record)
                assert set(cleaned.facts) <= set(Trial.FACTS)
                json.dumps(cleaned.facts)
    except FileRefusedError as error:
        assert 10 < len(str(error)) < 1_000


@pytest.mark.any_database
@pytest.mark.parametrize("name", ONCE)
@settings(max_examples=40, deadline=None)
@given(value=st.one_of(NEAR, st.text(max_size=40)))
def test_a_cleaner_gives_a_value_or_a_reason(name, value):
    value = value.strip()
    if not value:
        return
    try:
        CLEANERS[name](value)
    except BadValueError as error:
        assert str(error)


#: Over each of these an expression that goes back over what it read takes hours when a cell is long.
LONG = [" ", "\n ", "\xa0", "(", "[", "<", "A ", "a:", "; ", "phase i ", "18 Years to ", "NCT01363401 ", "female: "]


@pytest.mark.any_database
@pytest.mark.parametrize("piece", LONG)
def test_a_long_cell_takes_no_cleaner_long(piece):
    cell = f"A{piece * (50_000 // len(piece))}z"
    for cleaner in {*CLEANERS.values(), number_of, dates.certain_date}:
        try:
            cleaner(cell)
        except BadValueError as error:
            assert str(error)


@QUICK
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    read_all(content)


@QUICK
@given(head=HEADS, body=BODY, encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_any_table_is_read_or_refused(head, body, encoding):
    read_all(f"{head}\r\n{body}".encode(encoding, errors="replace"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@QUICK
@given(value=JSON)
def test_any_json_is_read_or_refused(value):
    read_all(json.dumps([value]).encode())


@QUICK
@given(text=st.text(alphabet="<>/abTrial&;x=\"' ", max_size=120))
def test_any_xml_is_read_or_refused(text):
    read_all(f"<Trial><TrialID>NCT01363401</TrialID>{text}</Trial>".encode())


@FEW
@given(
    title=st.text(max_size=60), summary=st.text(alphabet="=+-@'\t a\n|\"", max_size=30), people=st.integers(-5, 2**33)
)
def test_any_cells_are_stored_or_named(imported, compared, title, summary, people):
    Trial.objects.all().delete()
    cells = {"NCT_Number": "NCT01363401", "Study_Title": title, "Brief_Summary": summary, "Enrollment": str(people)}
    run = compared(
        (f"{HEADER}\n{csv_row(NCT_Number='NCT00000001', Study_Title='x')}\n{csv_row(**cells)}\n").encode(
            errors="replace"
        )
    )

    if run.state == "compared":
        assert sum(run.counts[name] for name in ("new", "refused", "held", "repeated")) == run.counts["rows"]


@QUICK
@given(value=st.text(max_size=20))
def test_what_leaves_for_a_spreadsheet_comes_back_as_it_was(value):
    assert unharmed(harmless(value)) == value
    assert harmless(value)[:1] not in ("=", "+", "-", "@", "\t", "\r")


@QUICK
@given(numbers=st.lists(st.one_of(st.integers(0, 99_999_999).map("NCT{:08}".format), st.sampled_from(NUMBERS))))
def test_a_set_of_numbers_is_a_set(numbers):
    packed = NumberSet()
    for number in numbers:
        packed.add(number)
    again = NumberSet.unpacked(packed.packed())

    assert set(again) == set(numbers)
    assert len(again) == len(set(numbers))
    assert not list(again - packed)


@QUICK
@given(value=st.text(max_size=50))
def test_numbers_and_countries_take_any_text(value):
    number = parse_number(value)
    assert number is None or parse_number(number.number) == number
    countries_of_sites(value)
