"""The import in the admin: upload, page of the run, decision, downloads; a permission for each."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from drugs.admin import import_runs
from drugs.imports import runs
from drugs.imports.apply import apply
from drugs.imports.compare import compare
from drugs.models import ImportRun, Trial
from drugs.vocabulary import RunState
from tests import factories
from tests.imports.conftest import compared, csv_file, imported, stored  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db

A = {"NCT_Number": "NCT01363401", "Study_Title": "A", "Study_Status": "RECRUITING", "Last_Update_Posted": "2012-01-01"}
B = A | {"Study_Status": "COMPLETED", "Last_Update_Posted": "2014-01-01"}
BAD = {"NCT_Number": "NCT04745299", "Study_Title": "=1+1", "Enrollment": "many"}
ALL = ("view_trial", "view_importrun", "add_importrun", "confirm_importrun", "undo_importrun")


@pytest.fixture
def staff(client):
    """A client signed in with the named permissions."""

    def sign_in(*names: str):
        user = factories.UserFactory()
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return client

    return sign_in


def upload(client, content: bytes, name: str = "file.csv"):
    return client.post(
        reverse("admin:drugs_trial_import"), {"import_file": SimpleUploadedFile(name, content), "resource": "0"}
    )


def page(run) -> str:
    return reverse("admin:drugs_importrun_change", args=[run.pk])


def act(run, name: str) -> str:
    return reverse(f"admin:drugs_importrun_{name}", args=[run.pk])


def confirm(client, run, **said):
    """As the page of the run's comparison does."""
    return client.post(act(run, "confirm"), {"claim": run.claim} | said, follow=True)


def test_the_upload_leads_to_the_page_of_its_run_and_writes_nothing(staff):
    client = staff(*ALL)

    response = upload(client, csv_file(A, BAD))

    run = ImportRun.objects.get()
    assert response.url == page(run)
    assert run.state == RunState.COMPARED
    assert not Trial.objects.exists()
    text = client.get(page(run)).content.decode()
    assert "NCT01363401" in text
    assert '<span class="help import-title">A</span>' in text
    assert "Enrollment" in text


def test_confirm_writes_once_and_undo_puts_back(staff):
    client = staff(*ALL)
    upload(client, csv_file(A))
    run = ImportRun.objects.get()

    confirm(client, run)
    confirm(client, run)

    run.refresh_from_db()
    assert (run.state, Trial.objects.count()) == (RunState.APPLIED, 1)
    client.post(act(run, "undo"))
    assert not Trial.objects.exists()
    assert client.get(page(run)).status_code == 200


def test_a_row_and_a_field_can_be_left_out(staff, imported):  # noqa: F811
    imported(csv_file(A, A | {"NCT_Number": "NCT00000001"}))
    client = staff(*ALL)
    upload(client, csv_file(B, B | {"NCT_Number": "NCT00000001"}))
    run = ImportRun.objects.latest("pk")
    first, second = run.rows.order_by("row")

    client.post(
        act(run, "decide"),
        {
            "claim": run.claim,
            "shown": [first.pk, second.pk],
            "accept": [first.pk],
            "take": [f"{first.pk}:last_update_posted"],
        },
    )
    confirm(client, run)

    trials = {trial.home_number: trial for trial in Trial.objects.all()}
    assert (trials["NCT01363401"].overall_status, trials["NCT01363401"].last_update_posted) == (
        "RECRUITING",
        "2014-01-01",
    )
    assert trials["NCT00000001"].last_update_posted == "2012-01-01"


def test_who_keeps_a_choice_stays_with_the_field_that_was_asked_for(staff, imported):  # noqa: F811
    imported(csv_file(A))
    client = staff(*ALL)
    upload(client, csv_file(B))
    run = ImportRun.objects.latest("pk")
    row = run.rows.get()

    response = client.post(
        act(run, "decide"),
        {
            "claim": run.claim,
            "field": "overall_status",
            "shown": [row.pk],
            "accept": [row.pk],
            "take": [f"{row.pk}:overall_status"],
        },
    )

    assert response.url == f"{page(run)}?field=overall_status"
    row.refresh_from_db()
    assert row.left_out == ["last_update_posted"]


