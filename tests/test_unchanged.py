"""What was read stands while it would be read again: never a page that is not what it would be now."""

import datetime as dt
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from drugs import explaining, furniture, rendering, unchanged
from drugs.models import ContentVersion, Edition, GlossaryTerm, MenuEntry, TherapyTrial, Trial, TrialIdentifier
from drugs.publishing.publish import withdraw
from drugs.templatetags import parts
from drugs.unchanged import cannot_be_told, recorded
from drugs.views import kept
from drugs.views.caching import Circumstances, Readings, readings
from drugs.views.kept import kept_pages
from tests import factories, shipped
from tests.server import Server, connection_that_lives

pytestmark = pytest.mark.django_db

THERAPY = "tofersen-qalsody"
PAGES = (
    f"/drugs/ /drugs/{THERAPY}/ /compare/?drug={THERAPY}&drug=cnm-au8 /glossary/ /updates/feed/ /search/?q=edaravone"
).split()


def read(at):
    with recorded(at) as recorder:
        list(Edition.objects.live(at).order_by("pk"))
    return recorder.reading()


def test_the_same_answers_are_told_from_others():
    edition, at = factories.live_edition("abc"), timezone.now()
    reading = read(at)

    assert reading.is_unchanged(timezone.now())
    factories.live_edition("other")
    assert not reading.is_unchanged(timezone.now())
    assert not read(at).is_unchanged(edition.publication.goes_live_at - dt.timedelta(seconds=1))


def test_the_moment_is_that_of_the_question():
    edition = factories.whole_edition("scheduled")
    factories.publish(edition, at=timezone.now() + dt.timedelta(hours=1))
    reading = read(timezone.now())

    assert reading.is_unchanged(timezone.now())
    assert not reading.is_unchanged(timezone.now() + dt.timedelta(hours=2))


def test_no_two_values_are_taken_for_each_other():
    day = dt.date(2026, 2, 28)
    values = [None, "", " ", "null", "0", 0, 1, 1.5, "1.5", Decimal("1.50"), "é", "e\u0301", day]
    found = {_read_with(value) for value in values}

    assert len(found) == len(values)
    assert _read_with(day) in found


def _read_with(value):
    with recorded(timezone.now()) as recorder, connection.cursor() as cursor:
        cursor.execute("SELECT %s", [value])
    return recorder.reading().digest


def test_another_moment_of_the_day_leaves_no_reading():
    at = timezone.now()

    with recorded(at) as recorder:
        list(Edition.objects.live(at + dt.timedelta(seconds=1)))

    assert recorder.reading() is None


def test_what_does_more_than_ask_is_never_sent_again():
    with recorded(timezone.now()) as recorder, connection.cursor() as cursor:
        cursor.execute("SAVEPOINT one")
        cursor.execute("RELEASE SAVEPOINT one")

    assert recorder.reading() is None


def test_what_somebody_else_read_leaves_no_reading():
    with recorded(timezone.now()) as recorder:
        list(Trial.objects.all())
        cannot_be_told()

    assert recorder.reading() is None


@pytest.mark.parametrize(("limit", "value"), [("MOST_STATEMENTS", 0), ("LONGEST", -1.0)])
def test_much_work_of_the_database_is_not_done_twice(monkeypatch, limit, value):
    monkeypatch.setattr(unchanged, limit, value)

    assert read(timezone.now()) is None


@pytest.fixture
def site(settings, monkeypatch):
    """Keeps pages, and asks each time whether one has changed."""
    settings.KEPT_PAGES_MB = 8
    monkeypatch.setattr(kept, "ASK_AFTER", 0.0)
    with connection_that_lives():
        yield Server(kept_pages(WSGIHandler()))


@pytest.fixture
def plain():
    """The page made anew, of nothing that was kept."""
    application = Server(WSGIHandler())

    def get(address):
        caches["content"].clear()
        furniture._last = None
        for made_once in (parts._made, rendering._rendered, rendering.words_of, explaining._glossary_of):
            made_once.cache_clear()
        return application.get(address)

    return get


def test_a_page_that_a_change_left_as_it_was_is_not_made_anew(site, plain, monkeypatch):
    factories.live_edition("abc")
    first = site.get("/drugs/abc/")
    factories.TrialFactory()
    ContentVersion.bump()

    with monkeypatch.context() as patch:
        patch.setattr("drugs.views.therapies.live_page", pytest.fail)
        again = site.get("/drugs/abc/")

    assert (again.status_code, again.content, again["ETag"]) == (200, first.content, first["ETag"])
    assert site.get("/drugs/abc/", {"If-None-Match": first["ETag"]}).status_code == 304
    assert plain("/drugs/abc/").content == first.content


def test_the_etag_of_one_page_says_nothing_of_another(site):
    for slug in ("abc", "other"):
        factories.live_edition(slug)
    etag = site.get("/drugs/abc/")["ETag"]
    ContentVersion.bump()

    assert site.get("/drugs/other/", {"If-None-Match": etag}).status_code == 200


