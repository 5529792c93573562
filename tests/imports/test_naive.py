"""What breaks a naive importer: each point of the registry files' README, on ALS trials' facts."""

import pytest

from drugs.imports import clean, dates
from drugs.imports.problems import BadValueError, UnknownWordError
from drugs.models import StaffOverride, Trial, TrialChange
from drugs.vocabulary import RowDecision, RunState
from tests.imports.conftest import HEADER, counts, csv_file, csv_row, records_of

pytestmark = pytest.mark.django_db

PHASE_2 = {
    "NCT_Number": "NCT01363401",
    "Study_Title": "HYNR-CS inj in ALS",
    "Study_Status": "COMPLETED",
    "Phases": "PHASE1|PHASE2",
    "Enrollment": "71",
    "Start_Date": "2011-02",
    "Last_Update_Posted": "2013-07-12",
}


def trial(number="NCT01363401"):
    return Trial.objects.get(identifiers__number=number)


def only_problem(run):
    row = run.rows.exclude(problems=[]).get()
    return row.problems[0]


@pytest.mark.parametrize(
    ("cleaner", "text", "expected"),
    [
        (clean.status, "Active, not recruiting", "ACTIVE_NOT_RECRUITING"),
        (clean.status, "Unknown status", "UNKNOWN"),
        (clean.phases, "NA", "NA"),
        (clean.phases, "Phase 1|Phase 2", "PHASE1|PHASE2"),
        (clean.phases, "Not Applicable", "NA"),
        (clean.study_type, "Expanded Access:Individual Patients|Treatment IND/Protocol", "EXPANDED_ACCESS"),
        (clean.study_type, "Observational [Patient Registry]", "OBSERVATIONAL"),
        (clean.masking, "Double (Participant, Investigator)", "DOUBLE"),
        (clean.masking, "None (Open Label)", "NONE"),
        (
            clean.ages,
            "18 Years to 65 Years \xa0 (Adult, Older Adult)",
            {"age": "ADULT, OLDER_ADULT", "minimum_age": "18 Years", "maximum_age": "65 Years"},
        ),
        (
            clean.ages,
            "up to 1 Year (Child)",
            {"age": "CHILD", "minimum_age": "No limit", "maximum_age": "1 Year"},
        ),
        (clean.ages, "ADULT, OLDER_ADULT", {"age": "ADULT, OLDER_ADULT"}),
        (clean.whole_number, "0", 0),
        (clean.whole_number, "1,234", 1234),
        (dates.date_of(None), "2025-05", "2025-05"),
        (dates.date_of(None), "March 5, 2018", "2018-03-05"),
        (dates.date_of(None), "March 2018", "2018-03"),
        (dates.date_of(None), "20200318", "2020-03-18"),
        (dates.date_of("day"), "03/04/2020", "2020-04-03"),
        (dates.date_of("month"), "03/04/2020", "2020-03-04"),
        (dates.date_of(None), "15.04.2020", "2020-04-15"),
        (clean.interventions, "Drug: Riluzole|Dietary Supplement: x", "DRUG: Riluzole|DIETARY_SUPPLEMENT: x"),
    ],
)
def test_two_vocabularies_become_one(cleaner, text, expected):
    assert cleaner(text) == expected


@pytest.mark.parametrize(
    ("cleaner", "text", "error"),
    [
        (clean.status, "Recruting", UnknownWordError),
        (clean.phases, "Phase 5", UnknownWordError),
        (clean.whole_number, "12.7", BadValueError),
        (clean.whole_number, "1,23", BadValueError),
        (clean.whole_number, "-3", BadValueError),
        (clean.whole_number, "Experimental group:32;Control group:32;", BadValueError),
        (dates.date_of(None), "03/04/2020", UnknownWordError),
        (dates.date_of(None), "2020-02-31", BadValueError),
        (dates.date_of("day"), "13/13/2020", BadValueError),
        (clean.text, "a\x00b", BadValueError),
    ],
)
def test_nothing_is_guessed(cleaner, text, error):
    with pytest.raises(error):
        cleaner(text)


@pytest.mark.parametrize("missing", ["null", "N/A", "NaT", "None", "  ", ""])
def test_words_for_missing_are_missing_and_na_is_a_phase(imported, missing):
    imported(csv_file(PHASE_2 | {"Phases": "NA", "Completion_Date": missing}))

    assert trial().phases == "NA"
    assert trial().completion_date == ""


