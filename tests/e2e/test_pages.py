"""Every kind of public page in a real browser: axe finds nothing, nothing is too small, too near or too wide."""

import csv
import datetime as dt
import os
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from drugs.models import Announcement, Correction, Edition, Page, Trial
from drugs.publishing.copying import copy_edition
from drugs.publishing.pages import withdraw as withdraw_page
from drugs.publishing.publish import withdraw
from tests import factories
from tests.e2e.pages import Watched

pytestmark = pytest.mark.django_db(transaction=True)

MEASURE = (Path(__file__).parent / "measure.js").read_text()
FOCUS = (Path(__file__).parent / "focus.js").read_text()
#: The folder that the measured sizes are written to, if somebody wants them: `make measure`.
MEASURED = os.environ.get("MEASURED", "")
PAGES = {
    "home": "/",
    "therapies": "/drugs/",
    "a list": "/drugs/approved/",
    "a filtered list": "/drugs/?stage=approved&country=JP",
    "an empty list": "/drugs/?q=nothingatall",
    "an invalid filter": "/drugs/?stage=nonsense",
    "a therapy": "/drugs/lenzumestrocel/",
    "one minute": "/drugs/lenzumestrocel/one-minute/",
    "plain words": "/drugs/lenzumestrocel/plain-words/",
    "an ended therapy": "/drugs/amx0035/",
    "a topic": "/drugs/sod1-therapies/",
    "editions": "/drugs/lenzumestrocel/editions/",
    "an edition": "/drugs/lenzumestrocel/editions/1/",
    "a comparison": "/drugs/lenzumestrocel/editions/1/2/",
    "a withdrawn edition": "/drugs/withdrawn/",
    "a therapy with pictures": "/drugs/cnm-au8/",
    "a therapy with silent trials": "/drugs/t-regulatory-cells/",
    "the pipeline": "/pipeline/",
    "a filtered pipeline": "/pipeline/?modality=cell_therapy",
    "approvals": "/approvals/",
    "approvals of one therapy": "/approvals/?therapy=tofersen-qalsody",
    "no approvals": "/approvals/?therapy=tofersen-qalsody&country=BR",
    "trials": "/trials/",
    "filtered trials": "/trials/?status=COMPLETED&phase=PHASE3&therapy=tofersen-qalsody",
    "a trial": "/trials/NCT04745299/",
    "search": "/search/?q=edavarone",
    "an empty search": "/search/?q=nothingatall",
    "glossary": "/glossary/",
    "updates": "/updates/",
    "comparing therapies": "/compare/?drug=lenzumestrocel&drug=tofersen-qalsody&drug=methylcobalamin&drug=masitinib",
    "comparing what differs": "/compare/?drug=lenzumestrocel&drug=tofersen-qalsody&only=differences",
    "choosing what to compare": "/compare/?drug=lenzumestrocel&drug=nothing&drug=withdrawn&q=edavarone",
    "too many to compare": "/compare/?drug=tudca&drug=ilb&drug=np001&drug=cuatsm&drug=nurown",
    "choosing for a visit": "/visit/?choose=1&drug=tofersen-qalsody&trial=NCT07322003&trial=NCT00000000",
    "a visit sheet": "/visit/?drug=lenzumestrocel&drug=tofersen-qalsody&drug=pridopidine&trial=NCT07322003",
    "a card for other sites": "/drugs/tofersen-qalsody/card/?country=DE",
    "making a card": "/cards/?drug=lenzumestrocel&country=KR",
    "my situation": "/situation/",
    "open data": "/data/",
    "API": "/api/v1/docs/",
    "all pages": "/pages/",
    "help": "/pages/help/",
    "privacy": "/pages/privacy/",
    "accessibility": "/pages/accessibility/",
    "a withdrawn page": "/pages/gone/",
    "portraits": "/portraits/",
    "corrections": "/corrections/?reference=C-7K3F-99",
    "a correction form": "/corrections/new/?drug=lenzumestrocel&section=background",
    "a correction": "/corrections/C-7K3F-92/",
    "an answered correction": "/corrections/C-7K3F-94/",
    "alerts": "/alerts/?drug=lenzumestrocel",
    "an alert asked for": "/alerts/asked/",
    "an alert to confirm": f"/alerts/{'w' * 43}/",
    "an alert": f"/alerts/{'c' * 43}/",
    "an alert that is gone": f"/alerts/{'x' * 43}/",
    "not found": "/drugs/nothing-here/",
}


@pytest.fixture
def site(live_server, settings):
    """The shipped content, a second edition of one page, and one that was withdrawn."""
    settings.ALERTS_BY_MAIL = True
    call_command("load_content", verbosity=0)
    first = Edition.objects.get(therapy__slug="lenzumestrocel")
    second = copy_edition(first, number=2, background="<p>A changed background, in 123 people (Oh et al., 2018).</p>")
    factories.publish(second, at=timezone.now() - dt.timedelta(minutes=1), note="The background was shortened.")
    for values in ({"number": 24}, {"kind": "gene", "genes": "SOD1"}, {"kind": "age_max", "number": 80}):
        factories.TrialCutoffFactory(trial=Trial.objects.get(home_number="NCT07322003"), confirmed=True, **values)
    gone = factories.live_edition("withdrawn")
    withdraw(gone.publication, reason="It named a wrong trial.")
    around_the_pages(first)
    return live_server.url


