"""'Something wrong here?': the form without a cookie, its guards, and a status that tells nothing of who wrote."""

import re
import time

import pytest
from django.test import Client
from django.utils import timezone

from drugs import corrections, reader_forms
from drugs.corrections import Subject, token_for
from drugs.models import Correction
from tests import factories

pytestmark = pytest.mark.django_db

NEW = "/corrections/new/"


def token(edition=None, section="", *, seconds_ago=60, **subject):
    return token_for(Subject(edition, section, **subject), now=time.time() - seconds_ago)


def sent(**changes):
    return {"text": "The number is wrong.", "email": "", "reply_line": "", "token": token()} | changes


def post(client, data, **options):
    body = "&".join(f"{name}={_quoted(value)}" for name, value in data.items())
    return client.post(NEW, body, content_type="application/x-www-form-urlencoded", **options)


def _quoted(value):
    from urllib.parse import quote_plus

    return quote_plus(str(value))


def test_each_section_of_a_therapy_leads_to_a_form_about_it(client):
    factories.live_edition("abc", display_name="Abc-drug")
    html = client.get("/drugs/abc/").content.decode()
    links = re.findall(r'href="(/corrections/new/\?[^"]*)"', html)

    form = client.get(links[2].replace("&amp;", "&")).content.decode()

    assert len(links) == 6
    assert "Abc-drug: Clinical trials" in form
    assert 'href="/drugs/abc/#clinical-trials"' in form


def test_from_the_form_to_the_reference_without_any_cookie():
    client = Client(enforce_csrf_checks=True)
    edition = factories.live_edition("abc")
    page = client.get(f"{NEW}?drug=abc&section=background")
    made = re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]
    assert corrections.form_of(made).edition == edition.pk

    answer = post(client, sent(token=token(edition, "background"), email="reader@example.org"))

    correction = Correction.objects.get()
    assert answer.status_code == 303
    assert answer.url == f"/corrections/{correction.reference}/"
    assert (correction.therapy, correction.edition, correction.section) == (edition.therapy, edition, "background")
    assert correction.email == "reader@example.org"
    assert correction.reference in client.get(answer.url).content.decode()
    assert not client.cookies
    assert all("no-store" in response["Cache-Control"] for response in (page, answer, client.get(answer.url)))


def test_a_page_and_the_whole_site_have_forms_too(client):
    version = factories.live_page("about", title="About us")

    assert "About us" in client.get(f"{NEW}?page=about").content.decode()
    post(client, sent(token=token(page=version)))
    post(client, sent(token=token()))

    assert list(Correction.objects.order_by("pk").values_list("page__slug", "therapy")) == [
        ("about", None),
        (None, None),
    ]


@pytest.mark.parametrize("query", ["drug=nothing", "drug=%00", "drug=abc&section=x", "page=draft", "page=%00", "x=1"])
def test_a_subject_that_is_none_is_a_form_all_the_same(client, query):
    factories.EditionFactory(therapy__slug="draft", display_name="Secret")

    assert client.get(f"{NEW}?{query}").status_code == 200


def test_the_same_form_sent_twice_is_one_correction(client):
    data = sent()

    first, second = post(client, data), post(client, data)

    assert first.url == second.url
    assert Correction.objects.count() == 1


REFUSED = {
    "nothing written": ({"text": "  "}, "Write a few words"),
    "too long": ({"text": "x" * 2001}, "2000 characters"),
    "an address that is none": ({"email": "not an address"}, "valid email"),
    "the line that people leave empty": ({"reply_line": "http://spam.example"}, "hidden line"),
    "no token": ({"token": ""}, "more than a day"),
    "a token of somebody else": ({"token": "abc:def:ghi"}, "more than a day"),
    "a NUL": ({"text": "a\x00b"}, "Null characters"),
    "a token with a NUL": ({"token": "\x00"}, "more than a day"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why_keeps_the_text_and_saves_nothing(client, name):
    changes, said = REFUSED[name]

    response = post(client, sent(**changes))

    html = response.content.decode()
    assert response.status_code == 200
    assert said in html
    assert not Correction.objects.exists()
    if "text" not in changes:
        assert "The number is wrong." in html


def test_a_form_open_for_more_than_a_day_is_sent_with_one_more_press(client):
    old = post(client, sent(token="")).content.decode()
    fresh = re.search(r'name="token" value="([^"]+)"', old)[1]

    assert corrections.form_of(fresh) is not None


def test_a_robot_that_answers_at_once_is_asked_to_wait(client):
    response = post(client, sent(token=token(seconds_ago=0)))

    assert "very quick" in response.content.decode()
    assert not Correction.objects.exists()


def test_a_token_ends_after_a_day_and_is_nobody_elses():
    from django.core import signing

    expired = signing.TimestampSigner(salt="other").sign("x")
    assert corrections.form_of(expired) is None
    assert corrections.form_of("") is None
    assert corrections.form_of(signing.dumps(["x"], salt="drugs.corrections.form")) is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({}, 303),
    ],
)
def test_only_our_own_page_sends_the_form(client, headers, status):
    assert post(client, sent(), headers=headers).status_code == status
    assert Correction.objects.exists() == (status == 303)