def test_a_new_trial_is_shown_with_what_the_file_says_of_it(staff):
    client = staff(*ALL)
    row = A | {"Phases": "PHASE2", "Enrollment": "70", "Sponsor": "Corestem"}
    upload(client, csv_file(row, A | {"NCT_Number": "NCT00000001"}, row))

    text = client.get(page(ImportRun.objects.get())).content.decode()

    for said in ("<dd>Recruiting</dd>", "<dd>Phase 2</dd>", "<dd>70</dd>", "<dd>Corestem</dd>"):
        assert said in text
    assert "The same trial again in this file" in text


def test_values_are_shown_in_words_and_what_goes_as_nothing(staff, imported):  # noqa: F811
    imported(csv_file(A | {"Study_Results": "NO"}))
    client = staff(*ALL)
    upload(client, csv_file(B | {"Study_Results": "YES"}))

    text = client.get(page(ImportRun.objects.latest("pk"))).content.decode()

    assert "<del>no</del>" in text
    assert "<ins>yes</ins>" in text
    assert "<ins></ins>" not in text


def test_confirm_refuses_what_changed_since_the_preview(staff, imported):  # noqa: F811
    imported(csv_file(A))
    client = staff(*ALL)
    upload(client, csv_file(B))
    run = ImportRun.objects.latest("pk")
    imported(csv_file(A | {"Study_Status": "SUSPENDED", "Last_Update_Posted": "2013-01-01"}))

    confirm(client, run)

    run.refresh_from_db()
    assert run.counts["held"] == 1
    assert run.counts["changed"] == 0
    assert "since the preview" in run.rows.get().problems[0]["reason"]
    assert Trial.objects.get().overall_status == "SUSPENDED"


def test_a_large_change_needs_a_second_word(staff, imported):  # noqa: F811
    rows = [A | {"NCT_Number": f"NCT{n:08}"} for n in range(20)]
    imported(csv_file(*rows))
    client = staff(*ALL)
    upload(client, csv_file(*(row | {"Study_Status": "COMPLETED", "Last_Update_Posted": "2014-01-01"} for row in rows)))
    run = ImportRun.objects.latest("pk")

    confirm(client, run)
    run.refresh_from_db()
    assert run.state == RunState.COMPARED

    confirm(client, run, large="yes")
    run.refresh_from_db()
    assert run.state == RunState.APPLIED


def test_a_form_of_an_earlier_comparison_decides_and_writes_nothing(staff):
    client = staff(*ALL)
    upload(client, csv_file(A, A | {"NCT_Number": "NCT00000001"}))
    seen = ImportRun.objects.get()
    assert client.get(page(seen)).content.decode().count(f'name="claim" value="{seen.claim}"') == 2
    client.post(act(seen, "decide"), {"claim": seen.claim, "shown": [row.pk for row in seen.rows.all()]})

    client.post(act(seen, "compare"))
    run = ImportRun.objects.get()
    said = {"claim": seen.claim, "shown": [row.pk for row in run.rows.all()]}
    answers = [confirm(client, seen, large="yes"), client.post(act(run, "decide"), said, follow=True)]

    assert all("compared again meanwhile" in answer.content.decode() for answer in answers)
    run.refresh_from_db()
    assert (run.state, run.rows.filter(is_accepted=True).count()) == (RunState.COMPARED, 2)
    assert not Trial.objects.exists()
    confirm(client, run)
    assert Trial.objects.count() == 2


def test_a_comparison_that_starts_between_look_and_confirm_is_not_written(compared):  # noqa: F811
    run = compared(csv_file(A))
    again = ImportRun.objects.get()
    compare(again)

    assert not runs.confirm(run)
    assert runs.confirm(again)


