"""The timeline: each date of each trial where it belongs, as sharp as it is, and 100 trials of them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as some

from drugs.charts.timeline import MOST_ROWS, Dated, TrialDates, timeline
from drugs.partial_dates import PartialDate
from tests import factories
from tests.charts.drawn import marks, name_of, page_of, percent, tracks, words

pytestmark = pytest.mark.any_database

TODAY = dt.date(2026, 11, 24)


def dated(text, kind="ACTUAL"):
    return Dated(PartialDate(text), kind) if text else None


def trial(number="NCT00000001", start="", primary="", end="", kinds=("ACTUAL", "ACTUAL", "ACTUAL"), **more):
    given_dates = {
        name: dated(text, kind)
        for name, text, kind in zip(("start", "primary", "end"), (start, primary, end), kinds, strict=True)
    }
    return TrialDates(number, "", "/", "COMPLETED", "Completed", "", **given_dates | more)


def place(text):
    return float(text.removesuffix("%"))


def test_a_day_is_a_point_a_month_a_point_on_its_band_a_year_a_band_alone():
    found = timeline([trial(start="2020", primary="2022-05", end="2023-03-14")], TODAY)
    year, month, day = found.rows[0].marks

    assert [mark.has_point for mark in (year, month, day)] == [False, True, True]
    assert (day.band_x, day.band_width) == ("", "")
    assert found.scale.value(place(day.x)) == dt.date(2023, 3, 14)
    assert found.scale.value(place(year.band_x)) == dt.date(2020, 1, 1)
    assert found.scale.value(place(year.band_x) + place(year.band_width)) == dt.date(2021, 1, 1)
    assert found.scale.value(place(month.band_x)) == dt.date(2022, 5, 1)
    assert found.scale.value(place(month.band_x) + place(month.band_width)) == dt.date(2022, 6, 1)


partial = some.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31)).flatmap(
    lambda day: some.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"])
)


@given(some.lists(some.tuples(partial, partial, partial), min_size=1, max_size=5))
def test_every_date_lies_within_the_picture_and_its_band_covers_what_it_may_mean(found):
    drawn = timeline([trial(f"NCT{n:08}", *map(str, dates)) for n, dates in enumerate(found)], TODAY)

    for row in drawn.rows:
        for mark in row.marks:
            date = mark.dated.date
            width = place(mark.band_width) if mark.band_width else 0
            begin = place(mark.band_x) if mark.band_x else place(mark.x)
            tolerance = dt.timedelta(days=drawn.scale.days / 100 * 0.011 + 1)
            assert -0.01 <= begin <= 100.01
            assert begin + width <= 100.02
            assert abs(drawn.scale.value(begin) - date.earliest) <= tolerance
            assert abs(drawn.scale.value(begin + width) - date.latest) <= tolerance


def test_the_line_runs_from_the_last_possible_start_to_the_first_possible_end():
    found = timeline([trial(start="2020", end="2023-05")], TODAY)
    row = found.rows[0]

    assert found.scale.value(place(row.line_x1)) == dt.date(2021, 1, 1)
    assert found.scale.value(place(row.line_x2)) == dt.date(2023, 5, 1)


@pytest.mark.parametrize(
    ("kinds", "is_certain"),
    [
        (("ACTUAL", "ACTUAL", "ACTUAL"), True),
        (("ACTUAL", "ACTUAL", "ESTIMATED"), False),
        (("ESTIMATED", "ESTIMATED", "ESTIMATED"), False),
        (("ACTUAL", "ACTUAL", ""), False),
    ],
)
def test_a_line_is_whole_only_between_two_actual_dates(kinds, is_certain):
    assert timeline([trial(start="2020", end="2023", kinds=kinds)], TODAY).rows[0].is_certain is is_certain


@pytest.mark.parametrize(
    "dates", [{"start": "2020"}, {"end": "2023"}, {"start": "2023", "end": "2020"}, {"start": "2020", "end": "2020"}]
)
def test_no_line_is_drawn_without_two_ends_in_order(dates):
    assert timeline([trial(**dates)], TODAY).rows[0].line_x1 == ""


def test_today_stands_in_the_picture_even_beyond_all_dates():
    found = timeline([trial(start="2001-02", end="2003")], TODAY)

    assert found.scale.value(place(found.today_x)) == TODAY


def test_trials_without_dates_are_listed_and_nothing_is_drawn_for_none():
    found = timeline([trial("NCT00000001", start="2020"), trial("NCT00000002")], TODAY)

    assert [row.trial.number for row in found.rows] == ["NCT00000001"]
    assert [undated.number for undated in found.undated] == ["NCT00000002"]
    assert timeline([trial()], TODAY) is None
    assert timeline([], TODAY) is None


def test_of_many_trials_those_that_started_last_are_shown():
    found = timeline([trial(f"NCT{n:08}", start=f"{1920 + n}-06-01") for n in range(100)], TODAY)

    assert len(found.rows) == MOST_ROWS
    assert found.is_cut
    assert found.dated_count == 100
    assert [row.trial.start.date.year for row in found.rows] == list(range(2019, 2019 - MOST_ROWS, -1))


# On the page


def page_with(client, *trials):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug="abc"))
    for fields in trials:
        factories.TherapyTrialFactory(therapy=edition.therapy, trial=factories.TrialFactory(**fields))
    factories.publish(edition)
    return page_of(client.get("/drugs/abc/"))


@pytest.mark.django_db
def test_the_page_draws_what_the_registry_says_and_says_it_in_words(client, time_machine):
    time_machine.move_to("2026-11-24T12:00:00Z")
    page = page_with(
        client,
        {
            "home_number": "NCT04745299",
            "acronym": "ALSUMMIT",
            "overall_status": "RECRUITING",
            "start_date": "2021-02-16",
            "start_date_type": "ACTUAL",
            "primary_completion_date": "2027-04",
            "primary_completion_date_type": "ESTIMATED",
            "completion_date": "2028",
            "completion_date_type": "ESTIMATED",
        },
    )
    figure = page.find(id="trial-timeline")
    (track,) = tracks(figure)
    days = (dt.date(2028, 12, 31) - dt.date(2021, 1, 1)).days + 1

    def day_at(percentage):
        return dt.date(2021, 1, 1) + dt.timedelta(days=round(percentage / 100 * days))

    start, primary = marks(track)
    assert (start[0], start[2]) == ("tick", False)
    assert day_at(start[1]) == dt.date(2021, 2, 16)
    assert (primary[0], primary[2]) == ("diamond", True)
    assert dt.date(2027, 4, 14) <= day_at(primary[1]) <= dt.date(2027, 4, 17)
    year = track.select("rect.band")[-1]
    assert day_at(percent(year["x"])) == dt.date(2028, 1, 1)
    assert round(percent(year["x"]) + percent(year["width"]), 1) == 100
    assert "unsure" in track.select_one("line.bar")["class"]
    assert abs(day_at(percent(track.select_one("line.today")["x1"])) - dt.date(2026, 11, 24)) <= dt.timedelta(days=1)
    sentence = "Start: 16 Feb 2021. Main outcome measured: April 2027 (expected). End: 2028 (expected)."
    assert name_of(track) == sentence
    assert track["role"] == "img"
    assert sentence in words(figure)
    assert "NCT04745299 ALSUMMIT" in words(figure)
    assert "Recruiting" in words(figure)
    assert "hollow: only expected" in words(figure)
    table = words(page.find(id="trial-rows"))
    assert "16 Feb 2021 2028 (expected) main outcome measured: April 2027 (expected)" in table


@pytest.mark.django_db
def test_the_page_of_100_trials_draws_some_says_so_and_leads_on(client):
    page = page_with(client, *({"home_number": f"NCT{n:08}", "start_date": f"{1920 + n}"} for n in range(100)))
    figure = page.find(id="trial-timeline")

    assert len(tracks(figure)) == MOST_ROWS
    assert "The 25 trials that started last are drawn, of 100 with a date." in words(figure)
    assert figure.find("a", href="/trials/?therapy=abc")


@pytest.mark.django_db
def test_the_page_lists_a_trial_without_dates_below_and_without_any_date_draws_nothing(client):
    page = page_with(client, {"home_number": "NCT00000001"}, {"home_number": "NCT00000002", "start_date": "2020"})
    assert "not drawn: NCT00000001" in words(page.find(id="trial-timeline"))

    assert page.find(id="trial-timeline").find("a", href="/trials/NCT00000001/")
