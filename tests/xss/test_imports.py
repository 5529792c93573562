"""Every column of every format through the door: upload, comparison, reports, writing, and the pages of the trials."""

import pytest
from django.urls import reverse

from drugs.models import ImportRun, Trial
from drugs.vocabulary import RunState
from tests.admin.people import staff
from tests.xss.files import files
from tests.xss.payloads import ROUNDS, of_round

pytestmark = pytest.mark.django_db(transaction=True)
#: Formats that a run of all files has to have found.
FORMATS = {
    "site_export", "ctgov_new", "ctgov_old", "ictrp", "isrctn", "ctis", "euctr_list", "ctgov_json", "ctgov_xml", "sheet",
}  # fmt: skip


def taken(one, name, content):
    """The run of a file that was uploaded, looked at in every part, and written where it can be."""
    one.page.goto(f"{one.server}/admin/drugs/trial/import/")
    one.page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": content})
    with one.page.expect_navigation():
        one.page.get_by_role("button", name="Upload and compare").click()
    one.look()
    run = ImportRun.objects.latest("pk")
    page = reverse("admin:drugs_importrun_change", args=[run.pk])
    one.read([*(f"{page}?decision={word}" for word in ("new", "held", "refused")), f"{page}?p=2", page])
    write = one.page.locator("button.default")
    if write.count():
        if (looked_at := one.page.locator("input[name=large]")).count():
            looked_at.check()
        with one.page.expect_navigation():
            write.first.click()
        one.look()
    return ImportRun.objects.get(pk=run.pk)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_nothing_that_a_file_holds_runs(reader, number):
    texts = of_round(number)
    one, known = reader(staff("superuser")), set()

    for name, content in files(texts):
        run = taken(one, name, content)
        if run.state == RunState.APPLIED and run.counts["new"]:
            known.add(run.format)
    trials = Trial.objects.order_by("pk")
    one.read(
        [
            "/trials/",
            "/trials/?page=2",
            "/search/?q=script",
            "/admin/drugs/trial/",
            "/admin/drugs/importrun/",
            "/admin/",
        ]
    )
    one.read(trial.get_absolute_url() for trial in trials)
    for trial in trials[:: max(1, len(trials) // 20)]:
        one.read(reverse(f"admin:drugs_trial_{view}", args=[trial.pk]) for view in ("change", "history"))

    assert not one.found, "\n".join(dict.fromkeys(one.found))
    assert known >= FORMATS
    assert len(trials) > 100
