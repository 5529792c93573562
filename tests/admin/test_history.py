"""Who did what is read on each record's own history page."""

import pytest
from django.urls import reverse

from drugs.imports.tasks import compare_run
from drugs.models import GlossaryTerm
from tests import factories
from tests.admin.forms import posted
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize(
    ("make", "name", "field", "value"),
    [
        (factories.OrganisationFactory, "organisation", "name", "Another name"),
        (factories.GlossaryTermFactory, "glossaryterm", "meaning", "Another meaning."),
        (factories.TherapyFactory, "therapy", "review_every_months", 3),
        (factories.EditionFactory, "edition", "name", "another name"),
    ],
)
def test_a_change_in_the_admin_is_told_with_its_person_and_values(client, make, name, field, value):
    obj = make()
    client.force_login(staff("superuser", username="kim"))
    page = reverse(f"admin:drugs_{name}_change", args=[obj.pk])
    assert client.post(page, posted(client.get(page), **{field: value})).status_code == 302

    shown = client.get(reverse(f"admin:drugs_{name}_history", args=[obj.pk]))

    (act, *_earlier) = shown.context["acts"]
    assert (act.by.username, str(value)) == ("kim", act.changes[0].new)
    assert str(value) in shown.content.decode()
    assert "kim" in shown.content.decode()


def test_a_new_record_says_who_added_it(client):
    client.force_login(staff("superuser"))
    term = GlossaryTerm.objects.create(slug="placebo", term="placebo", meaning="A treatment without the drug.")
    term_page = reverse("admin:drugs_glossaryterm_history", args=[term.pk])

    assert "added" in client.get(term_page).content.decode()


def test_history_is_for_who_may_see_the_record(client):
    term = factories.GlossaryTermFactory()
    client.force_login(staff("nobody"))

    assert client.get(reverse("admin:drugs_glossaryterm_history", args=[term.pk])).status_code == 403


def test_a_task_of_the_worker_has_a_page_of_its_history_too(client):
    """Its key is no number."""
    task = compare_run.using(backend="worker").enqueue(1)
    client.force_login(staff("superuser"))

    response = client.get(reverse("admin:django_tasks_database_dbtaskresult_history", args=[task.id]))

    assert (response.status_code, response.context["acts"]) == (200, [])


@pytest.mark.parametrize("pk", ["0", "x", "%00"])
def test_no_record_no_history(client, pk):
    client.force_login(staff("superuser"))

    assert client.get(f"/admin/drugs/glossaryterm/{pk}/history/").status_code in (302, 404)
