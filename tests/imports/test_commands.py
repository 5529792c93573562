"""The contract of `import_trials` and `undo_import`: report, exit status, what is written."""

import json

import pytest
from django.core.management import CommandError, call_command

from drugs.models import ImportRun, Trial
from tests.imports.conftest import csv_file

pytestmark = pytest.mark.django_db

GOOD = {
    "NCT_Number": "NCT01363401",
    "Study_Title": "A",
    "Study_Status": "RECRUITING",
    "Last_Update_Posted": "2012-01-01",
}
BAD = {"NCT_Number": "NCT04745299", "Study_Title": "B", "Enrollment": "many"}


@pytest.fixture
def run_import(tmp_path):
    def run(content: bytes, *options: str):
        path, told = tmp_path / "file.csv", tmp_path / "report.json"
        path.write_bytes(content)
        status = 0
        try:
            call_command("import_trials", str(path), f"--report={told}", *options)
        except SystemExit as error:
            status = error.code
        return status, json.loads(told.read_text())

    return run


def test_status_0_and_the_keys_of_the_report(run_import):
    status, report = run_import(csv_file(GOOD))
    assert status == 0
    assert {name: report[name] for name in "rows new changed unchanged held refused repeated absent".split()} == {
        "rows": 1,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "held": 0,
        "refused": 0,
        "repeated": 0,
        "absent": 0,
    }
    assert report["changes"] == []

    status, report = run_import(csv_file(GOOD | {"Study_Status": "COMPLETED", "Last_Update_Posted": "2014-01-01"}))
    assert status == 0
    assert {"trial": "NCT01363401", "field": "overall_status", "old": "RECRUITING", "new": "COMPLETED"} in report[
        "changes"
    ]


def test_status_1_when_rows_are_refused_and_the_others_are_written(run_import):
    status, report = run_import(csv_file(GOOD, BAD))

    assert status == 1
    assert Trial.objects.count() == 1
    assert report["problems"] == [
        {"row": 3, "column": "Enrollment", "value": "many", "reason": report["problems"][0]["reason"]}
    ]


def test_strict_writes_nothing(run_import):
    status, report = run_import(csv_file(GOOD, BAD), "--strict")

    assert (status, report["refused"]) == (2, 1)
    assert not Trial.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_dry_run_writes_nothing(run_import):
    status, report = run_import(csv_file(GOOD), "--dry-run")

    assert (status, report["new"]) == (0, 1)
    assert not Trial.objects.exists()


def test_a_large_change_waits_for_consent(run_import):
    rows = [GOOD | {"NCT_Number": f"NCT{n:08}"} for n in range(20)]
    later = [row | {"Study_Status": "COMPLETED", "Last_Update_Posted": "2014-01-01"} for row in rows]
    run_import(csv_file(*rows))

    assert run_import(csv_file(*later))[0] == 2
    assert not Trial.objects.filter(overall_status="COMPLETED").exists()
    assert run_import(csv_file(*later), "--accept-large-change")[0] == 0
    assert Trial.objects.filter(overall_status="COMPLETED").count() == 20


def test_a_refused_file_is_status_2_with_its_reason(run_import):
    status, report = run_import(b"")

    assert status == 2
    assert "0 bytes" in report["error"]


def test_an_unknown_format_is_named(run_import):
    status, report = run_import(csv_file(GOOD), "--format=nonsense")

    assert status == 2
    assert "nonsense" in report["error"]


def test_undo_import_puts_back_once(run_import):
    run_import(csv_file(GOOD))
    run = ImportRun.objects.get()

    call_command("undo_import", str(run.pk))

    assert not Trial.objects.exists()
    with pytest.raises(CommandError):
        call_command("undo_import", str(run.pk))
    with pytest.raises(CommandError):
        call_command("undo_import", "999")


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("none.csv", [], "There is no such file."),
        (".", [], "This is a folder"),
        ("file.csv", ["--exported-on", "last week"], "Write a date as 2020"),
        ("file.csv", ["--exported-on", "2099"], "has not come yet"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(tmp_path, capsys, name, options, sentence):
    (tmp_path / "file.csv").write_bytes(csv_file(GOOD))

    with pytest.raises(SystemExit) as ended:
        call_command("import_trials", str(tmp_path / name), *options)

    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
    assert not ImportRun.objects.exists()


def test_a_report_that_cannot_be_written_is_told_before_anything_is(tmp_path):
    (tmp_path / "file.csv").write_bytes(csv_file(GOOD))

    with pytest.raises(CommandError, match="cannot be written") as ended:
        call_command("import_trials", str(tmp_path / "file.csv"), "--report", str(tmp_path / "none/report.json"))

    assert ended.value.returncode == 2
    assert not Trial.objects.exists()
