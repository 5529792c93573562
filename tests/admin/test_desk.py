"""The front page of the admin: what waits for whoever signed in, one click from the work."""

import datetime as dt

import pytest
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from drugs.models import Edition, ReviewFlag
from drugs.publishing import workflow
from drugs.publishing.steps import record
from tests import factories
from tests.admin.people import staff
from tests.publishing.test_workflow import ready_draft

pytestmark = pytest.mark.django_db


def piles(client):
    return {pile.key: pile for pile in client.get(reverse("admin:index")).context["piles"]}


def test_a_draft_in_review_waits_for_reviewers_only(client):
    editor = staff("Editor")
    draft = ready_draft()
    record(draft, "saved", by=editor)
    workflow.send_to_review(draft, by=editor, comment="Please look at the dose.")

    client.force_login(staff("Reviewer"))
    task = piles(client)["reviews"].tasks[0]
    client.force_login(editor)

    assert task.address == reverse("admin:drugs_edition_review", args=[draft.pk])
    assert task.why == "Please look at the dose."
    assert "reviews" not in piles(client)
    assert piles(client)["drafts"].count == 0


def test_what_a_person_saved_does_not_wait_for_their_own_review(client):
    person = staff("superuser")
    draft = ready_draft()
    record(draft, "saved", by=person)
    workflow.send_to_review(draft, by=person)
    client.force_login(person)

    assert piles(client)["reviews"].count == 0


def test_the_front_page_of_whoever_may_nothing_is_empty(client):
    client.force_login(staff("nobody"))

    assert client.get(reverse("admin:index")).status_code == 200


@pytest.fixture
def flag():
    live = factories.live_edition("riluzole")
    link = factories.TherapyTrialFactory(therapy=live.therapy)
    return ReviewFlag.objects.create(
        edition=live, trial=link.trial, kind="trial_changed", field="overall_status", old="RECRUITING",
        new="COMPLETED", opened_at=timezone.now(), changed_on="2026-05-03",
    )  # fmt: skip


def answer(flag, name):
    return reverse(f"admin:drugs_reviewflag_{name}", args=[flag.pk])


def test_a_flag_is_answered_on_its_page(client, flag):
    client.force_login(staff("Editor"))
    address = piles(client)["flags"].tasks[0].address
    shown = client.get(address).content.decode()
    assert "Recruiting" in shown
    assert "Completed" in shown

    early = client.post(answer(flag, "later"), {"until": "2020-01-01", "reason": "x"}, follow=True)
    assert "Choose a day to come" in early.content.decode()
    later = {"until": timezone.localdate() + dt.timedelta(days=7), "reason": "The results come out next week."}
    client.post(answer(flag, "later"), later)
    assert piles(client)["flags"].count == 0
    client.post(answer(flag, "draft"))
    assert Edition.objects.drafts().get().steps.get().kind == "started"
    client.post(answer(flag, "still_true"))
    flag.refresh_from_db()
    assert flag.answer == "still_true"


@pytest.mark.parametrize("role", ["nobody", "Importer", "Administrator"])
def test_flags_are_answered_by_editors_and_reviewers(client, flag, role):
    client.force_login(staff(role))

    for name in ("draft", "still_true", "later"):
        assert client.post(answer(flag, name)).status_code == 403
        assert client.get(answer(flag, name)).status_code == 405


def test_a_reviewer_answers_but_starts_no_draft(client, flag):
    client.force_login(staff("Reviewer"))

    assert client.post(answer(flag, "draft")).status_code == 403
    assert client.post(answer(flag, "still_true")).status_code == 302


def test_the_admin_shows_whether_published_editions_changed(client):
    edition = factories.live_edition("riluzole")
    client.force_login(staff("Editor"))
    address = reverse("admin:drugs_publication_check")

    assert "1 published edition, as it was published" in client.get(address).content.decode()
    QuerySet(Edition).filter(pk=edition.pk).update(background="<p>Other.</p>")
    assert str(edition) in client.get(address).content.decode()
    client.force_login(staff("nobody"))
    assert client.get(address).status_code == 403


def test_the_desks_links_lead_to_lists_of_the_same(client):
    person = staff("Editor")
    client.force_login(person)
    record(factories.EditionFactory(display_name="Mine"), "saved", by=person)
    factories.EditionFactory(display_name="Theirs")
    old = timezone.now() - dt.timedelta(days=400)
    factories.publish(factories.EditionFactory(display_name="Old"), at=old)

    for key in ("drafts", "others_drafts", "due"):
        pile = piles(client)[key]
        listed = client.get(pile.address).context["cl"].result_list
        assert [edition.display_name for edition in listed] == [task.title for task in pile.tasks], key