def test_one_address_sends_so_many_a_day_and_its_address_is_kept_nowhere(client, settings):
    settings.CORRECTIONS_PER_ADDRESS = 2
    settings.TRUSTED_PROXIES = 1
    from_one = {"X-Forwarded-For": "203.0.113.7"}

    answers = [post(client, sent(text=f"No. {n}"), headers=from_one) for n in range(3)]
    other = post(client, sent(), headers={"X-Forwarded-For": "203.0.113.8"})

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert "No. 2" in answers[2].content.decode()
    assert other.status_code == 303
    from django.core.cache import cache

    assert not [key for key in cache._cache if "203.0.113" in key]
    assert not [field for field in Correction._meta.get_fields() if "address" in field.name or field.name == "ip"]


def test_who_writes_the_header_cannot_choose_their_address(client, settings, rf):
    settings.TRUSTED_PROXIES = 1
    assert reader_forms.address_of(rf.get("/", headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.7"})) == "203.0.113.7"
    assert reader_forms.address_of(rf.get("/", headers={"X-Forwarded-For": "nonsense"})) == "unknown"
    assert reader_forms.address_of(rf.get("/", headers={"X-Forwarded-For": "2001:db8:1:2:3::4"})) == "2001:db8:1:2::"
    settings.TRUSTED_PROXIES = 0
    assert reader_forms.address_of(rf.get("/", headers={"X-Forwarded-For": "1.1.1.1"})) == "127.0.0.1"


def test_a_flood_from_everywhere_stops_at_so_many_an_hour(client, settings):
    settings.CORRECTIONS_AN_HOUR = 2
    for _number in range(2):
        factories.CorrectionFactory()

    assert post(client, sent()).status_code == 429


def test_what_is_too_large_or_of_another_kind_is_refused_with_its_true_status(client):
    assert post(client, sent(text="x" * 50_000)).status_code == 413
    assert client.post(NEW, {"text": "multipart"}).status_code == 415
    assert client.post(NEW, "{}", content_type="application/json").status_code == 415
    assert client.put(NEW).status_code == 405
    assert not Correction.objects.exists()


# What came of it


def test_the_status_tells_outcome_and_edition_and_nothing_of_who_wrote(client):
    edition = factories.live_edition("abc", display_name="Abc-drug")
    person = factories.UserFactory(username="planted-editor", email="planted@alliance.example", first_name="Planted")
    correction = factories.CorrectionFactory(
        text="PLANTED text", email="planted@example.org", therapy=edition.therapy, edition=edition, section="background"
    )
    address = correction.get_absolute_url()

    waiting = client.get(address).content.decode()
    correction.outcome, correction.outcome_text, correction.fixed_in = "corrected", "The number was mended.", edition
    correction.answered_at, correction.answered_by = timezone.now(), person
    correction.save()
    answered = client.get(address).content.decode()
    correction.public_summary = "A wrong number."
    correction.save()

    assert "waits for an editor" in waiting
    assert "The number was mended." in answered
    assert "we put it right" in answered
    assert 'href="/drugs/abc/editions/1/"' in answered
    for html in (waiting, answered):
        assert "PLANTED" not in html
        assert "planted" not in html
        assert "Planted" not in html
    assert "A wrong number." in client.get(address).content.decode()


def test_the_edition_that_puts_it_right_is_named_once_it_is_public(client):
    draft = factories.EditionFactory(display_name="Secret draft")
    correction = factories.CorrectionFactory(
        outcome="corrected", outcome_text="Soon.", fixed_in=draft, answered_at=timezone.now()
    )

    html = client.get(correction.get_absolute_url()).content.decode()

    assert "Secret draft" not in html
    assert draft.get_absolute_url() not in html


@pytest.mark.parametrize("typed", ["c7k3f92", "C-7K3F-92", " c 7k3f 92 ", "C-7K3F–92"])
def test_a_reference_is_read_as_people_type_it(client, typed):
    factories.CorrectionFactory(reference="C-7K3F-92")

    assert client.get("/corrections/", {"reference": typed}).url == "/corrections/C-7K3F-92/"


@pytest.mark.parametrize("typed", ["C-7K3F-99", "C-0O1I-LL", "x" * 5000, "\x00", "<script>", "🜚"])
def test_a_reference_that_is_none_says_so(client, typed):
    response = client.get("/corrections/", {"reference": typed})

    assert response.status_code == 200
    assert "<script>" not in response.content.decode().replace("<script src", "")


@pytest.mark.parametrize("path", ["/corrections/C-7K3F-99/", "/corrections/nonsense/", "/corrections/%00/"])
def test_an_unknown_reference_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_references_have_no_letter_that_is_taken_for_another():
    for _number in range(500):
        reference = factories.CorrectionFactory.build().reference
        assert not set(reference[1:]) & set("01IOLSBZU5")
        assert re.fullmatch(r"C-[A-Z0-9]{4}-[A-Z0-9]{2}", reference)