def test_a_month_gets_no_day(imported):
    imported(csv_file(PHASE_2))

    assert trial().start_date == "2011-02"
    assert trial().start_date.precision == "month"


def test_absent_columns_and_empty_cells_blank_nothing(imported):
    imported(csv_file(PHASE_2))
    imported("NCT Number,Study Title,Study Status\r\nNCT01363401,HYNR-CS inj in ALS,COMPLETED\r\n")
    imported(csv_file({"NCT_Number": "NCT01363401", "Last_Update_Posted": "2014-01-01"}))

    assert (trial().enrollment, trial().phases, trial().overall_status) == (71, "PHASE1|PHASE2", "COMPLETED")


@pytest.mark.parametrize("header", ["NCT Number", "NCT.Number", "nctId", "nct_number", "\ufeffNCT Number"])
def test_columns_in_any_order_and_spelling(imported, header):
    run = imported(f",Study Status,{header},Study Title,\r\n1,COMPLETED,nct01363401 ,A title,x\r\n".encode())

    assert counts(run) == {"new": 1}
    assert trial().brief_title == "A title"
    assert run.detection["unnamed_columns"] == [1, 5]


def test_line_breaks_in_cells_do_not_end_a_record(imported):
    run = imported(
        csv_file(PHASE_2 | {"Brief_Summary": "One.\nTwo.\r\nThree."}, PHASE_2 | {"NCT_Number": "NCT04745299"})
    )

    assert counts(run) == {"new": 2}
    assert trial().brief_summary == "One.\nTwo.\nThree."


def test_a_cell_of_200_000_characters_is_read(imported):
    imported(csv_file(PHASE_2 | {"Locations": "Seoul, South Korea|" * 12_000}))

    assert len(trial().locations) > 200_000
    assert trial().countries == "KR"


def test_text_of_other_scripts_and_no_break_spaces(imported):
    imported(csv_file(PHASE_2 | {"Study_Title": "肌萎缩\xa0侧索硬化 \u200bالتصلب"}))

    assert trial().brief_title == "肌萎缩 侧索硬化 التصلب"


def test_rows_of_a_trial_that_agree_are_repeated_and_others_held(imported):
    run = imported(csv_file(PHASE_2, PHASE_2, PHASE_2 | {"Study_Status": "TERMINATED"}))

    assert counts(run) == {"new": 1, "repeated": 1, "held": 1}
    assert trial().overall_status == "COMPLETED"


def test_enrolment_0_is_a_number(imported):
    imported(csv_file(PHASE_2))
    imported(csv_file(PHASE_2 | {"Enrollment": "0", "Study_Status": "WITHDRAWN", "Last_Update_Posted": "2014-01-01"}))

    assert trial().enrollment == 0