def test_discarding_takes_the_run_and_then_its_file(staff, django_capture_on_commit_callbacks):
    client = staff(*ALL, "delete_importrun")
    upload(client, csv_file(A))
    file = ImportRun.objects.get().file

    with django_capture_on_commit_callbacks(execute=True) as called:
        client.post(act(ImportRun.objects.get(), "discard"))

    assert (len(called), ImportRun.objects.count(), file.storage.exists(file.name)) == (1, 0, False)


def test_a_run_that_is_confirmed_while_it_is_discarded_stays_with_its_file(
    staff, monkeypatch, django_capture_on_commit_callbacks
):
    client = staff(*ALL, "delete_importrun")
    upload(client, csv_file(A))
    run = ImportRun.objects.get()
    may_discard = import_runs._may_discard

    def confirmed_meanwhile(*asked):
        allowed = may_discard(*asked)
        assert runs.confirm(ImportRun.objects.get())
        return allowed

    monkeypatch.setattr(import_runs, "_may_discard", confirmed_meanwhile)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(act(run, "discard"), follow=True)

    assert "confirmed or discarded meanwhile" in response.content.decode()
    assert apply(ImportRun.objects.get()).state == RunState.APPLIED
    assert run.file.storage.exists(run.file.name)


@pytest.mark.parametrize(
    "query",
    [
        "decision=changed",
        "field=overall_status",
        "q=NCT0136",
        "sort=-number",
        "decision=%00&p=99999999999999999999",
        "sort=pk;drop",
    ],
)
def test_rows_are_filtered_sorted_and_paged_without_an_error(staff, imported, query):  # noqa: F811
    imported(csv_file(A))
    client = staff(*ALL)
    upload(client, csv_file(B))
    run = ImportRun.objects.latest("pk")

    assert "NCT01363401" in client.get(f"{page(run)}?{query}").content.decode()


def test_rows_to_mend_download_with_their_reasons_and_no_live_formula(staff):
    client = staff(*ALL)
    upload(client, csv_file(A, BAD))
    run = ImportRun.objects.get()

    text = b"".join(client.get(act(run, "problems.csv")).streaming_content).decode("utf-8-sig")

    header, row = text.splitlines()
    assert header.startswith("NCT Number,Study Title")
    assert row.startswith("NCT04745299,'=1+1")
    assert "Write a whole number" in row


@pytest.mark.parametrize("is_lost", [True, False])
def test_rows_to_mend_of_a_file_that_cannot_be_read_are_no_error(staff, is_lost):
    client = staff(*ALL)
    upload(client, csv_file(A, BAD) if is_lost else b"Green shading,Approved\n")
    run = ImportRun.objects.get()
    if is_lost:
        run.file.storage.delete(run.file.name)

    response = client.get(act(run, "problems.csv"), follow=True)

    assert "cannot be read" in response.content.decode()
    client.post(act(run, "compare"))
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert ("upload it again" in run.error) == is_lost


def test_what_is_mended_and_uploaded_again_is_taken(staff):
    client = staff(*ALL)
    upload(client, csv_file(A, BAD))
    text = b"".join(client.get(act(ImportRun.objects.get(), "problems.csv")).streaming_content)

    upload(client, text.replace(b"many", b"12"))
    run = ImportRun.objects.latest("pk")
    confirm(client, run)

    assert Trial.objects.get().brief_title == "=1+1"


def test_reports_download(staff):
    client = staff(*ALL)
    upload(client, csv_file(A))
    run = ImportRun.objects.get()

    assert json.loads(b"".join(client.get(act(run, "report.json")).streaming_content))["new"] == 1
    assert b"Trial,Field" in b"".join(client.get(act(run, "report.csv")).streaming_content)


def test_a_refused_file_says_why_on_its_page(staff):
    client = staff(*ALL)
    upload(client, b"Green shading,Approved\n", "legend.csv")

    text = client.get(page(ImportRun.objects.get())).content.decode()

    assert "No column is known to hold registry numbers" in text