def around_the_pages(edition):
    """An announcement with a link, two portraits, a page that was withdrawn, corrections open and answered."""
    day = timezone.localdate()
    page = Page.objects.get(slug="accessibility")
    Announcement.objects.create(
        text="This site is new. Please tell us what does not work for you.",
        link_label="Accessibility",
        page=page,
        from_on=day,
        until_on=day,
    )
    picture = BytesIO()
    Image.effect_noise((480, 600), 40).convert("RGB").save(picture, "WEBP", quality=10)
    for caption in ("A person, 2026", ""):
        factories.PortraitFactory(picture=picture.getvalue(), width=480, height=600, caption=caption)
    withdraw_page(factories.live_page("gone"), by=None, reason="It named a wrong address.")
    factories.AlertFactory(key="w" * 43, therapy=edition.therapy)
    factories.AlertFactory(key="c" * 43, confirmed=True)
    factories.CorrectionFactory(reference="C-7K3F-92")
    factories.CorrectionFactory(
        reference="C-7K3F-94",
        outcome="corrected",
        outcome_text="The number was mended.",
        public_summary="A wrong number of people.",
        fixed_in=edition,
        answered_at=timezone.now(),
    )


#: Phone, desktop, and a desktop of 1280 by 1024 px enlarged to 400 %.
WINDOWS = {"320": (320, 900, 1), "1366": (1366, 900, 1), "400 %": (320, 256, 4)}
#: What only repeats another goes with `make e2e-all`: 400 % has the colours of 320 px, and hides the focus most easily.
AXE_WINDOWS = [
    pytest.param(window, scheme, marks=pytest.mark.long_walk if (window, scheme) == ("400 %", "dark") else [])
    for window in WINDOWS
    for scheme in ("light", "dark")
]
FOCUS_WINDOWS = [pytest.param(window, marks=[] if window == "400 %" else pytest.mark.long_walk) for window in WINDOWS]


def opened(browser, window, **options):
    """A page in a window of this size, and its pixels to a pixel of CSS."""
    width, height, scale = window
    return browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale, **options)


@pytest.mark.parametrize(("window", "scheme"), AXE_WINDOWS)
def test_axe_finds_nothing(browser, site, window, scheme):
    page = opened(browser, WINDOWS[window], color_scheme=scheme)
    watched = Watched(page)
    found = {}
    for name, path in PAGES.items():
        page.goto(site + path)
        found[name] = [*watched.axe(is_public=True), *(["too wide"] if watched.overflows() else [])]
    page.close()

    assert not {name: findings for name, findings in found.items() if findings}


@pytest.mark.parametrize("window", FOCUS_WINDOWS)
def test_what_has_the_focus_is_seen_whole(browser, site, window):
    page = opened(browser, WINDOWS[window])
    hidden = {}
    for name, path in PAGES.items():
        page.goto(site + path)
        hidden[name] = page.evaluate(f"({FOCUS})()")
    page.close()

    assert not {name: findings for name, findings in hidden.items() if findings}


@pytest.mark.parametrize("width", [320, 390, 1366])
def test_targets_are_large_and_apart_and_nothing_is_too_wide(page, site, width):
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for name, path in PAGES.items():
        page.goto(site + path)
        page.evaluate(
            "document.querySelectorAll('main details, header details').forEach((details) => { details.open = true })"
        )
        found[name] = page.evaluate(f"({MEASURE})({{size: 48, gap: 16}})")
    if MEASURED:
        write_measures(Path(MEASURED) / f"targets-{width}.csv", found)

    assert not {name: one["wrong"] for name, one in found.items() if one["wrong"]}


def write_measures(path, found):
    """Page by page the shorter side of the smallest target and the smallest gap, in px."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["page", "smallest target", "smallest gap"])
        for name, one in found.items():
            writer.writerow([name, *("" if one[key] is None else f"{one[key]:.1f}" for key in ("smallest", "nearest"))])


def test_nothing_complains_on_any_page(page, site):
    complaints = {}
    for name, path in PAGES.items():
        watched = Watched(page)
        page.goto(site + path)
        complaints[name] = [line for line in watched.complaints if "404" not in line and "410" not in line]

    assert not {name: lines for name, lines in complaints.items() if lines}


def test_from_home_to_a_therapy_by_keyboard_alone(page, site):
    page.goto(site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _step in range(60):
        page.keyboard.press("Tab")
        if "Lenzumestrocel" in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/drugs/lenzumestrocel/")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Lenzumestrocel")


def test_a_correction_is_sent_by_keyboard_alone_without_javascript_and_without_a_cookie(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(site + "/drugs/lenzumestrocel/")
    page.get_by_role("link", name="Something wrong here?").nth(2).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/corrections/new/**")
    page.get_by_label("What is wrong").focus()
    page.keyboard.type("The number of people is wrong.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.wait_for_timeout(3500)  # no person is quicker
    page.keyboard.press("Enter")
    page.wait_for_url("**/corrections/C-*/")

    correction = Correction.objects.get(text="The number of people is wrong.")
    assert correction.section == "clinical-trials"
    expect(page.get_by_role("heading", level=1)).to_contain_text(correction.reference)
    assert not context.cookies()
    context.close()


def test_help_is_one_activation_from_every_page(page, site):
    for name, path in PAGES.items():
        if name == "a card for other sites":  # it stands on somebody else's page
            continue
        page.goto(site + path)
        link = page.get_by_role("link", name="Help now", exact=True).first
        expect(link, name).to_be_visible()
    link.click()
    page.wait_for_url("**/pages/help/")
