"""Old pages show themselves: what opens a flag, what it holds, and what closes it."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from drugs.models import (
    ContentVersion,
    Edition,
    ImportRow,
    ImportRun,
    LinkCheck,
    RegistryRecord,
    ReviewFlag,
    StaffOverride,
    TherapyTrial,
    TrialSnapshot,
)
from drugs.publishing.answers import answer_later, answer_still_true, answer_with_draft
from drugs.publishing.flags import flag_held_rows, settle_conflicts
from drugs.publishing.links import Answer, check_links
from drugs.publishing.publish import withdraw
from drugs.resolution import store_resolutions
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

BEFORE = {
    "overall_status": "ACTIVE_NOT_RECRUITING",
    "completion_date": "2024-12",
    "completion_date_type": "ESTIMATED",
    "enrollment": 115,
    "acronym": "ALSUMMIT",
    "phases": "PHASE3",
    "last_update_posted": "2023-01-10",
}


def say(trial, *, on, run=None, **facts):
    """What the registry says of a trial from a day on, stored as an import does."""
    RegistryRecord.objects.create(
        trial=trial,
        registry="CTGOV",
        number=trial.home_number,
        effective_on=on,
        facts=facts | {"last_update_posted": on},
        run=run,
    )
    return store_resolutions([trial], run=run)


def new_run():
    return ImportRun.objects.create(original_name="ctg-studies.csv", state="confirmed")


@pytest.fixture
def trial():
    trial = factories.TrialFactory(home_number="NCT04745299", overall_status="", phases="", study_type="")
    RegistryRecord.objects.create(
        trial=trial, registry="CTGOV", number=trial.home_number, effective_on="2023-01-10", facts=BEFORE
    )
    store_resolutions([trial])
    return trial


@pytest.fixture
def edition(trial):
    """Lenzumestrocel's live edition, which names ALSUMMIT under two headings."""
    edition = factories.EditionFactory(
        therapy=factories.TherapyFactory(slug="lenzumestrocel"),
        summary="<p>It is made from a person's own cells.</p>",
        background="<p>It was made in South Korea (Oh et al., 2018).</p>",
        mechanism_of_action="<p>The cells are thought to calm inflammation (Oh et al., 2018).</p>",
        clinical_trials=(
            "<p>An earlier study had 64 people (Oh et al., 2018). ALSUMMIT took 115 people. They had injections.</p>"
            "<ul><li>The phase 3 trial ended in 2024.</li></ul>"
        ),
        current_status="<p>The trial is still running (ClinicalTrials.gov, NCT04745299).</p>",
    )
    TherapyTrial.objects.create(therapy=edition.therapy, trial=trial, decision="confirmed")
    factories.publish(edition, at=timezone.now() - dt.timedelta(days=30))
    return edition


@pytest.fixture
def editor():
    return factories.UserFactory()


def flags(**wanted):
    return list(ReviewFlag.objects.filter(**wanted).order_by("pk"))


def test_alsummit_completed_flags_the_sections_that_name_it(trial, edition):
    run = new_run()

    say(trial, on="2026-05-03", run=run, overall_status="COMPLETED")

    (flag,) = flags()
    assert (flag.edition, flag.trial, flag.run, flag.field) == (edition, trial, run, "overall_status")
    assert (flag.old, flag.new) == ("ACTIVE_NOT_RECRUITING", "COMPLETED")
    assert (flag.old_shown(), flag.new_shown()) == ("Active, not recruiting", "Completed")
    assert flag.sections() == ["Clinical trials", "Current status"]
    assert [text for _heading, text in flag.passages()] == [
        "ALSUMMIT took 115 people.",
        "The phase 3 trial ended in 2024.",
        "The trial is still running (ClinicalTrials.gov, NCT04745299).",
    ]
    assert flag.notice() == "The registry changed this trial on 3 May 2026; we are checking our text."


def test_still_true_closes_it_until_the_next_change(trial, edition, editor):
    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED")
    version = ContentVersion.current()

    answer_still_true(flags(), by=editor)

    snapshot = TrialSnapshot.objects.get(edition=edition, is_still_true=True)
    assert (snapshot.facts["overall_status"], snapshot.taken_by) == ("COMPLETED", editor)
    assert not ReviewFlag.objects.open()
    assert ContentVersion.current() == version + 1
    say(trial, on="2026-05-04", run=new_run(), brief_title="Only the title changed")
    assert not ReviewFlag.objects.open()
    say(trial, on="2026-06-01", run=new_run(), overall_status="TERMINATED", why_stopped="Sponsor's decision")
    assert [(flag.field, flag.old, flag.new) for flag in ReviewFlag.objects.open().order_by("field")] == [
        ("overall_status", "COMPLETED", "TERMINATED"),
        ("why_stopped", "", "Sponsor's decision"),
    ]


