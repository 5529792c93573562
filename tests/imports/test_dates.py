"""Dates and numbers of people in every spelling that was seen: the right value, or the reason why not."""

import pytest

from drugs.imports.clean import whole_number
from drugs.imports.dates import date_of
from drugs.imports.problems import BadValueError, UnknownWordError
from tests.imports.conftest import csv_file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2011", "2011"),
        ("2011-2-4", "2011-02-04"),
        ("2011/02/24", "2011-02-24"),
        ("2011.02.24", "2011-02-24"),
        ("02/2011", "2011-02"),
        ("2-2011", "2011-02"),
        ("2011-02-24T00:00:00.000Z", "2011-02-24"),
        ("March 5 2018", "2018-03-05"),
        ("Mar. 5, 2018", "2018-03-05"),
        ("March\xa05th, 2018", "2018-03-05"),
        ("Wednesday, February 24, 2021", "2021-02-24"),
        ("24 February, 2021", "2021-02-24"),
        ("2021 Feb 24", "2021-02-24"),
        ("24-Feb-21", "2021-02-24"),
        ("Feb-21", "2021-02"),
        ("Feb-99", "1999-02"),
        ("18-03-2020", "2020-03-18"),
        ("２０２１-02", "2021-02"),
        ("2021年2月24日", "2021-02-24"),
        ("15.04.2020", "2020-04-15"),
    ],
)
def test_a_date_in_a_spelling_that_can_be_read_in_one_way(text, expected):
    assert date_of(None)(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2020-00", "no such day"),
        ("2020-05-00", "no such day"),
        ("00/2020", "no such day"),
        ("March 0, 2018", "no such day"),
        ("31 June 2020", "no such day"),
        ("1/1/1899", "1900 to 2100"),
        ("44251", "perhaps 2021-02-24"),
        ("########", "too narrow"),
        ("5 mars 2023", "Write a date"),
        ("24/2/21", "Write a date"),
        ("Q1 2021", "Write a date"),
        ("２０20²", "Write a date"),
    ],
)
def test_a_date_that_is_none_gets_the_reason(text, reason):
    with pytest.raises(BadValueError, match=reason):
        date_of(None)(text)


@pytest.mark.parametrize("text", ["03/05/2023", "03-05-2023", "3/5/2023 10:40:56 AM"])
def test_a_date_that_may_be_two_waits_for_a_person(text):
    with pytest.raises(UnknownWordError, match="day first or month first"):
        date_of(None)(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1 234", 1234), ("1\u202f234", 1234), ("1'234", 1234), ("1,234.0", 1234), ("１１５", 115), ("450.00", 450)],
)
def test_a_number_of_people_with_its_thousands_apart(text, expected):
    assert whole_number(text) == expected


@pytest.mark.parametrize("text", ["1.000", "1.234", "1.15E+02", "450,0", "1,234 567", "½", "12²", "-3", "~450"])
def test_a_number_that_may_be_another_is_refused(text):
    with pytest.raises(BadValueError):
        whole_number(text)


@pytest.mark.django_db
def test_a_month_0_is_refused_with_its_row_and_stops_nobody_else(imported):
    good = {"NCT_Number": "NCT01363401", "Start_Date": "2011-02"}
    run = imported(csv_file(good, good | {"NCT_Number": "NCT04745299", "Start_Date": "2020-00"}))

    assert (run.counts["new"], run.counts["refused"]) == (1, 1)
