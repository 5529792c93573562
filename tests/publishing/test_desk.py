"""The desk: what waits, for whom, in which order, in how many queries; and the digest that tells of it."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from drugs.models import Edition, ImportRun, ReviewFlag, TrialChange
from drugs.publishing.answers import answer_later
from drugs.publishing.desk import PILES, desk
from drugs.publishing.digest_mail import digest_mail, recipients
from drugs.publishing.steps import record
from drugs.vocabulary import StepKind
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = timezone.now


def person(*permissions, **fields):
    user = factories.UserFactory(**fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions, content_type__app_label="drugs"))
    return user


@pytest.fixture
def editor():
    return person("change_edition", "view_edition", email="editor@example.org")


def pile(key, user=None, at=None):
    return next(pile for pile in desk(user, at or NOW()) if pile.key == key)


def titles(key, user=None):
    return [task.title for task in pile(key, user).tasks]


def flag(edition, trial=None, **fields):
    values = {
        "edition": edition,
        "kind": "trial_changed" if trial else "dead_link",
        "trial": trial,
        "field": "overall_status" if trial else "",
        "old": "RECRUITING",
        "new": "COMPLETED",
        "opened_at": NOW(),
        "changed_on": "2026-05-03",
    }
    return ReviewFlag.objects.create(**values | fields)


def published(months_ago=0, days_ago=0, **fields):
    edition = factories.EditionFactory(**fields)
    day = timezone.localdate()
    years, month = divmod(day.year * 12 + day.month - 1 - months_ago, 12)
    moment = dt.datetime(years, month + 1, min(day.day, 28), 12, tzinfo=dt.UTC) - dt.timedelta(days=days_ago)
    factories.publish(edition, at=moment)
    return edition


# Who sees what


@pytest.mark.parametrize(
    ("permissions", "keys"),
    [
        ([], []),
        (["view_edition"], ["scheduled"]),
        (["change_edition"], ["flags", "drafts", "due", "others_drafts"]),
        (["confirm_importrun"], ["imports"]),
        (["change_therapytrial"], ["suggested", "unlinked"]),
        (["change_trialcutoff"], ["cutoffs"]),
        (["confirm_trialcutoff"], ["cutoffs"]),
    ],
)
def test_a_person_sees_the_piles_of_their_own_work(permissions, keys):
    assert [pile.key for pile in desk(person(*permissions), NOW())] == keys


def test_an_empty_desk_says_so():
    for empty in desk(None, NOW()):
        assert (empty.count, empty.tasks) == (0, [])
        assert empty.when_empty


# Flags


def test_flags_are_one_task_for_a_page_and_trial_the_oldest_first(editor):
    page, trial = published(display_name="Lenzumestrocel"), factories.TrialFactory(acronym="ALSUMMIT")
    other = published(display_name="Masitinib")
    day = NOW() - dt.timedelta(days=3)
    flag(other, detail="https://example.org/gone", opened_at=NOW() - dt.timedelta(days=1))
    flag(page, trial, opened_at=day)
    flag(page, trial, field="enrollment", old="115", new="123", opened_at=day)

    flags = pile("flags", editor)

    assert flags.count == 2
    assert [task.title for task in flags.tasks] == ["Lenzumestrocel", "Masitinib"]
    assert flags.tasks[0].why.endswith("ALSUMMIT: status: Recruiting → Completed; enrolment: 115 → 123")
    assert flags.tasks[0].day == timezone.localdate(day)
    assert "https://example.org/gone" in flags.tasks[1].why


def test_flags_that_are_put_off_or_left_behind_do_not_wait(editor):
    page = published(display_name="Lenzumestrocel")
    answer_later(
        [flag(page, factories.TrialFactory())],
        until=timezone.localdate() + dt.timedelta(days=5),
        reason="r",
        by=editor,
    )
    old = published(months_ago=1, display_name="Masitinib")
    flag(old, factories.TrialFactory())
    factories.publish(factories.EditionFactory(therapy=old.therapy))

    assert titles("flags", editor) == []


# Pages due


@pytest.mark.parametrize(
    ("went_live", "every", "today", "is_due"),
    [
        ("2026-01-15", 6, "2026-07-14", False),
        ("2026-01-15", 6, "2026-07-15", True),
        ("2026-01-15", 6, "2027-03-01", True),
        ("2026-08-31", 6, "2027-02-27", False),
        ("2026-08-31", 6, "2027-02-28", True),
        ("2025-12-31", 2, "2026-02-28", True),
        ("2026-11-05", 3, "2027-02-04", False),
        ("2026-11-05", 3, "2027-02-05", True),
        ("2026-01-15", 12, "2026-12-31", False),
    ],
)
def test_due_for_review(went_live, every, today, is_due):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(review_every_months=every))
    factories.publish(edition, at=dt.datetime.fromisoformat(went_live).replace(hour=9, tzinfo=dt.UTC))
    today = dt.date.fromisoformat(today)

    assert Edition.objects.due_for_review(today).exists() is is_due
    assert (edition.review_due_on <= today) is is_due


def test_a_newer_edition_counts_whatever_it_changes():
    old = published(months_ago=9)
    assert Edition.objects.due_for_review(timezone.localdate()).get() == old

    factories.publish(factories.EditionFactory(therapy=old.therapy), note="Reviewed, nothing changed.")

    assert not Edition.objects.due_for_review(timezone.localdate()).exists()


def test_pages_due_the_longest_overdue_first(editor):
    published(months_ago=8, display_name="Masitinib")
    published(months_ago=20, display_name="Lenzumestrocel")
    published(months_ago=1, display_name="Tofersen")

    assert titles("due", editor) == ["Lenzumestrocel", "Masitinib"]


# The other piles


def test_drafts_of_mine_of_others_and_scheduled_editions(editor):
    mine = factories.EditionFactory(display_name="A draft of mine")
    record(mine, StepKind.SAVED, by=editor)
    theirs = factories.EditionFactory(display_name="Somebody's")
    record(theirs, StepKind.STARTED, by=person("change_edition"))
    for days in (9, 2):
        factories.publish(factories.EditionFactory(display_name=f"In {days}"), at=NOW() + dt.timedelta(days=days))

    assert titles("drafts", editor) == ["A draft of mine"]
    assert titles("others_drafts", editor) == ["Somebody's"]
    assert titles("drafts", None) == ["A draft of mine", "Somebody's"]
    assert titles("scheduled", editor) == ["In 2", "In 9"]
    assert pile("scheduled", editor).tasks[0].day == timezone.localdate(NOW() + dt.timedelta(days=2))


def test_imports_that_wait_for_a_decision():
    for state in ("compared", "applied", "undone", "failed"):
        ImportRun.objects.create(original_name=state, state=state)

    assert titles("imports", person("confirm_importrun")) == ["compared"]


def test_suggestions_and_trials_of_no_therapy():
    curator = person("change_therapytrial")
    factories.TherapyTrialFactory(trial=factories.TrialFactory(home_number="NCT11111111"), decision="suggested")
    factories.TherapyTrialFactory(decision="confirmed")
    factories.TherapyTrialFactory(decision="dismissed")
    factories.TrialFactory(home_number="NCT22222222")

    assert pile("suggested", curator).count == 1
    assert titles("unlinked", curator) == ["NCT22222222"]


def test_limits_that_the_registry_overtook_wait_for_editors_and_new_ones_for_a_second_person():
    editor, reviewer = person("change_trialcutoff"), person("confirm_trialcutoff")
    trials = {
        number: factories.TrialFactory(home_number=number, overall_status=status)
        for number, status in (
            ("NCT11111111", "RECRUITING"),
            ("NCT22222222", "RECRUITING"),
            ("NCT33333333", "COMPLETED"),
        )
    }
    for trial in trials.values():
        factories.TrialCutoffFactory(trial=trial, confirmed=True)
    factories.TrialCutoffFactory(trial=trials["NCT22222222"], kind="age_max", number=80, saved_by=editor)
    factories.TrialCutoffFactory(trial=trials["NCT22222222"], kind="age_min", number=18, saved_by=reviewer)
    assert pile("cutoffs", editor).count == 0
    for number in ("NCT11111111", "NCT33333333"):
        TrialChange.objects.create(
            trial=trials[number], field="eligibility_criteria", old="a", new="b", changed_at=NOW()
        )

    (overtaken,), (new,) = pile("cutoffs", editor).tasks, pile("cutoffs", reviewer).tasks

    assert overtaken.title == "NCT11111111: At most 24 months since the first symptom"
    assert "the registry changed its text" in overtaken.why
    assert (new.title, new.why) == ("NCT22222222: At most 80 years old", "waits for a second person")
    assert pile("cutoffs").count == 3


def test_a_pile_shows_ten_and_counts_all_in_as_many_queries(django_assert_max_num_queries):
    for _number in range(23):
        factories.EditionFactory()
        published(months_ago=8)
        flag(published(), factories.TrialFactory())

    with django_assert_max_num_queries(2 * len(PILES)):
        piles = {pile.key: pile for pile in desk(None, NOW())}

    assert [len(piles[key].tasks) for key in ("drafts", "due", "flags")] == [10, 10, 10]
    assert [piles[key].count for key in ("drafts", "due", "flags")] == [23, 23, 23]
    assert piles["flags"].left == 13


# The digest


def test_nothing_is_sent_unless_configured(settings, capsys):
    factories.EditionFactory()

    call_command("send_digest")

    assert mail.outbox == []
    assert "set DIGEST_RECIPIENTS" in capsys.readouterr().out


def test_each_gets_their_own_desk_as_text_and_html(settings, editor):
    settings.DIGEST_RECIPIENTS = ["staff", "office@example.org"]
    settings.SITE_URL = "https://therapies.example.org"
    person("confirm_importrun", email="importer@example.org")
    person("change_edition", email="gone@example.org", is_active=False)
    person("change_edition", email="")
    published(display_name="<b>A&B</b>", months_ago=9)
    ImportRun.objects.create(original_name="ctg.csv", state="compared")

    call_command("send_digest")

    sent = {message.to[0]: message for message in mail.outbox}
    assert set(sent) == {"editor@example.org", "importer@example.org", "office@example.org"}
    text, html = sent["editor@example.org"].body, sent["editor@example.org"].alternatives[0].content
    assert "Pages due for review: 1" in text
    assert "<b>A&B</b>" in text
    assert "&lt;b&gt;A&amp;B&lt;/b&gt;" in html
    assert "https://therapies.example.org/admin/" in text
    assert "ctg.csv" not in text
    assert "ctg.csv" in sent["importer@example.org"].body
    assert "ctg.csv" in sent["office@example.org"].body
    assert "1 thing waits for you" in sent["editor@example.org"].subject


def test_no_digest_where_nothing_waits(settings, editor):
    settings.DIGEST_RECIPIENTS = ["staff"]
    factories.publish(factories.EditionFactory(), at=NOW() + dt.timedelta(days=2))

    call_command("send_digest")

    assert mail.outbox == []


def test_one_address_that_fails_keeps_nobody_from_theirs(settings, editor, monkeypatch, capsys):
    settings.DIGEST_RECIPIENTS = ["broken@example.org", "editor@example.org"]
    record(factories.EditionFactory(), StepKind.SAVED, by=editor)
    send = mail.EmailMultiAlternatives.send

    def refuse(message, *args, **kwargs):
        if "broken@example.org" in message.to:
            raise ConnectionRefusedError("refused")
        return send(message, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", refuse)

    with pytest.raises(SystemExit):
        call_command("send_digest")

    assert [message.to for message in mail.outbox] == [["editor@example.org"]]
    assert "broken@example.org: refused" in capsys.readouterr().err


def test_a_site_without_mail_says_so(settings, editor):
    settings.DIGEST_RECIPIENTS = ["staff"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    with pytest.raises(SystemExit):
        call_command("send_digest")


def test_print_sends_none(settings, editor, capsys):
    settings.DIGEST_RECIPIENTS = ["editor@example.org"]
    record(factories.EditionFactory(display_name="A draft"), StepKind.SAVED, by=editor)

    call_command("send_digest", "--print")

    assert mail.outbox == []
    assert "A draft" in capsys.readouterr().out


def test_an_address_stands_once_whatever_its_letters(settings, editor):
    settings.DIGEST_RECIPIENTS = ["staff", "Editor@Example.org"]

    assert recipients() == [("editor@example.org", editor)]
    assert digest_mail("editor@example.org", editor, NOW()) is None