def test_still_true_says_nothing_about_other_changes_of_the_trial(trial, edition, editor):
    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED", enrollment=123)
    status, size = flags(field="overall_status")[0], flags(field="enrollment")[0]

    answer_still_true([status], by=editor)

    size.refresh_from_db()
    assert size.is_open
    say(trial, on="2026-06-01", run=new_run(), enrollment=115)
    size.refresh_from_db()
    assert size.answer == "settled"
    say(trial, on="2026-07-01", run=new_run(), acronym="ALSUMMIT 2")
    assert not ReviewFlag.objects.open()


def test_facts_that_go_back_close_the_flag(trial, edition):
    run = new_run()
    say(trial, on="2026-05-03", run=run, overall_status="COMPLETED")

    RegistryRecord.objects.filter(run=run).delete()
    store_resolutions([trial], run=run)

    (flag,) = flags()
    assert (flag.answer, flag.answered_by) == ("settled", None)


def test_an_undo_that_leads_away_from_the_page_flags_it(trial, edition):
    run = new_run()
    say(trial, on="2026-05-03", run=run, overall_status="COMPLETED")
    run.applied_at = timezone.now()
    run.save()
    draft = factories.EditionFactory(therapy=edition.therapy, current_status="<p>ALSUMMIT is completed.</p>")
    factories.publish(draft)

    RegistryRecord.objects.filter(run=run).delete()
    store_resolutions([trial], run=run)

    (flag,) = flags(edition=draft)
    assert (flag.old, flag.new) == ("COMPLETED", "ACTIVE_NOT_RECRUITING")
    assert flag.notice().startswith("Our record of this trial changed on ")


def test_a_value_set_by_staff_flags_the_page_too(trial, edition, editor):
    StaffOverride.objects.create(trial=trial, field="enrollment", value=123, reason="Registry's own page")

    store_resolutions([trial], by=editor)

    (flag,) = flags()
    assert (flag.field, flag.old, flag.new, flag.run) == ("enrollment", "115", "123", None)
    assert "Our record of this trial changed on" in flag.notice()


def test_a_gap_that_an_older_record_closes_is_no_change_of_the_registry(trial, edition):
    run = new_run()
    RegistryRecord.objects.create(
        trial=trial,
        registry="CTGOV",
        number=trial.home_number,
        effective_on="2020",
        run=run,
        facts={"has_results": True, "overall_status": "RECRUITING"},
    )
    store_resolutions([trial], run=run)

    (flag,) = flags()
    assert (flag.field, flag.run) == ("has_results", None)
    assert "Our record of this trial changed on" in flag.notice()


def test_a_file_without_dates_is_dated_by_its_import(trial, edition):
    run = new_run()
    RegistryRecord.objects.create(
        trial=trial,
        registry="CTGOV",
        number=trial.home_number,
        effective_on="2023-01-10",
        run=run,
        facts={"overall_status": "COMPLETED"},
    )
    store_resolutions([trial], run=run, at=dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC))

    assert flags()[0].notice() == "The registry changed this trial on 3 May 2026; we are checking our text."


def test_many_changes_of_one_fact_are_one_flag_that_shows_the_last(trial, edition, editor):
    say(trial, on="2026-05-03", run=new_run(), overall_status="SUSPENDED")
    answer_later(flags(), until=timezone.localdate() + dt.timedelta(days=9), reason="Congress first", by=editor)

    say(trial, on="2026-06-03", run=new_run(), overall_status="TERMINATED")

    (flag,) = flags()
    assert (flag.old, flag.new, flag.changed_on) == ("ACTIVE_NOT_RECRUITING", "TERMINATED", "2026-06-03")
    assert (flag.answer, flag.later_until) == ("", None)
    assert flag in ReviewFlag.objects.waiting(timezone.now(), timezone.localdate())


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"brief_title": "Another title"}, set()),
        ({"phases": "PHASE2|PHASE3"}, {"phases"}),
        ({"completion_date": "2024-11-13"}, {"completion_date"}),
        ({"completion_date_type": "ACTUAL"}, {"completion_date_type"}),
        ({"has_results": False}, set()),
        ({"has_results": True, "results_first_posted": "2026-05"}, {"has_results", "results_first_posted"}),
        ({"why_stopped": "Funding"}, {"why_stopped"}),
        ({"enrollment": 0}, {"enrollment"}),
        # Gaps that close: no text was written on them.
        ({"primary_completion_date": "2024-06", "enrollment_type": "ACTUAL"}, set()),
    ],
)
def test_what_counts_as_a_change(trial, edition, facts, fields):
    say(trial, on="2026-05-03", run=new_run(), **facts)

    assert {flag.field for flag in flags()} == fields


