"""Scales keep what they are told: a place leads back to its value, order stays order, ticks are round and few."""

import datetime as dt
import itertools
import math

from hypothesis import given
from hypothesis import strategies as some

from drugs.charts.scales import (
    DateScale,
    LinearScale,
    LogScale,
    as_label,
    as_place,
    even_scale,
    ratio_scale,
    scale_of_years,
)
from drugs.partial_dates import PartialDate

numbers = some.floats(-1e8, 1e8, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-6)
ratios = some.floats(1e-6, 1e6)
days = some.dates(dt.date(1900, 1, 1), dt.date(2150, 12, 31))


@given(some.lists(numbers, min_size=1, max_size=8))
def test_a_place_on_an_even_scale_leads_back_to_its_value(values):
    scale = even_scale(values)

    for value in (0, *values):
        assert 0 <= scale.place(value) <= 100
        assert math.isclose(
            scale.value(scale.place(value)), value, rel_tol=1e-9, abs_tol=1e-9 * (scale.high - scale.low)
        )


@given(some.lists(ratios, min_size=1, max_size=8))
def test_a_place_on_a_scale_of_ratios_leads_back_to_its_value(values):
    scale = ratio_scale(values)

    for value in (1, *values):
        assert 0 <= scale.place(value) <= 100
        assert math.isclose(scale.value(scale.place(value)), value, rel_tol=1e-9)


@given(some.lists(days, min_size=1, max_size=8))
def test_a_place_on_a_scale_of_days_leads_back_to_its_day(found):
    scale = scale_of_years(found)

    for day in found:
        assert 0 <= scale.place(day) < scale.end(day) <= 100
        assert scale.value(scale.place(day)) == day


@given(some.lists(numbers, min_size=2, max_size=8, unique=True))
def test_a_larger_value_never_stands_further_left(values):
    scale = even_scale(values)
    places = [scale.place(value) for value in sorted(values)]

    assert places == sorted(places)


@given(ratios.filter(lambda ratio: ratio > 1.001))
def test_a_ratio_and_its_inverse_stand_equally_far_from_1(ratio):
    scale = LogScale(1e-7, 1e7)

    assert math.isclose(scale.place(ratio) - scale.place(1), scale.place(1) - scale.place(1 / ratio), rel_tol=1e-6)


@given(some.lists(numbers, min_size=1, max_size=8))
def test_even_ticks_are_few_evenly_apart_within_and_hold_0(values):
    scale = even_scale(values)
    ticks = scale.ticks()

    assert 1 <= len(ticks) <= 5
    assert 0 in ticks
    assert all(scale.low - 1e-9 * abs(scale.low) <= tick <= scale.high * (1 + 1e-9) for tick in ticks)
    steps = [later - earlier for earlier, later in itertools.pairwise(ticks)]
    assert not steps or math.isclose(max(steps), min(steps), rel_tol=1e-6)


@given(some.lists(ratios, min_size=1, max_size=8))
def test_ticks_of_ratios_are_few_within_and_hold_1(values):
    scale = ratio_scale(values)
    ticks = scale.ticks()

    assert 1 <= len(ticks) <= 5
    assert 1 in ticks
    assert all(scale.low * 0.999 <= tick <= scale.high * 1.001 for tick in ticks)


@given(some.lists(days, min_size=1, max_size=8))
def test_ticks_of_days_are_the_first_days_of_years_and_few(found):
    scale = scale_of_years(found)
    ticks = scale.ticks()

    assert len(ticks) <= 5
    assert all(tick.month == tick.day == 1 and scale.first <= tick <= scale.last for tick in ticks)


def test_known_places():
    assert LinearScale(-5, 15).place(0) == 25
    assert LogScale(0.1, 10).place(1) == 50
    year = DateScale(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    assert year.days == 366
    assert year.place(dt.date(2024, 7, 2)) == 50
    assert year.end(PartialDate("2024").latest) == 100


def test_places_and_labels_are_written_as_svg_and_people_read_them():
    assert as_place(42.857142) == "42.857%"
    assert as_place(100.0) == "100%"
    assert as_label(-0.5) == "−0.5"
    assert as_label(10.0) == "10"
