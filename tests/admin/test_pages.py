"""Menus, information pages, portraits and corrections in the admin: what staff do, step by step."""

import datetime as dt
from io import BytesIO

import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from drugs.audit import history_of
from drugs.models import Announcement, ContentVersion, Correction, MenuEntry, Page, PageVersion, Portrait
from drugs.pictures import MOST_BYTES
from tests import factories
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def editor(client):
    person = staff("Editor", username="kim")
    client.force_login(person)
    return person


def address(name, *args):
    return reverse(f"admin:drugs_{name}", args=args)


def saved(version, **changes):
    values = {"title": version.title, "summary": version.summary, "body": version.body}
    return values | {"opened_at_version": version.version} | changes


# Information pages


def test_a_page_from_its_title_to_the_public_by_two_people(client, editor):
    added = client.post(address("page_add"), {"title": "Right to try", "slug": "try", "group": "access", "position": 0})
    draft = PageVersion.objects.get()
    assert added.url == address("pageversion_change", draft.pk)
    client.post(added.url, saved(draft, summary="In short.", body="<p>The text.</p>"))
    draft.refresh_from_db()
    client.post(address("pageversion_send", draft.pk), {"send-version": draft.version, "send-comment": ""})
    assert client.get("/pages/try/").status_code == 404
    assert client.post(address("pageversion_publish", draft.pk), {"publish-comment": "First."}).status_code == 403

    client.force_login(staff("Reviewer", username="rio"))
    review = client.get(address("pageversion_review", draft.pk)).content.decode()
    client.post(
        address("pageversion_publish", draft.pk), {"publish-version": draft.version, "publish-comment": "The first."}
    )

    assert "kim" in review
    html = client.get("/pages/try/").content.decode()
    assert "The text." in html
    assert "The first." in html
    assert "kim" not in html
    assert "rio" not in html


def test_whoever_saved_is_told_that_another_person_publishes(client):
    chief = staff("superuser")
    client.force_login(chief)
    draft = factories.PageVersionFactory()
    client.post(address("pageversion_change", draft.pk), saved(draft, title="Mine"))
    client.post(address("pageversion_send", draft.pk), {"send-version": 2})

    page = client.get(address("pageversion_review", draft.pk)).content.decode()
    client.post(address("pageversion_publish", draft.pk), {"publish-version": 2, "publish-comment": "x"})

    assert "another person publishes it" in page
    assert not PageVersion.objects.live(timezone.now()).exists()


def test_a_preview_is_the_page_with_a_banner_and_no_search_engine_keeps_it(client, editor):
    draft = factories.PageVersionFactory(body="<p>Planted text.</p>")

    response = client.get(address("pageversion_preview", draft.pk))

    html = response.content.decode()
    assert "Preview: not published." in html
    assert "Planted text." in html
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


def test_the_second_to_save_is_told_and_keeps_both_texts(client, editor):
    draft = factories.PageVersionFactory(title="Old", summary="Old.", body="<p>Old.</p>")
    page = address("pageversion_change", draft.pk)
    opened = client.get(page)
    base = opened.context["base"]
    client.post(page, saved(draft, title="Theirs", body="<p>Theirs.</p>", base=base))

    told = client.post(page, saved(draft, summary="Mine.", body="<p>Mine.</p>", base=base))
    stored = PageVersion.objects.get()
    html = told.content.decode()
    merged = told.context["adminform"].form
    kept = client.post(
        page,
        saved(draft, title=merged["title"].value(), summary="Mine.", body="<p>Mine.</p>", base=base, merged_version=2),
    )

    assert (stored.title, stored.body) == ("Theirs", "<p>Theirs.</p>")
    assert "kim saved this draft" in html
    assert "Theirs, as saved" in html
    assert merged["title"].value() == "Theirs"
    assert kept.status_code == 302
    last = PageVersion.objects.get()
    assert (last.title, last.summary, last.body, last.version) == ("Theirs", "Mine.", "<p>Mine.</p>", 3)


def test_a_published_version_is_read_and_corrected_by_the_next(client, editor):
    live = factories.live_page("about", body="<p>Old words.</p>")
    assert client.post(address("pageversion_change", live.pk), saved(live, title="x")).status_code == 403

    assert "<p>Old words.</p>" in client.get(address("pageversion_change", live.pk)).content.decode()

    started = client.post(address("pageversion_start", live.pk))
    draft = PageVersion.objects.drafts().get()
    client.post(started.url, saved(draft, body="<p>New words.</p>"))
    review = client.get(address("pageversion_review", draft.pk)).content.decode()

    assert draft.number == 2
    assert "<ins>" in review
    assert "Old" in review
    assert client.post(address("pageversion_start", live.pk)).url == started.url


