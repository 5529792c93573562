"""Dates of year, month or day precision."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drugs.partial_dates import PartialDate


@pytest.mark.parametrize(
    ("written", "stored", "precision", "earliest", "latest"),
    [
        ("2025", "2025", "year", dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
        (2025, "2025", "year", dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
        ("2024-2", "2024-02", "month", dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
        (" 2025-5-3 ", "2025-05-03", "day", dt.date(2025, 5, 3), dt.date(2025, 5, 3)),
        (dt.date(2025, 5, 3), "2025-05-03", "day", dt.date(2025, 5, 3), dt.date(2025, 5, 3)),
    ],
)
def test_parse_keeps_the_precision(written, stored, precision, earliest, latest):
    date = PartialDate.parse(written)

    assert (date, date.precision, date.earliest, date.latest) == (stored, precision, earliest, latest)


@pytest.mark.parametrize(
    "written", ["", "soon", "2025-13", "2025-02-30", "25-05-03", "03/05/2025", "2025-05-03T00:00", "２０２５", "0000"]
)
def test_parse_refuses_what_is_no_date(written):
    with pytest.raises(ValueError):
        PartialDate.parse(written)


@pytest.mark.parametrize(("date", "shown"), [("2025", "2025"), ("2025-05", "May 2025"), ("2025-05-03", "3 May 2025")])
def test_display_is_no_more_precise_than_the_date(date, shown):
    assert PartialDate(date).display == shown


@given(st.dates())
def test_a_day_survives(day):
    assert PartialDate.parse(PartialDate.parse(day)).earliest == day


@given(st.text())
def test_parse_raises_nothing_but_value_error(text):
    with contextlib.suppress(ValueError):
        PartialDate.parse(text)
