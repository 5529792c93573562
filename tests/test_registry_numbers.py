"""One number in all the spellings in which it turns up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drugs.registry_numbers import beginning_of_number, numbers_in, numbers_meant, parse_number


@pytest.mark.parametrize(
    ("written", "registry", "number"),
    [
        ("NCT01363401", "CTGOV", "NCT01363401"),
        (" nct 0136 3401\u00a0", "CTGOV", "NCT01363401"),
        ("EUCTR2018-002722-22-FR", "EUCTR", "2018-002722-22"),
        ("2018-002722-22", "EUCTR", "2018-002722-22"),
        ("EudraCT 2007-001592-10", "EUCTR", "2007-001592-10"),
        ("CTIS2022-501234-12-00", "CTIS", "2022-501234-12"),
        ("2023-505123-12-01", "CTIS", "2023-505123-12"),
        ("isrctn12345678", "ISRCTN", "ISRCTN12345678"),
        ("ACTRN12620000123456", "ANZCTR", "ACTRN12620000123456"),
        ("ChiCTR2000029949", "CHICTR", "CHICTR2000029949"),
        ("ChiCTR-TRC-12002345", "CHICTR", "CHICTR-TRC-12002345"),
        ("CTRI/2020/03/023927", "CTRI", "CTRI/2020/03/023927"),
        ("ctri-2020-03-023927", "CTRI", "CTRI/2020/03/023927"),
        ("SLCTR/2020/012", "SLCTR", "SLCTR/2020/012"),
        ("JPRN-jRCTs031190227", "JRCT", "JRCTS031190227"),
        ("JPRN-UMIN000012345", "UMIN", "UMIN000012345"),
        ("JPRN-JapicCTI-152887", "JAPICCTI", "JAPICCTI-152887"),
        ("IRCT20200128046294N2", "IRCT", "IRCT20200128046294N2"),
        ("DRKS00021111", "DRKS", "DRKS00021111"),
        ("RBR-8z7v5wc", "REBEC", "RBR-8Z7V5WC"),
        ("KCT0004567", "CRIS", "KCT0004567"),
        ("NTR7230", "NTR", "NTR7230"),
        ("PACTR202003832850312", "PACTR", "PACTR202003832850312"),
        ("TCTR20200404004", "TCTR", "TCTR20200404004"),
    ],
)
def test_parse_finds_registry_and_number(written, registry, number):
    assert parse_number(written) == (registry, number)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "R01NS045294",
        "NCT0136340",
        "NCT013634011",
        "NEURONATA-R_ALS301",
        "101CS101",
        "2018",
        "2018-05-03",
        "xNCT01363401",
        "NCT01363401, NCT04745299",
    ],
)
def test_parse_refuses_other_numbers(written):
    assert parse_number(written) is None


def test_address_has_no_slash():
    number = parse_number("CTRI/2020/03/023927")

    assert number is not None
    assert number.address == "CTRI-2020-03-023927"
    assert parse_number(number.address) == number


def test_numbers_in_a_text():
    text = "The phase 2 trial (NCT01363401), and ISRCTN 12345678; not NCT123 or xNCT04745299."

    assert [number.number for _start, _end, number in numbers_in(text)] == ["NCT01363401", "ISRCTN12345678"]


@given(st.text(max_size=60))
def test_parse_is_idempotent_and_never_fails(text):
    number = parse_number(text)

    assert number is None or parse_number(number.number) == number


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("see NCT04745299 and eudract 2018-000137-13", {"NCT04745299", "2018-000137-13"}),
        ("NCT 0474 5299", {"NCT04745299"}),
        ("4745299", {"NCT04745299"}),
        ("nct4745299", {"NCT04745299"}),
        ("nct-04745299", {"NCT04745299"}),
        ("isrctn-8373.8603", {"ISRCTN83738603"}),
        ("2018 000137 13", {"2018-000137-13"}),
        ("201800013713", {"2018-000137-13"}),
        ("83738603", {"ISRCTN83738603", "NCT83738603"}),
        ("edaravone", set()),
        ("2024", set()),
        ("", set()),
    ],
)
def test_numbers_that_may_be_meant(typed, numbers):
    found = set(numbers_meant(typed))

    assert numbers <= found
    assert found or not numbers
    assert bool(found) == bool(numbers)


@pytest.mark.parametrize(
    ("typed", "beginning"),
    [
        ("eudract 2018-0001", "2018-0001"),
        ("isrctn837386", "ISRCTN837386"),
        ("2018-000137-13", ""),
        ("mt-1186", ""),
        ("x", ""),
    ],
)
def test_beginning_of_a_number(typed, beginning):
    assert beginning_of_number(typed) == beginning