def test_the_history_of_a_page_says_who_did_what(client, editor):
    draft = factories.PageVersionFactory(title="Old")

    client.post(address("pageversion_change", draft.pk), saved(draft, title="New"))

    changes = [(act.by.username, change.field, change.old, change.new) for act in history_of(draft) if act.by
               for change in act.changes]  # fmt: skip
    assert ("kim", "title", "Old", "New") in changes
    assert "Old" in client.get(address("pageversion_history", draft.pk)).content.decode()


# Menus


def test_the_order_of_a_menu_is_changed_by_numbers(client, editor):
    one = MenuEntry.objects.create(place="foot", label="One", url="/drugs/", position=1)
    two = MenuEntry.objects.create(place="foot", label="Two", url="/trials/", position=2)
    before = ContentVersion.current()
    data = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2, "_save": "Save"}
    data |= {"form-0-id": one.pk, "form-0-position": 2, "form-1-id": two.pk, "form-1-position": 1}

    client.post(address("menuentry_changelist"), data)

    assert list(MenuEntry.objects.values_list("label", flat=True)) == ["Two", "One"]
    assert ContentVersion.current() > before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "javascript:alert(1)"}, "starts with https://"),
        ({"url": "//elsewhere.example/"}, "starts with https://"),
        ({"url": "/admin/"}, "for staff"),
        ({"url": "/nothing/"}, "no page at this path"),
        ({"url": ""}, "one of the two"),
        ({"place": "top", "heading": "H"}, "no headings"),
    ],
)
def test_a_menu_entry_says_what_is_wrong_with_it(client, editor, changes, said):
    data = {"place": "foot", "label": "L", "url": "/drugs/", "position": 0, "page": "", "heading": ""} | changes

    response = client.post(address("menuentry_add"), data)

    assert said in response.content.decode()
    assert not MenuEntry.objects.exists()


def test_a_menu_names_pages_that_are_not_published(client, editor):
    draft = factories.PageVersionFactory(title="Not yet")
    MenuEntry.objects.create(place="foot", label="L", page=draft.page)

    listed = client.get(address("menuentry_changelist")).content.decode()
    form = client.get(address("menuentry_add")).content.decode()

    assert "(not published)" in listed
    assert "Not yet (not published)" in form


def test_an_announcement_ends_after_it_starts(client, editor):
    data = {"text": "News.", "from_on": "2026-11-30", "until_on": "2026-11-01", "link_label": "", "page": "", "url": ""}

    response = client.post(address("announcement_add"), data)

    assert "not before the first" in response.content.decode()
    assert not Announcement.objects.exists()


# Portraits


def photograph(size=(1200, 900)):
    file = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "PLANTED-MAKER"
    Image.effect_noise(size, 60).convert("RGB").save(file, "JPEG", exif=exif)
    return SimpleUploadedFile("me at home.jpg", file.getvalue(), "image/jpeg")


def portrait_data(**changes):
    return {
        "upload": photograph(),
        "alt_text": "A person in a garden.",
        "caption": "A person",
        "position": 0,
        "person": "A Person",
        "consent_on": "2026-05-03",
        "consent_kept_by": "The office",
    } | changes


def test_a_portrait_goes_up_small_and_comes_down_in_one_step(client, editor, settings):
    client.post(address("portrait_add"), portrait_data())
    portrait = Portrait.objects.get()
    shown = client.get(portrait.get_absolute_url())
    page = client.get(address("portrait_change", portrait.pk)).content.decode()

    down = client.post(address("portrait_take_down", portrait.pk), follow=True)

    portrait.refresh_from_db()
    assert len(shown.content) <= MOST_BYTES
    assert b"PLANTED" not in shown.content
    assert "Take it down now" in page
    assert portrait.picture is None
    assert portrait.taken_down_by == editor
    assert client.get(portrait.get_absolute_url()).status_code == 410
    assert "me at home" not in down.content.decode()
    assert not settings.MEDIA_ROOT.exists() or not list(settings.MEDIA_ROOT.rglob("*.*"))
    assert client.get(address("portrait_change", portrait.pk)).status_code == 200
    assert client.post(address("portrait_change", portrait.pk), portrait_data()).status_code == 403


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"consent_on": ""}, "This field is required"),
        ({"consent_on": "2099-01-01"}, "has not come yet"),
        ({"consent_kept_by": ""}, "This field is required"),
        ({"alt_text": ""}, "This field is required"),
        ({"upload": ""}, "This field is required"),
        ({"upload": SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")}, "cannot be read as a picture"),
    ],
)
def test_no_portrait_without_consent_words_and_picture(client, editor, changes, said):
    response = client.post(address("portrait_add"), portrait_data(**changes))

    assert said in response.content.decode()
    assert not Portrait.objects.exists()


