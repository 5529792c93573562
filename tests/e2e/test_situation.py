"""'My situation' in a real browser: a table of cases for the rules, and proof that nothing leaves the device."""

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

NO_LIMITS = {
    "onsetMax": None, "vitalCapacityMin": None, "youngest": None, "oldest": None,
    "gene": [], "geneExcluded": [], "ventilation": "",
}  # fmt: skip
NO_ANSWERS = {"onset": None, "vitalCapacity": None, "age": None, "gene": "", "ventilation": ""}
TODAY = [2026, 11, 24]

#: limits, answers, today, verdict, reasons
CASES = [
    ({}, {}, TODAY, "ask", ["no_limits"]),
    # Months since the first symptom: the number itself is inside, the day of onset is unknown
    ({"onsetMax": 18}, {}, TODAY, "ask", ["onset_unknown"]),
    ({"onsetMax": 18}, {"onset": [2026, 1]}, TODAY, "open", ["onset_until"]),
    ({"onsetMax": 18}, {"onset": [2025, 9]}, TODAY, "closes", ["onset_until"]),
    ({"onsetMax": 18}, {"onset": [2025, 5]}, [2026, 11, 1], "closes", ["onset_until"]),
    ({"onsetMax": 18}, {"onset": [2025, 5]}, [2026, 11, 2], "ask", ["onset_border"]),
    ({"onsetMax": 18}, {"onset": [2025, 5]}, [2026, 11, 30], "ask", ["onset_border"]),
    ({"onsetMax": 18}, {"onset": [2025, 5]}, [2026, 12, 1], "closed", ["onset_closed"]),
    ({"onsetMax": 6}, {"onset": [2026, 8]}, [2027, 2, 28], "ask", ["onset_border"]),
    ({"onsetMax": 6}, {"onset": [2026, 8]}, [2027, 3, 1], "closed", ["onset_closed"]),
    ({"onsetMax": 6}, {"onset": [2023, 8]}, [2024, 2, 29], "ask", ["onset_border"]),
    ({"onsetMax": 12}, {"onset": [2025, 12]}, [2026, 12, 1], "closes", ["onset_until"]),
    ({"onsetMax": 1}, {"onset": [2026, 12]}, [2026, 12, 31], "closes", ["onset_until"]),
    # Vital capacity
    ({"vitalCapacityMin": 60}, {}, TODAY, "ask", ["vc_unknown"]),
    ({"vitalCapacityMin": 60}, {"vitalCapacity": 59}, TODAY, "closed", ["vc_closed"]),
    ({"vitalCapacityMin": 60}, {"vitalCapacity": 60}, TODAY, "open", ["vc_border"]),
    ({"vitalCapacityMin": 60}, {"vitalCapacity": 61}, TODAY, "open", []),
    # Age: both ends are inside
    ({"youngest": 18}, {"age": 17}, TODAY, "closed", ["young"]),
    ({"youngest": 18}, {"age": 18}, TODAY, "open", []),
    ({"oldest": 80}, {"age": 80}, TODAY, "open", ["last_year"]),
    ({"oldest": 80}, {"age": 81}, TODAY, "closed", ["old"]),
    ({"youngest": 18, "oldest": 80}, {}, TODAY, "ask", ["age_unknown"]),
    ({"youngest": 0}, {"age": 0}, TODAY, "open", []),
    # Genes
    ({"gene": ["SOD1"]}, {"gene": "SOD1"}, TODAY, "open", []),
    ({"gene": ["SOD1", "FUS"]}, {"gene": "FUS"}, TODAY, "open", []),
    ({"gene": ["SOD1"]}, {"gene": "FUS"}, TODAY, "closed", ["gene_closed"]),
    ({"gene": ["SOD1"]}, {"gene": "none"}, TODAY, "closed", ["gene_closed"]),
    ({"gene": ["SOD1"]}, {"gene": ""}, TODAY, "ask", ["gene_unknown"]),
    ({"gene": ["SOD1"]}, {"gene": "other"}, TODAY, "ask", ["other_gene"]),
    ({"geneExcluded": ["SOD1"]}, {"gene": "SOD1"}, TODAY, "closed", ["not_gene_closed"]),
    ({"geneExcluded": ["SOD1"]}, {"gene": "none"}, TODAY, "open", []),
    ({"geneExcluded": ["SOD1"]}, {"gene": ""}, TODAY, "ask", ["not_gene_unknown"]),
    # Breathing support
    ({"ventilation": "none"}, {"ventilation": "none"}, TODAY, "open", []),
    ({"ventilation": "none"}, {"ventilation": "noninvasive"}, TODAY, "closed", ["ventilation_closed"]),
    ({"ventilation": "noninvasive"}, {"ventilation": "noninvasive"}, TODAY, "open", []),
    ({"ventilation": "noninvasive"}, {"ventilation": "invasive"}, TODAY, "closed", ["ventilation_closed"]),
    ({"ventilation": "none"}, {}, TODAY, "ask", ["ventilation_unknown"]),
    # Together: one closed limit closes, and only it is said; else one open question asks
    ({"onsetMax": 18, "oldest": 80}, {"age": 81}, TODAY, "closed", ["old"]),
    ({"onsetMax": 18, "oldest": 80}, {"age": 70}, TODAY, "ask", ["onset_unknown"]),
    ({"onsetMax": 18, "oldest": 80}, {"age": 80, "onset": [2025, 9]}, TODAY, "closes", ["onset_until", "last_year"]),
]  # fmt: skip

