"""Queries whose SQL is written once find what the same query finds that is written each time."""

import datetime as dt

import pytest
from django.db.models import Count, F, Value
from django.utils import timezone

from drugs import edition_rows, explaining, therapy_page
from drugs.models import Edition, OutcomeMeasure, Source, Trial, TrialIdentifier
from drugs.prepared import _written, prepared
from drugs.publishing import notices
from tests import factories, shipped

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def asked_and_built(build, *values):
    return prepared(build)(*values), list(build(*values))


def test_records_with_what_they_lead_to_and_what_was_counted(django_assert_num_queries):
    factories.live_edition("abc")
    edition = factories.live_edition("other")

    @prepared
    def live(slug, at):
        found = Edition.objects.live(at).with_review().filter(therapy__slug=slug)
        return found.select_related("therapy", "publication").annotate(sources=Count("source_set"))

    live("abc", timezone.now() - dt.timedelta(days=1))
    with django_assert_num_queries(1):
        (read,) = live("other", timezone.now())
        assert (read.therapy.slug, read.publication.edition_id) == ("other", edition.pk)
    (built,) = live.__wrapped__("other", timezone.now())
    assert {name: value for name, value in vars(read).items() if name != "_state"} == {
        name: value for name, value in vars(built).items() if name != "_state"
    }
    assert (read._state.db, read._state.adding) == ("default", False)


def test_values_of_two_queries_in_one():
    trial = factories.TrialFactory()

    def named(*keys):
        numbers = TrialIdentifier.objects.filter(trial__in=keys).order_by().values_list("number", "trial")
        return numbers.union(Trial.objects.filter(pk__in=keys).order_by().values_list(Value("home"), "pk"), all=True)

    asked, built = asked_and_built(named, trial.pk)
    assert sorted(asked) == sorted(built)
    assert ("home", trial.pk) in asked


def test_each_number_of_values_has_a_text_of_its_own():
    keys = [factories.TrialFactory().pk for _number in range(3)]

    @prepared
    def of(*keys):
        return Trial.objects.filter(pk__in=keys).order_by("pk")

    for wanted in (keys, keys[:1], keys[1:], []):
        assert [trial.pk for trial in of(*wanted)] == wanted


def test_the_query_is_built_once():
    built = []

    @prepared
    def of(key):
        built.append(key)
        return Trial.objects.filter(pk=key)

    keys = [factories.TrialFactory().pk for _number in range(3)]
    assert [of(key)[0].pk for key in keys] == keys
    assert len(built) == 1


def test_what_is_kept_holds_no_connection_open():
    """A connection belongs to a thread, and closes with it."""
    written = _written(lambda key: Trial.objects.filter(pk=key), (1,), "default")

    assert not hasattr(written.compiler, "connection")


def test_beyond_so_many_texts_a_query_is_built_each_time(monkeypatch):
    monkeypatch.setattr("drugs.prepared.MOST_TEXTS", 1)
    keys = [factories.TrialFactory().pk for _number in range(2)]

    @prepared
    def of(*keys):
        return Trial.objects.filter(pk__in=keys).order_by("pk")

    for wanted in (keys, keys[:1], keys):
        assert [trial.pk for trial in of(*wanted)] == wanted


def test_a_slice_and_a_moment():
    at = timezone.now()
    for days in range(3):
        edition = factories.EditionFactory(therapy__slug=f"t{days}")
        factories.publish(edition, at=at - dt.timedelta(days=days, hours=1))

    @prepared
    def oldest(at):
        return (
            Edition.objects.live(at).order_by("publication__goes_live_at").values_list("therapy__slug", flat=True)[:1]
        )

    assert oldest(at) == ["t2"]
    assert oldest(at - dt.timedelta(days=9)) == []


def test_a_column_of_small_numbers_is_asked_too():
    source = factories.SourceFactory(position=3)

    @prepared
    def at_position(number):
        return Source.objects.filter(position=number)

    assert at_position(3) == [source]
    assert at_position(4) == []


def test_a_value_that_python_looked_at_is_refused():
    @prepared
    def of(key):
        return Trial.objects.filter(pk=key + 1)

    with pytest.raises(TypeError, match="does not hand value 0 to the database as it is"):
        of(1)


def test_hostile_text_stays_a_value():
    @prepared
    def called(name):
        return OutcomeMeasure.objects.filter(name=name).annotate(same=F("name"))

    assert called("x") == []
    assert called("' OR '1'='1") == []
    assert called("%s") == []


def test_each_query_of_the_site_finds_what_it_finds_when_built():
    shipped.load()
    at = timezone.now()
    tofersen, riluzole = (
        Edition.objects.live(at).get(therapy__slug=slug) for slug in ("tofersen-qalsody", "riluzole-tiglutik")
    )
    trials = list(Trial.objects.order_by("pk").values_list("pk", flat=True)[:7])
    asked = [
        (therapy_page._standing_at, [("tofersen-qalsody", at), ("riluzole-tiglutik", at)]),
        (therapy_page._live_of, [(at, tofersen.therapy_id, riluzole.therapy_id), (at, riluzole.therapy_id)]),
        (therapy_page._links_of, [(tofersen.therapy_id,), (riluzole.therapy_id,)]),
        (therapy_page._numbers_of, [tuple(trials), tuple(trials[:2]), ()]),
        (therapy_page._seen_by_readers, [(tofersen.therapy_id, at), (riluzole.therapy_id, at)]),
        (therapy_page._ranked, [(at,), (at - dt.timedelta(days=9000),)]),
        (notices._shown, [(tofersen.therapy_id, at), (riluzole.therapy_id, at)]),
        (explaining._terms, [()]),
        (edition_rows._rows_of, [(tofersen.pk,), (riluzole.pk,), (riluzole.pk, tofersen.pk)]),
        (edition_rows._organisations, [(1, 2, 3), (4,)]),
        (edition_rows._measures, [(1, 2), (3, 4, 5)]),
    ]
    for ask, questions in asked:
        for values in questions:
            found, built = ask(*values), list(ask.__wrapped__(*values))
            assert list(map(_comparable, found)) == list(map(_comparable, built)), (ask.__name__, values)


def _comparable(row):
    if not hasattr(row, "_meta"):
        return repr(row)
    return repr({name: value for name, value in vars(row).items() if name != "_state"}), repr(
        {name: vars(value) for name, value in row._state.fields_cache.items() if value and name != "_state"}
    ).split(" object at ")[0]