def test_a_caption_is_changed_without_a_new_picture(client, editor):
    portrait = factories.PortraitFactory()
    data = portrait_data(caption="Another caption")
    del data["upload"]

    client.post(address("portrait_change", portrait.pk), data)

    portrait.refresh_from_db()
    assert portrait.caption == "Another caption"
    assert bytes(portrait.picture) == b"RIFF picture"


def test_what_was_taken_down_does_not_live_on_in_the_log(client, editor):
    client.post(address("portrait_add"), portrait_data(caption="PLANTED caption", alt_text="PLANTED words"))
    client.post(address("portrait_take_down", Portrait.objects.get().pk))

    assert not [entry for entry in LogEntry.objects.all() if "PLANTED" in str(entry.changes)]
    assert "taken down by" in str([change for act in history_of(Portrait.objects.get()) for change in act.changes])


# Corrections


def test_an_answer_is_public_by_its_reference_at_once(client, editor):
    edition = factories.live_edition("abc")
    correction = factories.CorrectionFactory(therapy=edition.therapy, edition=edition, email="reader@example.org")
    page = address("correction_change", correction.pk)
    assert "reader@example.org" in client.get(page).content.decode()

    client.post(
        page,
        {"outcome": "corrected", "outcome_text": "Mended.", "fixed_in": edition.pk, "public_summary": "", "text": "x"},
    )

    correction.refresh_from_db()
    assert correction.text == "A number is wrong."
    assert correction.answered_by == editor
    assert correction.answered_at <= timezone.now()
    assert "Mended." in client.get(correction.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "data", [{"outcome": "corrected", "outcome_text": ""}, {"outcome": "", "outcome_text": "Mended."}]
)
def test_half_an_answer_is_refused(client, editor, data):
    correction = factories.CorrectionFactory()

    response = client.post(address("correction_change", correction.pk), {"public_summary": "", **data})

    assert response.status_code == 200
    assert Correction.objects.get().is_open


def test_an_answer_taken_away_opens_it_again(client, editor):
    correction = factories.CorrectionFactory(outcome="no_change", outcome_text="No.", answered_at=timezone.now())

    client.post(address("correction_change", correction.pk), {"outcome": "", "outcome_text": "", "public_summary": ""})

    assert Correction.objects.get().is_open


def test_only_editions_of_its_therapy_put_it_right(client, editor):
    own, other = factories.live_edition("abc"), factories.live_edition("other")
    correction = factories.CorrectionFactory(therapy=own.therapy)

    response = client.get(address("correction_change", correction.pk))

    choices = response.context["adminform"].form.fields["fixed_in"].queryset
    assert list(choices) == [own]
    assert other not in choices


def test_no_export_has_what_readers_wrote(client, editor):
    factories.CorrectionFactory(text="PLANTED text", email="planted@example.org")
    factories.PortraitFactory()

    for model in ("correction", "portrait"):
        fields = {f"{resource().__class__.__name__}": None for resource in ()}  # the form's own fields, one a column
        page = client.get(address(f"{model}_export"))
        data = {"format": "0", "resource": "0"} | {
            name: "on" for name in page.context["form"].fields if name not in ("format", "resource", "export_items")
        }
        exported = client.post(address(f"{model}_export"), data | fields).content
        assert exported
        assert b"PLANTED" not in exported
        assert b"planted" not in exported
        assert b"RIFF" not in exported


def test_what_waits_stands_on_the_desk(client, editor):
    factories.CorrectionFactory(text="A wrong number.", received_at=timezone.now() - dt.timedelta(days=2))
    factories.PageVersionFactory(title="A page in the making")

    html = client.get(reverse("admin:index")).content.decode()

    assert "Corrections from readers" in html
    assert "A wrong number." in html
    assert "A page in the making" in html
    assert Page.objects.count() == 1
