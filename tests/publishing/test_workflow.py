"""The way of an edition: who may take which step when, and what is kept of it."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone

from drugs.models import SECTIONS, Edition, EditionStep, FindingAnswer, Publication
from drugs.models.step import AppendOnlyError
from drugs.publishing import workflow
from drugs.publishing.answering import answer_findings
from drugs.publishing.checker import unanswered
from drugs.publishing.copying import DraftExistsError
from drugs.publishing.publish import publish
from drugs.publishing.states import State, state_of
from drugs.publishing.steps import record
from tests import factories

pytestmark = pytest.mark.django_db


def ready_draft(slug="edaravone", **fields):
    """A draft that lacks nothing: as it is the fact checker finds nothing in it."""
    texts = {name: "<p>Plain words (Oh et al., 2018).</p>" for name, _heading in SECTIONS}
    therapy = factories.TherapyFactory(slug=slug)
    draft = factories.EditionFactory(therapy=therapy, **texts | fields)
    factories.SourceFactory(edition=draft, label="Oh et al., 2018")
    factories.StatusEventFactory(edition=draft)
    return draft


@pytest.fixture
def editor():
    return factories.UserFactory(username="kim")


@pytest.fixture
def reviewer():
    return factories.UserFactory(username="rio")


def state(edition):
    return state_of(edition, timezone.now())


def kinds(edition):
    return [step.kind for step in edition.steps.order_by("pk")]


def test_a_draft_goes_to_review_comes_back_and_is_published(editor, reviewer):
    draft = ready_draft()
    record(draft, "saved", by=editor)

    workflow.send_to_review(draft, by=editor, comment="Please look.")
    assert state(draft) == State.IN_REVIEW
    workflow.return_with_comment(draft, by=reviewer, comment="Name the source.")
    assert state(draft) == State.DRAFT
    workflow.send_to_review(draft, by=editor)
    workflow.approve(draft, by=reviewer, note="First edition.")

    assert state(draft) == State.LIVE
    assert kinds(draft) == ["saved", "sent", "returned", "sent", "published"]
    assert draft.steps.first().by == reviewer


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_publishes_what_they_changed(is_superuser):
    person = factories.UserFactory(is_superuser=is_superuser)
    draft = ready_draft()
    record(draft, "saved", by=person)
    workflow.send_to_review(draft, by=person)

    with pytest.raises(ValidationError, match="another person"):
        workflow.approve(draft, by=person, note="Mine.")
    with pytest.raises(ValidationError, match="another person"):
        publish(draft, by=person, note="Mine.")
    assert not Publication.objects.exists()


def test_one_person_is_enough_where_the_setting_says_so(settings, editor):
    settings.REQUIRE_SECOND_PERSON = False
    draft = ready_draft()
    record(draft, "saved", by=editor)

    workflow.approve(draft, by=editor, note="Alone.")

    assert state(draft) == State.LIVE


def test_a_draft_that_nobody_sent_is_not_published(reviewer):
    with pytest.raises(ValidationError, match="draft"):
        workflow.approve(ready_draft(), by=reviewer, note="Early.")


def test_a_copy_of_an_old_edition_is_a_change_of_whoever_started_it(editor, reviewer):
    first = ready_draft()
    factories.publish(first, at=timezone.now() - dt.timedelta(days=2))
    second = workflow.start(first, by=editor)
    factories.publish(second)

    draft = workflow.start(first, by=reviewer)
    workflow.send_to_review(draft, by=editor)

    with pytest.raises(ValidationError, match="another person"):
        workflow.approve(draft, by=reviewer, note="Back to the first.")


def test_reviewed_and_nothing_changed_is_an_edition(editor, reviewer):
    live = ready_draft()
    factories.publish(live, at=timezone.now() - dt.timedelta(days=2))

    draft = workflow.start(live, by=editor)
    workflow.send_to_review(draft, by=editor)
    workflow.approve(draft, by=reviewer, note="Reviewed, nothing changed.")

    assert Edition.objects.live(timezone.now()).get() == draft


def test_one_draft_at_a_time(editor):
    live = ready_draft()
    factories.publish(live, at=timezone.now() - dt.timedelta(minutes=1))
    draft = workflow.start(live, by=editor)

    with pytest.raises(DraftExistsError) as refused:
        workflow.start(live, by=editor)
    assert refused.value.draft == draft


def test_what_is_missing_is_asked_for_at_review(editor):
    draft = factories.EditionFactory(summary="", as_of_on="")

    with pytest.raises(ValidationError) as refused:
        workflow.send_to_review(draft, by=editor)

    said = " ".join(refused.value.messages)
    for words in ("as of", "summary", "Current status", "current stage"):
        assert words in said


def test_a_finding_needs_a_reason_before_review(editor):
    draft = ready_draft(current_status="<p>It was approved in 2021.</p>")
    finding = unanswered(draft)[0]

    with pytest.raises(ValidationError, match="fact checker"):
        workflow.send_to_review(draft, by=editor)
    reasons = {found.key: "Said in the sentence before." for found in unanswered(draft)}
    answer_findings(draft, reasons, by=editor)
    workflow.send_to_review(draft, by=editor)

    kept = FindingAnswer.objects.get(key=finding.key)
    assert (kept.reason, kept.answered_by) == ("Said in the sentence before.", editor)


def test_publishing_needs_the_readers_sentence_and_a_moment_to_come(editor, reviewer):
    draft = ready_draft()
    workflow.send_to_review(draft, by=editor)

    with pytest.raises(ValidationError, match="what changed"):
        workflow.approve(draft, by=reviewer, note="  ")
    with pytest.raises(ValidationError, match="moment to come"):
        workflow.approve(draft, by=reviewer, note="x", goes_live_at=timezone.now() - dt.timedelta(hours=1))


def test_a_draft_saved_after_the_page_was_opened_is_not_published(editor, reviewer):
    draft = ready_draft()
    workflow.send_to_review(draft, by=editor)
    Edition.objects.filter(pk=draft.pk).update(version=2)

    with pytest.raises(ValidationError, match="after you opened"):
        workflow.approve(draft, by=reviewer, note="Fine.", version=1)


def test_a_scheduled_edition_is_taken_back(editor, reviewer):
    draft = ready_draft()
    workflow.send_to_review(draft, by=editor)
    workflow.approve(draft, by=reviewer, note="Soon.", goes_live_at=timezone.now() + dt.timedelta(hours=1))
    assert state(draft) == State.SCHEDULED

    workflow.take_back(Edition.objects.get(pk=draft.pk), by=reviewer)

    assert state(draft) == State.DRAFT
    assert not Publication.objects.exists()


def test_no_edition_is_taken_back_beside_another_draft(editor, reviewer):
    draft = ready_draft()
    workflow.send_to_review(draft, by=editor)
    workflow.approve(draft, by=reviewer, note="Soon.", goes_live_at=timezone.now() + dt.timedelta(hours=1))
    workflow.start(draft, by=editor)

    with pytest.raises(ValidationError, match="draft of this therapy already"):
        workflow.take_back(Edition.objects.get(pk=draft.pk), by=reviewer)


def test_a_withdrawn_edition_gives_way_to_the_one_before(client, editor, reviewer):
    first = ready_draft()
    factories.publish(first, at=timezone.now() - dt.timedelta(days=2))
    second = workflow.start(first, by=editor)
    factories.publish(second)

    with pytest.raises(ValidationError, match="why"):
        workflow.withdraw(second, by=reviewer, reason=" ")
    workflow.withdraw(second, by=reviewer, reason="The dose was wrong.")

    assert Edition.objects.live(timezone.now()).get() == first
    assert client.get(second.get_absolute_url()).status_code == 410
    workflow.withdraw(first, by=reviewer, reason="This one too.")
    assert client.get(first.therapy.get_absolute_url()).status_code == 410


def test_a_discarded_draft_leaves_its_steps(editor):
    draft = factories.whole_edition("edaravone")
    record(draft, "saved", by=editor)

    workflow.discard(draft, by=editor, comment="Started by mistake.")

    assert not Edition.objects.filter(therapy__slug="edaravone").exists()
    step = EditionStep.objects.first()
    assert (step.kind, step.edition, step.number, step.comment) == ("discarded", None, 1, "Started by mistake.")


def test_a_published_edition_is_not_discarded(editor):
    edition = factories.live_edition()

    with pytest.raises(ValidationError):
        workflow.discard(edition, by=editor)
    assert Edition.objects.filter(pk=edition.pk).exists()


def test_steps_are_only_added(editor):
    step = record(factories.EditionFactory(), "saved", by=editor)

    for attack in (step.save, step.delete, EditionStep.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            attack()
    with pytest.raises(AppendOnlyError):
        EditionStep.objects.update(comment="Other.")


def test_check_editions_finds_any_change(capsys):
    edition = factories.live_edition("riluzole")
    call_command("check_editions")
    assert "1 published editions" in capsys.readouterr().out
    QuerySet(Edition).filter(pk=edition.pk).update(background="<p>Other.</p>")

    with pytest.raises(SystemExit):
        call_command("check_editions")
    assert "riluzole edition 1 is not what was published" in capsys.readouterr().err
