"""Journeys to a comparison and to a visit sheet: by keyboard alone in counted steps, without JavaScript, on paper."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.pages import follow as click_on

THREE = "drug=lenzumestrocel&drug=tofersen-qalsody&drug=pridopidine"
#: Presses of Tab and Enter; a change that needs more has to say why.
MOST_KEYS = {"compare": 50, "sheet": 35}


def press_until(page, reached, most=200):
    """Tab until `reached(text, name)` of what has the focus; how many presses that took."""
    for count in range(1, most + 1):
        page.keyboard.press("Tab")
        text = page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ').trim()")
        if reached(text):
            return count
    raise AssertionError("never reached")


def follow(page, words, pattern):
    """Tab to the link or button with these words and press Enter; how many presses."""
    keys = press_until(page, lambda text: re.search(words, text))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(pattern))
    return keys + 1


def skip(page):
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    return 2


def test_from_a_therapy_to_a_comparison_by_keyboard_alone(page, site):
    page.goto(f"{site}/drugs/lenzumestrocel/")
    keys = skip(page) + follow(page, "^Compare with another", r"/compare/\?drug=lenzumestrocel$")
    keys += skip(page) + follow(page, "^Tofersen", "drug=tofersen")
    keys += skip(page) + follow(page, "^Only what differs", "only=differences")

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\s*Compare"))
    expect(page.get_by_text("differs", exact=True).nth(4)).to_be_attached()
    expect(page.locator("tr.row-same")).to_have_count(0)
    assert keys <= MOST_KEYS["compare"], keys


def test_from_a_trial_to_a_sheet_by_keyboard_alone(page, site):
    page.goto(f"{site}/trials/NCT07322003/")
    keys = skip(page) + follow(page, "^A sheet for your", r"/visit/\?trial=")
    keys += skip(page) + follow(page, "^Add or take off", "choose=1")
    keys += skip(page)
    keys += press_until(page, lambda text: page.evaluate("document.activeElement.value") == "masitinib")
    page.keyboard.press("Space")
    keys += 1 + press_until(page, lambda text: text == "Make the sheet")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("drug=masitinib"))

    expect(page.locator("article")).to_have_count(2)
    assert keys + 1 <= MOST_KEYS["sheet"] + 24, keys  # the boxes of 23 therapies lie between


def test_both_work_without_javascript(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.goto(f"{site}/compare/")
    page.get_by_label("A drug, brand or code").last.fill("edavarone")
    click_on(page.get_by_role("button", name="Look for it"))
    click_on(page.get_by_role("link", name="Radicava/Edaravone"))
    click_on(page.get_by_role("link", name="Riluzole/Tiglutik"))
    expect(page.locator("table.columns").nth(4)).to_be_attached()
    click_on(page.get_by_role("link", name="A sheet of these"))
    expect(page.locator("article")).to_have_count(2)
    click_on(page.get_by_role("link", name="Add or take off"))
    page.get_by_label("A drug, brand, code, or trial").last.fill("PREVAiLS")
    click_on(page.get_by_role("button", name="Look for it"))
    page.get_by_label("NCT07322003").check()
    click_on(page.get_by_role("button", name="Make the sheet"))
    expect(page.locator("article")).to_have_count(3)
    context.close()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_sheet_of_three_therapies_is_three_pages(page, site, paper):
    page.goto(f"{site}/visit/?{THREE}")

    pdf = page.pdf(format=paper, prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 3


def test_on_paper_the_columns_of_a_comparison_stand_side_by_side(page, site):
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    page.goto(f"{site}/compare/?{THREE}")

    cells = page.locator("table.columns tbody tr").first.locator("td")
    boxes = [cells.nth(number).bounding_box() for number in range(3)]
    assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]
    assert boxes[0]["y"] == boxes[1]["y"] == boxes[2]["y"]
    expect(page.get_by_role("link", name="Add a therapy")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_each_value_stands_below_its_therapy_s_name(page, site, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}/compare/?{THREE}")

    cell = page.locator("table.columns tbody td").first
    label = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert "Lenzumestrocel" in label
    assert page.evaluate("document.documentElement.scrollWidth") == width
