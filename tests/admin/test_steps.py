"""The steps of an edition in the admin: role x address x method, the review page, previews."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from drugs.models import Edition, FindingAnswer
from drugs.publishing import workflow
from drugs.publishing.previews import token_for
from drugs.publishing.steps import record
from tests import factories
from tests.admin.forms import posted
from tests.admin.people import ROLES, staff
from tests.publishing.test_workflow import ready_draft

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

READERS = {"Editor", "Reviewer", "Importer", "Administrator", "superuser"}
#: step: who may take it.
MAY = {
    "start": {"Editor", "superuser"},
    "send": {"Editor", "superuser"},
    "return": {"Reviewer", "superuser"},
    "publish": {"Reviewer", "superuser"},
    "take_back": {"Reviewer", "superuser"},
    "withdraw": {"Reviewer", "Administrator", "superuser"},
    "discard": {"Editor", "superuser"},
    "answer": {"Editor", "Reviewer", "superuser"},
}


def address(step, edition):
    return reverse(f"admin:drugs_edition_{step}", args=[edition.pk])


@pytest.mark.parametrize("role", ROLES)
def test_every_step_refuses_who_may_not(client, role):
    client.force_login(staff(role))
    live = factories.live_edition()
    statuses = {}

    for step, allowed in MAY.items():
        edition = live if step in ("start", "withdraw") else ready_draft(f"drug-{step}".replace("_", "-"))
        statuses[step] = client.post(address(step, edition)).status_code
        assert client.get(address(step, edition)).status_code == 405, step
        assert (statuses[step] != 403) == (role in allowed), step
    for page in ("review", "preview"):
        assert client.get(address(page, live)).status_code == (200 if role in READERS else 403)
        assert client.post(address(page, live)).status_code in (403, 405)


@pytest.mark.parametrize("step", [*MAY, "review", "preview"])
def test_a_stranger_is_asked_to_sign_in(client, step):
    edition = factories.EditionFactory()

    assert "/admin/login/" in client.post(address(step, edition)).url
    assert "/admin/login/" in client.get(address(step, edition)).url


def test_the_way_of_an_edition_through_the_admin(client):
    editor, reviewer = staff("Editor", username="kim"), staff("Reviewer", username="rio")
    live = ready_draft()
    factories.publish(live, at=timezone.now() - dt.timedelta(days=1))
    client.force_login(editor)
    client.post(address("start", live))
    draft = Edition.objects.drafts().get()
    page = reverse("admin:drugs_edition_change", args=[draft.pk])
    client.post(page, posted(client.get(page), background="<p>New words (Oh et al., 2018).</p>"))
    client.post(address("send", draft), {"send-version": 2, "send-comment": "Please look."})

    client.force_login(reviewer)
    shown = client.get(address("review", draft)).content.decode()
    assert "Please look." in shown
    assert "kim" in shown
    client.post(address("return", draft), {"return-comment": "Plainer, please."})
    assert "Plainer, please." in client.get(page).content.decode()
    client.force_login(editor)
    client.post(address("send", draft), {"send-version": 2})
    client.force_login(reviewer)
    response = client.post(address("publish", draft), {"publish-note": "New words.", "publish-version": 2})

    assert response.status_code == 302
    assert Edition.objects.live(timezone.now()).get() == draft
    assert b"New words." in client.get(live.therapy.get_absolute_url()).content


def test_who_saved_sees_why_another_publishes(client):
    person = staff("superuser")
    draft = ready_draft()
    record(draft, "saved", by=person)
    workflow.send_to_review(draft, by=person)
    client.force_login(person)

    assert "another person publishes it" in client.get(address("review", draft)).content.decode()
    refused = client.post(address("publish", draft), {"publish-note": "Mine."})
    assert "another person publishes it" in refused.content.decode()
    assert draft.is_draft


def test_a_refused_step_keeps_what_was_typed(client):
    draft = ready_draft()
    workflow.send_to_review(draft, by=staff("Editor"))
    client.force_login(staff("Reviewer"))

    past = {"publish-note": "Typed with care.", "publish-goes_live_at": "2020-01-01T10:00"}
    shown = client.post(address("publish", draft), past).content.decode()

    assert "Typed with care." in shown
    assert "Choose a moment to come" in shown


def test_findings_are_shown_on_every_save_and_answered_beside_the_text(client):
    client.force_login(staff("Editor"))
    draft = ready_draft(current_status="<p>It was approved in 2021.</p>")
    page = reverse("admin:drugs_edition_change", args=[draft.pk])
    shown = client.get(page)
    key = shown.context["findings"][0].key

    client.post(page, posted(shown) | {f"reason-{key}": "Said before."})

    assert FindingAnswer.objects.get().reason == "Said before."
    assert "Said before." in client.get(page).content.decode()


def test_a_step_on_a_discarded_draft_says_so(client):
    client.force_login(staff("superuser"))
    draft = ready_draft()
    where = address("send", draft)
    workflow.discard(draft, by=staff("Editor"))

    assert client.post(where).status_code == 404


def test_a_preview_is_the_public_page_with_a_banner(client):
    draft = ready_draft()
    public = ready_draft("riluzole")
    factories.AliasFactory(edition=draft, text="unverified code", is_verified=False)

    response = client.get(reverse("preview", args=[token_for(draft)]))
    factories.publish(public)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert "Preview: not published." in response.content.decode()
    assert "unverified code" not in response.content.decode()
    assert client.get(reverse("preview", args=[token_for(public)])).url == public.get_absolute_url()


@pytest.mark.parametrize("spoil", [lambda token: token[::-1], lambda token: "x", lambda token: token + "/"])
def test_a_broken_preview_link_opens_nothing(client, spoil):
    token = token_for(factories.EditionFactory())

    assert client.get(f"/preview/{spoil(token)}/").status_code == 404


def test_a_preview_link_expires(client):
    token = token_for(factories.EditionFactory())

    with time_machine.travel(timezone.now() + dt.timedelta(days=8)):
        assert client.get(reverse("preview", args=[token])).status_code == 404


def test_a_preview_link_of_a_withdrawn_edition_is_gone(client):
    edition = factories.live_edition()
    workflow.withdraw(edition, by=staff("Reviewer"), reason="Wrong.")

    assert client.get(reverse("preview", args=[token_for(edition)])).status_code == 410


def test_a_draft_starts_with_one_click_from_the_therapy(client):
    client.force_login(staff("Editor"))
    live = factories.live_edition()
    page = reverse("admin:drugs_therapy_change", args=[live.therapy_id])

    assert f'action="{address("start", live)}"' in client.get(page).content.decode()
    client.post(address("start", live))

    assert f'action="{address("start", live)}"' not in client.get(page).content.decode()


def test_every_form_of_the_review_page_carries_its_token(client):
    client.force_login(staff("superuser"))
    draft, in_review, live = ready_draft(), ready_draft("riluzole"), factories.live_edition()
    workflow.send_to_review(in_review, by=staff("Editor"))

    for edition in (draft, in_review, live):
        forms = client.get(address("review", edition)).content.decode().split('<form method="post"')[1:]
        assert forms
        assert all("csrfmiddlewaretoken" in form.split("</form>")[0] for form in forms)