def test_a_trial_that_is_absent_stays(imported):
    imported(csv_file(PHASE_2, PHASE_2 | {"NCT_Number": "NCT04745299"}))
    run = imported(csv_file(PHASE_2))

    assert run.counts["absent"] == 1
    assert Trial.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "0 bytes"),
        (b"NCT Number,Study Title\r\n", "no records below"),
        (b"NCT Number,Study Title\r\n,,\r\n,\r\n", "no records below"),
        (b"Green shading,Approved\r\nYellow shading,Phase 3\r\n", "No column is known"),
        (b"NCT01363401,A title\r\nNCT04745299,Another\r\n", "no header"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "picture"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<!DOCTYPE html><html><body>", "web page"),
        (b"NCT Number,Study Title\r\n\x81\x8d\xff,x\r\n", "neither UTF-8"),
        (
            "NCT Number,Study Title\r\nNCT01363401,Müller\r\n".encode()
            + b"NCT04745299,M\xfcller\r\n"
            + "NCT00000001,Größe ÄÖÜ é à\r\n".encode(),
            "in some places",
        ),
        (b"NCT Number,Study Title,Study Title\r\nNCT01363401,a,b\r\n", "twice"),
        (b"NCT Number," + b",".join(b"c%d" % n for n in range(500)) + b",Study Title\r\n", "columns"),
        (b"NCT Number,Study Title\r\nNCT,x\r\n", "No record of the file can be read"),
    ],
)
def test_a_bad_file_gets_one_clear_sentence(compared, content, sentence):
    run = compared(content)

    assert run.state == RunState.FAILED
    assert sentence in run.error
    assert not run.rows.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_found(imported, encoding, delimiter):
    rows = [["NCT Number", "Study Title", "Study Status"], ["NCT01363401", "Étude à Besançon", "COMPLETED"]]
    run = imported("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))

    assert counts(run) == {"new": 1}
    assert trial().brief_title == "Étude à Besançon"


def test_an_unclosed_quote_costs_its_own_row_only(imported):
    text = "\r\n".join(
        [
            "NCT Number,Study Title,Study Status",
            'NCT00000001,"Not closed,COMPLETED',
            "NCT00000002,b,COMPLETED",
            'NCT00000003,"c ""d""",COMPLETED',
            "",
        ]
    )
    run = imported(text)

    assert counts(run) == {"new": 2, "refused": 1}
    assert only_problem(run)["reason"].startswith(("A quotation mark", "The quotation marks"))
    assert run.rows.get(decision="refused").row == 2


def test_an_unclosed_quote_that_a_later_row_closes_swallows_nothing(imported):
    text = "\n".join(
        ["NCT Number,Study Title,Sponsor", 'NCT00000001,"Not closed,x', 'NCT00000002,5",y', "NCT00000003,c,z", ""]
    )
    run = imported(text)

    assert run.rows.filter(decision="refused").first().row == 2
    assert Trial.objects.filter(home_number="NCT00000003").exists()
    assert not Trial.objects.filter(home_number="NCT00000001").exists()


@pytest.mark.parametrize(
    ("cells", "column", "decision"),
    [
        ({"Enrollment": "12.7"}, "Enrollment", "refused"),
        ({"Study_Status": "Maybe"}, "Study Status", "held"),
        ({"Phases": "PHASE9"}, "Phases", "held"),
        ({"Start_Date": "31/31/2020"}, "Start Date", "refused"),
        ({"Brief_Summary": "a\x00b"}, "Brief Summary", "refused"),
        ({"Acronym": "x" * 201}, "Acronym", "refused"),
        ({"NCT_Number": "NCT0136340"}, "NCT Number", "refused"),
        ({"NCT_Number": ""}, "NCT Number", "refused"),
    ],
)
def test_a_bad_cell_names_row_column_value_and_reason(compared, cells, column, decision):
    run = compared(csv_file(PHASE_2 | {"NCT_Number": "NCT04745299"}, PHASE_2 | cells))

    row = run.rows.get(decision=decision)
    assert row.row == 3
    assert row.problems[0]["column"] == column
    assert row.problems[0]["reason"]
    assert not row.is_accepted


def test_slashed_dates_are_read_by_the_evidence_of_their_column(imported):
    run = imported(
        csv_file(
            PHASE_2 | {"Start_Date": "2/3/2011", "First_Posted": "2/3/2011"},
            PHASE_2 | {"NCT_Number": "NCT04745299", "Start_Date": "12/25/2011"},
        )
    )

    assert run.counts["held"] == 1
    assert only_problem(run)["column"] == "First Posted"
    assert trial("NCT04745299").start_date == "2011-12-25"


def test_an_old_export_turns_no_status_back_and_fills_gaps(imported):
    imported(csv_file(PHASE_2 | {"Study_Status": "TERMINATED", "Last_Update_Posted": "2020-01-01", "Sponsor": ""}))
    run = imported(
        csv_file(PHASE_2 | {"Study_Status": "RECRUITING", "Last_Update_Posted": "2012-01-01", "Sponsor": "Corestem"})
    )

    assert (trial().overall_status, trial().lead_sponsor) == ("TERMINATED", "Corestem")
    assert "Older than what is stored" in only_problem(run)["reason"]


def test_an_old_file_without_dates_turns_no_status_back_and_says_so(imported):
    undated = "NCT Number,Study Status\nNCT01363401,{}\n"
    imported(undated.format("COMPLETED"), exported_on="2024-05-01")
    run = imported(undated.format("RECRUITING"), exported_on="2023-05-01")

    assert trial().overall_status == "COMPLETED"
    assert "older than what is stored" in only_problem(run)["reason"]


def test_an_undated_record_ranks_as_new_as_what_is_known_and_a_later_dated_one_above(imported):
    imported(csv_file(PHASE_2))
    imported("NCT Number,Study Status\nNCT01363401,SUSPENDED\n")
    assert trial().overall_status == "SUSPENDED"

    imported(csv_file(PHASE_2 | {"Study_Status": "TERMINATED", "Last_Update_Posted": "2014-01-01"}))
    assert trial().overall_status == "TERMINATED"


def test_undated_a_then_b_then_a_again_is_news_but_the_same_file_is_not(imported):
    a, b = "NCT Number,Study Status\nNCT01363401,RECRUITING\n", "NCT Number,Study Status\nNCT01363401,SUSPENDED\n"
    imported(a)
    imported(b)

    assert counts(imported(a)) == {"unchanged": 1}
    assert trial().overall_status == "SUSPENDED"
    assert counts(imported(a + "NCT04745299,COMPLETED\n")) == {"changed": 1, "new": 1}
    assert trial().overall_status == "RECRUITING"


def test_the_registrys_own_unknown_is_not_taken_back_by_an_older_export(imported):
    imported(csv_file(PHASE_2 | {"Study_Status": "UNKNOWN"}))
    run = imported(csv_file(PHASE_2 | {"Study_Status": "RECRUITING"}))

    assert trial().overall_status == "UNKNOWN"
    assert "since set UNKNOWN" in only_problem(run)["reason"]


def test_a_value_set_by_staff_stays(imported):
    imported(csv_file(PHASE_2))
    StaffOverride.objects.create(trial=trial(), field="enrollment", value=70, reason="Oh et al., 2018")
    imported(csv_file(PHASE_2 | {"Enrollment": "80", "Last_Update_Posted": "2014-01-01"}))

    assert trial().enrollment == 70


def test_other_registries_numbers_identify_and_other_numbers_do_not(imported):
    imported(csv_file(PHASE_2 | {"Other_IDs": "grant 12|ISRCTN12345678|NCT04745299|nci-1"}))

    assert list(trial().identifiers.values_list("number", "is_home")) == [
        ("NCT01363401", True),
        ("ISRCTN12345678", False),
    ]
    assert "NCT04745299" in trial().secondary_ids


def test_a_number_that_would_join_two_trials_is_held(imported):
    imported(csv_file(PHASE_2 | {"Other_IDs": "ISRCTN12345678"}))
    run = imported(csv_file(PHASE_2 | {"NCT_Number": "NCT04745299", "Other_IDs": "ISRCTN12345678"}))

    assert counts(run) == {"held": 1, "absent": 1}
    assert "already has the number" in only_problem(run)["reason"]


def test_a_large_change_says_so(compared, imported):
    rows = [PHASE_2 | {"NCT_Number": f"NCT{n:08}"} for n in range(30)]
    imported(csv_file(*rows))

    small = compared(
        csv_file(
            *(
                row | {"Study_Status": "TERMINATED", "Last_Update_Posted": "2014-01-01"} if at < 6 else row
                for at, row in enumerate(rows)
            )
        )
    )
    large = compared(
        csv_file(
            *(
                row | {"Study_Status": "TERMINATED", "Last_Update_Posted": "2014-01-01"} if at < 7 else row
                for at, row in enumerate(rows)
            )
        )
    )
    only_dates = compared(csv_file(*(row | {"Last_Update_Posted": "2014-01-01"} for row in rows)))

    assert (small.is_large_change, large.is_large_change, only_dates.is_large_change) == (False, True, False)


def test_a_new_trial_is_one_change_and_keeps_the_raw_words(imported):
    run = imported("Rank,NCT Number,Title,Status,Enrollment,Age\n1,NCT01363401, A ,Completed,12,Adult\n")

    assert list(TrialChange.objects.values_list("field", "run")) == [("", run.pk)]
    record = records_of("NCT01363401").get()
    assert record.facts["overall_status"] == "COMPLETED"
    assert record.raw == {"Status": "Completed", "Age": "Adult"}  # the title and 12 say no more than the facts do


def test_refused_and_held_rows_are_left_out_and_all_others_written(imported):
    run = imported(
        "\n".join([HEADER, csv_row(**PHASE_2), csv_row(**PHASE_2 | {"NCT_Number": "NCT04745299", "Enrollment": "x"})])
    )

    assert counts(run) == {"new": 1, "refused": 1}
    assert run.rows.get(decision=RowDecision.REFUSED).number == "NCT04745299"