def test_the_pages_that_nobody_asked_for_longest_are_forgotten():
    kept_readings, at = Readings(), timezone.now()
    kept_readings.MOST = 2
    factories.live_edition("abc")
    for number in (1, 2, 1, 3):
        kept_readings.put(f"etag-{number}", _circumstances(number), read(at))

    assert kept_readings.unchanged(["etag-1", "etag-3"], _circumstances(1), at) == "etag-1"
    assert kept_readings.unchanged(["etag-2"], _circumstances(2), at) is None
    assert kept_readings.unchanged(["etag-1"], _circumstances(3), at) is None
    assert kept_readings.unchanged(["etag-3"], _circumstances(3)._replace(due=1), at) is None


def _circumstances(number):
    return Circumstances(f"/{number}/", timezone.localdate(), 0, furniture.standing())


def test_what_stands_around_a_page_is_a_part_of_it(site):
    factories.live_edition("abc")
    etag = site.get("/drugs/abc/")["ETag"]
    MenuEntry.objects.create(place="top", label="A new way", url="https://example.org/", position=99)
    ContentVersion.bump()

    again = site.get("/drugs/abc/", {"If-None-Match": etag})

    assert "A new way" in again.content.decode()


def test_a_change_between_the_page_and_its_second_reading_leaves_no_reading(site, monkeypatch):
    factories.live_edition("abc")
    made = unchanged.Recorder.reading

    def changed_meanwhile(recorder):
        ContentVersion.bump()
        return made(recorder)

    readings._found.clear()
    with monkeypatch.context() as patch:
        patch.setattr(unchanged.Recorder, "reading", changed_meanwhile)
        site.get("/drugs/abc/")

    assert not readings._found


def of_the_site():
    """Models of the site that hold texts, and rows."""
    return [model for model in apps.get_app_config("drugs").get_models() if _texts(model) and model.objects.exists()]


def _texts(model):
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.SlugField)
        and not (field.choices or field.primary_key)
    ]


@pytest.mark.any_database
def test_whatever_changes_a_page_is_what_it_would_be_now(site, plain, request):
    """Each text of each table is changed, past every form, where the database lets anybody.

    After each change a third of the pages is looked at, with --all every one.
    """
    shipped.load()
    trial = TherapyTrial.objects.public().filter(therapy__slug=THERAPY).first().trial
    addresses = [*PAGES, trial.get_absolute_url()]
    first = {}
    for address in addresses:
        first[address] = site.get(address)
        assert first[address].status_code == 200, address
    stood, changed = 0, set()
    every = request.config.getoption("--all")
    for number, model in enumerate(of_the_site()):
        looked_at = addresses if every else addresses[number % 3 :: 3]
        with transaction.atomic():
            for name in _texts(model):
                _change(model, name)
            ContentVersion.bump()
            for address in looked_at:
                now, fresh = site.get(address), plain(address)
                assert (now.status_code, now.content) == (fresh.status_code, fresh.content), (model.__name__, address)
                stood += now["ETag"] != fresh["ETag"]
                if now.content != first[address].content:
                    changed.add(address)
            transaction.set_rollback(True)
        ContentVersion.bump()
    assert stood > len(addresses), "nothing stood: the test says nothing"
    assert changed
    if every:  # which pages are looked at after which change goes by the number of models
        assert set(addresses) - changed <= {"/updates/feed/"}, "a page that nothing changed says nothing"


def _change(model, name):
    rows = model._base_manager.filter(pk__in=list(model._base_manager.order_by("pk").values_list("pk", flat=True)[:40]))
    try:
        with transaction.atomic():
            rows.update(**{name: Concat(name, Value(" xx"), output_field=models.TextField())})
    except DatabaseError:
        pass  # guarded: changes come as new rows, which the tests of publishing make


@pytest.mark.any_database
def test_every_kind_of_new_row_shows(site, plain):
    edition = factories.live_edition("abc", background="<p>It slows <em>excitotoxicity</em>.</p>")
    link = factories.TherapyTrialFactory(therapy=edition.therapy)
    addresses = ["/drugs/abc/", "/drugs/abc/one-minute/", "/drugs/", "/trials/", link.trial.get_absolute_url()]
    changes = {
        "a trial of it": lambda: factories.TherapyTrialFactory(therapy=edition.therapy),
        "a number": lambda: TrialIdentifier.objects.create(trial=link.trial, registry="EUCTR", number="2020-000001-11"),
        "a word explained": lambda: GlossaryTerm.objects.create(term="excitotoxicity", meaning="Harm by a messenger."),
        "another therapy": lambda: factories.live_edition("another"),
        "a trial's status": lambda: Trial.objects.filter(pk=link.trial_id).update(overall_status="TERMINATED"),
        "a link that fell": lambda: TherapyTrial.objects.filter(pk=link.pk).delete(),
        "the therapy gone": lambda: withdraw(
            edition.publication, reason="A number was wrong.", by=factories.UserFactory()
        ),
    }
    for address in addresses:
        site.get(address)

    for name, change in changes.items():
        change()
        ContentVersion.bump()
        for address in addresses:
            now, fresh = site.get(address), plain(address)
            assert (now.status_code, now.content) == (fresh.status_code, fresh.content), (name, address)
