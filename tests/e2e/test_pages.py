"""Every kind of public page in a real browser: axe finds nothing, nothing is too small, too near or too wide."""

import csv
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from drugs.models import Correction
from tests import factories
from tests.e2e.pages import Watched
from tests.e2e.public_pages import PAGES

MEASURE = (Path(__file__).parent / "measure.js").read_text()
FOCUS = (Path(__file__).parent / "focus.js").read_text()
#: The folder that the measured sizes are written to, if somebody wants them: `make measure`.
MEASURED = os.environ.get("MEASURED", "")

#: Phone, desktop, and a desktop of 1280 by 1024 px enlarged to 400 %.
WINDOWS = {"320": (320, 900, 1), "1366": (1366, 900, 1), "400 %": (320, 256, 4)}
#: Each window and each scheme once; every pair with `make e2e-all`. 400 % is 320 px with other pixels, so its contrast is measured
#: there, and hides the focus most easily.
PAIRS = {("320", "dark"), ("1366", "light"), ("400 %", "light")}
AXE_WINDOWS = [
    pytest.param(window, scheme, marks=[] if (window, scheme) in PAIRS else pytest.mark.long_walk)
    for window in WINDOWS
    for scheme in ("light", "dark")
]
FOCUS_WINDOWS = [pytest.param(window, marks=[] if window == "400 %" else pytest.mark.long_walk) for window in WINDOWS]


def opened(browser, window, **options):
    """A page in a window of this size, and its pixels to a pixel of CSS."""
    width, height, scale = window
    return browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale, **options)


@pytest.mark.parametrize(("window", "scheme"), AXE_WINDOWS)
def test_axe_finds_nothing_and_nothing_complains(browser, site, window, scheme, request):
    contrast = window != "400 %" or request.config.getoption("--all")
    page = opened(browser, WINDOWS[window], color_scheme=scheme)
    found = {}
    for name, path in PAGES.items():
        watched = Watched(page)
        page.goto(site + path)
        found[name] = [
            *watched.axe(is_public=True, contrast=contrast),
            *(["too wide"] if watched.overflows() else []),
            *(line for line in watched.complaints if "404" not in line and "410" not in line),
        ]
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


@pytest.mark.django_db(transaction=True)
def test_a_correction_is_sent_by_keyboard_alone_without_javascript_and_without_a_cookie(browser, live_server):
    edition = factories.live_edition("one")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(live_server.url + edition.therapy.get_absolute_url())
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