MONTHS = [
    ([2026, 1, 31], 1, [2026, 2, 28]),
    ([2024, 1, 31], 1, [2024, 2, 29]),
    ([2025, 12, 1], 1, [2026, 1, 1]),
    ([2025, 11, 30], 15, [2027, 2, 28]),
    ([2026, 5, 1], 24, [2028, 5, 1]),
    ([2024, 2, 29], 12, [2025, 2, 28]),
    ([2026, 12, 31], 0, [2026, 12, 31]),
]


@pytest.fixture
def site(live_server):
    trial = factories.TrialFactory(home_number="NCT10000001", acronym="ONE")
    factories.TherapyTrialFactory(therapy=factories.live_edition("aaa").therapy, trial=trial)
    for values in ({"number": 24}, {"kind": "vital_capacity_min", "number": 60}, {"kind": "gene", "genes": "SOD1"}):
        factories.TrialCutoffFactory(trial=trial, confirmed=True, **values)
    other = factories.TrialFactory(home_number="NCT10000002", acronym="TWO")
    factories.TherapyTrialFactory(therapy=factories.live_edition("bbb").therapy, trial=other)
    return live_server.url


def run(page, site, call, *arguments):
    return page.evaluate(
        f"async (given) => {{ const m = await import('{site}/static/js/situation.js'); return m.{call}(...given) }}",
        list(arguments),
    )


def test_every_case_of_the_rules(page, site):
    page.goto(f"{site}/situation/")

    wrong = []
    for limits, answers, today, verdict, reasons in CASES:
        found = run(page, site, "judge", NO_LIMITS | limits, NO_ANSWERS | answers, today)
        if (found["verdict"], [part["why"] for part in found["reasons"]]) != (verdict, reasons):
            wrong.append((limits, answers, today, found))

    assert not wrong


def test_months_are_counted_as_calendars_do(page, site):
    page.goto(f"{site}/situation/")

    found = [run(page, site, "addMonths", start, months) for start, months, _end in MONTHS]

    assert found == [end for _start, _months, end in MONTHS]


def test_weeks_are_rounded_down_and_numbers_read_strictly(page, site):
    page.goto(f"{site}/situation/")
    words = {"closes_days": "days", "closes_week": "week", "closes_weeks": "{n} weeks"}

    assert [run(page, site, "closing", days, words) for days in (0, 6, 7, 13, 14, 45)] == [
        "days", "days", "week", "week", "2 weeks", "6 weeks",
    ]  # fmt: skip
    read = {
        text: run(page, site, "whole", text, 1, 200)
        for text in ("", " 72 % ", "72", "0", "201", "7.5", "1e2", "-1", "x")
    }
    assert read == {
        "": None,
        " 72 % ": 72,
        "72": 72,
        "0": None,
        "201": None,
        "7.5": None,
        "1e2": None,
        "-1": None,
        "x": None,
    }


def test_nothing_is_sent_stored_or_put_into_the_address(page, context, site):
    page.goto(f"{site}/situation/")
    page.wait_for_load_state("networkidle")
    stored = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    before = page.evaluate(stored)
    requests = []
    page.on("request", lambda request: requests.append(request.url))

    page.select_option("#my-month", "6")
    page.fill("#my-year", "2024")
    page.fill("#my-vc", "72 %")
    page.fill("#my-age", "61")
    page.press("#my-age", "Enter")
    page.select_option("#my-gene", "none")
    page.get_by_role("button", name="Show what this means").click()
    page.wait_for_timeout(500)

    expect(page.locator("tr", has_text="ONE")).to_have_attribute("data-verdict", "closed")
    assert requests == []
    assert page.url == f"{site}/situation/"
    assert page.evaluate(stored) == before
    assert "72" not in before
    assert context.cookies() == []
    assert page.evaluate("indexedDB.databases()") == []
    refused = page.evaluate("fetch('/healthz').then(() => 'sent', () => 'refused')")
    assert refused == "refused"
    page.reload()
    expect(page.locator("#my-age")).to_have_value("")
    page.go_back()
    page.go_forward()
    expect(page.locator("#my-age")).to_have_value("")


def test_a_reader_sees_what_may_be_open_and_clears_it(page, site):
    page.goto(f"{site}/situation/")
    page.fill("#my-vc", "80")
    page.fill("#my-age", "abc")
    page.select_option("#my-gene", "SOD1")
    page.get_by_role("button", name="Show what this means").click()

    expect(page.locator("tr", has_text="ONE").locator(".verdict")).to_contain_text("ask the site")
    expect(page.locator("#my-age")).to_have_attribute("aria-invalid", "true")
    status = page.locator("#situation-status")
    expect(status).to_contain_text("for 2 ask the site")
    expect(status).to_contain_text("Age in years")
    assert "eligible" not in page.locator("body").inner_text().lower()
    page.get_by_role("button", name="Clear my answers").click()
    expect(page.locator("#my-vc")).to_have_value("")
    expect(page.locator(".verdict").first).to_be_hidden()


def test_by_keyboard_alone(page, site):
    page.goto(f"{site}/situation/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    keys = 2
    while page.evaluate("document.activeElement.id") != "situation-show":
        page.keyboard.press("Tab")
        keys += 1
        if page.evaluate("document.activeElement.id") == "my-vc":
            page.keyboard.type("50")
    page.keyboard.press("Enter")

    expect(page.locator("#situation-status")).to_be_focused()
    expect(page.locator("#situation-status")).to_contain_text("1 closed")
    assert keys + 1 <= 12, keys


def test_without_javascript_the_table_is_the_answer(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/situation/")

    expect(page.locator("#situation")).to_be_hidden()
    expect(page.get_by_text("Hold your own situation against the table")).to_be_visible()
    expect(page.get_by_text("at most 24", exact=True)).to_be_visible()
    expect(page.locator(".verdict").first).to_be_hidden()
    context.close()
