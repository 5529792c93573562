"""Each journey by Tab and Enter alone, in a counted number of presses, with JavaScript and without; and the reading tools."""

import re

import pytest
from playwright.sync_api import expect

#: Presses of Tab and Enter, letters typed aside; a change that needs more has to say why. One of 'find' is the link of an
#: announcement, one of 'read results' that to earlier editions: a page has neither on its first day.
MOST_KEYS = {"find": 16, "filter": 17, "compare": 41, "read results": 29, "print": 13}


class Keys:
    """Tab and Enter, counted."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, key):
        self.page.keyboard.press(key)
        self.count += 1

    def reach(self, words, most=120):
        """Tab until what has the focus is called so."""
        for _press in range(most):
            self.press("Tab")
            if re.search(words, self.name()):
                return
        raise AssertionError(f"no Tab leads to {words!r} on {self.page.url}")

    def name(self):
        return self.page.evaluate(
            "(e => (e.labels?.[0]?.textContent || e.textContent || '').replace(/\\s+/g, ' ').trim())(document.activeElement)"
        )

    def follow(self, words, pattern):
        self.reach(words)
        self.press("Enter")
        self.page.wait_for_url(re.compile(pattern))

    def skip(self):
        self.press("Tab")
        self.press("Enter")


def find(page, keys, site):
    page.goto(site)
    keys.reach("Search this site")
    page.keyboard.type("BIIB067")
    keys.press("Enter")
    page.wait_for_url("**/search/**")
    keys.skip()
    keys.follow("Tofersen", "/drugs/tofersen-qalsody/$")


def narrow(page, keys, site):
    page.goto(f"{site}/drugs/")
    keys.skip()
    keys.reach("^Narrow the list")
    keys.press("Enter")
    keys.reach("^Stage$")
    keys.press("Enter")
    keys.follow("^Approved 8$", "stage=approved#state$")
    expect(page.get_by_text("Approved: 8 of 23 therapies")).to_be_visible()


def compare(page, keys, site):
    page.goto(f"{site}/drugs/lenzumestrocel/")
    keys.skip()
    keys.follow("^Compare with another", r"/compare/\?drug=lenzumestrocel$")
    keys.skip()
    keys.follow("^Tofersen", "drug=tofersen")
    expect(page.locator("table.columns").nth(4)).to_be_attached()


def read_results(page, keys, site):
    page.goto(f"{site}/drugs/lenzumestrocel/")
    keys.skip()
    keys.follow("^Clinical trials$", "#clinical-trials$")
    keys.reach("NCT04745299")
    expect(page.get_by_text("2.98").first).to_be_visible()


def to_paper(page, keys, site):
    page.goto(f"{site}/drugs/lenzumestrocel/")
    keys.skip()
    keys.follow("^A sheet for your", r"/visit/\?drug=lenzumestrocel$")
    assert page.pdf(format="A4").startswith(b"%PDF")


JOURNEYS = {"find": find, "filter": narrow, "compare": compare, "read results": read_results, "print": to_paper}


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_each_journey_by_tab_and_enter_alone(browser, site, scripts):
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 1366, "height": 900})
    pressed = {}
    for name, journey in JOURNEYS.items():
        page = context.new_page()
        keys = Keys(page)
        journey(page, keys, site)
        pressed[name] = keys.count
        page.close()
    context.close()

    assert all(pressed[name] <= most for name, most in MOST_KEYS.items()), pressed


VOICE = """
window.spoken = [];
speechSynthesis.getVoices = () => [{ lang: "en-GB", localService: true, name: "one" }];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
speechSynthesis.cancel = () => {};
speechSynthesis.speak = (utterance) => { spoken.push(utterance.text); utterance.onstart?.() };
"""


def test_the_reading_tools_keep_read_explain_and_remember(page, site):
    page.add_init_script(VOICE)
    page.set_viewport_size({"width": 1366, "height": 900})
    page.goto(f"{site}/drugs/lenzumestrocel/")

    def of_body(what):
        return page.evaluate(f"getComputedStyle(document.body).{what}")

    plain = (float(of_body("fontSize").removesuffix("px")), of_body("backgroundColor"))
    page.locator(".settings > summary").click()
    page.get_by_role("button", name="Largest").click()
    page.get_by_role("button", name="Dark").click()
    page.goto(f"{site}/trials/")  # kept on the next page
    assert float(of_body("fontSize").removesuffix("px")) > 1.5 * plain[0]
    assert of_body("backgroundColor") != plain[1]
    page.locator(".menu > summary").click()  # letters this large leave no room for an open menu
    page.locator(".settings > summary").click()
    page.get_by_role("button", name="More contrast").click()
    expect(page.locator("html")).to_have_attribute("data-contrast", "more")
    page.get_by_role("button", name="Forget everything").click()
    assert (float(of_body("fontSize").removesuffix("px")), of_body("backgroundColor")) == plain

    page.goto(f"{site}/drugs/lenzumestrocel/")
    page.locator("header .listen").click()
    expect(page.locator("#player")).to_be_visible()
    assert page.evaluate("spoken").pop().startswith("Therapies") or "Lenzumestrocel" in page.evaluate("spoken.join()")
    page.keyboard.press("Escape")
    expect(page.locator("#player")).to_be_hidden()

    term = page.locator("main button.term").first
    term.focus()
    page.keyboard.press("Enter")
    word = page.locator(".word:popover-open")
    expect(word.locator(".name")).to_be_visible()
    page.keyboard.press("Enter")  # 'Close' has the focus
    expect(word).to_have_count(0)

    expect(page.locator("#since")).to_be_hidden()
    page.evaluate("localStorage.setItem('reading-visits', JSON.stringify({lenzumestrocel: [0, '2026-05-03']}))")
    page.reload()
    expect(page.locator("#since-when")).to_contain_text("Since your visit on")
    page.get_by_role("button", name="I have seen this").click()
    page.reload()
    expect(page.locator("#since")).to_be_hidden()
