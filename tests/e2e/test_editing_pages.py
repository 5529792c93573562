"""The admin in a real browser: nothing blocked by the policy, nothing on the console, nothing that axe finds."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from drugs.models import Edition, MenuEntry, Organisation
from tests import factories
from tests.admin.people import staff
from tests.e2e.pages import WIDTHS, Watched, follow, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

PICTURE = (Path(__file__).parent / "grey.webp").read_bytes()


@pytest.fixture
def draft():
    live = factories.live_edition("riluzole")
    factories.TherapyTrialFactory(therapy=live.therapy)
    return factories.whole_edition("edaravone")


def addresses(draft):
    """Every kind of page of the admin that is ours."""
    live = Edition.objects.get(therapy__slug="riluzole")
    trial = factories.TrialFactory()
    yield reverse("admin:index")
    for model in ("therapy", "edition", "trial", "therapytrial", "organisation", "glossaryterm", "reportedresult"):
        yield reverse(f"admin:drugs_{model}_changelist")
    yield reverse("admin:drugs_edition_change", args=[draft.pk])
    yield reverse("admin:drugs_edition_change", args=[live.pk])
    yield reverse("admin:drugs_edition_add")
    yield reverse("admin:drugs_therapy_change", args=[live.therapy_id])
    yield reverse("admin:drugs_trial_change", args=[trial.pk])
    yield reverse("admin:drugs_edition_history", args=[draft.pk])
    yield reverse("admin:drugs_organisation_import")
    yield reverse("admin:drugs_organisation_export")
    yield reverse("admin:auth_user_changelist")
    yield reverse("admin:auditlog_logentry_changelist")
    yield from around_the_pages(live)


def around_the_pages(edition):
    """Menus, information pages, portraits and corrections."""
    entry = MenuEntry.objects.create(place="foot", label="Trials", url="/trials/")
    published = factories.live_page("about", body="<h3>Part</h3><p>Old words.</p>")
    page_draft = factories.PageVersionFactory(page=published.page, body="<h3>Part</h3><p>New words.</p>")
    portrait = factories.PortraitFactory(picture=PICTURE)
    correction = factories.CorrectionFactory(therapy=edition.therapy, edition=edition, email="reader@example.org")
    for model in ("menuentry", "announcement", "disclaimer", "page", "pageversion", "portrait", "correction"):
        yield reverse(f"admin:drugs_{model}_changelist")
    for model in ("menuentry", "announcement", "page", "portrait"):
        yield reverse(f"admin:drugs_{model}_add")
    yield reverse("admin:drugs_menuentry_change", args=[entry.pk])
    yield reverse("admin:drugs_page_change", args=[published.page_id])
    for version in (published, page_draft):
        yield reverse("admin:drugs_pageversion_change", args=[version.pk])
        yield reverse("admin:drugs_pageversion_review", args=[version.pk])
    yield reverse("admin:drugs_portrait_change", args=[portrait.pk])
    yield reverse("admin:drugs_correction_change", args=[correction.pk])


def test_nothing_is_blocked_and_axe_finds_nothing(page, live_server, draft, request):
    """Contrast once: a phone gets the same colours (with --all, both)."""
    everything = request.config.getoption("--all")
    watched = Watched(page)
    sign_in(page, live_server.url, staff("superuser"))
    found = {}

    for address in addresses(draft):
        page.goto(live_server.url + address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            findings = watched.axe(contrast=everything or width == max(WIDTHS))
            found[address, width] = [*findings, *(["too wide"] if watched.overflows() else [])]

    assert not watched.complaints, "\n".join(watched.complaints)
    assert not {place: findings for place, findings in found.items() if findings}


def test_the_editor_writes_rich_text(page, live_server, draft):
    watched = Watched(page)
    sign_in(page, live_server.url, staff("Editor"))
    page.goto(live_server.url + reverse("admin:drugs_edition_change", args=[draft.pk]))

    editor = page.get_by_role("textbox", name="Background", exact=True)
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" And more.")
    follow(page.get_by_role("button", name="Save and continue editing"))

    draft.refresh_from_db()
    assert draft.background == "<p>What it is (Oh et al., 2018). And more.</p>"
    assert not watched.complaints


def test_a_half_done_draft_is_saved_and_finished(page, live_server, draft):
    watched = Watched(page)
    sign_in(page, live_server.url, staff("Editor"))
    address = live_server.url + reverse("admin:drugs_edition_change", args=[draft.pk])
    page.goto(address)

    page.locator("#source_set-group > fieldset > details > summary").click()
    page.locator("#source_set-group .add-row a").click()
    new = page.locator("#source_set-group .row-card:not(.empty-form)").last
    new.locator("input[name$='-label']").fill("Half, 2026")
    page.fill("#id_as_of_on", "soon")
    follow(page.get_by_role("button", name="Save and continue editing"))
    panel = page.inner_text(".unfinished")
    findings = {width: _axe_at(page, watched, width) for width in WIDTHS}
    new.locator("select[name$='-kind']").select_option("news")
    new.locator("input[name$='-title']").fill("A title")
    page.fill("#id_as_of_on", "2026-10")
    follow(page.get_by_role("button", name="Save and continue editing"))

    assert "Half, 2026" in panel
    assert "Write a date as" in panel
    assert draft.source_set.get(label="Half, 2026").title == "A title"
    assert Edition.objects.get(pk=draft.pk).as_of_on == "2026-10"
    expect(page.locator(".unfinished")).to_have_count(0)
    assert not any(findings.values()), findings
    assert not watched.complaints, "\n".join(watched.complaints)


def _axe_at(page, watched, width):
    page.set_viewport_size({"width": width, "height": 900})
    return [*watched.axe(), *(["too wide"] if watched.overflows() else [])]


def test_a_sheet_comes_in_with_nothing_blocked(page, live_server):
    watched = Watched(page)
    factories.OrganisationFactory(slug="corestem", name="Corestem")
    sign_in(page, live_server.url, staff("Editor"))
    page.goto(live_server.url + reverse("admin:drugs_organisation_import"))
    sheet = b"slug,name,country\ncorestem,CORESTEM Inc.,KR\nnew-one,New one,\n"

    page.set_input_files("input[type=file]", {"name": "list.csv", "mimeType": "text/csv", "buffer": sheet})
    page.select_option("select[name=format]", label="csv")
    follow(page.locator("input[type=submit]"))
    findings = watched.axe()
    preview = page.inner_text(".import-preview")
    follow(page.locator("input[name=confirm]"))

    assert "CORESTEM Inc." in preview
    assert set(Organisation.objects.values_list("name", flat=True)) == {"CORESTEM Inc.", "New one"}
    assert not findings
    assert not watched.complaints, "\n".join(watched.complaints)