def test_too_large_a_file_is_refused_by_the_form(staff, settings):
    settings.IMPORT_MAX_BYTES = 10
    response = upload(staff(*ALL), csv_file(A))

    assert "larger than" in response.content.decode()
    assert not ImportRun.objects.exists()


def test_a_day_of_download_that_is_yet_to_come_is_refused(staff, tmp_path):
    data = {"import_file": SimpleUploadedFile("file.csv", csv_file(A)), "resource": "0", "exported_on": "2099-01-01"}
    response = staff(*ALL).post(reverse("admin:drugs_trial_import"), data)

    assert "has not come yet" in response.content.decode()
    (tmp_path / "file.csv").write_bytes(csv_file(A))
    with pytest.raises(SystemExit) as ended:
        call_command("import_trials", str(tmp_path / "file.csv"), "--exported-on", "2099")
    assert ended.value.code == 2
    assert not ImportRun.objects.exists()


def test_a_large_file_waits_for_the_worker_and_says_how_to_start_it(staff):
    client = staff(*ALL)
    lines = ["NCT Number,Study Title", *(f"NCT{n:08},x" for n in range(30_000))]
    upload(client, "\n".join(lines).encode())
    run = ImportRun.objects.get()

    assert run.state == RunState.UPLOADED
    assert "db_worker" in client.get(page(run)).content.decode()


ACTIONS = {
    "confirm": "confirm_importrun",
    "decide": "confirm_importrun",
    "undo": "undo_importrun",
    "compare": "add_importrun",
}


@pytest.mark.parametrize("action", [*ACTIONS, "discard"])
def test_each_action_is_refused_without_its_permission(staff, compared, action):  # noqa: F811
    run = compared(csv_file(A))
    client = staff(*(name for name in ALL if name != ACTIONS.get(action)))

    assert client.post(act(run, action)).status_code == 403
    run.refresh_from_db()
    assert run.state == RunState.COMPARED


@pytest.mark.parametrize("action", ["decide", "compare", "confirm", "undo", "discard"])
def test_no_action_by_get(staff, compared, action):  # noqa: F811
    run = compared(csv_file(A))

    assert staff(*ALL).get(act(run, action)).status_code == 405


@pytest.mark.parametrize("name", ["problems.csv", "report.csv", "report.json", "change"])
def test_nothing_is_read_without_permission(staff, compared, name):  # noqa: F811
    run = compared(csv_file(A))

    assert staff("view_trial").get(act(run, name)).status_code == 403


def test_the_upload_is_refused_without_permission(staff):
    assert upload(staff("view_trial", "add_trial"), csv_file(A)).status_code == 403
    assert not ImportRun.objects.exists()


def test_the_librarys_own_confirm_is_closed(staff):
    client = staff(*ALL)
    data = {"import_file_name": "passwd", "original_file_name": "x", "format": "0", "resource": "0"}

    response = client.post(reverse("admin:drugs_trial_process_import"), data)

    assert response.url == reverse("admin:drugs_importrun_changelist")
    assert client.get(reverse("admin:drugs_trial_process_import")).status_code == 405


def test_the_columns_of_a_sheet_are_named_once_and_remembered(staff):
    client = staff(*ALL)
    text = b"Trial number,Our name,What\nNCT01363401,My title,x\nNCT04745299,Another,y\n"
    upload(client, text)
    run = ImportRun.objects.get()
    assert "Our name" in client.get(page(run)).content.decode()

    client.post(act(run, "columns"), {"column-0": "number", "column-1": "number"})
    run.refresh_from_db()
    assert run.state == RunState.FAILED

    client.post(act(run, "columns"), {"column-0": "number", "column-1": "brief_title", "column-2": ""})
    run.refresh_from_db()
    assert (run.state, run.counts["new"]) == (RunState.COMPARED, 2)