def test_a_trial_that_moves_to_another_phase_is_still_found_by_the_one_in_the_text(trial, edition):
    say(trial, on="2026-05-03", run=new_run(), phases="PHASE4")

    assert ("Clinical trials", "The phase 3 trial ended in 2024.") in flags()[0].passages()


@pytest.mark.parametrize("decision", ["suggested", "dismissed"])
def test_only_confirmed_trials_are_watched(trial, edition, decision):
    TherapyTrial.objects.update(decision=decision)

    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED")

    assert not flags()


def test_a_trial_linked_after_publishing_is_watched_where_the_text_names_it(edition):
    named = factories.TrialFactory(home_number="NCT11111111", acronym="", phases="")
    unnamed = factories.TrialFactory(home_number="NCT22222222", acronym="", phases="")
    for late in (named, unnamed):
        TherapyTrial.objects.create(therapy=edition.therapy, trial=late, decision="confirmed")
    naming = factories.EditionFactory(background="<p>See NCT11111111.</p>")
    factories.publish(naming)
    for late in (named, unnamed):
        TherapyTrial.objects.create(therapy=naming.therapy, trial=late, decision="confirmed")
        say(late, on="2026-05-03", run=new_run(), overall_status="COMPLETED")

    assert [(flag.edition, flag.trial, flag.old) for flag in flags()] == [(naming, named, "RECRUITING")]


def test_drafts_and_replaced_editions_are_not_flagged_but_scheduled_ones_are(trial, edition):
    newer = factories.EditionFactory(therapy=edition.therapy, current_status="<p>ALSUMMIT is running.</p>")
    factories.publish(newer)
    scheduled = factories.EditionFactory(therapy=edition.therapy, current_status="<p>ALSUMMIT is running.</p>")
    factories.publish(scheduled, at=timezone.now() + dt.timedelta(days=1))
    factories.EditionFactory(therapy=edition.therapy, current_status="<p>ALSUMMIT is running.</p>")

    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED")

    assert [flag.edition for flag in flags()] == [newer, scheduled]
    now = timezone.now()
    assert [flag.edition for flag in ReviewFlag.objects.shown(now)] == [newer]
    assert [flag.edition for flag in ReviewFlag.objects.shown(now + dt.timedelta(days=2))] == [scheduled]


def test_withdrawing_an_edition_looks_at_the_one_that_is_live_again(trial, edition):
    newer = factories.EditionFactory(therapy=edition.therapy)
    publication = factories.publish(newer)
    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED")
    assert [flag.edition for flag in flags()] == [newer]

    withdraw(publication, reason="A wrong figure")

    assert [(flag.edition, flag.changed_on) for flag in ReviewFlag.objects.of_pages(timezone.now())] == [
        (edition, "2026-05-03")
    ]


# What readers and editors see of it


def test_readers_are_told_until_a_newer_edition_is_live(trial, edition, editor):
    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED")
    now = timezone.now()
    answer_with_draft(flags(), by=editor)
    assert ReviewFlag.objects.shown(now).exists()
    draft = Edition.objects.drafts().get(therapy=edition.therapy)

    factories.publish(draft, note="ALSUMMIT is completed.")

    assert not ReviewFlag.objects.shown(timezone.now()).exists()
    assert not ReviewFlag.objects.of_pages(timezone.now()).exists()


def test_readers_are_told_nothing_about_a_trial_that_the_page_no_longer_shows(trial, edition):
    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED")

    TherapyTrial.objects.update(decision="dismissed")

    assert not ReviewFlag.objects.shown(timezone.now()).exists()


def test_a_draft_under_way_takes_the_flag_off_the_desk_as_long_as_it_is_there(trial, edition, editor):
    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED")
    draft = answer_with_draft(flags(), by=editor)
    waiting = ReviewFlag.objects.waiting(timezone.now(), timezone.localdate())
    assert not waiting.exists()
    assert answer_with_draft(flags(), by=editor) == draft

    draft.delete()

    assert waiting.all().exists()


def test_later_comes_back_on_its_day(trial, edition, editor):
    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED")
    day = timezone.localdate() + dt.timedelta(days=7)

    answer_later(flags(), until=day, reason="The paper comes out next week", by=editor)

    now = timezone.now()
    assert not ReviewFlag.objects.waiting(now, day - dt.timedelta(days=1)).exists()
    assert ReviewFlag.objects.waiting(now, day).exists()
    assert ReviewFlag.objects.shown(now).exists()


@pytest.mark.parametrize(("days", "reason", "says"), [(0, "r", "Choose a day to come"), (1, "  ", "Say why")])
def test_later_needs_a_day_to_come_and_a_reason(trial, edition, editor, days, reason, says):
    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED")

    with pytest.raises(ValidationError, match=says):
        answer_later(flags(), until=timezone.localdate() + dt.timedelta(days=days), reason=reason, by=editor)


