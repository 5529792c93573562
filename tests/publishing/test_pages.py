"""The way of an information page: two people, frozen when published, withdrawn with a reason."""

import pytest
from django.core.exceptions import ValidationError
from django.db import models as db
from django.db import transaction
from django.utils import timezone

from drugs.gate import FrozenEditionError
from drugs.models import ContentVersion, PageStep, PageVersion
from drugs.models.step import AppendOnlyError
from drugs.publishing import pages
from drugs.publishing.states import State
from drugs.vocabulary import StepKind
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return factories.UserFactory(username="editor")


@pytest.fixture
def reviewer():
    return factories.UserFactory(username="reviewer")


def draft_by(person, **fields):
    version = factories.PageVersionFactory(**fields)
    pages.record(version, StepKind.SAVED, by=person)
    return version


def test_two_people_from_draft_to_page(editor, reviewer):
    version = draft_by(editor)
    before = ContentVersion.current()

    pages.send_to_review(version, by=editor)
    assert pages.state_of(version) == State.IN_REVIEW
    pages.return_with_comment(version, by=reviewer, comment="Say it plainly.")
    assert pages.comment_of_return(version).comment == "Say it plainly."
    pages.send_to_review(version, by=editor)
    assert not PageVersion.objects.live(timezone.now()).exists()
    pages.approve(version, by=reviewer, note="The first version.")

    assert PageVersion.objects.live(timezone.now()).get() == version
    assert ContentVersion.current() == before + 1
    assert [step.kind for step in PageStep.objects.order_by("pk")] == [
        "saved", "sent", "returned", "sent", "published",
    ]  # fmt: skip


def test_nobody_publishes_what_they_saved_superusers_included(editor, settings):
    chief = factories.UserFactory(is_superuser=True)
    version = draft_by(chief)
    pages.send_to_review(version, by=chief)

    with pytest.raises(ValidationError, match="another person"):
        pages.approve(version, by=chief, note="Mine.")

    settings.REQUIRE_SECOND_PERSON = False
    pages.approve(version, by=chief, note="Mine.")
    assert PageVersion.objects.live(timezone.now()).exists()


def test_a_copy_of_an_older_version_is_a_change_of_whoever_took_it(editor, reviewer):
    old = factories.live_page("about")
    factories.live_page("about", body="<p>Newer.</p>")

    draft, is_new = pages.start(old, by=editor)
    pages.send_to_review(draft, by=reviewer)

    assert is_new
    with pytest.raises(ValidationError, match="another person"):
        pages.approve(draft, by=editor, note="Back.")


def test_a_draft_without_review_is_not_published(editor, reviewer):
    with pytest.raises(ValidationError, match="draft"):
        pages.approve(draft_by(editor), by=reviewer, note="x")


def test_what_is_missing_is_asked_for_at_review(editor):
    version = draft_by(editor, summary=" ", body="<p> </p>")

    with pytest.raises(ValidationError) as refused:
        pages.send_to_review(version, by=editor)

    assert len(refused.value.messages) == 2


def test_a_page_has_one_draft_and_the_live_text_stays_meanwhile(editor):
    live = factories.live_page("about")

    draft, is_new = pages.start(live, by=editor)
    again, is_new_again = pages.start(live, by=editor)

    assert (is_new, is_new_again) == (True, False)
    assert again == draft
    assert draft.number == 2
    assert PageVersion.objects.live(timezone.now()).get() == live


def test_withdrawn_the_version_before_is_live_again_then_none(reviewer):
    first = factories.live_page("about")
    second = factories.live_page("about", body="<p>Wrong.</p>")

    pages.withdraw(second, by=reviewer, reason="It was wrong.")
    assert PageVersion.objects.live(timezone.now()).get() == first
    pages.withdraw(first, by=reviewer, reason="This too.")

    assert not PageVersion.objects.live(timezone.now()).exists()
    with pytest.raises(ValidationError):
        pages.withdraw(first, by=reviewer, reason="Again.")


def test_the_page_that_every_page_leads_to_is_corrected_not_withdrawn(reviewer):
    first = factories.live_page("help")

    with pytest.raises(ValidationError, match="corrected version"):
        pages.withdraw(first, by=reviewer, reason="It was wrong.")

    factories.live_page("help", body="<p>Better.</p>")
    pages.withdraw(first, by=reviewer, reason="It was wrong.")


def test_a_step_on_a_draft_that_moved_on_is_refused(editor, reviewer):
    version = draft_by(editor)
    PageVersion.objects.filter(pk=version.pk).update(version=2)

    with pytest.raises(ValidationError, match="somebody saved"):
        pages.send_to_review(version, by=editor, opened_at=1)


def test_a_discarded_draft_leaves_who_threw_it_away(editor):
    version = draft_by(editor)

    pages.discard(version, by=editor, comment="Not needed.")

    assert not PageVersion.objects.exists()
    step = PageStep.objects.first()
    assert (step.kind, step.version, step.comment) == ("discarded", None, "Not needed.")


ATTACKS = {
    "save": lambda version: version.save(),
    "delete": lambda version: version.delete(),
    "update": lambda version: PageVersion.objects.filter(pk=version.pk).update(body="x"),
    "queryset delete": lambda version: PageVersion.objects.filter(pk=version.pk).delete(),
    "raw delete": lambda version: PageVersion.objects.filter(pk=version.pk)._raw_delete("default"),
    "bulk_update": lambda version: PageVersion.objects.bulk_update([version], ["body"]),
    "unpublish": lambda version: PageVersion.objects.filter(pk=version.pk).update(published_at=None, note=""),
    "through its page": lambda version: version.page.versions.update(title="x"),
    "withdrawal taken back": lambda version: _withdrawn_and_back(version),
}


def _withdrawn_and_back(version):
    version = PageVersion.objects.get(pk=version.pk)
    pages.withdraw(version, by=None, reason="Wrong.")
    version.refresh_from_db()
    version.withdrawn_at, version.withdrawn_reason = None, ""
    version.save()


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_published_version_refuses_every_change(attack):
    version = factories.live_page("about")
    version.body = "<p>Changed.</p>"

    with pytest.raises(FrozenEditionError), transaction.atomic():
        ATTACKS[attack](version)

    assert PageVersion.objects.get(pk=version.pk).body == "<p>What it says.</p>"


def test_a_page_with_versions_is_not_deleted():
    version = factories.live_page("about")

    with pytest.raises(db.ProtectedError):
        version.page.delete()


def test_a_step_is_never_rewritten(editor):
    step = pages.record(factories.PageVersionFactory(), StepKind.SAVED, by=editor)

    for attack in (step.save, step.delete, PageStep.objects.all().delete, lambda: PageStep.objects.update(comment="x")):
        with pytest.raises(AppendOnlyError):
            attack()
