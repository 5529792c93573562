"""Regions: names that readers know, and who was in the EU when."""

import datetime as dt

import pytest

from drugs.regions import is_in_eu, region_choices, region_name


@pytest.mark.parametrize(
    ("country", "on", "expected"),
    [
        ("DE", "2024-05-31", True),
        ("GB", "2020-01-31", True),
        ("GB", "2020-02-01", False),
        ("HR", "2013-06-30", False),
        ("HR", "2013-07-01", True),
        ("CH", "2024-01-01", False),
        ("KR", "2024-01-01", False),
    ],
)
def test_membership_of_the_eu_on_a_day(country, on, expected):
    assert is_in_eu(country, dt.date.fromisoformat(on)) is expected


def test_twenty_seven_members_today():
    codes = [code for code, _name in region_choices()]

    assert sum(is_in_eu(code, dt.date(2026, 1, 1)) for code in codes) == 27


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("KR", "South Korea"),
        ("EU", "European Union"),
        ("WW", "everywhere else"),
        ("US", "United States of America"),
        ("ZZ", "ZZ"),
    ],
)
def test_region_name(code, name):
    assert region_name(code) == name
