"""Change lists and exports: what the address may ask, and what leaves in a table."""

import csv
import io

import pytest
from django.contrib import admin
from django.urls import reverse

from drugs.admin.sheets import harmless
from tests import factories
from tests.admin.people import staff

pytestmark = pytest.mark.django_db

#: What a database could take amiss.
FOR_A_DATABASE = [
    "id__regex=(",
    "name__regex=(",
    "edition__therapy__slug__regex=(",
    "password__startswith=a",
    "q=%00",
    "q=" + "a" * 60_000,
    "q=" + "a+" * 5_000,
    "state=%00",
    "therapy__id__exact=99999999999999999999999999",
]
HOSTILE = [
    *FOR_A_DATABASE,
    "p=99999999999999999999",
    "p=abc",
    "o=-1.99999",
    "is_verified__exact=maybe",
    "nothing=1",
    "all=",
    "e=1",
    "_to_field=password",
]


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda m: m._meta.label)
def test_no_address_of_a_list_breaks_it(client, unrendered, model, every_value):
    """What is asked of the database is asked before a page is drawn."""
    client.force_login(staff("superuser"))
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    queries = HOSTILE if every_value else FOR_A_DATABASE
    answers = {query[:30]: client.get(f"{address}?{query}").status_code for query in queries}

    assert not {query: status for query, status in answers.items() if status not in (200, 302, 400)}


def test_no_address_of_an_export_breaks_it(client):
    client.force_login(staff("superuser"))
    address = reverse("admin:drugs_edition_export")

    answers = {query[:30]: client.get(f"{address}?{query}").status_code for query in HOSTILE}

    assert not {query: status for query, status in answers.items() if status not in (200, 302, 400)}


def test_an_undeclared_look_up_is_refused(client):
    client.force_login(staff("superuser"))

    assert client.get(reverse("admin:drugs_organisation_changelist") + "?website__contains=x").status_code == 400
    assert client.get(reverse("admin:drugs_organisation_changelist") + "?country__exact=KR").status_code == 200


@pytest.mark.parametrize(
    "cell, expected",
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("-1.5", "-1.5"),
        ("+12", "+12"),
        ("plain = text", "plain = text"),
        ("", ""),
        (7, 7),
    ],
)
def test_cells_do_not_run(cell, expected):
    assert harmless(cell) == expected


def test_export_escapes_formulas_and_writes_references_as_words(client):
    client.force_login(staff("superuser"))
    edition = factories.EditionFactory(display_name="=HYPERLINK(1)")
    factories.SourceFactory(edition=edition, title="@risky")
    everything = {"format": "0", "resource": "", "source_resource": "0"}

    response = client.post(reverse("admin:drugs_source_export"), everything | _all_fields("source"))

    row = next(csv.DictReader(io.StringIO(response.content.decode())))
    assert row["title"] == "'@risky"
    assert edition.therapy.slug in row["edition"]


def _all_fields(model):
    from drugs import models

    klass = next(m for m in models.row_models() if m._meta.model_name == model)
    return {f"{model}resource_{field.name}": "on" for field in klass._meta.concrete_fields}


def test_export_of_accounts_has_no_password(client):
    client.force_login(staff("superuser"))

    page = client.get(reverse("admin:auth_user_export")).content.decode()

    assert "username" in page
    assert "password" not in page.split("<main")[1].lower().replace("change password", "")


@pytest.mark.parametrize("model", ["edition", "trial", "organisation", "glossaryterm", "therapytrial"])
def test_an_empty_list_says_what_to_do(client, model):
    client.force_login(staff("superuser"))

    assert 'class="when-empty"' in client.get(reverse(f"admin:drugs_{model}_changelist")).content.decode()


@pytest.mark.parametrize(
    "query", ["state=live", "state=draft", "state=in_review", "unverified=yes", "modality__exact=vitamin"]
)
def test_editions_are_filtered_by_what_waits(client, query):
    live = factories.live_edition("riluzole")
    draft = factories.whole_edition("edaravone")
    factories.AliasFactory(edition=draft, is_verified=False)
    client.force_login(staff("Editor"))

    found = set(client.get(reverse("admin:drugs_edition_changelist") + f"?{query}").context["cl"].queryset)

    expected = {"state=live": {live}, "state=draft": {draft}, "unverified=yes": {draft}}
    assert found == expected.get(query, set())


@pytest.mark.parametrize("term", ["lenzumestrocel", "another name", "Lenzu"])
def test_editions_are_found_by_any_name(client, term):
    edition = factories.whole_edition("lenzumestrocel")
    factories.EditionFactory()
    client.force_login(staff("Editor"))

    found = list(client.get(reverse("admin:drugs_edition_changelist"), {"q": term}).context["cl"].queryset)

    assert found == [edition]


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_empty_field_to_find_a_record_by_is_a_bad_request(client, method):
    client.force_login(staff("superuser"))
    address = reverse("admin:drugs_organisation_change", args=[1])

    assert getattr(client, method)(f"{address}?_to_field=").status_code == 400
    assert client.post(address, {"_to_field": ""}).status_code == 400


@pytest.mark.any_database
@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda m: m._meta.label)
def test_no_record_named_in_an_address_or_a_form_breaks_the_page_that_adds_one(client, model):
    client.force_login(staff("superuser"))
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    relations = [field.name for field in model._meta.concrete_fields if field.is_relation]
    values = ["?", "methylcobalamin", "9" * 30, "-1", "", "\x00"] if relations else [""]

    answers = {}
    for value in values:
        named = dict.fromkeys(relations, value)
        answers[value] = {client.get(address, named).status_code, client.post(address, named).status_code}

    assert not {value: statuses for value, statuses in answers.items() if statuses - {200, 302, 400, 403}}