def test_the_second_of_two_answers_is_told(trial, edition, editor):
    say(trial, on="2026-05-03", run=new_run(), overall_status="COMPLETED")
    stale = flags()
    answer_still_true(stale, by=editor)

    with pytest.raises(ValidationError, match="was answered meanwhile: the text is still true"):
        answer_still_true(stale, by=factories.UserFactory())

    assert TrialSnapshot.objects.filter(is_still_true=True).count() == 1


# Links and imports


def test_a_dead_link_flags_live_pages_until_it_answers(edition):
    url = "https://example.org/gone"
    citing = factories.EditionFactory(background="<p>It was found (Gone, 2020). Else not.</p>")
    factories.SourceFactory(edition=citing, label="Gone, 2020", url=url)
    factories.publish(citing)
    draft = factories.EditionFactory()
    factories.SourceFactory(edition=draft, url=url)

    def answered(status):
        check_links([url], timezone.now, ask_one=lambda url: Answer(status), pause=0)
        return [(flag.edition, flag.detail, flag.new, flag.answer) for flag in flags()]

    assert answered(404) == []
    assert answered(404) == [(citing, url, "404", "")]
    assert flags()[0].passages() == [("Background", "It was found (Gone, 2020).")]
    answer_still_true(flags(), by=factories.UserFactory())
    assert [answer for *_rest, answer in answered(404)] == ["still_true"]
    answered(200)
    answered(404)
    assert [answer for *_rest, answer in answered(404)] == ["still_true", ""]
    assert [answer for *_rest, answer in answered(200)] == ["still_true", "settled"]
    assert not LinkCheck.objects.get().is_dead
    assert not ReviewFlag.objects.shown(timezone.now()).exists()


def held_row(run, trial, reason="The registry's own record says otherwise."):
    problem = {"column": "Phases", "value": "2b", "reason": reason}
    return ImportRow.objects.create(
        run=run, row=7, number=trial.home_number, trial=trial, decision="held", is_accepted=False, problems=[problem]
    )


def test_a_held_row_of_a_linked_trial_flags_its_pages(trial, edition):
    run, stranger = new_run(), factories.TrialFactory()
    held_row(run, trial)
    held_row(run, stranger)

    flag_held_rows(run, at=timezone.now())

    (flag,) = flags()
    assert (flag.kind, flag.trial, flag.run) == ("import_conflict", trial, run)
    assert flag.detail == "7: Phases: 2b: The registry's own record says otherwise."
    assert flag.sections() == ["Clinical trials", "Current status"]
    assert not ReviewFlag.objects.shown(timezone.now()).exists()
    again = new_run()
    held_row(again, trial)
    flag_held_rows(again, at=timezone.now())
    assert [flag.run for flag in flags()] == [again]
    settle_conflicts(again, at=timezone.now())
    assert flags()[0].answer == "settled"


def test_a_later_import_without_conflict_settles_the_flag(trial, edition):
    first, second = new_run(), new_run()
    held_row(first, trial)
    flag_held_rows(first, at=timezone.now())

    say(trial, on="2026-05-03", run=second, brief_title="T")
    flag_held_rows(second, at=timezone.now())

    assert flags()[0].answer == "settled"


# Cost


def queries_of(trials, run):
    with CaptureQueriesContext(connection) as captured:
        store_resolutions(trials, run=run)
    return [query["sql"] for query in captured]


def strangers(count):
    trials = [factories.TrialFactory() for _number in range(count)]
    run = new_run()
    for trial in trials:
        RegistryRecord.objects.create(
            trial=trial, registry="CTGOV", number=trial.home_number, facts={"overall_status": "COMPLETED"}, run=run
        )
    return trials, run


def test_trials_that_no_page_shows_cost_one_query_a_batch(edition):
    few = [sql for sql in queries_of(*strangers(2)) if "therapytrial" in sql or "reviewflag" in sql]
    many = [sql for sql in queries_of(*strangers(60)) if "therapytrial" in sql or "reviewflag" in sql]

    assert len(few) == len(many) == 1
    assert not flags()


def test_trials_of_one_page_cost_no_query_each(edition):
    def linked(count):
        therapy = factories.TherapyFactory()
        trials, run = strangers(count)
        for trial in trials:
            TherapyTrial.objects.create(therapy=therapy, trial=trial, decision="confirmed")
        factories.publish(factories.EditionFactory(therapy=therapy))
        return trials, run

    few, many = linked(3), linked(30)
    reads = [[sql for sql in queries_of(*some) if sql.startswith("SELECT")] for some in (few, many)]

    assert len(reads[0]) == len(reads[1])
    assert len(flags(field="overall_status")) == 33
