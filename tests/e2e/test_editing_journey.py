"""From draft to page by keyboard alone: edit, return, mend, publish for the next minute, and nothing leaks before."""

import datetime as dt
import re
import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from drugs.models import Edition
from tests import factories
from tests.admin.people import staff
from tests.e2e.pages import WIDTHS, Watched, follow, sign_in
from tests.publishing.test_workflow import ready_draft

pytestmark = pytest.mark.django_db(transaction=True)

WORD = "quokkaberry"  # stands in no other text
PUBLIC = (
    "/ /drugs/ /drugs/in-development/ /drugs/edaravone/ /drugs/edaravone/editions/ /drugs/edaravone/editions/2/ "
    "/drugs/edaravone/editions/1/2/ /drugs/edaravone/feed/ /updates/ /updates/feed/ /drugs/in-development/feed/ "
    f"/search/?q={WORD} /drugs/?q={WORD} /sitemap.xml /trials/ /glossary/ /data/ /data/therapies.csv "
    "/data/therapies.json /data/sources.csv /data/results.json /api/v1/therapies/ /api/v1/therapies/edaravone/ "
    "/drugs/edaravone/card/ /drugs/edaravone/editions/2/cite.txt"
).split()


def leaks():
    """Public addresses at which the draft's word stands; an echo of the search term is none."""
    client = Client()
    found = []
    for address in PUBLIC:
        answer = client.get(address, follow=True)
        text = (answer.getvalue() if answer.streaming else answer.content).decode().replace(f"q={WORD}", "")
        if f"The {WORD} text" in text or (WORD in text and "?q=" not in address):
            found.append(address)
    return found


class Keyboard:
    """Reaches what has a name with Tab alone."""

    def __init__(self, page):
        self.page = page

    def reach(self, name, tries=250):
        for _ in range(tries):
            self.page.keyboard.press("Tab")
            if self.focused().startswith(name):
                return
        pytest.fail(f"no Tab leads to '{name}' on {self.page.url}")

    def focused(self):
        return self.page.evaluate(
            "(() => { const e = document.activeElement; if (!e) return ''; "
            "return (e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.value || e.textContent || '').trim(); })()"
        )

    def press(self, name):
        self.reach(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, name, text):
        self.reach(name)
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)


def test_from_draft_to_page_by_keyboard(browser, live_server, tmp_path_factory):
    live = ready_draft()
    factories.publish(live, at=timezone.now() - dt.timedelta(days=1), note="First edition.")
    editor, reviewer = staff("Editor", username="kim"), staff("Reviewer", username="rio")
    desks = {}
    for person in (editor, reviewer):
        page = browser.new_context(viewport={"width": 1366, "height": 900}, timezone_id="UTC").new_page()
        desks[person.username] = (page, Keyboard(page), Watched(page))
        sign_in(page, live_server.url, person)
    page, keys, _watched = desks["kim"]
    page.goto(live_server.url + reverse("admin:drugs_therapy_change", args=[live.therapy_id]))

    keys.press("Start a draft from it")
    keys.write("Background", f" The {WORD} text (Oh et al., 2018).")
    keys.press("Save and continue editing")
    draft = Edition.objects.drafts().get()
    assert WORD in draft.background
    assert not leaks()
    page.goto(live_server.url + reverse("admin:drugs_edition_review", args=[draft.pk]))
    keys.press("Send to review")
    expect(page.locator("body")).to_contain_text("was sent to review")
    assert not leaks()

    page, keys, _watched = desks["rio"]
    clicks = 0
    page.goto(live_server.url + reverse("admin:index"))
    keys.press(draft.display_name)
    clicks += 1
    keys.press("What changed against live")
    clicks += 1
    expect(page.locator("body")).to_contain_text(WORD)
    keys.press("Review and publish")
    clicks += 1
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_visible()
    assert clicks <= 3
    keys.write("What should be mended", "Say it more plainly.")
    keys.press("Return to the editors")

    page, keys, _watched = desks["kim"]
    page.goto(live_server.url + reverse("admin:drugs_edition_change", args=[draft.pk]))
    expect(page.locator(".returned")).to_contain_text("Say it more plainly.")
    keys.write("Background", " Mended (Oh et al., 2018).")
    keys.press("Save and continue editing")
    page.goto(live_server.url + reverse("admin:drugs_edition_review", args=[draft.pk]))
    keys.press("Send to review")

    page, keys, _watched = desks["rio"]
    page.goto(live_server.url + reverse("admin:drugs_edition_review", args=[draft.pk]))
    moment = (timezone.now() + dt.timedelta(seconds=70)).replace(second=0, microsecond=0)
    keys.write("What changed and what it means", "One sentence more.")
    keys.reach("Goes live at")
    # The order of day, month and year in the browser's own control is the machine's: its value is set at once.
    page.fill("[name=publish-goes_live_at]", moment.strftime("%Y-%m-%dT%H:%M"))
    keys.press("Publish")
    expect(page.locator(".messagelist")).to_contain_text("goes live on")
    assert not leaks()

    while timezone.now() < moment - dt.timedelta(seconds=2):
        time.sleep(0.5)
    assert WORD not in Client().get("/drugs/edaravone/").content.decode()
    while timezone.now() <= moment:
        time.sleep(0.1)
    assert f"The {WORD} text" in Client().get("/drugs/edaravone/").content.decode()
    assert Client().get("/drugs/edaravone/editions/2/").status_code == 200
    for _page, _keys, watched in desks.values():
        assert not watched.complaints, "\n".join(watched.complaints)


