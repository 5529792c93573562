"""A month's update as an editor does it, in the browser: upload, look, decide, write, read the reports, put it back."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from drugs.imports import progress, runs
from drugs.models import ImportRun, Trial
from tests.admin.people import staff
from tests.e2e.pages import WIDTHS, Watched, follow, sign_in
from tests.imports.conftest import csv_file

pytestmark = pytest.mark.django_db(transaction=True)

#: Where the pictures of the walk go, for somebody who wants to look at them.
PICTURES = os.environ.get("PICTURES", "")
FIRST = [
    {
        "NCT_Number": f"NCT{n:08}",
        "Study_Title": f"Trial {n} of riluzole in ALS",
        "Study_Status": "RECRUITING",
        "Phases": "PHASE2",
        "Enrollment": "70",
        "Sponsor": "Corestem",
        "Last_Update_Posted": "2024-01-01",
    }
    for n in range(1, 121)
]
LATER = [
    row | {"Study_Status": "COMPLETED", "Enrollment": "71", "Last_Update_Posted": "2025-01-01"} if n % 3 == 0 else row
    for n, row in enumerate(FIRST)
] + [
    {"NCT_Number": "NCT09000001", "Study_Title": "Held", "Study_Status": "Perhaps"},
    {"NCT_Number": "NCT09000002", "Study_Title": "Refused", "Enrollment": "many"},
    {"NCT_Number": "NCT09000003", "Study_Title": "=1+1", "Study_Status": "COMPLETED"},
]


class Walk:
    """An editor's page that looks at each step: nothing wider than the window, nothing that axe finds."""

    def __init__(self, browser, server, width):
        self.width, self.server = width, server
        self.page = browser.new_context(viewport={"width": width, "height": 1500}, accept_downloads=True).new_page()
        self.watched = Watched(self.page)

    def look(self, name):
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}-{self.width}.png")
        assert self.watched.axe() == [], name
        assert not self.watched.overflows(), name

    def press(self, name):
        follow(self.page.get_by_role("button", name=name).first)

    def upload(self, content, name="SearchResults.csv"):
        self.page.goto(f"{self.server}/admin/drugs/trial/import/")
        self.page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": content})
        self.press("Upload and compare")
        return ImportRun.objects.latest("pk")

    def download(self, name):
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name=name).click()
        return Path(waiting.value.path()).read_text(encoding="utf-8-sig")

    def texts(self, css):
        return self.page.locator(css).all_inner_texts()


