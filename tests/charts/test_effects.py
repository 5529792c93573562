"""The effect plot: figures where they belong, directions from the source, silence counted in days."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from drugs.charts.effects import MOST_SILENT, SHAPES, Outcome, Reported, Silent, effect_plot
from drugs.vocabulary import Evidence
from tests import factories
from tests.charts.drawn import marks, name_of, page_of, percent, tracks, words

pytestmark = pytest.mark.any_database

ALSFRS = Outcome("ALS Functional Rating Scale, revised", "ALSFRS-R", "points", higher_is_better=True)
OS = Outcome("Overall survival", "OS", "months", higher_is_better=True)


def reported(estimate=None, low=None, high=None, effect="mean_difference", evidence="peer_reviewed", **more):
    def number(value):
        return None if value is None else Decimal(str(value))

    label = Evidence(evidence).label
    return Reported(
        "a study",
        evidence,
        str(label),
        effect,
        effect,
        number(estimate),
        number(low),
        number(high),
        Decimal(95),
        **more,
    )


def place(text):
    return float(text.removesuffix("%"))


decimals = some.decimals(-10_000, 10_000, places=3, allow_nan=False)
above_0 = some.decimals("0.001", 1000, places=3)


@given(some.lists(some.lists(decimals, min_size=3, max_size=3).map(sorted), min_size=1, max_size=6))
def test_differences_stand_where_the_scale_says(found):
    (axis,) = effect_plot(ALSFRS, [reported(middle, low, high) for low, middle, high in found]).axes
    step = (axis.scale.high - axis.scale.low) / 100 * 0.0006

    assert abs(place(axis.base.place) - axis.scale.place(0)) <= 0.001
    for row, (low, middle, high) in zip(axis.rows, found, strict=True):
        for drawn, value in ((row.x1, low), (row.x, middle), (row.x2, high)):
            assert abs(axis.scale.value(place(drawn)) - float(value)) <= step


@given(some.lists(some.lists(above_0, min_size=3, max_size=3).map(sorted), min_size=1, max_size=6))
def test_ratios_stand_on_a_scale_of_ratios_with_1_as_its_base(found):
    (axis,) = effect_plot(OS, [reported(middle, low, high, "hazard_ratio") for low, middle, high in found]).axes

    assert axis.base.label == "1"
    assert abs(axis.scale.value(place(axis.base.place)) - 1) < 0.01
    for row, (low, middle, high) in zip(axis.rows, found, strict=True):
        for drawn, value in ((row.x1, low), (row.x, middle), (row.x2, high)):
            assert abs(axis.scale.value(place(drawn)) / float(value) - 1) < 0.01


def test_each_effect_measure_has_an_axis_of_its_own():
    plot = effect_plot(
        ALSFRS, [reported(1), reported(0.4, effect="slope_difference"), reported(36, effect="percent_difference")]
    )

    assert [(axis.effect, axis.unit, len(axis.rows)) for axis in plot.axes] == [
        ("mean_difference", "points", 1),
        ("slope_difference", "points", 1),
        ("percent_difference", "%", 1),
    ]


@pytest.mark.parametrize(
    ("higher", "favours", "estimate", "better", "direction"),
    [
        (True, "treatment", 2, "right", "treatment"),
        (False, "treatment", -2, "left", "treatment"),
        (True, "", 2, "right", "better"),
        (True, "", -2, "right", "worse"),
        (False, "", 2, "left", "worse"),
        (False, "", -2, "left", "better"),
        (True, "", 0, "right", "level"),
        (True, "neither", 2, "right", "neither"),
        (None, "", 2, "", ""),
        (None, "comparator", 2, "", "comparator"),
        # The source subtracted the other way round: its word stands, the axis says nothing.
        (True, "treatment", -2, "", "treatment"),
        (True, "comparator", 2, "", "comparator"),
    ],
)
def test_the_direction_of_a_difference(higher, favours, estimate, better, direction):
    outcome = Outcome("Scale", unit="points", higher_is_better=higher)
    (axis,) = effect_plot(outcome, [reported(estimate, favours=favours)]).axes

    assert (axis.better, axis.rows[0].direction) == (better, direction)


@pytest.mark.parametrize(
    "effect", ["hazard_ratio", "odds_ratio", "risk_ratio", "rate_ratio", "ratio_of_means", "win_ratio"]
)
@pytest.mark.parametrize("favours", ["treatment", "comparator", "neither", ""])
def test_the_direction_of_a_ratio_is_what_the_source_says_and_nothing_else(effect, favours):
    (axis,) = effect_plot(OS, [reported(0.6, effect=effect, favours=favours), reported(1.4, effect=effect)]).axes

    assert axis.better == ""
    assert [row.direction for row in axis.rows] == [favours, ""]


@pytest.mark.parametrize(
    ("effect", "low", "high", "holds"),
    [
        ("mean_difference", 0, 2, True),
        ("mean_difference", 0.1, 2, False),
        ("hazard_ratio", 0.5, 1, True),
        ("hazard_ratio", 1.01, 2, False),
    ],
)
def test_whether_the_interval_includes_no_difference(effect, low, high, holds):
    (axis,) = effect_plot(ALSFRS, [reported(high, low, high, effect)]).axes

    assert axis.rows[0].holds_base is holds


def test_a_ratio_that_has_no_place_is_told_in_words_and_an_interval_down_to_0_is_open():
    plot = effect_plot(
        OS, [reported(0, effect="hazard_ratio", finding="nobody died"), reported(0.5, 0, 2, "hazard_ratio")]
    )

    assert [result.finding for result in plot.in_words] == ["nobody died"]
    (row,) = plot.axes[0].rows
    assert (row.is_open_low, row.x1) == (True, "0%")


@pytest.mark.parametrize(("higher", "places"), [(True, [3.2]), (False, [-3.2]), (None, [-3.2, 3.2])])
def test_the_meaningful_difference_stands_on_the_better_side_and_inside_the_picture(higher, places):
    outcome = Outcome(
        "Scale", unit="points", higher_is_better=higher, meaningful=Decimal("3.2"), meaningful_source="A source"
    )
    (axis,) = effect_plot(outcome, [reported(1, 0, 2)]).axes

    assert [round(axis.scale.value(place(tick.place)), 1) for tick in axis.meaningful] == places
    assert all(0 < place(tick.place) < 100 for tick in axis.meaningful)
    assert {tick.label for tick in axis.meaningful} == {"3.2"}


@pytest.mark.parametrize("effect", ["slope_difference", "percent_difference", "hazard_ratio", "ratio_of_means"])
def test_the_meaningful_difference_is_not_drawn_where_the_axis_has_another_unit(effect):
    outcome = Outcome(
        "Scale", unit="points", higher_is_better=True, meaningful=Decimal(3), meaningful_source="A source"
    )

    assert effect_plot(outcome, [reported(1, effect=effect)]).axes[0].meaningful == ()


def test_without_a_figure_there_is_no_plot():
    assert effect_plot(ALSFRS, [reported(finding="no difference")]) is None


def test_every_kind_of_evidence_has_a_shape_of_its_own():
    assert set(SHAPES) == set(Evidence)
    assert len(set(SHAPES.values())) == len(Evidence)


def test_of_many_silent_trials_some_are_drawn_and_the_rest_counted():
    silent = [Silent(f"NCT{n:08}", "", "/", None, False, None) for n in range(MOST_SILENT + 3)]
    plot = effect_plot(ALSFRS, [reported(1)], silent)

    assert (len(plot.shown_silent), plot.hidden_silent) == (MOST_SILENT, 3)


# On the page


@pytest.fixture
def edition(db):
    return factories.EditionFactory(therapy=factories.TherapyFactory(slug="abc"), number=1)


def result(edition, **fields):
    defaults = {"effect_measure": "mean_difference", "interval_level": 95, "comparator": "placebo"}
    if "interval_low" not in fields:
        defaults["interval_level"] = None
    return factories.ReportedResultFactory(edition=edition, **defaults | fields)


def silent_trial(edition, **fields):
    trial = factories.TrialFactory(**{"overall_status": "COMPLETED", "completion_date_type": "ACTUAL"} | fields)
    factories.TherapyTrialFactory(therapy=edition.therapy, trial=trial)
    return trial


def plots_of(client, edition=None, day="2026-11-24T12:00:00Z"):
    return page_of(client.get("/drugs/abc/")).select("figure.effects")


def test_each_figure_on_the_page_agrees_with_the_row_and_the_table(client, edition):
    result(
        edition,
        estimate="2.98",
        interval_low="1.48",
        interval_high="4.47",
        favours="treatment",
        treated_count=32,
        comparator_count=27,
        finding="",
    )
    result(edition, estimate="-1.1", evidence="topline", analysis="post_hoc", finding="")
    factories.publish(edition)
    page = page_of(client.get("/drugs/abc/"))
    (figure,) = page.select("figure.effects")
    first, second = tracks(figure)
    low, high = -1.1 - 5.57 * 0.06, 4.47 + 5.57 * 0.06

    def value(percentage):
        return round(low + percentage / 100 * (high - low), 2)

    assert [(shape, value(x), hollow) for shape, x, hollow in marks(first)] == [("circle", 2.98, False)]
    assert [(shape, value(x), hollow) for shape, x, hollow in marks(second)] == [("diamond", -1.1, True)]
    interval = first.select_one("line.interval")
    assert (value(percent(interval["x1"])), value(percent(interval["x2"]))) == (1.48, 4.47)
    assert second.select_one("line.interval") is None
    assert value(percent(first.select_one("line.base")["x1"])) == 0
    for label in figure.select("svg.axis text"):
        assert value(percent(label["x"])) == pytest.approx(float(words(label).replace("−", "-")), abs=0.01)
    assert name_of(first) == "2.98 points (95% interval 1.48 to 4.47) In favour of the treatment."
    assert name_of(second) == "−1.1 points (no interval reported) On the side that is worse with the treatment."
    text = words(figure)
    assert (
        "Compared with placebo. 32 treated, 27 compared. Peer reviewed; planned before the trial's data were seen."
        in text
    )
    assert "Topline: announced, not peer reviewed; post hoc: chosen after the data were seen." in text
    assert "◂ worse with the treatment better with the treatment ▸" in text
    table = words(page.find(id="results-function"))
    assert "2.98 points difference in means; 95% CI 1.48 to 4.47 In favour of the treatment" in table
    assert "−1.1 points" in table


def test_a_difference_in_per_cent_is_in_per_cent_in_picture_and_table(client, edition):
    result(edition, estimate="-46.9", effect_measure="percent_difference")
    factories.publish(edition)
    page = page_of(client.get("/drugs/abc/"))

    assert "−46.9 % (no interval reported)" in words(page.select_one("figure.effects"))
    assert "−46.9 %" in words(page.find(id="results-function"))
    assert "−46.9 points" not in words(page)


def test_different_measures_stand_in_different_pictures_the_first_in_sight(client, edition):
    strength = factories.OutcomeMeasureFactory(
        slug="strength", name="Grip", abbreviation="", domain="strength", unit="kg"
    )
    survival = factories.OutcomeMeasureFactory(slug="os", name="Survival", abbreviation="", domain="survival", unit="")
    for outcome in (strength, survival, factories.OutcomeMeasureFactory()):
        result(edition, outcome=outcome, estimate=1, effect_measure="mean_difference")
    factories.publish(edition)
    figures = plots_of(client)

    assert [len(tracks(figure)) for figure in figures] == [1, 1, 1]
    assert [figure.find_parent("details") is None for figure in figures] == [True, False, False]
    assert "mortality" in figures[-1].find_parent("details")["class"]


def test_the_meaningful_difference_is_labelled_with_its_source(client, edition):
    outcome = factories.OutcomeMeasureFactory(
        slug="made-up",
        name="Made-up scale",
        abbreviation="",
        meaningful_difference=3,
        meaningful_difference_source="Made-up source, 2020",
    )
    result(edition, outcome=outcome, estimate=1, interval_low=0, interval_high=2)
    factories.publish(edition)
    (figure,) = plots_of(client)
    line = tracks(figure)[0].select_one("line.meaningful")
    low, high = 0 - 3 * 0.06, 3 + 3 * 0.06

    assert "meaningful difference: 3 points (Made-up source, 2020)" in words(figure)
    assert round(low + percent(line["x1"]) / 100 * (high - low), 2) == 3


@pytest.mark.parametrize(
    ("completion", "words_of_wait"),
    [
        ("2024-11-16", "Completed 16 Nov 2024: 738 days without results, counted on 24 Nov 2026."),
        ("2026-11-23", "Completed 23 Nov 2026: 1 day without results"),
        ("2024-10", "Completed October 2024: at least 754 days without results"),
        ("2023", "Completed 2023: at least 1059 days without results"),
        ("2026-11", "Completed November 2026: at least 0 days without results"),
        ("", "The registry does not say when it was completed, so the days cannot be counted."),
    ],
)
def test_a_completed_trial_without_results_is_an_empty_row_with_its_wait(
    client, edition, time_machine, completion, words_of_wait
):
    time_machine.move_to("2026-11-24T12:00:00Z")
    result(edition, estimate=1)
    silent_trial(
        edition,
        home_number="NCT04745299",
        completion_date=completion,
        completion_date_type="ACTUAL" if completion else "",
    )
    factories.publish(edition)
    page = page_of(client.get("/drugs/abc/"))
    row = page.select_one("figure.effects li.silent")

    assert "Nothing published that we know of." in words(row)
    assert words_of_wait in words(row)
    assert row.find("a", href="/trials/NCT04745299/")
    assert row.select("rect.empty")
    assert not row.select("use.mark")
    assert "NCT04745299" in words(page.find(id="silent"))


@pytest.mark.parametrize(
    "fields",
    [
        {"has_results": True},
        {"results_first_posted": "2025"},
        {"overall_status": "TERMINATED"},
        {"overall_status": "RECRUITING"},
    ],
)
def test_a_trial_with_results_in_the_registry_or_not_completed_is_not_silent(client, edition, fields):
    result(edition, estimate=1)
    silent_trial(edition, completion_date="2020", **fields)
    factories.publish(edition)

    assert not page_of(client.get("/drugs/abc/")).select("li.silent, #silent")


def test_a_trial_whose_result_another_live_page_reports_is_not_silent(client, edition):
    result(edition, estimate=1)
    trial = silent_trial(edition, completion_date="2020")
    other = factories.EditionFactory(therapy=factories.TherapyFactory(slug="other"))
    factories.ReportedResultFactory(edition=other, trial=trial)
    factories.publish(edition)
    assert page_of(client.get("/drugs/abc/")).select("li.silent")

    factories.publish(other)

    assert not page_of(client.get("/drugs/abc/")).select("li.silent")


def test_an_unverified_result_of_another_page_does_not_end_the_silence(client, edition):
    trial = silent_trial(edition, completion_date="2020")
    other = factories.EditionFactory(therapy=factories.TherapyFactory(slug="other"))
    factories.ReportedResultFactory(edition=other, trial=trial, is_verified=False)
    factories.publish(other)
    factories.publish(edition)

    assert page_of(client.get("/drugs/abc/")).select("li.silent")


@pytest.mark.parametrize(
    ("kind", "is_silent"), [("journal_article", False), ("registry_record", True), ("company_site", True)]
)
@pytest.mark.parametrize("named", ["NCT04745299", "ALSUMMIT"])
def test_a_trial_that_the_text_names_beside_a_journal_article_is_not_called_silent(
    client, edition, kind, is_silent, named
):
    factories.SourceFactory(edition=edition, label="Petrou et al., 2016", kind=kind)
    silent_trial(edition, home_number="NCT04745299", acronym="ALSUMMIT", completion_date="2016")
    edition.clinical_trials = f"<p>The trial {named} was small (Petrou et al., 2016).</p><p>Another paragraph.</p>"
    edition.save()
    factories.publish(edition)

    assert bool(page_of(client.get("/drugs/abc/")).select("li.silent")) is is_silent


def test_an_article_in_another_paragraph_says_nothing_of_the_trial(client, edition):
    factories.SourceFactory(edition=edition, label="Petrou et al., 2016", kind="journal_article")
    silent_trial(edition, home_number="NCT04745299", completion_date="2016")
    edition.clinical_trials = "<p>NCT04745299 was small.</p><p>It is safe (Petrou et al., 2016).</p>"
    edition.save()
    factories.publish(edition)

    assert page_of(client.get("/drugs/abc/")).select("li.silent")


def test_silent_trials_are_drawn_where_there_is_no_other_picture(client, edition):
    silent_trial(edition, home_number="NCT04745299", completion_date="2020")
    factories.publish(edition)
    (figure,) = plots_of(client)

    assert figure["aria-label"] == "Completed trials without published results"
    assert len(figure.select("li.silent")) == 1


def test_the_days_and_the_etag_change_with_the_date(client, edition, time_machine):
    time_machine.move_to("2026-11-24T12:00:00Z")
    silent_trial(edition, completion_date="2026-11-20")
    factories.publish(edition, at=timezone.now() - dt.timedelta(days=1))
    first = client.get("/drugs/abc/")
    time_machine.move_to("2026-11-24T20:00:00Z")
    later = client.get("/drugs/abc/", headers={"If-None-Match": first["ETag"]})
    time_machine.move_to("2026-11-25T12:00:00Z")
    next_day = client.get("/drugs/abc/", headers={"If-None-Match": first["ETag"]})

    assert b"4 days without results" in first.content
    assert later.status_code == 304
    assert next_day.status_code == 200
    assert b"5 days without results" in next_day.content


def test_an_editions_own_address_counts_to_the_day_it_went_live(client, edition, time_machine):
    time_machine.move_to("2026-01-10T12:00:00Z")
    silent_trial(edition, completion_date="2026-01-01")
    factories.publish(edition)
    time_machine.move_to("2026-11-24T12:00:00Z")

    assert "9 days without results, counted on 10 Jan 2026" in words(page_of(client.get("/drugs/abc/editions/1/")))
    assert "327 days without results, counted on 24 Nov 2026" in words(page_of(client.get("/drugs/abc/")))


def test_silent_trials_cost_the_page_one_query_whatever_their_number(client, edition, django_assert_num_queries):
    """The query: results of those trials on any live page."""
    result(edition, estimate=1)
    silent_trial(edition, home_number="NCT99999999", completion_date="2020", has_results=True)
    factories.publish(edition, at=timezone.now() - dt.timedelta(days=1))
    client.get("/drugs/abc/")  # what every page keeps is kept from here on
    with CaptureQueriesContext(connection) as told:
        client.get("/drugs/abc/")
    for number in range(50):
        silent_trial(edition, home_number=f"NCT{number:08}", completion_date="2020")

    with django_assert_num_queries(len(told) + 1):
        client.get("/drugs/abc/")