def test_text_of_an_ended_session_comes_back(page, live_server):
    page.set_viewport_size({"width": 1366, "height": 900})
    editor = staff("Editor")
    draft = factories.whole_edition("edaravone")
    sign_in(page, live_server.url, editor)
    page.goto(live_server.url + reverse("admin:drugs_edition_change", args=[draft.pk]))
    box = page.get_by_role("textbox", name="Background", exact=True)
    box.click()
    page.wait_for_timeout(900)
    page.keyboard.type("Not to be lost. ")
    page.wait_for_timeout(600)
    page.context.clear_cookies(name="sessionid")

    follow(page.get_by_role("button", name="Save and continue editing"))
    assert "/account/login" in page.url
    sign_in_here(page, editor)
    page.get_by_role("button", name="Bring it back").click()
    expect(box).to_contain_text("Not to be lost.")
    follow(page.get_by_role("button", name="Save and continue editing"))

    draft.refresh_from_db()
    assert "Not to be lost." in draft.background
    page.wait_for_timeout(900)
    expect(page.get_by_role("button", name="Bring it back")).to_have_count(0)


def sign_in_here(page, person):
    page.fill("#id_login", person.username)
    page.fill("#id_password", "a long password")
    with page.expect_navigation():  # the address of the form has that of the page in it
        page.press("#id_password", "Enter")
    assert "/account/login" not in page.url


def test_leaving_unsaved_text_warns_and_a_citation_is_inserted(page, live_server):
    page.set_viewport_size({"width": 1366, "height": 900})
    draft = factories.whole_edition("edaravone")
    sign_in(page, live_server.url, staff("Editor"))
    page.goto(live_server.url + reverse("admin:drugs_edition_change", args=[draft.pk]))
    page.wait_for_timeout(900)
    page.get_by_role("textbox", name="Background", exact=True).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" New claim")
    page.get_by_label("Cite a source: Background").select_option("Oh et al., 2018")
    page.get_by_role("button", name="Insert the citation: Background").click()

    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.evaluate("location.href = '/admin/'")

    assert asked == ["beforeunload"]
    text = page.get_by_role("textbox", name="Background", exact=True)
    expect(text).to_have_text(re.compile(r"New claim \(Oh et al\., 2018\)$"))


WORD_PASTE = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><p class="MsoNormal" style="margin:0cm">'
    '<b style="mso-bidi-font-weight:normal"><span lang="EN-GB" style="font-family:Arial">Bold</span></b>'
    '<span style="color:red"> plain<o:p></o:p></span></p><!--[if gte mso 9]><xml></xml><![endif]-->'
    '<ul><li class="MsoListParagraph"><span>one</span></li></ul></body></html>'
)


def test_text_from_word_comes_out_clean(page, live_server):
    draft = factories.EditionFactory(background="")
    sign_in(page, live_server.url, staff("Editor"))
    page.goto(live_server.url + reverse("admin:drugs_edition_change", args=[draft.pk]))
    page.get_by_role("textbox", name="Background", exact=True).click()
    page.evaluate(
        "html => { const data = new DataTransfer(); data.setData('text/html', html); document.activeElement"
        ".dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }",
        WORD_PASTE,
    )
    follow(page.get_by_role("button", name="Save and continue editing"))

    draft.refresh_from_db()
    assert draft.background == "<p><strong>Bold</strong> plain</p><ul><li><p>one</p></li></ul>"


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_pages_of_the_workflow(page, live_server, width):
    from drugs.publishing import workflow
    from tests.admin.test_steps import address

    watched = Watched(page)
    live = ready_draft()
    factories.publish(live, at=timezone.now() - dt.timedelta(days=1))
    draft = workflow.start(live, by=staff("Editor"))
    draft.background = "<p>Approved in 2021, with 12 people.</p>"
    draft.save()
    sign_in(page, live_server.url, staff("superuser"))
    page.set_viewport_size({"width": width, "height": 900})
    found = {}

    pages = [address(step, one) for one in (live, draft) for step in ("review", "preview", "compare")]
    pages += [
        reverse("admin:index"),
        reverse("admin:drugs_publication_check"),
        reverse("admin:drugs_edition_change", args=[draft.pk]),
    ]
    for where in pages:
        page.goto(live_server.url + where)
        found[where] = [*watched.axe(), *(["too wide"] if watched.overflows() else [])]

    assert not {place: findings for place, findings in found.items() if findings}
    assert not watched.complaints, "\n".join(watched.complaints)