@pytest.fixture
def walk(browser, live_server):
    open_ones = []

    def start(width):
        made = Walk(browser, live_server.url, width)
        open_ones.append(made)
        sign_in(made.page, live_server.url, staff("superuser", username=f"kim{width}"))
        return made

    yield start
    for made in open_ones:
        made.page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_month_s_update_from_upload_to_undo(walk, width):
    editor = walk(width)
    page = editor.page
    page.goto(f"{editor.server}/admin/drugs/trial/import/")
    editor.look("1-upload")
    editor.upload(csv_file(*FIRST))
    editor.press("Write 120 rows")
    assert Trial.objects.count() == 120

    # The second file: what is new, what changes, what cannot be read
    run = editor.upload(csv_file(*LATER))
    assert editor.texts(".import-counts b") == ["1", "40", "80", "1", "1", "0", "0"]
    editor.look("2-preview")

    # Filter, sort, page
    page.select_option("select[name=field]", "overall_status")
    page.select_option("select[name=sort]", "-number")
    editor.press("Show")
    expect(page.locator(".import-pages")).to_contain_text("40 rows")
    expect(page.locator(".import-rows tbody tr").first).to_contain_text("NCT00000118")
    editor.look("3-filtered")
    page.goto(f"{editor.server}/admin/drugs/importrun/{run.pk}/change/?p=1")
    expect(page.locator(".import-pages")).to_contain_text("Page 1 of 1")
    page.locator(".import-tabs").get_by_role("link", name="Held").click()
    page.wait_for_url("**decision=held**")
    editor.look("4-held")

    # Leave out a row and a field, and come back to the same page of rows
    page.goto(f"{editor.server}/admin/drugs/importrun/{run.pk}/change/?decision=changed")
    page.get_by_role("checkbox", name="Take row 2, NCT00000001").uncheck()
    second = page.locator("tbody tr", has_text="NCT00000004")
    second.get_by_label("enrolment").uncheck()
    editor.press("Keep this choice")
    assert "decision=changed" in page.url
    editor.look("5-decided")

    # A third of the known trials: it asks again
    with page.expect_navigation():
        page.evaluate("document.querySelector('.import-decide form').noValidate = true")
        page.get_by_role("button", name="Write 40 rows").click()
    expect(page.locator(".messagelist")).to_contain_text("tick that you have looked")
    editor.look("6-asks-again")
    page.get_by_label("More than a fifth").check()
    editor.press("Write 40 rows")

    expect(page.locator(".messagelist")).to_contain_text("1 new and 39 changed trials")
    trials = {trial.home_number: trial for trial in Trial.objects.all()}
    assert trials["NCT00000001"].overall_status == "RECRUITING"
    assert (trials["NCT00000004"].overall_status, trials["NCT00000004"].enrollment) == ("COMPLETED", 70)
    assert (trials["NCT00000007"].overall_status, trials["NCT00000007"].enrollment) == ("COMPLETED", 71)
    editor.look("7-written")

    # Reports
    changes = list(csv.DictReader(io.StringIO(editor.download("changes (CSV)"))))
    assert {"Trial": "NCT00000007", "Field": "overall_status", "Before": "RECRUITING", "After": "COMPLETED"} in changes
    report = json.loads(editor.download("report (JSON)"))
    assert (report["new"], report["held"], report["refused"], report["state"]) == (1, 1, 1, "applied")

    # What could not be read, mended and uploaded again
    text = editor.download("held and refused rows, to mend (CSV)")
    assert "'=1+1" not in text
    mended = editor.upload(text.replace("many", "12").replace("Perhaps", "COMPLETED").encode())
    assert editor.texts(".import-counts b")[:2] == ["2", "0"]
    editor.press("Write 2 rows")
    assert Trial.objects.get(home_number="NCT09000002").enrollment == 12

    # The same file again is no news; the one before can be put back
    editor.upload(csv_file(*FIRST))
    expect(page.locator("#content")).to_contain_text("Nothing new")
    editor.look("8-nothing-new")
    for number in (mended.pk, run.pk):
        page.goto(f"{editor.server}/admin/drugs/importrun/{number}/change/")
        editor.press("Put this import back")
    expect(page.locator(".messagelist")).to_contain_text("Put back")
    assert set(Trial.objects.values_list("overall_status", "enrollment")) == {("RECRUITING", 70)}
    assert Trial.objects.count() == 120
    editor.look("9-put-back")
    page.goto(f"{editor.server}/admin/drugs/importrun/")
    editor.look("10-imports")
    assert editor.watched.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_columns_of_a_sheet_are_guessed_mended_and_remembered(walk, width):
    editor = walk(width)
    page = editor.page
    sheet = b"Trial number,Our name,Status,What\nNCT01363401,A title,Completed,x\nNCT04745299,B title,Perhaps,y\n"
    editor.upload(sheet, "tracker.csv")
    page.get_by_text("What each column holds").click()
    expect(page.get_by_label("Status")).to_have_value("overall_status")
    expect(page.get_by_label("Our name")).to_have_value("")
    editor.look("11-columns")

    page.get_by_label("Our name").select_option("brief_title")
    editor.press("Keep these columns and compare again")
    editor.press("Write 2 rows")
    assert Trial.objects.get(home_number="NCT01363401").brief_title == "A title"

    editor.upload(sheet.replace(b"A title", b"Another title"), "tracker2.csv")
    expect(page.locator(".import-rows").last).to_contain_text("Another title")
    editor.look("12-remembered")
    assert editor.watched.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_waiting_import_shows_numbers_that_move(walk, width):
    editor = walk(width)
    page = editor.page
    run = runs.store([b"NCT Number,Study Title\nNCT01363401,A\n"], "large.csv")
    page.goto(f"{editor.server}/admin/drugs/importrun/{run.pk}/change/")
    expect(page.locator("[data-renew]")).to_contain_text("Not begun yet")
    editor.look("13-waiting")

    progress.Gauge(run).note(12_000, 100_000)
    page.get_by_text("12,000 of about 100,000").wait_for(timeout=10_000)
    expect(page.locator("progress")).to_have_attribute("value", "12")
    editor.look("14-moving")

    ImportRun.objects.filter(pk=run.pk).update(state="failed", error="The file is empty.")
    page.get_by_text("This file was not imported").wait_for(timeout=10_000)
    editor.look("15-refused")
    assert editor.watched.complaints == []
